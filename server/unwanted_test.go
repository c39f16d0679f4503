package server

import (
	"net/http"
	"strings"
	"testing"

	"ticketbell/access"
	"ticketbell/ticket"
)

func TestPeopleSwitchNewsOffButNotWhatWaitsForThem(t *testing.T) {
	h := newHouse(t)
	h.rooms.users["lisi"] = ticket.User{Person: ticket.Person{Username: "lisi"}, Role: ticket.Member}
	admin, lisi := h.token(access.Everything), h.mine("lisi")
	for _, row := range []struct {
		path, token, body, shown string
		kept                     ticket.Unwanted
	}{
		{"/api/v1/me", lisi, `{"events":{"copied":false}}`, `"events":{"to_do":true,"created":true,"handled":true,"copied":false}`, ticket.Unwanted{Copied: true}},
		{"/api/v1/me", lisi, `{"events":{"to_do":true,"created":false}}`, `"events":{"to_do":true,"created":false,"handled":true,"copied":false}`, ticket.Unwanted{Created: true, Copied: true}},
		{"/api/v1/me", lisi, `{"name":"李四"}`, `"copied":false`, ticket.Unwanted{Created: true, Copied: true}},
		{"/api/v1/users/lisi", admin, `{"events":{"created":true,"copied":true,"handled":false}}`, `"events":{"to_do":true,"created":true,"handled":false,"copied":true}`, ticket.Unwanted{Handled: true}},
	} {
		got := h.call("PATCH", row.path, row.token, row.body)
		if got.status != http.StatusOK || !strings.Contains(got.body, row.shown) || h.rooms.users["lisi"].Unwanted != row.kept {
			t.Errorf("%s: got %d %s and %+v kept, want %s", row.body, got.status, got.body, h.rooms.users["lisi"].Unwanted, row.shown)
		}
	}
	for _, row := range []struct{ method, path, token, body string }{
		{"PATCH", "/api/v1/me", lisi, `{"events":{"to_do":false}}`},
		{"PATCH", "/api/v1/users/lisi", admin, `{"events":{"to_do":false}}`},
		{"POST", "/api/v1/users", admin, `{"username":"wangwu","events":{"to_do":false}}`},
	} {
		p := h.call(row.method, row.path, row.token, row.body).problem(t)
		if p.Status != http.StatusBadRequest || len(p.Errors) != 1 || p.Errors[0].Field != "events.to_do" || !strings.HasPrefix(p.Errors[0].Message, "cannot be switched off") {
			t.Errorf("%s %s: got %d %+v, want events.to_do refused with why", row.method, row.path, p.Status, p.Errors)
		}
	}
}
