package cards

import "time"

// Code is the card with which somebody confirms a new e-mail address or phone number of
// theirs: field is "email" or "phone", and the card goes to the new one.
func Code(field, code string, ends time.Time, s Setting) Card {
	verb := Text{"确认新邮箱", "Confirm your new e-mail address"}
	if field == "phone" {
		verb = Text{"确认新手机号", "Confirm your new phone number"}
	}
	return Card{
		Tone:    ToneReady,
		Chip:    Text{"验证码", "Code"},
		Verb:    verb,
		Subject: code,
		Number:  "#code",
		Rows: []Row{{
			Name: "time", Label: Text{"有效期至", "Valid until"}, Value: Same(clockOf(s, ends)),
		}, {
			Name: "note", Label: Text{"说明", "Note"},
			Value: Text{
				"请在「我的通知」页填写这个验证码。不是你本人操作的，请忽略这条消息：什么都不会改变。",
				"Enter this code on the page My notifications. If you did not ask for it, ignore this message: nothing changes.",
			},
		}},
		Footer: Text{"有人把这个地址填为自己的联系方式。", "Somebody entered this address as theirs."},
		Brand:  Brand(s.Brand),
	}
}
