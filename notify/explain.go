package notify

import "ticketbell/cards"

// IdentityWords says how a person is reached on a channel, or why not and what may
// be the cause (ux.md 4.5).
func IdentityWords(id Identity) cards.Text {
	if id.OK {
		return reachedWords(id)
	}
	switch {
	case id.Reason == ReasonChannelOff:
		return cards.Text{ZH: "该渠道未启用，或因配置有误已暂停", EN: "the channel is off, or paused until its configuration is mended"}
	case id.Reason == ReasonNotFound && id.Channel == Feishu:
		return cards.Text{
			ZH: "飞书没有返回此邮箱或手机号的用户。可能：不在应用通讯录权限范围、已离职、这是企业邮箱别名（飞书不支持）、填写有误",
			EN: "Feishu returned nobody for this e-mail address or phone number: outside the app's contact scope, no longer employed, " +
				"an alias of the company mailbox (which Feishu does not support), or mistyped",
		}
	case id.Reason == ReasonNotFound && id.Channel == WeCom:
		return cards.Text{
			ZH: "企业微信没有返回此手机号或邮箱的成员。可能：不在应用可见范围、已离职、填写有误；可手填 UserID",
			EN: "WeCom returned nobody for this phone number or e-mail address: the app may not see them, they left, or it is mistyped; the userid can be entered by hand",
		}
	default:
		return ReasonWords(id.Reason)
	}
}

func reachedWords(id Identity) cards.Text {
	switch {
	case id.Channel == Mail:
		return cards.Text{ZH: "按邮箱地址发送", EN: "sent to the e-mail address"}
	case id.How == "email":
		return cards.Text{ZH: "按邮箱查到", EN: "found by e-mail"}
	case id.How == "phone":
		return cards.Text{ZH: "按手机号查到", EN: "found by phone"}
	default:
		return cards.Text{ZH: "手填", EN: "entered by hand"}
	}
}
