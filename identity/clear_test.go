package identity

import (
	"errors"
	"testing"

	"ticketbell/notify"
	"ticketbell/ticket"
)

func TestWhatIsClearedIsForgottenOnEveryReplicaAndAskedAgain(t *testing.T) {
	for _, ch := range []notify.Channel{notify.Feishu, notify.WeCom} {
		t.Run(string(ch), func(t *testing.T) {
			w := newTown(t)
			u := w.hire(1)[0]
			a, b := w.replica(), w.replica()
			before := map[notify.Channel]string{notify.Feishu: "cli_a/p0000", notify.WeCom: "p0000"}[ch]
			for _, d := range []*Directory{a, b} {
				w.address(d, ch, u, before)
			}
			if err := a.Clear(t.Context(), ch, u); err != nil {
				t.Fatal(err)
			}
			for name, d := range map[string]*Directory{"where it was cleared": a, "on another replica": b} {
				eventually(t, "nothing is known "+name, func() bool { return !knows(t, d, ch, u) })
			}
			asked := w.asked()
			w.address(a, ch, u, before)
			if w.asked() == asked {
				t.Error("got the next message sent without asking")
			}
		})
	}
}

// knows reports whether d remembers what the channel's provider said of u.
func knows(t *testing.T, d *Directory, ch notify.Channel, u ticket.User) bool {
	t.Helper()
	ids, err := d.Identities(t.Context(), u)
	if err != nil {
		t.Fatal(err)
	}
	for _, id := range ids {
		if id.Channel == ch {
			return id.Reason != notify.ReasonNotAsked
		}
	}
	t.Fatalf("got %+v, want %s among them", ids, ch)
	return false
}

func TestOneChannelIsClearedAndTheOtherStays(t *testing.T) {
	u := person("li", "li@corp.com", "+8613800001234")
	_, d := open(t, u)
	if _, err := d.Resolve(t.Context(), u); err != nil {
		t.Fatal(err)
	}
	if err := d.Clear(t.Context(), notify.Feishu, u); err != nil {
		t.Fatal(err)
	}
	if knows(t, d, notify.Feishu, u) || !knows(t, d, notify.WeCom, u) {
		t.Error("got Feishu known or WeCom forgotten, want the other way round")
	}
}

func TestWhoeverIsClearedIsAStrangerUntilLookedUpAgainAlsoAfterARestart(t *testing.T) {
	li := person("li", "li@corp.com", "+8613800001234")
	o, _ := open(t, li)
	archive := &drawer{found: map[string]ticket.Person{}}
	d := opened(t, o, Options{Archive: archive})
	if _, err := d.Address(t.Context(), notify.Feishu, li); err != nil {
		t.Fatal(err)
	}
	wantWho(t, d, notify.Feishu, "cli_a/li", "li")
	if err := d.Clear(t.Context(), notify.Feishu, li); err != nil {
		t.Fatal(err)
	}
	wantWho(t, d, notify.Feishu, "cli_a/li", "")
	d.Close() // what was about to be written down is not
	if len(archive.found) != 0 {
		t.Errorf("got %v written down, want nothing of what was cleared", archive.found)
	}
}

func TestAnEnteredIDIsNotCleared(t *testing.T) {
	u := person("li", "li@corp.com", "")
	u.WeComUserID = "LiSi"
	_, d := open(t, u)
	if err := d.Clear(t.Context(), notify.WeCom, u); !errors.Is(err, notify.ErrEntered) {
		t.Errorf("got %v, want ErrEntered", err)
	}
}
