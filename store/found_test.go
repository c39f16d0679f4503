package store_test

import (
	"slices"
	"testing"
	"time"

	"ticketbell/notify"
	"ticketbell/store"
	"ticketbell/ticket"
)

func TestWhomAnIDWasFoundForIsRemembered(t *testing.T) {
	onEach(t, func(t engineTest, s *store.Store) {
		keep := func(app string, found map[string]ticket.Person) {
			t.Helper()
			must(t, s.KeepFound(t.Context(), notify.Feishu, app, found))
		}
		keep("cli_a", map[string]ticket.Person{"ou_1": {Email: "li@corp.com"}, "ou_2": {Phone: "+8613800001234"}})
		keep("cli_b", map[string]ticket.Person{"ou_1": {Email: "bo@corp.com"}})
		keep("cli_a", map[string]ticket.Person{"ou_1": {Email: "li@new.example"}}) // found by another address since
		for _, row := range []struct {
			ch      notify.Channel
			app, id string
			want    ticket.Person
		}{
			{notify.Feishu, "cli_a", "ou_1", ticket.Person{Email: "li@new.example"}},
			{notify.Feishu, "cli_a", "ou_2", ticket.Person{Phone: "+8613800001234"}},
			{notify.Feishu, "cli_b", "ou_1", ticket.Person{Email: "bo@corp.com"}},
			{notify.Feishu, "cli_b", "ou_2", ticket.Person{}},
			{notify.WeCom, "cli_a", "ou_1", ticket.Person{}},
		} {
			got, ok, err := s.FoundFor(t.Context(), row.ch, row.app, row.id)
			if err != nil || got != row.want || ok != (row.want != ticket.Person{}) {
				t.Errorf("got %+v, %t, %v behind %s of %s on %s, want %+v", got, ok, err, row.id, row.app, row.ch, row.want)
			}
		}
	})
}

func TestWhatIsNotFoundAgainForLongIsForgotten(t *testing.T) {
	onEachURL(t, func(t engineTest, url string) {
		at := noon
		c := config(url)
		c.Now = func() time.Time { return at }
		s, err := store.Open(t.Context(), c)
		if err != nil {
			t.Fatal(err)
		}
		defer func() { _ = s.Close() }()
		for _, id := range []string{"ou_old", "ou_new"} {
			must(t, s.KeepFound(t.Context(), notify.Feishu, "cli_a", map[string]ticket.Person{id: {Email: id + "@corp.com"}}))
			at = at.Add(91 * 24 * time.Hour)
		}
		for id, want := range map[string]bool{"ou_old": false, "ou_new": true} {
			if _, ok, err := s.FoundFor(t.Context(), notify.Feishu, "cli_a", id); err != nil || ok != want {
				t.Errorf("got %s remembered %t, %v, want %t", id, ok, err, want)
			}
		}
	})
}

func TestWhatWasFoundByAnAddressIsForgottenOnRequest(t *testing.T) {
	onEach(t, func(t engineTest, s *store.Store) {
		for _, app := range []string{"cli_a", "cli_b"} {
			must(t, s.KeepFound(t.Context(), notify.Feishu, app, map[string]ticket.Person{
				"ou_mail": {Email: "li@corp.com"}, "ou_tel": {Phone: "+8613800001234"}, "ou_bo": {Email: "bo@corp.com"},
			}))
		}
		must(t, s.ForgetFound(t.Context(), notify.Feishu, "cli_a", ticket.Person{Email: "li@corp.com", Phone: "+8613800001234"}))
		must(t, s.ForgetFound(t.Context(), notify.Feishu, "cli_a", ticket.Person{})) // nobody is found by nothing
		for app, left := range map[string][]string{"cli_a": {"ou_bo"}, "cli_b": {"ou_bo", "ou_mail", "ou_tel"}} {
			var got []string
			for _, id := range []string{"ou_bo", "ou_mail", "ou_tel"} {
				_, ok, err := s.FoundFor(t.Context(), notify.Feishu, app, id)
				must(t, err)
				if ok {
					got = append(got, id)
				}
			}
			if !slices.Equal(got, left) {
				t.Errorf("got %q remembered of %s, want %q", got, app, left)
			}
		}
	})
}
