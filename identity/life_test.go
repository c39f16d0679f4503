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

// aged is an office and a directory whose time a test sets forward.
func aged(t *testing.T, users ...ticket.User) (*office, *Directory, *clock) {
	t.Helper()
	o, _ := open(t, users...)
	c := &clock{}
	d, err := Open(o, o, c.Now, Options{})
	if err != nil {
		t.Fatal(err)
	}
	t.Cleanup(d.Close)
	return o, d, c
}

func TestAHitLivesAWeekAndIsRenewedBeforeItEnds(t *testing.T) {
	u := person("li", "li@corp.com", "")
	o, d, c := aged(t, u)
	look := func(want string, calls int) {
		t.Helper()
		if got, err := d.Address(t.Context(), notify.Feishu, u); err != nil || got != want || o.asked() != calls {
			t.Errorf("got %q, %v after %d calls; want %q after %d", got, err, o.asked(), want, calls)
		}
	}
	look("cli_a/li", 1)
	c.pass(6*24*time.Hour - time.Minute)
	look("cli_a/li", 1)
	o.mu.Lock()
	o.ids["li@corp.com"] = "li-2"
	o.mu.Unlock()
	c.pass(2 * time.Minute)
	if got, err := d.Address(t.Context(), notify.Feishu, u); err != nil || got != "cli_a/li" {
		t.Errorf("in the last day: got %q, %v; want what is believed, at once", got, err)
	}
	eventually(t, "it is renewed in the background", func() bool {
		got, err := d.Address(t.Context(), notify.Feishu, u)
		return err == nil && got == "cli_a/li-2"
	})
	eventually(t, "the renewal is over", func() bool { // who asks before that waits for its answer, now a week old
		d.mu.Lock()
		defer d.mu.Unlock()
		return len(d.flights) == 0
	})
	c.pass(8 * 24 * time.Hour)
	look("cli_a/li-2", 3)
}

func TestAMissIsAskedAgainEverMoreRarely(t *testing.T) {
	u := person("who", "", "+8613911111111")
	o, d, c := aged(t, u)
	want := []int{1, 2, 4, 8, 16, 24, 24}
	for i, hours := range want {
		_, _ = d.Address(t.Context(), notify.Feishu, u)
		c.pass(time.Duration(hours)*time.Hour - time.Minute)
		_, _ = d.Address(t.Context(), notify.Feishu, u)
		if o.asked() != i+1 {
			t.Fatalf("miss %d: got %d calls a minute before %d h, want %d", i+1, o.asked(), hours, i+1)
		}
		c.pass(2 * time.Minute)
	}
	ids, err := d.Identities(t.Context(), u)
	if err != nil || ids[0].Reason != notify.ReasonNotFound || ids[0].CheckedAt.IsZero() || ids[0].Until.After(c.Now()) {
		t.Errorf("got %+v, %v; want the last answer with its time, and that it is due", ids[0], err)
	}
}

func TestAMemberWhoLeftIsOneFreshLookUpAndAnExplainedMiss(t *testing.T) {
	u := person("li", "", "+8613800001234")
	o, d, _ := aged(t, u)
	if _, err := d.Address(t.Context(), notify.WeCom, u); err != nil {
		t.Fatal(err)
	}
	delete(o.ids, u.Phone)
	d.Forget(t.Context(), notify.WeCom, u, "li-tel") // what a worker does when the provider refuses the userid
	_, _ = d.Another(t.Context(), notify.WeCom, u)
	for range 3 {
		_, err := d.Address(t.Context(), notify.WeCom, u)
		r, ok := errors.AsType[*notify.Refusal](err)
		if !ok || r.Code != notify.IdentityCode+notify.ReasonNotFound {
			t.Errorf("got %v, want %s", err, notify.ReasonNotFound)
		}
	}
	if o.asked() != 2 {
		t.Errorf("got %d calls, want one for the hit and one fresh one", o.asked())
	}
}

func TestTheDaysMissesAreBounded(t *testing.T) {
	tests := []struct {
		name            string
		headcount, want int
	}{
		{"a corp of unknown size", 0, 10},
		{"a corp of 100", 100, 10},
		{"a corp of 1,000", 1000, 100},
		{"a corp of five", 5, 1},
	}
	for _, tt := range tests {
		t.Run(tt.name, func(t *testing.T) {
			o, d, c := aged(t)
			o.headcount = tt.headcount
			if got := exhaust(t, d); got != notify.ReasonLookupBudget || o.asked() != tt.want {
				t.Errorf("got %s after %d calls, want %s after %d", got, o.asked(), notify.ReasonLookupBudget, tt.want)
			}
			if _, err := d.Address(t.Context(), notify.WeCom, person("li", "", "+8613800001234")); err == nil {
				t.Error("got an address, want nobody asked for today")
			}
			c.pass(24 * time.Hour)
			if got, err := d.Address(t.Context(), notify.WeCom, ticket.User{Person: ticket.Person{Phone: "+8613800001234"}}); err != nil || got != "li-tel" {
				t.Errorf("tomorrow: got %q, %v; want li-tel", got, err)
			}
		})
	}
}

