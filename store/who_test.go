package store_test

import (
	"errors"
	"testing"

	"ticketbell/notify"
	"ticketbell/store"
	"ticketbell/ticket"
)

func TestAPersonIsFoundByAnEnteredID(t *testing.T) {
	onEach(t, func(t engineTest, s *store.Store) {
		createUser(t, s, lisi())
		createUser(t, s, ticket.User{Person: ticket.Person{Username: "none"}, Role: ticket.Member})
		tests := []struct {
			name string
			ch   notify.Channel
			id   string
			want string
		}{
			{"open_id", notify.Feishu, "ou_1", "lisi"},
			{"userid in another case", notify.WeCom, "lisi", "lisi"},
			{"open_id in another case", notify.Feishu, "OU_1", ""},
			{"an id of the other channel", notify.WeCom, "ou_1", ""},
			{"no id", notify.Feishu, "", ""},
		}
		for _, tt := range tests {
			u, err := s.UserByID(t.Context(), tt.ch, tt.id)
			if u.Username != tt.want || errors.Is(err, store.ErrNotFound) != (tt.want == "") {
				t.Errorf("%s: got %q, %v; want %q", tt.name, u.Username, err, tt.want)
			}
		}
	})
}
