package cards

import "time"

// Test is the card of a channel test. It says when it was made: WeCom shows the same
// message only once in half an hour, and a second test must be seen too.
func Test(at time.Time, zone *time.Location) Card {
	return Card{
		Tone:    ToneReady,
		Chip:    Text{"测试", "Test"},
		Verb:    Text{"测试消息", "Test message"},
		Subject: "ticketbell",
		Number:  "#test",
		Rows: []Row{{
			Name: "time", Label: Text{"发送时间", "Sent"}, Value: Same(at.In(zone).Format("2006-01-02 15:04:05 -07:00")),
		}, {
			Name: "note", Label: Text{"说明", "Note"},
			Value: Text{"看到这条消息，说明工单变更可以通过这个渠道送达你。", "You can read this, so ticket changes can reach you on this channel."},
		}},
		Footer: Text{"管理员正在测试消息推送。", "An administrator is testing the message push."},
	}
}