// exhaust looks unknown people up until nobody is asked any more, and says why.
func exhaust(t *testing.T, d *Directory) string {
	t.Helper()
	for i := range 500 {
		u := ticket.User{Person: ticket.Person{Phone: fmt.Sprintf("+861370000%04d", i)}}
		_, err := d.Address(t.Context(), notify.WeCom, u)
		r, ok := errors.AsType[*notify.Refusal](err)
		if !ok {
			t.Fatalf("got %v, want it explained", err)
		}
		if r.Code != notify.IdentityCode+notify.ReasonNotFound {
			return r.Code[len(notify.IdentityCode):]
		}
	}
	return "no end"
}

func TestHitsCostNothingOfTheBudget(t *testing.T) {
	o, d, _ := aged(t)
	for i := range 50 {
		phone := fmt.Sprintf("+861380001%04d", i)
		o.ids[phone] = fmt.Sprint("u", i)
		if got, err := d.Address(t.Context(), notify.WeCom, ticket.User{Person: ticket.Person{Phone: phone}}); err != nil || got != o.ids[phone] {
			t.Errorf("got %q, %v; want %s", got, err, o.ids[phone])
		}
	}
}

func TestReplicasShareTheBudget(t *testing.T) {
	w := newTown(t)
	a, b := w.replica(), w.replica()
	for i := range 40 {
		u := ticket.User{Person: ticket.Person{Phone: fmt.Sprintf("+861370000%04d", i)}}
		_, _ = []*Directory{a, b}[i%2].Address(t.Context(), notify.WeCom, u)
	}
	if w.asked() != 10 {
		t.Errorf("got %d calls, want 10 of both together", w.asked())
	}
}

func TestALookUpThatIsSwitchedOffIsNoMiss(t *testing.T) {
	u := person("li", "", "+8613800001234")
	o, d, _ := aged(t, u)
	o.broken = unreachable(notify.ReasonLookupOff)
	ids, err := d.Resolve(t.Context(), u)
	if err != nil || ids[1].Reason != notify.ReasonLookupOff {
		t.Errorf("got %+v, %v; want %s", ids[1], err, notify.ReasonLookupOff)
	}
	o.broken = nil
	if got, err := d.Address(t.Context(), notify.WeCom, u); err != nil || got != "li-tel" {
		t.Errorf("switched on: got %q, %v; want li-tel", got, err)
	}
}

func TestAddressesAreComparedInOneForm(t *testing.T) {
	tests := []struct{ name, email, want string }{
		{"letter case and spaces", " Li@Corp.COM ", "li@corp.com"},
		{"a domain in Chinese", "li@例子.公司", "li@xn--fsqu00a.xn--55qx5d"},
		{"no domain at all", "li", "li"},
	}
	for _, tt := range tests {
		t.Run(tt.name, func(t *testing.T) {
			if got := normalEmail(tt.email); got != tt.want {
				t.Errorf("got %q, want %q", got, tt.want)
			}
		})
	}
	if got := (handle{byEmail, "li@xn--fsqu00a.xn--55qx5d"}).person().Email; got != "li@例子.公司" {
		t.Errorf("got %q, want it as people write it", got)
	}
}

func TestWhoIsBehindAnID(t *testing.T) {
	li, bo, al := person("li", "li@corp.com", "+8613800001234"), person("bo", "bo@corp.com", ""), person("al", "al@corp.com", "")
	bo.WeComUserID = "Bo"
	o, d, _ := aged(t, li, bo, al)
	for _, u := range []ticket.User{li, bo} {
		_, _ = d.Address(t.Context(), notify.Feishu, u)
		_, _ = d.Address(t.Context(), notify.WeCom, u)
	}
	asked := o.asked()
	tests := []struct {
		name    string
		ch      notify.Channel
		id      string
		want    string
		unknown bool
	}{
		{"looked up on Feishu", notify.Feishu, "cli_a/li", "li", false},
		{"looked up on WeCom, in any case", notify.WeCom, "LI-TEL", "li", false},
		{"entered", notify.WeCom, "Bo", "bo", false},
		{"by mail", notify.Mail, "al@corp.com", "al", false},
		{"a stranger", notify.Feishu, "cli_a/eve", "", true},
		{"nobody", notify.Feishu, "", "", true},
	}
	for _, tt := range tests {
		t.Run(tt.name, func(t *testing.T) {
			u, ok, err := d.Who(t.Context(), tt.ch, tt.id)
			if err != nil || u.Username != tt.want || ok == tt.unknown {
				t.Errorf("got %q, %v, %v; want %q", u.Username, ok, err, tt.want)
			}
		})
	}
	if o.asked() != asked {
		t.Errorf("got calls %v, want no provider asked who somebody is", o.calls[asked:])
	}
}

