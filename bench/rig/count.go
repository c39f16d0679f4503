package rig

import (
	"regexp"
	"strconv"
	"time"

	"ticketbell/sandbox"
)

// Errand is one message that must arrive: a ticket told to a person on a channel.
type Errand struct {
	Channel string
	Person  int
	Ticket  int
}

// Arrival is a message a provider showed to somebody.
type Arrival struct {
	Errand

	// ID is the provider's id of the message; of a mail, its Message-ID.
	ID string
	At time.Time
}

// Tally is what became of the errands.
type Tally struct {
	// Lost were never received.
	Lost int
	// Twice were received again under another id: a person sees the same thing again.
	Twice int
	// SameID were received again under the id of the first: what a mail program shows once.
	SameID int
	// Strange were received though nobody asked for them.
	Strange int
}

// Count compares what had to arrive with what did.
func Count(wanted []Errand, arrived []Arrival) Tally {
	ids := make(map[Errand]map[string]bool, len(wanted))
	for _, w := range wanted {
		ids[w] = map[string]bool{}
	}
	var t Tally
	for _, a := range arrived {
		seen, asked := ids[a.Errand]
		switch {
		case !asked:
			t.Strange++
		case seen[a.ID]:
			t.SameID++
		default:
			seen[a.ID] = true
		}
	}
	for _, seen := range ids {
		if len(seen) == 0 {
			t.Lost++
			continue
		}
		t.Twice += len(seen) - 1
	}
	return t
}

// ticketMark finds the number of a ticket in what a person reads, personMark that of
// the person in a username.
var (
	ticketMark = regexp.MustCompile(`bench-ticket-(\d+)`)
	personMark = regexp.MustCompile(`^bench-person-(\d+)$`)
)

// arrivalOf reads who was told what; a message that is none of ours names -1.
func arrivalOf(m sandbox.Message) Arrival {
	return Arrival{
		Errand: Errand{Channel: m.Channel, Person: number(personMark, m.Person), Ticket: number(ticketMark, m.Text)},
		ID:     m.ID, At: m.ReceivedAt,
	}
}

func number(mark *regexp.Regexp, text string) int {
	found := mark.FindStringSubmatch(text)
	if found == nil {
		return -1
	}
	n, err := strconv.Atoi(found[1])
	if err != nil {
		return -1
	}
	return n
}
