package cards

import (
	"slices"
	"testing"

	"ticketbell/ticket"
)

func TestACardMutesItsTicketForAsLongAsThereIsNewsOfIt(t *testing.T) {
	tests := []struct {
		name   string
		kind   ticket.Kind
		reader ticket.Role
		change func(*Notice)
		want   []Action
	}{
		{"beside a decision", ticket.KindSubmitted, ticket.RoleAssignee, nil, []Action{Approve, Reject, View, Mute}},
		{"once it is muted", ticket.KindSubmitted, ticket.RoleAssignee, func(n *Notice) { n.Muted = true }, []Action{Approve, Reject, View, Unmute}},
		{"for the creator", ticket.KindPassed, ticket.RoleCreator, nil, []Action{View, Mute}},
		{"while a decision is on its way", ticket.KindSubmitted, ticket.RoleAssignee, func(n *Notice) { n.Pending = &Pending{Approve, "李四"} }, []Action{View, Mute}},
		{"of what failed and may come back", ticket.KindFailed, ticket.RoleExecutor, nil, []Action{View, Mute}},
		{"not where it does not come back to us", ticket.KindPassed, ticket.RoleCreator, func(n *Notice) { n.Mutable = false }, []Action{View}},
		{"not once it is over", ticket.KindSucceeded, ticket.RoleCreator, func(n *Notice) { n.Muted = true }, []Action{View}},
		{"not when it is over by now", ticket.KindPassed, ticket.RoleCreator, func(n *Notice) { n.Now, n.Muted = ticket.Canceled, true }, []Action{View}},
	}
	for _, tt := range tests {
		t.Run(tt.name, func(t *testing.T) {
			n := notice(tt.kind, tt.reader)
			n.Mutable = true
			if tt.change != nil {
				tt.change(&n)
			}
			c := For(n, setting)
			var got []Action
			for _, b := range c.Buttons {
				got = append(got, b.Action)
			}
			if !slices.Equal(got, tt.want) {
				t.Errorf("got a card that offers %v, want %v", got, tt.want)
			}
			if c.Muted != slices.Contains(tt.want, Unmute) || c.Asks() != slices.Contains(tt.want, Approve) || c.Mutable() != (len(got) > 0 && got[len(got)-1] != View) {
				t.Errorf("got muted %v, asks %v, mutable %v with %v", c.Muted, c.Asks(), c.Mutable(), got)
			}
		})
	}
	n := notice(ticket.KindSubmitted, ticket.RoleAssignee)
	n.Mutable = true
	if c := Nothing(n, Approve, Unanswered(), setting); c.Mutable() {
		t.Error("got an answer to a press that mutes, want it on cards of the ticket alone")
	}
}
