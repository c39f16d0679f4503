package store_test

import (
	"fmt"
	"slices"
	"testing"

	"ticketbell/notify"
	"ticketbell/store"
	"ticketbell/ticket"
)

// switchOn turns channels on without configuring anything.
func switchOn(tb testing.TB, s *store.Store, channels ...notify.Channel) {
	tb.Helper()
	for _, ch := range channels {
		if err := s.PutChannel(tb.Context(), notify.ChannelRecord{Channel: ch, Enabled: true, Fields: []byte(`{}`)}); err != nil {
			tb.Fatal(err)
		}
	}
}

// reached lists who is reached so far.
func reached(tb testing.TB, s *store.Store, reach notify.Reach) []string {
	tb.Helper()
	users, _, err := s.People(tb.Context(), notify.PeopleFilter{Reach: reach})
	if err != nil {
		tb.Fatal(err)
	}
	names := []string{}
	for _, u := range users {
		names = append(names, u.Username)
	}
	return names
}

func TestPeopleArePickedByHowTheyAreReached(t *testing.T) {
	onEach(t, func(t engineTest, s *store.Store) {
		for _, u := range []ticket.User{
			{Person: ticket.Person{Username: "both", Email: "both@corp.com"}},
			{Person: ticket.Person{Username: "missed", Phone: "+8613800000001"}},
			{Person: ticket.Person{Username: "nothing"}},
			{Person: ticket.Person{Username: "off", Email: "off@corp.com"}, Disabled: true},
			{Person: ticket.Person{Username: "typed"}, FeishuOpenID: "ou_1"},
			{Person: ticket.Person{Username: "unasked", Phone: "+8613800000002"}},
		} {
			u.Role = ticket.Member
			createUser(t, s, u)
		}
		if got := reached(t, s, notify.ReachNone); len(got) != 5 {
			t.Errorf("got %v without any channel, want everybody who is not disabled", got)
		}
		switchOn(t, s, notify.Feishu, notify.Mail)
		miss := notify.Miss{Channel: notify.Feishu, App: "cli_a", Kind: "phone", Value: "+8613800000001", At: noon, Times: 1}
		keep := func(m notify.Miss) {
			t.Helper()
			if err := s.KeepMisses(t.Context(), []notify.Miss{m}); err != nil {
				t.Fatal(err)
			}
		}
		keep(miss)
		for reach, want := range map[notify.Reach][]string{
			notify.ReachAll: {"both"}, notify.ReachSome: {"typed", "unasked"}, notify.ReachNone: {"missed", "nothing"}, notify.ReachDisabled: {"off"},
		} {
			if got := reached(t, s, reach); !slices.Equal(got, want) {
				t.Errorf("%s: got %v, want %v", reach, got, want)
			}
		}
		census, err := s.Census(t.Context())
		if err != nil || census.Unreachable != 2 {
			t.Errorf("got %+v, %v; want the two whom nothing reaches", census, err)
		}
		for _, row := range []struct {
			on    notify.Channel
			reach notify.Reach
			want  []string
		}{
			{notify.Feishu, "", []string{"both", "typed", "unasked"}},
			{notify.Feishu, notify.ReachNone, []string{"missed", "nothing"}},
			{notify.Feishu, notify.ReachSome, nil},
			{notify.Feishu, notify.ReachDisabled, []string{"off"}},
			{notify.Mail, notify.ReachAll, []string{"both"}},
			{notify.WeCom, notify.ReachNone, []string{"nothing", "typed"}}, // also while it is off
			{"pigeon", "", nil},
		} {
			users, _, err := s.People(t.Context(), notify.PeopleFilter{Channel: row.on, Reach: row.reach})
			var got []string
			for _, u := range users {
				got = append(got, u.Username)
			}
			if err != nil || !slices.Equal(got, row.want) {
				t.Errorf("%s %s: got %v, %v, want %v", row.on, row.reach, got, err, row.want)
			}
		}
		miss.Times = 0
		keep(miss)
		if got := reached(t, s, notify.ReachNone); !slices.Equal(got, []string{"nothing"}) {
			t.Errorf("got %v after somebody was found again, want only who has no address", got)
		}
	})
}

func TestMissesAreKeptOfPeopleOnRecordAndOfTheAppAskedLast(t *testing.T) {
	onEach(t, func(t engineTest, s *store.Store) {
		createUser(t, s, ticket.User{Person: ticket.Person{Username: "a", Email: "a@corp.com", Phone: "+8613800000001"}, Role: ticket.Member})
		of := func(app, kind, value string) notify.Miss {
			return notify.Miss{Channel: notify.WeCom, App: app, Kind: kind, Value: value, At: noon, Times: 2}
		}
		kept := func(m ...notify.Miss) int {
			t.Helper()
			got, err := s.Misses(t.Context(), m)
			if err != nil {
				t.Fatal(err)
			}
			for _, k := range got {
				if !k.At.Equal(noon) || k.Times != 2 {
					t.Errorf("got %+v, want when and how often", k)
				}
			}
			return len(got)
		}
		mail, phone, stranger := of("one", "email", "a@corp.com"), of("one", "phone", "+8613800000001"), of("one", "email", "stranger@corp.com")
		if err := s.KeepMisses(t.Context(), []notify.Miss{mail, phone, stranger}); err != nil {
			t.Fatal(err)
		}
		if got := kept(mail, phone, stranger); got != 2 {
			t.Errorf("got %d kept, want those of the person on record", got)
		}
		other := of("two", "email", "a@corp.com")
		if err := s.KeepMisses(t.Context(), []notify.Miss{other}); err != nil {
			t.Fatal(err)
		}
		if old, now := kept(mail, phone), kept(other); old != 0 || now != 1 {
			t.Errorf("got %d of the old app and %d of the new, want only what the new one said", old, now)
		}
	})
}

func TestPeopleArePickedByRoleAndCountedPageByPage(t *testing.T) {
	onEach(t, func(t engineTest, s *store.Store) {
		for i := range 60 {
			role := ticket.Member
			if i%3 == 0 {
				role = ticket.Operator
			}
			createUser(t, s, ticket.User{Person: ticket.Person{Username: fmt.Sprintf("u%02d", i)}, Role: role})
		}
		f := notify.PeopleFilter{Role: ticket.Operator, Query: "u", Limit: 15}
		if n, err := s.CountPeople(t.Context(), f); err != nil || n != 20 {
			t.Errorf("got %d, %v; want 20 operators", n, err)
		}
		first, next, err := s.People(t.Context(), f)
		if err != nil || len(first) != 15 || next == "" {
			t.Fatalf("got %d people, next %q, %v; want a page and another", len(first), next, err)
		}
		f.Cursor = next
		if rest, next, err := s.People(t.Context(), f); err != nil || len(rest) != 5 || next != "" || rest[0].Username <= first[14].Username {
			t.Errorf("got %d people, next %q, %v; want the other five", len(rest), next, err)
		}
		named, _, err := s.People(t.Context(), notify.PeopleFilter{Usernames: []string{"u03", "u04", "nobody"}})
		if err != nil || len(named) != 2 {
			t.Errorf("got %v, %v; want the two who are there", named, err)
		}
	})
}
