package server

import (
	"net/http"
	"strings"
	"testing"

	"ticketbell/ticket"
)

func TestPreferencesBelongToWhoeverHasThem(t *testing.T) {
	h := newHouse(t)
	for _, name := range []string{"lisi", "wangwu"} {
		h.rooms.users[name] = ticket.User{Person: ticket.Person{Username: name}, Role: ticket.Member}
	}
	lisi, wangwu := h.mine("lisi"), h.mine("wangwu")
	h.call("PATCH", "/api/v1/me/preferences", lisi, `{"hidden_columns":["took"]}`).into(t, http.StatusOK, &preferences{})
	var got preferences
	h.call("PATCH", "/api/v1/me/preferences", lisi, `{"first_steps_hidden":true}`).into(t, http.StatusOK, &got)
	if !got.FirstStepsHidden || strings.Join(got.HiddenColumns, " ") != "took" {
		t.Errorf("got %+v, want the column still hidden, and the first steps", got)
	}
	h.call("GET", "/api/v1/me/preferences", wangwu, "").into(t, http.StatusOK, &got)
	if got.FirstStepsHidden || len(got.HiddenColumns) != 0 {
		t.Errorf("got %+v of somebody else, want nothing hidden", got)
	}
	h.call("PATCH", "/api/v1/me/preferences", wangwu, `{"theme":"dark"}`).into(t, http.StatusOK, &got)
	if got.Theme != "dark" {
		t.Errorf("got the theme %q, want dark", got.Theme)
	}
	p := h.call("PATCH", "/api/v1/me/preferences", lisi, `{"hidden_columns":["salary"]}`).problem(t)
	if p.Status != http.StatusBadRequest {
		t.Errorf("a column that is none: got %d, want 400", p.Status)
	}
	if p := h.call("PATCH", "/api/v1/me/preferences", lisi, `{"theme":"sepia"}`).problem(t); p.Status != http.StatusBadRequest {
		t.Errorf("a theme that is none: got %d, want 400", p.Status)
	}
}
