package notify

import (
	"strconv"
	"strings"

	"ticketbell/ticket"
)

// StateOf names the state of a ticket for comparing: its status and, while
// somebody is waited for, the number of the step. A message about another state
// than the current one is about a state that is over.
func StateOf(t ticket.Ticket) string {
	if t.Status.Waiting() && t.Step != nil {
		return string(t.Status) + "/" + strconv.Itoa(t.Step.Index)
	}
	return string(t.Status)
}

// statusIn is the status that a state of [StateOf] begins with.
func statusIn(state string) ticket.Status {
	status, _, _ := strings.Cut(state, "/")
	return ticket.Status(status)
}
