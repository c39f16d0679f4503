package identity

import (
	"context"
	"fmt"
	"log/slog"
	"maps"
	"sync"
	"testing"
	"time"

	"ticketbell/notify"
	"ticketbell/ticket"
)

// drawer is an archive of one app.
type drawer struct {
	mu    sync.Mutex
	found map[string]ticket.Person
}

func (d *drawer) KeepFound(_ context.Context, _ notify.Channel, _ string, found map[string]ticket.Person) error {
	d.mu.Lock()
	defer d.mu.Unlock()
	maps.Copy(d.found, found)
	return nil
}

func (d *drawer) FoundFor(_ context.Context, _ notify.Channel, _, id string) (ticket.Person, bool, error) {
	d.mu.Lock()
	defer d.mu.Unlock()
	p, ok := d.found[id]
	return p, ok, nil
}

func (d *drawer) ForgetFound(_ context.Context, _ notify.Channel, _ string, p ticket.Person) error {
	d.mu.Lock()
	defer d.mu.Unlock()
	maps.DeleteFunc(d.found, func(_ string, by ticket.Person) bool { return by.Same(p) })
	return nil
}

// staff is everybody on one page.
type staff []ticket.User

func (s staff) Users(context.Context, string, int, string) ([]ticket.User, string, error) {
	return s, "", nil
}

// opened is a directory of the office that ends with the test.
func opened(t *testing.T, o *office, opt Options) *Directory {
	t.Helper()
	opt.Log = slog.New(slog.DiscardHandler)
	d, err := Open(o, o, time.Now, opt)
	if err != nil {
		t.Fatal(err)
	}
	t.Cleanup(d.Close)
	return d
}

func wantWho(t *testing.T, d *Directory, ch notify.Channel, id, want string) {
	t.Helper()
	u, ok, err := d.Who(t.Context(), ch, id)
	if err != nil || ok != (want != "") || ok && u.Username != want {
		t.Errorf("got %q, %t, %v behind %s; want %q", u.Username, ok, err, id, want)
	}
}

func TestWhoeverWasFoundIsKnownAfterARestart(t *testing.T) {
	li, bo := person("li", "li@corp.com", "+8613800001234"), person("bo", "bo@corp.com", "")
	o, _, _ := aged(t, li, bo)
	archive := &drawer{found: map[string]ticket.Person{}}
	before := opened(t, o, Options{Archive: archive})
	for _, ch := range []notify.Channel{notify.Feishu, notify.WeCom} {
		if _, err := before.Address(t.Context(), ch, li); err != nil {
			t.Fatal(err)
		}
	}
	before.Close() // what was found a moment ago is written down
	after := opened(t, o, Options{Archive: archive})
	wantWho(t, after, notify.Feishu, "cli_a/li", "li")
	wantWho(t, after, notify.WeCom, "LI-TEL", "li")
	wantWho(t, after, notify.Feishu, "cli_a/eve", "")
	o.mu.Lock()
	o.ids["li@corp.com"] = "another"
	o.mu.Unlock()
	wantWho(t, opened(t, o, Options{Archive: archive}), notify.Feishu, "cli_a/li", "") // it is not theirs any more
}

func TestSomebodyNeverLookedUpIsFoundWhenTheyWrite(t *testing.T) {
	var people []ticket.User
	for i := range 120 {
		name := fmt.Sprintf("p%03d", i)
		people = append(people, person(name, name+"@corp.com", ""))
	}
	o, _, _ := aged(t, people...)
	for _, u := range people {
		o.ids[u.Email] = u.Username
	}
	d := opened(t, o, Options{Roster: staff(people)})
	wantWho(t, d, notify.Feishu, "cli_a/p119", "p119")
	if got := o.asked(); got != 3 {
		t.Errorf("got %d calls for 120 people, want 3", got)
	}
	wantWho(t, d, notify.Feishu, "cli_a/p007", "p007")
	wantWho(t, d, notify.Feishu, "cli_a/eve", "")
	if got := o.asked(); got != 3 {
		t.Errorf("got %d calls, want none for whoever was met on the way, nor for a stranger", got)
	}
	d.Edited(t.Context(), people[5])
	wantWho(t, d, notify.Feishu, "cli_a/p005", "p005")
}

func TestOnWeComOnlyTheNamesakeIsLookedUp(t *testing.T) {
	li, bo := person("li", "", "+8613800001234"), person("bo", "", "+8613800005678")
	o, _, _ := aged(t, li, bo)
	o.ids["+8613800001234"], o.ids["+8613800005678"] = "Li", "somebody-else"
	d := opened(t, o, Options{Roster: staff{li, bo}})
	wantWho(t, d, notify.WeCom, "Li", "li")
	wantWho(t, d, notify.WeCom, "bo", "") // whose userid is another
	asked := o.asked()
	for range 3 {
		wantWho(t, d, notify.WeCom, "eve", "")
	}
	if got := o.asked(); asked != 2 || got != asked {
		t.Errorf("got %d calls and %d more, want one for each namesake and none for a stranger", asked, got-asked)
	}
}
