package identity

import (
	"context"
	"errors"
	"fmt"
	"slices"
	"testing"
	"time"

	"ticketbell/notify"
	"ticketbell/ticket"
)

// ledger keeps misses as the store does, for everybody.
type ledger struct {
	kept   map[string]notify.Miss
	asked  int
	broken error
}

func (l *ledger) key(m notify.Miss) string { return string(m.Channel) + m.App + m.Kind + m.Value }

func (l *ledger) KeepMisses(_ context.Context, answers []notify.Miss) error {
	for _, m := range answers {
		if delete(l.kept, l.key(m)); m.Times > 0 {
			l.kept[l.key(m)] = m
		}
	}
	return l.broken
}

func (l *ledger) Misses(_ context.Context, asked []notify.Miss) (kept []notify.Miss, err error) {
	l.asked++
	for _, m := range asked {
		if k, ok := l.kept[l.key(m)]; ok {
			kept = append(kept, k)
		}
	}
	return kept, l.broken
}

func TestWhomNobodyFoundIsRememberedOverARestart(t *testing.T) {
	u := person("who", "who@corp.com", "+8613911111111")
	o, _ := open(t, u)
	book := &ledger{kept: map[string]notify.Miss{}}
	started := func() *Directory { return build(o, o, time.Now, Options{Meter: deaf{}, Misses: book}, nil) }
	if _, err := started().Address(t.Context(), notify.Feishu, u); err == nil || len(book.kept) != 2 {
		t.Fatalf("got %v and %v kept, want nobody found by either address", err, book.kept)
	}
	calls := o.asked()
	d := started()
	if ids, err := d.Identities(t.Context(), u); err != nil || ids[0].Reason != notify.ReasonNotFound || ids[0].CheckedAt.IsZero() {
		t.Errorf("got %+v, %v after a restart; want what was answered before", ids[0], err)
	}
	if _, err := d.Address(t.Context(), notify.Feishu, u); err == nil || o.asked() != calls {
		t.Errorf("got %v after %d more calls, want the provider left alone", err, o.asked()-calls)
	}
	d.Edited(t.Context(), u)
	if len(book.kept) != 0 {
		t.Errorf("got %v kept of somebody whose record changed, want nothing", book.kept)
	}
}

func TestWhoeverIsFoundAgainIsStruckOut(t *testing.T) {
	u := person("li", "", "+8613800001234")
	o, _ := open(t, u)
	delete(o.ids, "+8613800001234")
	book := &ledger{kept: map[string]notify.Miss{}}
	d := build(o, o, time.Now, Options{Meter: deaf{}, Misses: book}, nil)
	_, _ = d.Address(t.Context(), notify.WeCom, u)
	if len(book.kept) != 1 {
		t.Fatalf("got %v kept, want the miss", book.kept)
	}
	o.ids["+8613800001234"] = "li-tel"
	if _, err := d.Resolve(t.Context(), u); err != nil {
		t.Fatal(err)
	}
	for _, m := range book.kept {
		if m.Channel == notify.WeCom {
			t.Errorf("got %+v still kept, want it struck out", m)
		}
	}
}

func TestALedgerThatIsAwayKeepsNobodyFromBeingFound(t *testing.T) {
	u := person("li", "li@corp.com", "")
	o, _ := open(t, u)
	d := build(o, o, time.Now, Options{Meter: deaf{}, Misses: &ledger{kept: map[string]notify.Miss{}, broken: errors.New("disk full")}}, nil)
	if got, err := d.Address(t.Context(), notify.Feishu, u); err != nil || got != "cli_a/li" {
		t.Errorf("got %q, %v; want them found all the same", got, err)
	}
}

func TestTheChancesCountTheMissesOfToday(t *testing.T) {
	u := person("who", "", "+8613911111111")
	o, d := open(t, u)
	o.headcount = 1200
	_, _ = d.Address(t.Context(), notify.WeCom, u)
	want := notify.Chances{Feishu: true, WeCom: true, MissesAllowed: 120, Misses: 1}
	if got, err := d.Chances(t.Context()); err != nil || got != want {
		t.Errorf("got %+v, %v; want %+v", got, err, want)
	}
}

func TestOfAPageOfPeopleTheLedgerIsAskedOnceForEachChannel(t *testing.T) {
	lost, found := person("lost", "lost@corp.com", "+8613911111111"), person("li", "li@corp.com", "")
	entered, gone, hired := person("hand", "hand@corp.com", ""), person("gone", "gone@corp.com", ""), person("new", "new@corp.com", "")
	entered.FeishuOpenID, gone.Disabled = "ou_hand", true
	o, _ := open(t, lost, found)
	book := &ledger{kept: map[string]notify.Miss{}}
	started := func() *Directory { return build(o, o, time.Now, Options{Meter: deaf{}, Misses: book}, nil) }
	if _, err := started().Resolve(t.Context(), lost); err != nil {
		t.Fatal(err)
	}
	d := started()
	if _, err := d.Address(t.Context(), notify.Feishu, found); err != nil {
		t.Fatal(err)
	}
	before := book.asked
	all := d.IdentitiesOf(t.Context(), []ticket.User{lost, found, entered, gone, hired})
	if asked := book.asked - before; asked != 2 {
		t.Errorf("got the ledger asked %d times, want once for Feishu and once for WeCom", asked)
	}
	var got []string
	for _, ids := range all {
		got = append(got, fmt.Sprint(ids[0].Address, ids[0].Reason))
	}
	want := []string{notify.ReasonNotFound, "cli_a/li", "ou_hand", notify.ReasonDisabled, notify.ReasonNotAsked}
	if !slices.Equal(got, want) {
		t.Errorf("got %q on Feishu, want %q", got, want)
	}
}
