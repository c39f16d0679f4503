package web

import (
	"time"

	"ticketbell/cards"
	"ticketbell/ticket"
)

// sample is a card as somebody of a flow would get it.
type sample struct {
	// To says who: "assignee" of Step, or "creator".
	To   ticket.Role
	Step string
	Card cards.Card
}

// samples are the cards of a made-up ticket on its way through a flow, in order, with
// times in a zone.
func samples(f flowRow, zone *time.Location) []sample {
	var all []sample
	total := len(f.Steps)
	at := func(status ticket.Status, kind ticket.Kind, step int, to ticket.Role, reason string) {
		ev := ticket.Event{Kind: kind, OccurredAt: time.Date(2026, 10, 1, 10, 12, 0, 0, zone), Reason: reason, Ticket: sampleTicket(status)}
		ev.Actor = ticket.Person{Username: "lisi", Name: "李四"}
		name := ""
		if step >= 0 {
			s := f.Steps[step]
			name = s.Name
			ev.Ticket.Step = &ticket.Step{Index: step + 1, Total: total, Name: s.Name, Kind: s.Kind}
			for _, r := range s.Reached {
				ev.Ticket.Step.Assignees = append(ev.Ticket.Step.Assignees, ticket.Person{Username: r.Username, Name: r.User.Name})
			}
		}
		all = append(all, sample{to, name, cards.For(cards.Notice{Event: ev, Reader: to}, cards.Setting{Location: zone})})
	}
	for i := range total - 1 {
		at(ticket.WaitingReview, ticket.KindSubmitted, i, ticket.RoleAssignee, "")
	}
	at(ticket.WaitingExecution, ticket.KindPassed, total-1, ticket.RoleAssignee, "")
	at(ticket.Rejected, ticket.KindRejected, -1, ticket.RoleCreator, "索引名与规范不符")
	at(ticket.Succeeded, ticket.KindSucceeded, -1, ticket.RoleCreator, "")
	at(ticket.Failed, ticket.KindFailed, -1, ticket.RoleCreator, "Lock wait timeout exceeded")
	return all
}

func sampleTicket(status ticket.Status) ticket.Ticket {
	return ticket.Ticket{
		Key: "1024", Title: "订单表加索引", Status: status,
		Project: ticket.Project{Key: "pay", Name: "支付中心"},
		Creator: ticket.Person{Username: "zhangsan", Name: "张三"},
		Targets: []ticket.Target{{Instance: "mysql-prod", Schema: "orders", Environment: "prod"}},
	}
}
