package identity

import (
	"errors"
	"fmt"
	"slices"
	"testing"
	"time"

	"ticketbell/notify"
	"ticketbell/ticket"
)

// visit is a directory and somebody who is asked for on WeCom.
type visit struct {
	*office
	*Directory
	t     *testing.T
	clock *clock
	u     ticket.User
}

func visitWeCom(t *testing.T, u ticket.User) *visit {
	t.Helper()
	o, d, c := aged(t, u)
	return &visit{o, d, t, c, u}
}

// found fails the test unless ask leads to want, with that many calls made so far.
func (v *visit) found(how string, ask func() (string, error), want string, calls int) {
	v.t.Helper()
	if got, err := ask(); err != nil || got != want || v.asked() != calls {
		v.t.Errorf("%s: got %q, %v after %d calls; want %q after %d", how, got, err, v.asked(), want, calls)
	}
}

// missed fails the test unless ask finds nobody, with that many calls made so far.
func (v *visit) missed(how string, ask func() (string, error), calls int) {
	v.t.Helper()
	got, err := ask()
	r, ok := errors.AsType[*notify.Refusal](err)
	if !ok || r.Code != notify.IdentityCode+notify.ReasonNotFound || v.asked() != calls {
		v.t.Errorf("%s: got %q, %v after %d calls; want %s after %d", how, got, err, v.asked(), notify.ReasonNotFound, calls)
	}
}

func (v *visit) address() (string, error) { return v.Address(v.t.Context(), notify.WeCom, v.u) }
func (v *visit) another() (string, error) { return v.Another(v.t.Context(), notify.WeCom, v.u) }
func (v *visit) afresh() (string, error) {
	return v.Afresh(v.t.Context(), notify.WeCom, v.u, v.clock.Now())
}
func (v *visit) refused(address string) { v.Forget(v.t.Context(), notify.WeCom, v.u, address) }

func TestARefusalIsNeverRememberedOfAnEnteredID(t *testing.T) {
	for ch, u := range map[notify.Channel]ticket.User{
		notify.WeCom:  {Person: ticket.Person{Username: "li"}, Role: ticket.Member, WeComUserID: "Li"},
		notify.Feishu: {Person: ticket.Person{Username: "li"}, Role: ticket.Member, FeishuOpenID: "Li"},
	} {
		o, d, _ := aged(t, u)
		for range 3 {
			d.Forget(t.Context(), ch, u, "Li")
			if got, err := d.Another(t.Context(), ch, u); err != nil || got != "Li" {
				t.Errorf("%s, once more: got %q, %v; want what was entered", ch, got, err)
			}
			d.Forget(t.Context(), ch, u, "Li")
			if got, err := d.Address(t.Context(), ch, u); err != nil || got != "Li" {
				t.Errorf("%s, the next event: got %q, %v; want what was entered", ch, got, err)
			}
		}
		ids, err := d.Identities(t.Context(), u)
		if i := slices.Index(notify.Channels(), ch); err != nil || !ids[i].OK || ids[i].Address != "Li" {
			t.Errorf("%s: got %+v, %v; want it reachable", ch, ids[i], err)
		}
		if o.asked() != 0 {
			t.Errorf("%s: got %d calls, want nobody asked", ch, o.asked())
		}
	}
}

func TestARefusedEnteredIDGivesWayToTheOneFoundByPhoneForThatEvent(t *testing.T) {
	u := person("li", "", "+8613800001234")
	u.WeComUserID = "gone"
	v := visitWeCom(t, u)
	v.found("at first", v.address, "gone", 0)
	v.refused("gone")
	v.found("once more", v.another, "li-tel", 1)
	v.found("the next event", v.address, "gone", 1)
	v.refused("gone")
	v.found("once more", v.another, "li-tel", 1) // what was looked up is still believed
}

func TestAnEnteredIDIsTriedAgainWhenNobodyIsFoundByPhone(t *testing.T) {
	u := person("li", "", "+8613911111111")
	u.WeComUserID = "Li"
	v := visitWeCom(t, u)
	v.refused("Li")
	v.found("once more", v.another, "Li", 1)
	v.found("the next event", v.address, "Li", 1)
	v.broken = errors.New("502")
	v.clock.pass(2 * time.Hour)
	if got, err := v.another(); err == nil {
		t.Errorf("got %q while nobody can be asked, want it to be tried again", got)
	}
}

