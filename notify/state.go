package notify

import (
	"strconv"

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
