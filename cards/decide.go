package cards

import (
	"fmt"
	"time"

	"ticketbell/ticket"
)

// ActionWord is what the button of an action says.
func ActionWord(a Action) Text {
	switch a {
	case Approve:
		return Text{"通过", "Approve"}
	case Reject:
		return Text{"驳回", "Reject"}
	case Remind:
		return Text{"催一下", "Remind"}
	case Mute:
		return Text{"静音此工单", "Mute this ticket"}
	case Unmute:
		return Text{"恢复通知", "Unmute"}
	default:
		return Text{"查看工单", "View ticket"}
	}
}

// pending is the line that says who has pressed what while the platform thinks about it.
func (w writer) pending() []Text {
	p := w.n.Pending
	if p == nil || !w.t.Status.Waiting() {
		return nil
	}
	what, by := ActionWord(p.Action), clean(p.By)
	return []Text{{
		"处理中：" + by + " 已提交「" + what.ZH + "」",
		"In progress: " + by + " submitted their " + asNoun(p.Action),
	}}
}

// What somebody reads who pressed a button. Each is a sentence or less: it is a toast.

// Done says that the platform did it.
func Done(a Action) Text {
	switch a {
	case Reject:
		return Text{"已驳回", "Rejected"}
	case Remind:
		return Text{"已催办，处理人会收到新的通知", "Reminded: the assignees get a fresh notice"}
	default:
		return Text{"已通过", "Approved"}
	}
}

// BusyBy says that somebody else pressed first, and the platform is being asked.
func BusyBy(name string) Text {
	if name = clean(name); name == "" {
		return Text{"已有人提交，正在处理", "Somebody else has submitted a decision; it is in progress"}
	}
	return Text{name + " 正在处理", name + " is on it"}
}

// DecidedBy says that somebody else pressed first, and the platform did it.
func DecidedBy(name string) Text {
	if name = clean(name); name == "" {
		return Text{"已由他人处理", "Somebody else has dealt with it"}
	}
	return Text{"已由 " + name + " 处理", name + " has dealt with it"}
}

// Settled says how the step a card was made for ended: 已由 李四 于 10:12 通过.
func Settled(m Mark, s Setting, now time.Time) Text {
	what, ok := done(m.Kind)
	if !ok {
		return DecidedBy(m.By)
	}
	m.Step = ""
	w := writer{s: s, ev: ticket.Event{OccurredAt: now}}
	return w.mark(m, what)
}

// Over says that the ticket is in another state than the card was made for.
func Over(s ticket.Status) Text {
	word := statusWord(s)
	return Text{"工单已是「" + word.ZH + "」，这张卡片不能再处理", "The ticket is now “" + lowerFirst(word.EN) + "”; this card can no longer decide it"}
}

// Outdated says that the ticket changed since the card was sent.
func Outdated() Text {
	return Text{"工单已有更新，请按最新的消息处理", "The ticket has changed; go by the newest message"}
}

// NotYours says that the step is other people's to decide.
func NotYours() Text {
	return Text{"你不是当前步骤的处理人", "You are not an assignee of the current step"}
}

// NotCreator says that only the creator may have people reminded.
func NotCreator() Text {
	return Text{"只有申请人可以催办", "Only the requester can remind the assignees"}
}

// Stranger answers somebody we do not know.
func Stranger() Text {
	return Text{"没有找到与你对应的用户，请联系管理员添加", "We do not know you yet; ask an administrator to add you"}
}

// SwitchedOff answers somebody who is disabled.
func SwitchedOff() Text {
	return Text{"你的账号已停用，请联系管理员", "Your account is disabled; ask an administrator"}
}

// ReasonMissing asks for the reason of a rejection.
func ReasonMissing() Text {
	return Text{"请填写驳回原因", "Please give a reason for the rejection"}
}

// ReasonUnchosen asks for it where a reader chooses from [ReasonChoices].
func ReasonUnchosen() Text {
	return Text{"请选择驳回原因", "Please choose a reason for the rejection"}
}

// ReasonTooLong says how long a reason may be.
func ReasonTooLong(limit int) Text {
	return Text{fmt.Sprintf("驳回原因最多 %d 字", limit), fmt.Sprintf("The reason may have at most %d characters", limit)}
}

// UnknownCard says that nothing is known of the message any more.
func UnknownCard() Text {
	return Text{"这张卡片已过期，请到工单系统处理", "This card has expired; go to the ticket platform"}
}

// OnPlatform says that tickets like this one are decided on their platform only.
func OnPlatform() Text {
	return Text{"请到工单系统处理", "Please go to the ticket platform"}
}

// Broken says that it is our fault.
func Broken() Text {
	return Text{"暂时无法处理，请稍后再试", "This does not work right now; try again in a moment"}
}

// RefusedBy says why the platform would not do it, in its own words.
func RefusedBy(message string) Text {
	if message = excerpt(message, 1, maxReasonRunes); message == "" {
		return Text{"工单系统没有接受", "The ticket platform did not accept it"}
	}
	return Text{"工单系统没有接受：" + message, "The ticket platform did not accept it: " + message}
}

// RemindedAlready says when reminding is possible again.
func RemindedAlready(again time.Time, s Setting, now time.Time) Text {
	w := writer{s: s, ev: ticket.Event{OccurredAt: now}}
	at := w.hour(again)
	return Text{"刚催过，" + at + " 后可再催", "Reminded a moment ago; possible again at " + at}
}

// NothingWaits says that there is nobody to remind.
func NothingWaits() Text {
	return Text{"工单没有在等待处理，无需催办", "The ticket waits for nobody"}
}

// asNoun is an action as something somebody made.
func asNoun(a Action) string {
	if a == Reject {
		return "rejection"
	}
	return "approval"
}

// Nothing tells whoever pressed, later, that nothing came of it.
func Nothing(n Notice, a Action, why Text, s Setting) Card {
	n.Decidable, n.Remindable, n.Mutable, n.Pending = false, false, false, nil
	c := For(n, s)
	c.Tone = ToneFailed
	c.Chip = Text{"未生效", "Not done"}
	c.Verb = Text{"你提交的「" + ActionWord(a).ZH + "」未生效", "Your " + asNoun(a) + " was not carried out"}
	c.Reason = &Row{Name: "reason", Label: Text{"原因", "Reason"}, Value: why}
	c.Footer = Text{"这是对你在卡片上操作的答复。", "This answers what you pressed on a card."}
	return c
}

// Unconfirmed is [Nothing] where nobody knows whether something came of it: the platform
// never answered.
func Unconfirmed(n Notice, a Action, s Setting) Card {
	c := Nothing(n, a, Unanswered(), s)
	c.Chip = Text{"未确认", "Unconfirmed"}
	c.Verb = Text{"你提交的「" + ActionWord(a).ZH + "」没有得到确认", "Your " + asNoun(a) + " was never confirmed"}
	return c
}

// Unanswered says that the platform could not be reached in time.
func Unanswered() Text {
	return Text{
		"工单系统一直没有应答，请到工单系统确认后再处理",
		"The ticket platform never answered; look there before you try again",
	}
}
