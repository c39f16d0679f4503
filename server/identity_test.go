package server

import (
	"fmt"
	"net/http"
	"slices"
	"testing"
	"time"

	"ticketbell/access"
	"ticketbell/notify"
	"ticketbell/ticket"
)

func TestWhatWasLookedUpIsClearedAndWhatWasEnteredIsNot(t *testing.T) {
	h := newHouse(t, as(&access.Principal{Username: "wangwu", Role: access.Operator}))
	h.rooms.users["lisi"] = ticket.User{Person: ticket.Person{Username: "lisi"}, WeComUserID: "LiSi", Role: ticket.Member}
	clearing := func(path string) answer { return h.call("DELETE", "/api/v1/users/"+path, "", "") }
	if got := clearing("lisi/identities/feishu"); got.status != http.StatusNoContent {
		t.Errorf("got %d %s, want 204", got.status, got.body)
	}
	if want := []string{"feishu lisi"}; !slices.Equal(h.rooms.cleared, want) {
		t.Errorf("got %q cleared, want %q", h.rooms.cleared, want)
	}
	p := clearing("lisi/identities/wecom").problem(t)
	if p.Status != http.StatusConflict || len(p.Errors) != 1 || p.Errors[0].Code != "entered" {
		t.Errorf("got %d %+v of an id entered by hand, want 409 and why", p.Status, p.Errors)
	}
	if p := clearing("lisi/identities/mail").problem(t); p.Status != http.StatusBadRequest {
		t.Errorf("got %d of mail, which looks nobody up; want 400", p.Status)
	}
	if p := clearing("nobody/identities/feishu").problem(t); p.Code != codeNotFound {
		t.Errorf("got %s of somebody unknown, want %s", p.Code, codeNotFound)
	}
	var noted []string
	for _, e := range h.rooms.noted {
		noted = append(noted, fmt.Sprintf("%s %s %s %v", e.Actor, e.Action, e.Object, e.Fields))
	}
	if want := []string{"wangwu clear-identity lisi [feishu]"}; !slices.Equal(noted, want) {
		t.Errorf("got %q in the audit log, want %q", noted, want)
	}
}

func TestAnIdentityTellsItsLastDeliveryToWhoeverMayReadDeliveries(t *testing.T) {
	h := newHouse(t)
	h.rooms.users["lisi"] = ticket.User{Person: ticket.Person{Username: "lisi", Email: "lisi@corp.com"}, Role: ticket.Member}
	h.rooms.deliveries = []notify.Delivery{
		{ID: "dlv_1", Person: "lisi", Channel: notify.Feishu, Status: notify.Accepted, CreatedAt: noon()},
		{ID: "dlv_2", Person: "lisi", Channel: notify.Mail, Status: notify.Dead, CreatedAt: noon().Add(time.Minute)},
		{ID: "dlv_3", Person: "bo", Channel: notify.Mail, Status: notify.Accepted, CreatedAt: noon()},
	}
	var got struct{ Items []explainedIdentity }
	h.asRoot("GET", "/api/v1/users/lisi/identities", "").into(t, http.StatusOK, &got)
	want := lastDelivery{"dlv_2", notify.Dead, noon().Add(time.Minute)}
	if len(got.Items) != 1 || got.Items[0].Last == nil || *got.Items[0].Last != want {
		t.Errorf("got %+v, want %+v by mail", got.Items, want)
	}
	got.Items = nil
	h.call("GET", "/api/v1/users/lisi/identities", h.token(access.UsersRead), "").into(t, http.StatusOK, &got)
	if len(got.Items) != 1 || got.Items[0].Last != nil {
		t.Errorf("got %+v without deliveries:read, want no delivery", got.Items)
	}
}
