package server

import (
	"net/http"
	"testing"

	"ticketbell/ticket"
)

func TestPeopleMuteTicketsForThemselvesAlone(t *testing.T) {
	h := newHouse(t)
	for _, name := range []string{"lisi", "wangwu"} {
		h.rooms.users[name] = ticket.User{Person: ticket.Person{Username: name}, Role: ticket.Member}
	}
	lisi, wangwu := h.mine("lisi"), h.mine("wangwu")
	if got := h.call("PUT", "/api/v1/me/mutes/tkt_1", lisi, ""); got.status != http.StatusNoContent {
		t.Fatalf("got %d %s, want 204", got.status, got.body)
	}
	type list struct{ Items []mutedTicket }
	var mine, others list
	h.call("GET", "/api/v1/me/mutes", lisi, "").into(t, http.StatusOK, &mine)
	equal(t, "muted by lisi", mine.Items, []mutedTicket{{"tkt_1", "1", "add an index", "Payments", noon()}})
	h.call("GET", "/api/v1/me/mutes", wangwu, "").into(t, http.StatusOK, &others)
	equal(t, "muted by wangwu", others.Items, []mutedTicket{})

	if got := h.call("DELETE", "/api/v1/me/mutes/tkt_1", lisi, ""); got.status != http.StatusNoContent {
		t.Errorf("got %d %s, want 204", got.status, got.body)
	}
	h.call("GET", "/api/v1/me/mutes", lisi, "").into(t, http.StatusOK, &mine)
	equal(t, "muted by lisi afterwards", mine.Items, []mutedTicket{})
}

func TestATicketThatIsNoneOfOnesBusinessOrOverCannotBeMuted(t *testing.T) {
	h := newHouse(t)
	h.rooms.users["lisi"] = ticket.User{Person: ticket.Person{Username: "lisi"}, Role: ticket.Member}
	for id, want := range map[string]int{"tkt_2": http.StatusNotFound, "tkt_over": http.StatusConflict} {
		if p := h.call("PUT", "/api/v1/me/mutes/"+id, h.mine("lisi"), "").problem(t); p.Status != want {
			t.Errorf("%s: got %d, want %d", id, p.Status, want)
		}
	}
}
