package store_test

import (
	"errors"
	"fmt"
	"slices"
	"testing"

	"github.com/google/go-cmp/cmp"

	"ticketbell/store"
	"ticketbell/ticket"
)

func lisi() ticket.User {
	return ticket.User{
		Person:      ticket.Person{Username: "lisi", Name: "李四", Email: "Li.Si@Corp.com", Phone: "138 0000 1234"},
		WeComUserID: "LiSi", FeishuOpenID: "ou_1", Language: "zh", Timezone: "Europe/Berlin", Role: ticket.Admin,
	}
}

func createUser(tb testing.TB, s *store.Store, u ticket.User) {
	tb.Helper()
	if err := s.CreateUser(tb.Context(), u); err != nil {
		tb.Fatal(err)
	}
}

func TestAUserIsKeptInOneSpelling(t *testing.T) {
	onEach(t, func(t engineTest, s *store.Store) {
		createUser(t, s, lisi())
		want := lisi()
		want.Email, want.Phone = "li.si@corp.com", "+8613800001234"
		got, err := s.User(t.Context(), "lisi")
		if diff := cmp.Diff(want, got); diff != "" || err != nil {
			t.Errorf("%v, user (-want +got):\n%s", err, diff)
		}
		want.Name, want.Phone, want.Disabled, want.Role, want.Timezone = "李四 (DBA)", "", true, ticket.Member, "Asia/Tokyo"
		if err := s.UpdateUser(t.Context(), want); err != nil {
			t.Fatal(err)
		}
		if got, err := s.User(t.Context(), "lisi"); err != nil || got != want {
			t.Errorf("got %+v, %v after the update, want %+v", got, err, want)
		}
		if err := s.DeleteUser(t.Context(), "lisi"); err != nil {
			t.Fatal(err)
		}
		if _, err := s.User(t.Context(), "lisi"); !errors.Is(err, store.ErrNotFound) {
			t.Errorf("got %v after the deletion, want ErrNotFound", err)
		}
	})
}

func TestAnUnknownUserIsNotFound(t *testing.T) {
	onEach(t, func(t engineTest, s *store.Store) {
		_, readErr := s.User(t.Context(), "nobody")
		for what, err := range map[string]error{
			"read": readErr, "update": s.UpdateUser(t.Context(), lisi()), "delete": s.DeleteUser(t.Context(), "nobody"),
		} {
			if !errors.Is(err, store.ErrNotFound) {
				t.Errorf("%s: got %v, want ErrNotFound", what, err)
			}
		}
	})
}

func TestAUserThatCannotBeKeptIsRefused(t *testing.T) {
	onEach(t, func(t engineTest, s *store.Store) {
		for what, p := range map[string]ticket.Person{
			"no username": {Name: "李四"}, "no phone number": {Username: "x", Phone: "12"},
		} {
			if err := s.CreateUser(t.Context(), ticket.User{Person: p}); err == nil {
				t.Errorf("%s: got no error", what)
			}
		}
	})
}

func TestWhatSomebodyElseHasIsTaken(t *testing.T) {
	for _, tc := range []struct {
		field string
		user  ticket.User
	}{
		{"username", ticket.User{Person: ticket.Person{Username: "lisi"}}},
		{"username", ticket.User{Person: ticket.Person{Username: "LiSi"}}},
		{"email", ticket.User{Person: ticket.Person{Username: "x", Email: "LI.SI@corp.com "}}},
		{"phone", ticket.User{Person: ticket.Person{Username: "x", Phone: "+86 13800001234"}}},
		{"wecom_userid", ticket.User{Person: ticket.Person{Username: "x"}, WeComUserID: "LiSi"}},
		{"feishu_open_id", ticket.User{Person: ticket.Person{Username: "x"}, FeishuOpenID: "ou_1"}},
	} {
		t.Run(tc.field, func(t *testing.T) {
			onEach(t, func(t engineTest, s *store.Store) {
				createUser(t, s, lisi())
				taken := func(err error) {
					t.Helper()
					got, ok := errors.AsType[*store.Taken](err)
					if !ok || *got != (store.Taken{Field: tc.field, By: "lisi"}) {
						t.Errorf("got %v, want %s taken by lisi", err, tc.field)
					}
				}
				taken(s.CreateUser(t.Context(), tc.user))
				if tc.field == "username" {
					return
				}
				createUser(t, s, ticket.User{Person: ticket.Person{Username: "x"}})
				createUser(t, s, ticket.User{Person: ticket.Person{Username: "y"}}) // to have nothing is not to have the same
				taken(s.UpdateUser(t.Context(), tc.user))
				if err := s.UpdateUser(t.Context(), lisi()); err != nil {
					t.Errorf("got %v, want everybody free to keep their own", err)
				}
			})
		})
	}
}

