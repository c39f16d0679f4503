package notify

import "ticketbell/cards"

// The reasons a delivery can give for its status. They are stable words for
// programs; [ReasonWords] says them to people.
const (
	ReasonChannelOff    = "channel_off"
	ReasonNoEmail       = "no_email"
	ReasonNoContact     = "no_contact"
	ReasonNotFound      = "not_found"
	ReasonDisabled      = "person_disabled"
	ReasonOver          = "state_over"
	ReasonLate          = "late_event"
	ReasonDeadline      = "deadline"
	ReasonRefused       = "refused"
	ReasonPaused        = "channel_paused"
	ReasonLimited       = "rate_limited"
	ReasonFailing       = "failing"
	ReasonNotUpdatable  = "not_updatable"
	ReasonSpared        = "spared"
	ReasonAsSent        = "as_sent"
	ReasonStaleIdentity = "stale_identity"
	ReasonNotAsked      = "not_looked_up"
	ReasonLookupOff     = "lookup_off"
	ReasonLookupBudget  = "lookup_budget"
	ReasonUnknown       = "unknown"
	ReasonMaybeTwice    = "maybe_twice"
	ReasonDiscarded     = "discarded"
	ReasonQuiet         = "quiet_hours"
	ReasonRerouted      = "rerouted"
	ReasonElsewhere     = "told_elsewhere"
	ReasonStranded      = "no_other_channel"
	ReasonOtherChannel  = "sent_elsewhere"
	ReasonDayFull       = "day_limit"
	ReasonReserve       = "in_reserve"
	ReasonNotNeeded     = "not_needed"
	ReasonSlow          = "slow"
	ReasonChannelGone   = "switched_off"
	ReasonMuted         = "muted"
	ReasonUnwanted      = "unwanted"
)

// IdentityCode begins the codes of refusals that came from our own directory, not
// from a provider; a reason follows: "identity.no_email".
const IdentityCode = "identity."

// ReasonWords says a reason to people; one it does not know is said as it is.
func ReasonWords(reason string) cards.Text {
	switch reason {
	case ReasonChannelOff:
		return cards.Text{ZH: "没有启用任何渠道", EN: "no channel is enabled"}
	case ReasonDisabled:
		return cards.Text{ZH: "此人已停用", EN: "this person is disabled"}
	case ReasonOver:
		return cards.Text{ZH: "工单状态已变化，无需再发", EN: "the ticket has moved on; nothing is left to tell"}
	case ReasonLate:
		return cards.Text{ZH: "事件迟到，已有更新的状态", EN: "the event came late; a newer state is known"}
	case ReasonDeadline:
		return cards.Text{ZH: "超过重试期限仍未送达", EN: "not delivered before its deadline"}
	case ReasonRefused:
		return cards.Text{ZH: "平台拒绝，重试无用", EN: "the provider refused it for good"}
	case ReasonPaused:
		return cards.Text{ZH: "渠道配置有误，已暂停，修复后自动发送", EN: "the channel is paused until its configuration is mended; then it is sent"}
	case ReasonLimited:
		return cards.Text{ZH: "触发限频，稍后发送", EN: "the provider's rate limit was reached; sent later"}
	case ReasonFailing:
		return cards.Text{ZH: "暂时失败，将重试", EN: "failed for now; will be tried again"}
	case ReasonNotUpdatable:
		return cards.Text{ZH: "已送达，但消息已不能更新", EN: "delivered, but the message can no longer be brought up to date"}
	case ReasonSpared:
		return cards.Text{ZH: "已送达；消息可更新的次数有限，留给最终结果", EN: "delivered; the message allows few changes, and the next is kept for the result"}
	case ReasonAsSent:
		return cards.Text{ZH: "已送达；未开启「卡片更新」，工单结束时才更新", EN: "delivered; cards are not updated in place, so that this one changes when the ticket ends"}
	case ReasonUnknown:
		return cards.Text{ZH: "平台没有应答，不知是否已收；再发可能重复送达", EN: "the provider did not answer and may have it already; sent again, it may arrive twice"}
	case ReasonMaybeTwice:
		return cards.Text{ZH: "已送达；先前一次没有应答，可能送达两次", EN: "delivered; an earlier attempt got no answer, so it may have arrived twice"}
	case ReasonDiscarded:
		return cards.Text{ZH: "已由管理员取消，不再发送", EN: "called off by an administrator; it will not be sent"}
	case ReasonDayFull:
		return cards.Text{ZH: "已达该渠道每日发送上限，明天零点（北京时间）起继续", EN: "the channel's limit of a day is reached; sent when the next day begins in Beijing"}
	case ReasonRerouted:
		return cards.Text{ZH: "渠道已停用，已改走其他渠道", EN: "the channel was disabled; sent on another one"}
	case ReasonElsewhere:
		return cards.Text{ZH: "渠道已停用；此人会在其他渠道收到同一条通知", EN: "the channel was disabled; this person gets the same message on another one"}
	case ReasonStranded:
		return cards.Text{ZH: "渠道已停用，此人没有其他可用渠道", EN: "the channel was disabled, and this person has no other one"}
	case ReasonOtherChannel:
		return cards.Text{ZH: "已由管理员改走其他渠道重发", EN: "sent on another channel instead, by an administrator"}
	case ReasonMuted:
		return cards.Text{ZH: "已静音：本人不想再收到这个工单的进展", EN: "muted: this person wants no more news of the ticket"}
	case ReasonUnwanted:
		return cards.Text{ZH: "本人关闭了这类通知", EN: "this person switched this kind of message off"}
	case ReasonQuiet:
		return cards.Text{ZH: "免打扰时段，结束后发送", EN: "quiet hours; sent when they end"}
	case ReasonReserve, ReasonNotNeeded, ReasonSlow, ReasonChannelGone:
		return whyInTurn(reason)
	}
	return whyUnreached(reason)
}

