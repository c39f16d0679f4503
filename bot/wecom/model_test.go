package wecom

import (
	"fmt"
	"math/rand/v2"
	"strings"
	"testing"

	"ticketbell/cards"
	"ticketbell/notify"
	"ticketbell/sandbox"
)

// TestACardShowsWhatTheBotSaysItShows takes cards through random lives: the ticket moves,
// a decision on it comes and goes, people press, calls fail and answers get lost.
func TestACardShowsWhatTheBotSaysItShows(t *testing.T) {
	for range 6 {
		seed := rand.Uint64()
		t.Run(fmt.Sprint(seed), func(t *testing.T) {
			l := newLive(t)
			life := life{live: l, dice: rand.New(rand.NewPCG(seed, 0)), id: l.sent("lisi")}
			for range 40 {
				life.step()
			}
			life.end()
		})
	}
}

// life is that of one card.
type life struct {
	*live

	dice    *rand.Rand
	id      string
	event   int
	pending bool
}

// step lets something happen and brings the card up to date, which may go wrong.
func (l *life) step() {
	switch l.dice.IntN(6) {
	case 0:
		l.event, l.pending = l.event+1, false
	case 1, 2:
		l.pending = !l.pending
	case 3:
		l.pressAny()
	}
	l.srv.Config.Handler = l.sim
	switch l.dice.IntN(6) {
	case 0:
		l.loses(updateCall)
	case 1:
		l.goesWrong("unavailable")
	case 2:
		l.goesWrong("busy")
	}
	_ = l.show(l.wanted())
	l.faults.Clear("wecom")
}

// end takes the ticket to its end with nothing in the way: a card that somebody pressed
// shows it, for the press brings a code, and so does any that has a code which was not used
// up unheard.
func (l *life) end() {
	l.srv.Config.Handler = l.sim
	pressed := l.pressAny()
	l.event++
	c, err := l.store.Card(l.t.Context(), l.id, l.clock.Now())
	if err != nil {
		l.t.Fatal(err)
	}
	if err := l.show(endedCard()); err != nil && (pressed || c.Codes > c.Tried) {
		l.t.Errorf("got %v with %d codes, want the end shown", err, c.Codes)
	}
}

// wanted is the card as it should be.
func (l *life) wanted() cards.Card {
	c := decision()
	c.Subject = fmt.Sprintf("event %d, pending %t.", l.event, l.pending)
	c.Buttons = append(c.Buttons, cards.Button{Action: cards.Mute, Text: cards.Same("静音此工单")})
	if l.pending {
		c.Buttons = c.Buttons[2:]
	}
	return c
}

// show brings the card up to date. Where the bot says that it is, it must be.
func (l *life) show(c cards.Card) error {
	l.t.Helper()
	m := messageTo(c, "lisi")
	m.Notice = fmt.Sprintf("evt_%032d", l.event)
	o := l.Update(l.t.Context(), l.id, m)
	for _, want := range []string{c.Subject, c.Chip.In(cards.Chinese), reference(m)} {
		if got := l.cardOf("lisi").Text; o.Err == nil && !strings.Contains(got, want) {
			l.t.Fatalf("got %q, want %s", got, want)
		}
	}
	return o.Err
}

// pressAny presses the first button that calls back, and reports whether there is one.
func (l *life) pressAny() bool {
	l.t.Helper()
	m := l.cardOf("lisi")
	for _, b := range m.Buttons {
		if b.Action == "view" {
			continue
		}
		p := sandbox.Press{Channel: string(notify.WeCom), MessageID: m.ID, Person: "lisi", Action: b.Action}
		if _, err := l.sim.Press(l.t.Context(), p); err != nil {
			l.t.Fatal(err)
		}
		return true
	}
	return false
}