func TestUsersAreListedByPages(t *testing.T) {
	onEach(t, func(t engineTest, s *store.Store) {
		for i := range 5 {
			createUser(t, s, ticket.User{Person: ticket.Person{
				Username: fmt.Sprint("u", i), Name: fmt.Sprint("用户", i), Email: fmt.Sprintf("mail%d@corp.com", i), Phone: fmt.Sprint("1380000123", i),
			}, WeComUserID: fmt.Sprint("WX_", i), FeishuOpenID: fmt.Sprint("ou_Abc", i)})
		}
		var got []string
		after := ""
		for page := 0; page == 0 || after != ""; page++ {
			users, next, err := s.Users(t.Context(), "", 2, after)
			if err != nil || page > 2 {
				t.Fatalf("got page %d, %v, want three", page+1, err)
			}
			for _, u := range users {
				got = append(got, u.Username)
			}
			after = next
		}
		if want := []string{"u0", "u1", "u2", "u3", "u4"}; !slices.Equal(got, want) {
			t.Errorf("got %v, want %v", got, want)
		}
		for _, q := range []string{"U3", "用户3", "MAIL3@", "+8613800001233", "wx_3", "OU_abc3"} {
			users, _, err := s.Users(t.Context(), q, 0, "")
			if err != nil || len(users) != 1 || users[0].Username != "u3" {
				t.Errorf("q %q: got %+v, %v, want u3", q, users, err)
			}
		}
	})
}

func TestPeopleAreMatchedByUsernameThenEmailThenPhone(t *testing.T) {
	onEach(t, func(t engineTest, s *store.Store) {
		createUser(t, s, lisi())
		createUser(t, s, ticket.User{Person: ticket.Person{Username: "wangwu", Phone: "+12125550123"}, Role: ticket.Member, Disabled: true})
		stranger := ticket.Person{Username: "zhaoliu", Name: "赵六", Email: "Zhao@Corp.com", Phone: "13900001111"}

		got, err := s.Match(t.Context(), []ticket.Person{
			{Username: "lisi", Name: "somebody", Email: "old@corp.com"},
			{Email: "LI.SI@CORP.COM"},
			{Phone: "0086-138-0000-1234"},
			{Username: "wangwu", Name: "王五", Email: "li.si@corp.com"},
			{Username: "unknown", Email: "li.si@corp.com", Phone: "+12125550123"},
			{Username: "unknown", Phone: "+1 (212) 555-0123"},
			{Name: "李四"},
			stranger,
			{},
		})
		if err != nil {
			t.Fatal(err)
		}
		known := lisi()
		known.Email, known.Phone = "li.si@corp.com", "+8613800001234"
		wangwu := ticket.User{Person: ticket.Person{Username: "wangwu", Phone: "+12125550123"}, Role: ticket.Member, Disabled: true}
		named := wangwu
		named.Name, named.Email = "王五", "li.si@corp.com"
		stranger.Email, stranger.Phone = "zhao@corp.com", "+8613900001111"
		want := []ticket.User{
			known, known, known, named, known, wangwu, {Person: ticket.Person{Name: "李四"}}, {Person: stranger}, {},
		}
		if diff := cmp.Diff(want, got); diff != "" {
			t.Errorf("match (-want +got):\n%s", diff)
		}
		if none, err := s.Match(t.Context(), nil); err != nil || len(none) != 0 {
			t.Errorf("got %v, %v for nobody, want nobody", none, err)
		}
	})
}

func TestSomebodyIsFoundAsOthersSpellThem(t *testing.T) {
	onEach(t, func(t engineTest, s *store.Store) {
		createUser(t, s, lisi())
		createUser(t, s, ticket.User{Person: ticket.Person{Username: "Kate"}, Role: ticket.Member})
		for name, want := range map[string]string{"lisi": "lisi", "LiSi": "lisi", "KATE": "Kate", "\u212aate": "", "l%": "", "": ""} {
			u, err := s.UserNamed(t.Context(), name)
			if u.Username != want || (want == "" && !errors.Is(err, store.ErrNotFound)) {
				t.Errorf("%q: got %q, %v, want %q", name, u.Username, err, want)
			}
		}
		for email, want := range map[string]string{"li.si@corp.com": "lisi", "Li.Si@CORP.com": "lisi", "l@corp.com": "", "": ""} {
			u, err := s.UserByEmail(t.Context(), email)
			if u.Username != want || (want == "" && !errors.Is(err, store.ErrNotFound)) {
				t.Errorf("%q: got %q, %v, want %q", email, u.Username, err, want)
			}
		}
	})
}
