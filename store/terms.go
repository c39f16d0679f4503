package store

import (
	"context"
	"slices"
	"strings"
	"sync"
	"unicode"

	"ticketbell/notify"
)

// The kinds of subjects that a typed word leads to.
const (
	termTicket = "ticket"
	termPerson = "person"
)

// termLength is how many characters of a term are kept.
const termLength = 24

// maxKnown bounds the memory of whose terms are written.
const maxKnown = 100_000

// termsOf are the pieces by which a text is found: from the beginning of each word,
// and from each character of a script that puts no space between words.
func termsOf(texts ...string) []string {
	var terms []string
	for _, text := range texts {
		runes := []rune(strings.ToLower(text))
		for i := range runes {
			if i == 0 || begins(runes[i-1], runes[i]) {
				terms = append(terms, string(runes[i:min(i+termLength, len(runes))]))
			}
		}
	}
	slices.Sort(terms)
	return slices.Compact(terms)
}

// begins reports whether a word begins with r after before.
func begins(before, r rune) bool {
	if !unicode.IsLetter(r) && !unicode.IsDigit(r) {
		return false
	}
	return r >= 0x2E80 || before >= 0x2E80 || unicode.IsDigit(r) != unicode.IsDigit(before) || !unicode.IsLetter(before) && !unicode.IsDigit(before)
}

// between are the bounds of the terms that begin with q: from the first up to,
// and without, the second.
func between(q string) (from, to string) {
	runes := []rune(q)
	from = string(runes[:min(termLength, len(runes))])
	return from, from + string(unicode.MaxRune)
}

// findable lets the ticket of e be found by its key and title, and no longer by a
// title it had before.
func (tx *txn) findable(ctx context.Context, e notify.Entry, known notify.Known, id string) error {
	t := e.Event.Ticket
	terms := termsOf(clean(t.Key), clean(t.Title))
	if known.ID != "" {
		before := termsOf(clean(t.Key), clean(known.Last.Ticket.Title))
		if err := tx.forget(ctx, id, except(before, terms)); err != nil {
			return err
		}
		terms = except(terms, before)
	}
	return tx.keepTerms(ctx, termTicket, id, terms)
}

// forget makes the terms lead to the ticket no more.
func (tx *txn) forget(ctx context.Context, id string, terms []string) error {
	if len(terms) == 0 {
		return nil
	}
	if err := tx.sortIn(ctx, `kind = '`+termTicket+`' AND subject = $1`+tx.words.lockRows, id); err != nil {
		return err
	}
	for _, term := range terms {
		_, err := tx.ExecContext(ctx, `DELETE FROM search_terms WHERE kind = $1 AND term = $2 AND subject = $3`, termTicket, term, id)
		if err != nil {
			return err
		}
	}
	return nil
}

// except are the terms that others do not hold.
func except(terms, others []string) []string {
	return slices.DeleteFunc(slices.Clone(terms), func(term string) bool { return slices.Contains(others, term) })
}

// acquaintances remembers whose terms are on disk, so that they are written once
// and not with every delivery.
type acquaintances struct {
	mu    sync.Mutex
	known map[string]bool // guarded by mu
}

func newAcquaintances() *acquaintances { return &acquaintances{known: map[string]bool{}} }

func (a *acquaintances) knows(key string) bool {
	a.mu.Lock()
	defer a.mu.Unlock()
	return a.known[key]
}

func (a *acquaintances) meet(keys []string) {
	a.mu.Lock()
	defer a.mu.Unlock()
	if len(a.known)+len(keys) > maxKnown {
		clear(a.known) // they are met again; writing them twice changes nothing
	}
	for _, k := range keys {
		a.known[k] = true
	}
}

// introduce lets the people of the deliveries be found by name and key.
func (tx *txn) introduce(ctx context.Context, ds []notify.Delivery) error {
	for _, d := range ds {
		person, name := clean(d.Person), clean(d.To.Name)
		key := person + "\x00" + name
		if tx.people.knows(key) || slices.Contains(tx.met, key) {
			continue
		}
		tx.met = append(tx.met, key)
		if err := tx.keepTerms(ctx, termPerson, person, termsOf(person, name)); err != nil {
			return err
		}
	}
	return nil
}
