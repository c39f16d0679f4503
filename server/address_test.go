package server

import (
	"net/http"
	"slices"
	"strings"
	"testing"

	"ticketbell/ticket"
)

// confirming is a house where new addresses are confirmed, lisi and wangwu in it.
func confirming(t *testing.T) (h *house, lisi string) {
	t.Helper()
	h = newHouse(t)
	h.rooms.settings.ConfirmAddresses = true
	h.rooms.users["lisi"] = ticket.User{Person: ticket.Person{Username: "lisi", Email: "old@corp.com", Phone: "+8613800000001"}, Role: ticket.Member}
	h.rooms.users["wangwu"] = ticket.User{Person: ticket.Person{Username: "wangwu", Email: "wangwu@corp.com"}, Role: ticket.Member}
	return h, h.mine("lisi")
}

func TestANewAddressHoldsOnceItsCodeIsEntered(t *testing.T) {
	h, lisi := confirming(t)
	var got me
	h.call("PATCH", "/api/v1/me", lisi, `{"email":"New@Corp.com","phone":"13800000001","name":"李四"}`).into(t, http.StatusOK, &got)
	if got.Email != "old@corp.com" || got.Name != "李四" || len(got.Pending) != 1 || got.Pending[0].Value != "new@corp.com" {
		t.Errorf("got %+v, want the old address, the new name, and one address to be confirmed", got)
	}
	if p := h.call("POST", "/api/v1/me/addresses:confirm", lisi, `{"field":"email","code":"000000"}`).problem(t); p.Status != http.StatusBadRequest || !slices.Equal(p.fields(), []string{"code wrong"}) {
		t.Errorf("got %d %v for a wrong code, want it named", p.Status, p.fields())
	}
	got = me{}
	h.call("POST", "/api/v1/me/addresses:confirm", lisi, `{"field":"email","code":" 123456 "}`).into(t, http.StatusOK, &got)
	if got.Email != "new@corp.com" || got.Pending != nil {
		t.Errorf("got %q and %v pending, want the new address", got.Email, got.Pending)
	}
	equal(t, "forgotten", h.rooms.edited, []string{"old@corp.com", "old@corp.com", "old@corp.com", "new@corp.com"})
}

func TestAnAddressIsNamedInTheAuditLogAndItsValueIsNot(t *testing.T) {
	h, lisi := confirming(t)
	h.call("PATCH", "/api/v1/me", lisi, `{"email":"new@corp.com"}`)
	h.call("POST", "/api/v1/me/addresses:resend", lisi, `{"field":"email"}`)
	h.call("POST", "/api/v1/me/addresses:confirm", lisi, `{"field":"email","code":"123456"}`)
	var noted []string
	for _, e := range h.rooms.noted {
		noted = append(noted, e.Action+e.Object+" "+strings.Join(e.Fields, " "))
	}
	equal(t, "written down", noted, []string{"patch-me email", "resend-my-code email", "confirm-my-address email"})
}

func TestANewAddressIsCalledOffOrSentToAgain(t *testing.T) {
	h, lisi := confirming(t)
	h.call("PATCH", "/api/v1/me", lisi, `{"phone":"13900000002"}`)
	var got me
	h.call("POST", "/api/v1/me/addresses:resend", lisi, `{"field":"phone"}`).into(t, http.StatusOK, &got)
	if len(got.Pending) != 1 || got.Pending[0].Value != "+8613900000002" || !got.Pending[0].SentAt.After(noon()) {
		t.Errorf("got %+v, want a later code for the phone", got.Pending)
	}
	got = me{}
	h.call("POST", "/api/v1/me/addresses:cancel", lisi, `{"field":"phone"}`).into(t, http.StatusOK, &got)
	if got.Pending != nil || got.Phone != "+8613800000001" {
		t.Errorf("got %+v pending and %s, want the old phone alone", got.Pending, got.Phone)
	}
	if p := h.call("POST", "/api/v1/me/addresses:resend", lisi, `{"field":"phone"}`).problem(t); p.Status != http.StatusNotFound {
		t.Errorf("got %d, want 404 where nothing waits", p.Status)
	}
}

func TestNoCodeIsSentForWhatCannotBe(t *testing.T) {
	for name, row := range map[string]struct{ body, field string }{
		"somebody else's": {`{"email":"wangwu@corp.com","name":"x"}`, "email taken"},
		"unreachable":     {`{"phone":"13900000009","name":"x"}`, "phone unreachable"},
		"one of two":      {`{"email":"new@corp.com","phone":"13900000009"}`, "phone unreachable"},
		"no address":      {`{"email":"nobody","name":"x"}`, "email invalid"},
	} {
		t.Run(name, func(t *testing.T) {
			h, lisi := confirming(t)
			h.rooms.lost = "+8613900000009"
			p := h.call("PATCH", "/api/v1/me", lisi, row.body).problem(t)
			equal(t, "fields", p.fields(), []string{row.field})
			if len(h.rooms.unconfirmed) > 0 || h.rooms.users["lisi"].Name != "" {
				t.Errorf("got %v waiting and %+v, want nothing changed", h.rooms.unconfirmed, h.rooms.users["lisi"])
			}
		})
	}
}

func TestClearingAnAddressAndAnAdministratorsEditNeedNoCode(t *testing.T) {
	h, lisi := confirming(t)
	var got me
	h.call("PATCH", "/api/v1/me", lisi, `{"phone":""}`).into(t, http.StatusOK, &got)
	if got.Phone != "" || got.Pending != nil {
		t.Errorf("got %q and %v pending, want no phone at once", got.Phone, got.Pending)
	}
	if got := h.asRoot("PATCH", "/api/v1/users/lisi", `{"email":"admins@choice.com"}`); !strings.Contains(got.body, "admins@choice.com") {
		t.Errorf("got %s, want what the administrator entered", got.body)
	}
}

func TestLockedFieldsAreTheAdministrators(t *testing.T) {
	h := newHouse(t)
	h.rooms.users["lisi"] = ticket.User{Person: ticket.Person{Username: "lisi", Phone: "+8613800000001"}, Role: ticket.Member}
	h.asRoot("PATCH", "/api/v1/settings", `{"locked_fields":["phone","wecom_userid"]}`).into(t, http.StatusOK, &settings{})
	lisi := h.mine("lisi")
	p := h.call("PATCH", "/api/v1/me", lisi, `{"phone":"13900000002","wecom_userid":"li","email":"li@corp.com"}`).problem(t)
	equal(t, "fields", p.fields(), []string{"phone locked", "wecom_userid locked"})
	var got me
	h.call("PATCH", "/api/v1/me", lisi, `{"phone":"138 0000 0001","email":"li@corp.com"}`).into(t, http.StatusOK, &got)
	equal(t, "locked", got.Locked, []string{"phone", "wecom_userid"})
	if got.Email != "li@corp.com" || got.Phone != "+8613800000001" {
		t.Errorf("got %+v, want the e-mail changed and the phone as it was", got)
	}
	if got := h.asRoot("PATCH", "/api/v1/users/lisi", `{"phone":"13900000002"}`); got.status != http.StatusOK {
		t.Errorf("got %d for an administrator, want 200", got.status)
	}
	if p := h.asRoot("PATCH", "/api/v1/settings", `{"locked_fields":["role"]}`).problem(t); p.Status != http.StatusBadRequest {
		t.Errorf("got %d for a field that cannot be locked, want 400", p.Status)
	}
}
