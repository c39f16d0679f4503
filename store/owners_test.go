package store_test

import (
	"slices"
	"testing"

	"ticketbell/notify"
	"ticketbell/store"
	"ticketbell/ticket"
)

func TestTheOwnersOfWhatSomebodyWantsAreAllNamed(t *testing.T) {
	onEach(t, func(t engineTest, s *store.Store) {
		createUser(t, s, lisi())
		createUser(t, s, ticket.User{Person: ticket.Person{Username: "bo", Email: "bo@corp.com"}, Role: ticket.Member})
		wants := ticket.User{Person: ticket.Person{Username: "al", Email: "BO@corp.com", Phone: "13800001234"}, FeishuOpenID: "ou_1", WeComUserID: "free"}
		got, err := s.Owners(t.Context(), wants)
		want := []notify.Taken{{Field: "email", By: "bo"}, {Field: "phone", By: "lisi"}, {Field: "feishu_open_id", By: "lisi"}}
		if err != nil || !slices.Equal(got, want) {
			t.Errorf("got %v, %v; want %v", got, err, want)
		}
		got, err = s.Owners(t.Context(), ticket.User{Person: ticket.Person{Username: "LiSi"}})
		if err != nil || !slices.Equal(got, []notify.Taken{{Field: "username", By: "lisi"}}) {
			t.Errorf("got %v, %v; want a username in other letters taken by lisi", got, err)
		}
		if own, err := s.Owners(t.Context(), lisi()); err != nil || len(own) != 0 {
			t.Errorf("got %v, %v; want nobody else to have what is one's own", own, err)
		}
	})
}
