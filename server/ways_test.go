package server

import (
	"net/http"
	"slices"
	"testing"

	"ticketbell/access"
	"ticketbell/notify"
	"ticketbell/ticket"
)

func TestEverybodyOrdersTheirChannelsOverThoseOfTheSettings(t *testing.T) {
	h := newHouse(t)
	h.rooms.users["lisi"] = ticket.User{Person: ticket.Person{Username: "lisi"}, Role: ticket.Member}
	admin, lisi := h.token(access.Everything), h.mine("lisi")
	h.call("PATCH", "/api/v1/settings", admin, `{"channel_policy":"first","channel_order":["wecom"],"next_channel_minutes":5,"quiet_hours":{"from":"22:00","to":"08:00"}}`).into(t, http.StatusOK, &settings{})

	var got me
	h.call("GET", "/api/v1/me", lisi, "").into(t, http.StatusOK, &got)
	want := []notify.Channel{notify.WeCom, notify.Feishu, notify.Mail}
	if e := got.Effective; e.ChannelPolicy != ticket.FirstWay || !slices.Equal(e.ChannelOrder, want) || e.NextChannelMinutes != 5 || e.QuietHours.From != "22:00" {
		t.Errorf("got %+v, want what the settings say", e)
	}
	if got.ChannelPolicy != "" || got.ChannelOrder != nil {
		t.Errorf("got %q %v, want that nothing was chosen", got.ChannelPolicy, got.ChannelOrder)
	}

	h.call("PATCH", "/api/v1/me", lisi, `{"channel_policy":"all","channel_order":["mail","feishu"],"quiet_hours":{"from":"","to":"","never":true}}`).into(t, http.StatusOK, &got)
	want = []notify.Channel{notify.Mail, notify.Feishu, notify.WeCom}
	if e := got.Effective; e.ChannelPolicy != ticket.EveryWay || !slices.Equal(e.ChannelOrder, want) || !e.QuietHours.Never {
		t.Errorf("got %+v, want the person's own", e)
	}
	if u := h.rooms.users["lisi"]; u.Ways != (ticket.Ways{Order: "mail,feishu", Policy: ticket.EveryWay}) {
		t.Errorf("got %+v kept", u.Ways)
	}
	h.call("PATCH", "/api/v1/me", lisi, `{"channel_policy":"","channel_order":[],"quiet_hours":null}`).into(t, http.StatusOK, &me{})
	if u := h.rooms.users["lisi"]; !u.Ways.IsZero() || !u.Quiet.IsZero() {
		t.Errorf("got %+v %+v, want nothing kept", u.Ways, u.Quiet)
	}
}

func TestWrongWaysAreNamed(t *testing.T) {
	h := newHouse(t)
	h.rooms.users["lisi"] = ticket.User{Person: ticket.Person{Username: "lisi"}, Role: ticket.Member}
	admin, lisi := h.token(access.Everything), h.mine("lisi")
	for _, row := range []struct{ path, token, body, field string }{
		{"/api/v1/me", lisi, `{"channel_policy":"some"}`, "channel_policy"},
		{"/api/v1/me", lisi, `{"channel_order":["pigeon"]}`, "channel_order[0]"},
		{"/api/v1/me", lisi, `{"channel_order":["mail","mail"]}`, "channel_order"},
		{"/api/v1/settings", admin, `{"channel_policy":""}`, "channel_policy"},
		{"/api/v1/settings", admin, `{"next_channel_minutes":0}`, "next_channel_minutes"},
		{"/api/v1/settings", admin, `{"quiet_hours":{"from":"22:00","to":"late"}}`, "quiet_hours.to"},
	} {
		p := h.call("PATCH", row.path, row.token, row.body).problem(t)
		if p.Status != http.StatusBadRequest || len(p.Errors) != 1 || p.Errors[0].Field != row.field {
			t.Errorf("%s: got %d %+v, want %s named", row.body, p.Status, p.Errors, row.field)
		}
	}
}

func TestADeliverySaysWhyItsChannelWasNotTheFirst(t *testing.T) {
	h := newHouse(t)
	d := notify.Delivery{ID: "dlv_1", Person: "lisi", Channel: notify.WeCom, Status: notify.Accepted, Place: 2, Instead: notify.Instead{Of: notify.Feishu, Reason: notify.ReasonNoContact}}
	h.rooms.deliveries = append(h.rooms.deliveries, d)
	var got delivery
	h.call("GET", "/api/v1/deliveries/dlv_1", h.token(access.Everything), "").into(t, http.StatusOK, &got)
	if got.InsteadOf == nil || got.InsteadOf.Channel != notify.Feishu || got.InsteadOf.Explanation != "Feishu did not get through: this person has no phone number, no e-mail address and no id entered by hand" {
		t.Errorf("got %+v, want Feishu and why", got.InsteadOf)
	}
}