func TestAnIDIsNotTheirsAnyMoreWhenTheAddressMoved(t *testing.T) {
	li := person("li", "li@corp.com", "")
	o, d, _ := aged(t, li)
	_, _ = d.Address(t.Context(), notify.Feishu, li)
	o.ids["li@corp.com"] = "another"
	d.Edited(t.Context(), li)
	if u, ok, err := d.Who(t.Context(), notify.Feishu, "cli_a/li"); ok || err != nil {
		t.Errorf("got %s, %v, %v; want nobody", u.Username, ok, err)
	}
}

func TestWhoeverWasDisabledIsStillKnown(t *testing.T) {
	li := person("li", "li@corp.com", "")
	o, d, _ := aged(t, li)
	_, _ = d.Address(t.Context(), notify.Feishu, li)
	li.Disabled = true
	o.mu.Lock()
	o.users["li"] = li
	o.mu.Unlock()
	d.Edited(t.Context(), li)
	if u, ok, err := d.Who(t.Context(), notify.Feishu, "cli_a/li"); !ok || err != nil || !u.Disabled {
		t.Errorf("got %+v, %v, %v; want li, who is disabled", u, ok, err)
	}
}

func TestAnotherReplicaKnowsWhoIsBehindAnID(t *testing.T) {
	w := newTown(t)
	u := w.hire(1)[0]
	w.address(w.replica(), notify.Feishu, u, "cli_a/p0000")
	got, ok, err := w.replica().Who(t.Context(), notify.Feishu, "cli_a/p0000")
	if !ok || err != nil || got.Username != "p0000" {
		t.Errorf("got %s, %v, %v; want p0000", got.Username, ok, err)
	}
}

func TestAnAnswerAnotherReplicaOwesIsNotWaitedForLong(t *testing.T) {
	w := newTown(t)
	u := w.hire(1)[0]
	a, b := w.replica(), w.replica()
	l, err := a.line(t.Context(), notify.Feishu)
	if err != nil {
		t.Fatal(err)
	}
	if _, mine, err := a.shared.reserve(t.Context(), [][]place{l.places(handlesOf(notify.Feishu, u))}); err != nil || !mine[0] {
		t.Fatalf("got %v, %v; want the claim", mine, err)
	}
	w.address(b, notify.Feishu, u, "cli_a/p0000") // a died with the claim
	if w.asked() != 1 {
		t.Errorf("got %d calls, want one", w.asked())
	}
}

func TestExplainSaysHowAndUntilWhen(t *testing.T) {
	u := person("li", "li@corp.com", "+8613800001234")
	_, d, c := aged(t, u)
	ids, err := d.Resolve(t.Context(), u)
	if err != nil {
		t.Fatal(err)
	}
	want := []notify.Identity{
		{Channel: notify.Feishu, Address: "cli_a/li", Origin: "looked_up", How: "email", OK: true, CheckedAt: c.Now(), Until: c.Now().Add(hitLife)},
		{Channel: notify.WeCom, Address: "li-tel", Origin: "looked_up", How: "phone", OK: true, CheckedAt: c.Now(), Until: c.Now().Add(hitLife)},
		{Channel: notify.Mail, Address: "li@corp.com", Origin: "entered", OK: true},
	}
	if !slices.Equal(ids, want) {
		t.Errorf("got %+v, want %+v", ids, want)
	}
}

func TestAForcedLookUpThatFailsKeepsWhatIsKnown(t *testing.T) {
	u := person("li", "li@corp.com", "")
	o, d, _ := aged(t, u)
	if _, err := d.Address(t.Context(), notify.Feishu, u); err != nil {
		t.Fatal(err)
	}
	o.broken = errors.New("502")
	if ids, err := d.Resolve(t.Context(), u); err != nil || ids[0].OK {
		t.Errorf("got %+v, %v; want what went wrong", ids[0], err)
	}
	if got, err := d.Address(t.Context(), notify.Feishu, u); err != nil || got != "cli_a/li" {
		t.Errorf("got %q, %v; want what was known", got, err)
	}
}
