package server

import (
	"net/http"
	"strings"
	"testing"

	"ticketbell/notify"
	"ticketbell/ticket"
)

func TestPeopleArePickedByRoleAndReachAndCounted(t *testing.T) {
	h := staffed(t, 60)
	h.rooms.users["alone"] = ticket.User{Person: ticket.Person{Username: "alone"}, Role: ticket.Operator}
	var got struct {
		Items []user `json:"items"`
		Next  string `json:"next_cursor"`
		Total int    `json:"total"`
	}
	h.asRoot("GET", "/api/v1/users?limit=10", "").into(t, http.StatusOK, &got)
	if len(got.Items) != 10 || got.Total != 61 {
		t.Errorf("got %d of %d, want ten of 61", len(got.Items), got.Total)
	}
	h.asRoot("GET", "/api/v1/users?reach=none&role=operator", "").into(t, http.StatusOK, &got)
	if len(got.Items) != 1 || got.Items[0].Username != "alone" || got.Total != 1 {
		t.Errorf("got %+v, want the one operator nobody can reach", got)
	}
	if got := h.asRoot("GET", "/api/v1/users?reach=never", ""); got.status != http.StatusBadRequest {
		t.Errorf("got %d for a reach nobody has, want it refused", got.status)
	}
}

func TestOnlyThosePickedAreTakenOut(t *testing.T) {
	h := staffed(t, 3)
	if got := h.asRoot("GET", "/api/v1/users:export?username=u000&username=u002", "").body; strings.Contains(got, "u001") || !strings.Contains(got, "u002") {
		t.Errorf("got %s, want the two that were named", got)
	}
}

func TestALookUpOfManyIsEstimatedBeforeItBegins(t *testing.T) {
	h := staffed(t, 60)
	var got resolveOutput
	h.asRoot("POST", "/api/v1/users:resolve?dry_run=true", `{}`).into(t, http.StatusOK, &got.Body)
	want := estimate{People: 60, Feishu: 60, WeCom: 60, WeComOn: true, MissesAllowed: 120, Misses: 3, Seconds: 7}
	if got.Body.JobID != "" || got.Body.Estimate == nil || *got.Body.Estimate != want {
		t.Errorf("got %+v, want %+v and no job", got.Body.Estimate, want)
	}
	if len(h.rooms.noted) != 0 {
		t.Errorf("got %+v in the audit log, want nothing of a dry run", h.rooms.noted)
	}
}

func TestTestMessagesToManyAreShownBeforeAndSentByAJob(t *testing.T) {
	h := staffed(t, 3)
	h.rooms.users["u003"] = ticket.User{Person: ticket.Person{Username: "u003"}, Role: ticket.Member}
	var plan trialsOutput
	h.asRoot("POST", "/api/v1/users:test?dry_run=true", `{"usernames":["u000","u003"]}`).into(t, http.StatusOK, &plan.Body)
	if len(plan.Body.Messages) != 1 || plan.Body.Messages[0] != (trialMessage{"u000", notify.Mail}) || *plan.Body.Left != testsPerHour {
		t.Errorf("got %+v, want one message to the one who has an address", plan.Body)
	}
	done := h.ended(h.started("/api/v1/users:test", `{"usernames":["u000","u001"]}`))
	if done.Summary["mail.ok"] != 2 || len(h.rooms.tests) != 2 {
		t.Errorf("got %+v, want two messages sent", done.Summary)
	}
	h.asRoot("POST", "/api/v1/users:test?dry_run=true", `{"usernames":["u000"]}`).into(t, http.StatusOK, &plan.Body)
	if *plan.Body.Left != testsPerHour-2 {
		t.Errorf("got %d left, want those sent counted", *plan.Body.Left)
	}
}

func TestMoreTestMessagesThanAreLeftSendNone(t *testing.T) {
	b := newBudget(3)
	if err := b.spendMany("a", 2, noon()); err != nil {
		t.Fatal(err)
	}
	if err := b.spendMany("a", 2, noon()); problemOf(err).retryAfter != "3601" || b.left("a", noon()) != 1 {
		t.Errorf("got %v with %d left, want a refusal until the first may be sent again, and nothing spent", err, b.left("a", noon()))
	}
}

func TestAReportNamesWhomALookUpDidNotReach(t *testing.T) {
	h := staffed(t, 2)
	h.rooms.lost = "u001"
	id := h.started("/api/v1/users:resolve", `{}`)
	if done := h.ended(id); done.Rows != 1 {
		t.Errorf("got %+v, want one row", done)
	}
	got := h.asRoot("GET", "/api/v1/jobs/"+id+"/report", "").body
	if !strings.Contains(got, "u001,,wecom,not_found,") || strings.Contains(got, "u000") {
		t.Errorf("got %s, want the one who is lost", got)
	}
}

func TestATestThatCannotBeginIsNotCounted(t *testing.T) {
	b := newBudget(3)
	if err := b.spendMany("a", 3, noon()); err != nil {
		t.Fatal(err)
	}
	b.giveBack("a", 2)
	if got := b.left("a", noon()); got != 2 {
		t.Errorf("got %d left of three, want the two that were given back", got)
	}
	b.giveBack("b", 1) // an hour may have passed meanwhile
	if got := b.left("b", noon()); got != 3 {
		t.Errorf("got %d left of three, want no more than the hour holds", got)
	}
}
