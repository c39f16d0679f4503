package server

import (
	"strings"
	"testing"

	"ticketbell/ticket"
)

func TestPeopleSetTheirQuietHoursAndEndThem(t *testing.T) {
	h := newHouse(t)
	h.rooms.users["bo"] = ticket.User{Person: ticket.Person{Username: "bo"}, Role: ticket.Member}
	patch := func(body string) string {
		t.Helper()
		got := h.call("PATCH", "/api/v1/me", h.mine("bo"), body)
		if got.status != 200 {
			t.Fatalf("got %d %s for %s, want 200", got.status, got.body, body)
		}
		return got.body
	}
	const hours = `"quiet_hours":{"from":"22:00","to":"08:00","weekends":true,"timezone":"Asia/Shanghai"}`
	if got := patch(`{` + hours + `}`); !strings.Contains(got, hours) {
		t.Errorf("got %s, want %s in it", got, hours)
	}
	if got := patch(`{"language":"en"}`); !strings.Contains(got, hours) {
		t.Errorf("got %s, want %s left as it was", got, hours)
	}
	if got := patch(`{"quiet_hours":null}`); strings.Contains(got, "quiet_hours") {
		t.Errorf("got %s, want no quiet hours", got)
	}
}

func TestEachWrongFieldOfQuietHoursIsNamedByTheAPI(t *testing.T) {
	h := newHouse(t)
	h.rooms.users["bo"] = ticket.User{Person: ticket.Person{Username: "bo"}, Role: ticket.Member}
	for body, want := range map[string][]string{
		`{"from":"24:00","to":"8:00","timezone":"Mars"}`: {"quiet_hours.from invalid", "quiet_hours.timezone invalid", "quiet_hours.to invalid"},
		`{"from":"22:00","until":"08:00"}`:               {"quiet_hours.to required", "quiet_hours.until unknown_field"},
	} {
		p := h.call("PATCH", "/api/v1/me", h.mine("bo"), `{"quiet_hours":`+body+`}`).problem(t)
		equal(t, body, p.fields(), want)
	}
	for _, zone := range []string{"Mars", "Local"} {
		equal(t, zone, h.call("PATCH", "/api/v1/me", h.mine("bo"), `{"timezone":"`+zone+`"}`).problem(t).fields(), []string{"timezone invalid"})
	}
}