// whyInTurn says what came of being told on one channel at a time.
func whyInTurn(reason string) cards.Text {
	switch reason {
	case ReasonReserve:
		return cards.Text{ZH: "候补渠道：前一个渠道未送达时才发", EN: "in reserve; sent when the channel before it does not get through"}
	case ReasonNotNeeded:
		return cards.Text{ZH: "已在另一个渠道送达，按渠道顺序不再发", EN: "another channel got through; told on one channel at a time"}
	case ReasonChannelGone:
		return cards.Text{ZH: "渠道已停用", EN: "the channel was disabled"}
	default:
		return cards.Text{ZH: "未能及时送达", EN: "not delivered in time"}
	}
}

// whyUnreached says why somebody has no address on a channel.
func whyUnreached(reason string) cards.Text {
	switch reason {
	case ReasonNoEmail:
		return cards.Text{ZH: "此人没有邮箱", EN: "this person has no e-mail address"}
	case ReasonNoContact:
		return cards.Text{ZH: "此人没有手机号、邮箱，也没有手填的账号", EN: "this person has no phone number, no e-mail address and no id entered by hand"}
	case ReasonNotFound:
		return cards.Text{ZH: "平台上没有这个手机号或邮箱的用户，或不在应用可见范围", EN: "the platform knows nobody by this phone number or e-mail address, or the app may not see them"}
	case ReasonNotAsked:
		return cards.Text{ZH: "尚未查找", EN: "not looked up yet"}
	case ReasonLookupOff:
		return cards.Text{ZH: "该渠道已关闭按手机号或邮箱查找，请手填账号", EN: "looking people up by phone or e-mail is switched off; enter the id by hand"}
	case ReasonLookupBudget:
		return cards.Text{ZH: "今日查找失败次数已达上限，为避免企业微信关闭接口而停止，明天继续；也可手填账号", EN: "today's look-ups that may find nobody are used up, before WeCom closes them for a day; they go on tomorrow, or enter the id by hand"}
	case ReasonStaleIdentity:
		return cards.Text{
			ZH: "平台不认识此人的账号，再试一次仍未送达；手填的账号请核对",
			EN: "the provider does not know the person's id, and trying once more did not help; check an id that was entered by hand",
		}
	}
	return cards.Same(reason)
}
