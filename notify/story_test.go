package notify_test

import (
	"fmt"

	"ticketbell/ticket"
)

// event is what happens to ticket 1024 of zhangsan; each revision happens once.
func event(revision int64, kind ticket.Kind, status ticket.Status, change ...func(*ticket.Event)) ticket.Event {
	ev := ticket.Event{
		Source: "sqle", ID: fmt.Sprintf("1024-%d", revision), Kind: kind,
		Ticket: ticket.Ticket{
			Key: "1024", Title: "订单表加索引", Status: status, Revision: revision,
			Creator: ticket.Person{Username: "zhangsan"}, Path: "/workflow/1024",
		},
	}
	for _, c := range change {
		c(&ev)
	}
	return ev
}

// at is the step of that number, with its assignees by username.
func at(index int, assignees ...string) func(*ticket.Event) {
	return func(ev *ticket.Event) {
		ev.Ticket.Step = &ticket.Step{Index: index, Total: 3, Name: fmt.Sprintf("step %d", index), Kind: ticket.Review}
		for _, a := range assignees {
			ev.Ticket.Step.Assignees = append(ev.Ticket.Step.Assignees, ticket.Person{Username: a})
		}
	}
}

func by(username string) func(*ticket.Event) {
	return func(ev *ticket.Event) { ev.Actor = ticket.Person{Username: username} }
}

func audience(people ...ticket.Person) func(*ticket.Event) {
	return func(ev *ticket.Event) { ev.Audience = people }
}

// The story of ticket 1024, in the order it happens.

func submitted(assignees ...string) ticket.Event {
	return event(1, ticket.KindSubmitted, ticket.WaitingReview, at(1, assignees...), by("zhangsan"))
}

func passed(actor string, assignees ...string) ticket.Event {
	return event(2, ticket.KindPassed, ticket.WaitingReview, at(2, assignees...), by(actor))
}

func rejected(actor string) ticket.Event {
	return event(3, ticket.KindRejected, ticket.Rejected, by(actor), func(ev *ticket.Event) { ev.Reason = "缺少回滚方案" })
}

func executing(actor string) ticket.Event {
	return event(4, ticket.KindExecuting, ticket.Running, by(actor))
}

func succeeded(actor string) ticket.Event {
	return event(5, ticket.KindSucceeded, ticket.Succeeded, by(actor))
}