func TestARefusedIDThatWasLookedUpIsLookedUpAfreshOnce(t *testing.T) {
	v := visitWeCom(t, person("li", "", "+8613800001234"))
	v.found("at first", v.address, "li-tel", 1)
	v.refused("LI-TEL") // WeCom writes userids in lower case (wecom.md 4.4)
	v.ids["+8613800001234"] = "li-new"
	v.found("once more", v.another, "li-new", 2)
	v.refused("li-tel") // an answer that was late
	v.found("the next event", v.address, "li-new", 2)
}

func TestOnlyAFreshLookUpsOwnMissIsRemembered(t *testing.T) {
	v := visitWeCom(t, person("li", "", "+8613800001234"))
	v.found("at first", v.address, "li-tel", 1)
	delete(v.ids, "+8613800001234")
	v.refused("li-tel")
	v.missed("once more", v.another, 2)
	v.clock.pass(59 * time.Minute)
	v.missed("within the hour", v.address, 2)
	v.clock.pass(2 * time.Minute)
	v.missed("after the hour", v.address, 3)
	v.clock.pass(119 * time.Minute)
	v.missed("within two hours more", v.address, 3)
	v.clock.pass(2 * time.Minute)
	v.ids["+8613800001234"] = "li-tel"
	v.found("after them", v.address, "li-tel", 4)
}

// TestARefusalAsksNobodyTwice: that the phone led nowhere stays believed, else one
// person whom WeCom refuses would use up the day's look-ups of everybody.
func TestARefusalAsksNobodyTwice(t *testing.T) {
	v := visitWeCom(t, person("li", "li@corp.com", "+8613911111111"))
	v.found("by mail", v.address, "li", 2)
	v.refused("li")
	v.found("once more", v.another, "li", 3)
}

func TestWhatLiftsARememberedMiss(t *testing.T) {
	for name, lift := range map[string]func(v *visit){
		"resolve": func(v *visit) {
			if _, err := v.Resolve(v.t.Context(), v.u); err != nil {
				v.t.Fatal(err)
			}
		},
		"an edit":      func(v *visit) { v.Edited(v.t.Context(), v.u) },
		"sent by hand": func(v *visit) { _, _ = v.afresh() },
		"sent by hand, all of a kind": func(v *visit) {
			then := v.clock.Now()
			for range 50 {
				_, _ = v.Afresh(v.t.Context(), notify.WeCom, v.u, then)
			}
		},
	} {
		t.Run(name, func(t *testing.T) {
			v := visitWeCom(t, person("li", "", "+8613911111111"))
			v.missed("at first", v.address, 1)
			v.clock.pass(time.Minute)
			v.missed("remembered", v.address, 1)
			v.ids["+8613911111111"] = "li"
			lift(v)
			if got, err := v.address(); err != nil || got != "li" {
				t.Errorf("got %q, %v; want li", got, err)
			}
		})
	}
}

// TestAMissByHandCountsFromTheFirst: whoever asks by hand does not silence the person
// for longer and longer, and many deliveries sent by hand ask once.
func TestAMissByHandCountsFromTheFirst(t *testing.T) {
	v := visitWeCom(t, person("li", "", "+8613911111111"))
	for i := range 4 {
		v.missed(fmt.Sprint("hand ", i), v.afresh, i+1)
		v.clock.pass(time.Minute)
	}
	if _, err := v.Resolve(t.Context(), v.u); err != nil || v.asked() != 6 { // on Feishu as well
		t.Fatalf("got %v after %d calls, want it asked", err, v.asked())
	}
	then := v.clock.Now().Add(-time.Second)
	for range 10 {
		v.missed("of one batch", func() (string, error) { return v.Afresh(t.Context(), notify.WeCom, v.u, then) }, 6)
	}
	v.clock.pass(61 * time.Minute)
	v.missed("after an hour", v.address, 7)
}

func TestAMissLiftedOnOneReplicaIsLiftedOnAll(t *testing.T) {
	w := newTown(t)
	u := person("li", "", "+8613911111111")
	w.users["li"] = u
	a, b := w.replica(), w.replica()
	for _, d := range []*Directory{a, b} {
		if got, err := d.Address(t.Context(), notify.WeCom, u); err == nil {
			t.Fatalf("got %q, want nobody", got)
		}
	}
	w.office.mu.Lock()
	w.ids["+8613911111111"] = "li"
	w.office.mu.Unlock()
	if got, err := a.Afresh(t.Context(), notify.WeCom, u, time.Now()); err != nil || got != "li" {
		t.Fatalf("got %q, %v; want li", got, err)
	}
	eventually(t, "b hears of it", func() bool {
		got, err := b.Address(t.Context(), notify.WeCom, u)
		return err == nil && got == "li"
	})
}
