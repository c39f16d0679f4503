package cards

import (
	"cmp"
	"slices"
	"time"

	"ticketbell/ticket"
)

// Test is the card of a channel test. It says when it was made: WeCom shows the same
// message only once in half an hour, and a second test must be seen too.
func Test(at time.Time, s Setting) Card {
	return Card{
		Tone:    ToneReady,
		Chip:    Text{"测试", "Test"},
		Verb:    Text{"测试消息", "Test message"},
		Subject: cmp.Or(oneLine(s.Brand), "ticketbell"),
		Number:  "#test",
		Rows: []Row{{
			Name: "time", Label: Text{"发送时间", "Sent"}, Value: Same(at.In(zoneOf(s)).Format("2006-01-02 15:04:05 -07:00")),
		}, {
			Name: "note", Label: Text{"说明", "Note"},
			Value: Text{"看到这条消息，说明工单变更可以通过这个渠道送达你。", "You can read this, so ticket changes can reach you on this channel."},
		}},
		Footer: Text{"管理员正在测试消息推送。", "An administrator is testing the message push."},
		Brand:  Brand(s.Brand),
	}
}

// Sample is the card of a ticket that does not exist, in that state (waiting for
// review when it is ""), for whoever tests a channel.
func Sample(status ticket.Status, at time.Time, s Setting) Card {
	ev, reader := SampleEvent(status, at)
	s.LinkTemplate = "" // there is no such ticket to be linked to
	return Again(For(Notice{Event: ev, Reader: reader}, s), at, s)
}

// SampleEvent is what happened to that ticket, and who reads of it first.
func SampleEvent(status ticket.Status, at time.Time) (ev ticket.Event, reader ticket.Role) {
	status = cmp.Or(status, ticket.WaitingReview)
	ev = ticket.Event{
		Kind: sampleKind(status), OccurredAt: at, Actor: ticket.Person{Username: "lisi", Name: "李四"},
		Ticket: ticket.Ticket{
			Key: "1024", Title: "订单表加索引", Status: status, Project: ticket.Project{Key: "pay", Name: "支付中心"},
			Creator: ticket.Person{Username: "zhangsan", Name: "张三"},
			Targets: []ticket.Target{{Instance: "mysql-prod", Schema: "orders", Environment: "prod"}},
		},
	}
	reader = ticket.RoleCreator
	switch status {
	case ticket.WaitingReview:
		reader, ev.Ticket.Step = ticket.RoleAssignee, &ticket.Step{Index: 1, Total: 2, Name: "DBA 审核", Kind: ticket.Review}
	case ticket.WaitingExecution:
		reader, ev.Ticket.Step = ticket.RoleAssignee, &ticket.Step{Index: 2, Total: 2, Name: "上线", Kind: ticket.Execute}
	case ticket.Rejected:
		ev.Reason = "索引名与规范不符"
	case ticket.Failed:
		ev.Reason = "Lock wait timeout exceeded"
	}
	return ev, reader
}

// sampleKind is the event that leads to the state.
func sampleKind(status ticket.Status) ticket.Kind {
	switch status {
	case ticket.WaitingExecution:
		return ticket.KindPassed
	case ticket.Running:
		return ticket.KindExecuting
	case ticket.Rejected:
		return ticket.KindRejected
	case ticket.Succeeded:
		return ticket.KindSucceeded
	case ticket.Failed:
		return ticket.KindFailed
	case ticket.Completed:
		return ticket.KindCompleted
	case ticket.Canceled:
		return ticket.KindCanceled
	default:
		return ticket.KindSubmitted
	}
}

// clockOf writes a moment in full, with its zone.
func clockOf(s Setting, at time.Time) string {
	return at.In(zoneOf(s)).Format("2006-01-02 15:04 -07:00")
}

func zoneOf(s Setting) *time.Location {
	if s.Location == nil {
		return time.UTC
	}
	return s.Location
}

// Again is c as a test shows it: it offers nothing to decide, and says that it is a test and when
// it was made, so that the same card can be sent twice.
func Again(c Card, at time.Time, s Setting) Card {
	c.Rows = append(slices.DeleteFunc(slices.Clone(c.Rows), func(r Row) bool { return r.Name == "time" }), Row{
		Name: "time", Label: Text{"测试时间", "Tested"}, Value: Same(at.In(zoneOf(s)).Format("2006-01-02 15:04:05 -07:00")),
	})
	c.Buttons = slices.DeleteFunc(slices.Clone(c.Buttons), func(b Button) bool { return b.Action != View })
	c.Footer = Text{"管理员正在测试消息推送，无需处理。", "An administrator is testing the message push. Nothing needs to be done."}
	return c
}
