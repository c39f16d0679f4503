package cards

import (
	"fmt"
	"testing"
	"time"

	"ticketbell/ticket"
)

// told is the story's ticket in review, as an event of that kind says it.
func told(k ticket.Kind, r ticket.Role) Notice {
	n := Notice{Event: event(ticket.KindSubmitted), Reader: r, Trail: trail()[:1], Decidable: true}
	n.Event.Kind, n.Event.Actor = k, ticket.Person{}
	return n
}

// listed are n tickets that wait, each with a title of its own.
func listed(n int) []Card {
	all := make([]Card, 0, n)
	for i := range n {
		one := told(ticket.KindSubmitted, ticket.RoleAssignee)
		one.Event.Ticket.Key = fmt.Sprint(1024 + i)
		if i%2 == 1 {
			one.Event.Ticket.Status, one.Event.Ticket.Title = ticket.WaitingExecution, "清理历史流水"
		}
		all = append(all, For(one, setting))
	}
	return all
}

func TestGoldenCardsOfTheWayBack(t *testing.T) {
	busy := told(ticket.KindSubmitted, ticket.RoleAssignee)
	busy.Pending = &Pending{Action: Approve, By: "李四"}
	remindable := told(ticket.KindAsked, ticket.RoleCreator)
	remindable.Remindable = true
	for name, c := range map[string]Card{
		"asked.assignee":      For(told(ticket.KindAsked, ticket.RoleAssignee), setting),
		"asked.creator":       For(remindable, setting),
		"escalated.named":     For(told(ticket.KindEscalated, ticket.RoleNamed), setting),
		"escalated.assignee":  For(told(ticket.KindEscalated, ticket.RoleAssignee), setting),
		"pending.assignee":    For(busy, setting),
		"nothing.refused":     Nothing(told(ticket.KindSubmitted, ticket.RoleWaiting), Approve, RefusedBy("窗口期外禁止上线"), setting),
		"nothing.unconfirmed": Unconfirmed(told(ticket.KindSubmitted, ticket.RoleWaiting), Reject, setting),
		"nothing.settled":     Nothing(told(ticket.KindSubmitted, ticket.RoleWaiting), Approve, Settled(trail()[1], setting, ten.Add(13*time.Minute)), setting),
		"todo.few":            Todo(listed(4), true),
		"todo.many":           Todo(listed(12), false),
		"remark.nothing":      Remark(NothingToDo(), Brand("")),
		"remark.stranger":     Decline(Stranger(), Brand("变更台")),
		"remark.ticket":       Remark(NoSuchTicket("2048"), Brand("")),
		"help":                Help(),
	} {
		for _, lang := range Languages() {
			golden(t, fmt.Sprintf("%s.%s.txt", name, lang), c.Plain(lang))
		}
	}
}
