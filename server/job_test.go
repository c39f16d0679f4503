package server

import (
	"encoding/json"
	"fmt"
	"net/http"
	"net/http/httptest"
	"slices"
	"strings"
	"testing"
	"time"

	"ticketbell/access"
	"ticketbell/jobs"
	"ticketbell/ticket"
)

// started starts a job and returns its id.
func (h *house) started(path, body string) string {
	h.t.Helper()
	var got struct {
		JobID string `json:"job_id"`
	}
	h.asRoot("POST", path, body).into(h.t, http.StatusAccepted, &got)
	return got.JobID
}

// ended waits for the job to end.
func (h *house) ended(id string) job {
	h.t.Helper()
	tick := time.NewTicker(time.Millisecond)
	defer tick.Stop()
	for deadline := time.Now().Add(20 * time.Second); ; <-tick.C {
		var got job
		h.asRoot("GET", "/api/v1/jobs/"+id, "").into(h.t, http.StatusOK, &got)
		if got.State.Over() {
			return got
		}
		if time.Now().After(deadline) {
			h.t.Fatalf("the job is %s at %d of %d and does not end", got.State, got.Done, got.Total)
		}
	}
}

func staffed(t *testing.T, n int) *house {
	t.Helper()
	h := newHouse(t)
	for i := range n {
		name := fmt.Sprintf("u%03d", i)
		h.rooms.users[name] = ticket.User{Person: ticket.Person{Username: name, Email: name + "@corp.com"}, Role: ticket.Member}
	}
	return h
}

func TestEverybodyIsLookedUpAgain(t *testing.T) {
	h := staffed(t, 250)
	gone := h.rooms.users["u007"]
	gone.Disabled = true
	h.rooms.users["u007"] = gone
	got := h.ended(h.started("/api/v1/users:resolve", `{}`))
	if got.State != jobs.Done || got.Done != 249 || got.Total != 249 || got.Summary["wecom.ok"] != 249 {
		t.Errorf("got %+v, want 249 people done and found", got)
	}
}

func TestOnlyThoseNamedOrNotReachedAreLookedUpAgain(t *testing.T) {
	h := staffed(t, 3)
	h.rooms.users["mute"] = ticket.User{Person: ticket.Person{Username: "mute"}, Role: ticket.Member}
	got := h.ended(h.started("/api/v1/users:resolve", `{"only":"failed"}`))
	if got.Summary["left_alone"] != 3 || got.Summary["wecom.ok"] != 1 {
		t.Errorf("got %v, want the one who is not reached looked up", got.Summary)
	}
	got = h.ended(h.started("/api/v1/users:resolve", `{"usernames":["u001","u002"]}`))
	if got.Total != 2 || got.Summary["wecom.ok"] != 2 {
		t.Errorf("got %+v, want the two who are named", got)
	}
	if p := h.asRoot("POST", "/api/v1/users:resolve", `{"usernames":["eve"]}`).problem(t); p.Code != codeNotFound {
		t.Errorf("got %s for somebody unknown, want not_found", p.Code)
	}
}

func TestAJobIsPausedResumedAndCanceled(t *testing.T) {
	h := staffed(t, 300)
	h.rooms.hold = make(chan struct{})
	id := h.started("/api/v1/users:resolve", `{}`)
	if p := h.asRoot("POST", "/api/v1/users:resolve", `{}`).problem(t); p.Status != http.StatusConflict {
		t.Errorf("got %d for a second one, want 409", p.Status)
	}
	for _, step := range []struct {
		verb string
		want jobs.State
	}{{"pause", jobs.Paused}, {"resume", jobs.Running}, {"pause", jobs.Paused}} {
		var got job
		h.asRoot("POST", "/api/v1/jobs/"+id+":"+step.verb, "").into(t, http.StatusOK, &got)
		if got.State != step.want {
			t.Errorf("%s: got %s, want %s", step.verb, got.State, step.want)
		}
	}
	h.asRoot("POST", "/api/v1/jobs/"+id+":cancel", "")
	close(h.rooms.hold)
	if got := h.ended(id); got.State != jobs.Canceled || got.Done >= 300 {
		t.Errorf("got %s after %d, want canceled before the end", got.State, got.Done)
	}
	for path, want := range map[string]int{id + ":resume": 409, "job_x:pause": 404, id + ":again": 404, "job_x:cancel": 404} {
		if p := h.asRoot("POST", "/api/v1/jobs/"+path, "").problem(t); p.Status != want {
			t.Errorf("%s: got %d, want %d", path, p.Status, want)
		}
	}
}

const dmsToken = "eyJ-secret-of-dms"

// dms answers one page of three users, of whom one has no address worth having.
func dms(t *testing.T) string {
	t.Helper()
	srv := httptest.NewServer(http.HandlerFunc(func(w http.ResponseWriter, r *http.Request) {
		if r.Header.Get("Authorization") != "Bearer "+dmsToken {
			w.WriteHeader(http.StatusUnauthorized)
			return
		}
		_ = json.NewEncoder(w).Encode(map[string]any{"code": 0, "total_nums": 3, "data": []map[string]any{
			{"name": "bo", "email": "bo@corp.com", "stat": "Normal"},
			{"name": "al", "email": "zz", "stat": "被禁用"},
			{"name": "cy", "email": "", "stat": "正常"},
		}})
	}))
	t.Cleanup(srv.Close)
	return srv.URL
}

func TestTheUsersOfDMSComeIn(t *testing.T) {
	h := newHouse(t)
	url := dms(t)
	for _, dry := range []bool{true, false} {
		body := fmt.Sprintf(`{"url":%q,"token":%q,"dry_run":%v}`, url, dmsToken, dry)
		got := h.ended(h.started("/api/v1/users:import-dms", body))
		if got.State != jobs.Done || got.Done != 3 || got.Summary["created"] != 3 || got.Summary["wrong_cells"] != 1 {
			t.Errorf("got %+v, want three new and a wrong cell", got)
		}
		if want := []string{"al: email must be an e-mail address such as lisi@corp.com"}; !slices.Equal(got.Notes, want) {
			t.Errorf("got notes %q, want %q", got.Notes, want)
		}
		if got.DryRun != dry {
			t.Errorf("dry %v: got a job that says %v", dry, got.DryRun)
		}
		if dry == (len(h.rooms.users) > 0) {
			t.Errorf("dry %v: got %d people", dry, len(h.rooms.users))
		}
	}
	if !h.rooms.users["al"].Disabled || h.rooms.users["al"].Email != "" || h.rooms.users["bo"].Disabled {
		t.Errorf("got %+v, want al alone disabled, without the address", h.rooms.users)
	}
}

func TestADMSThatRefusesFailsTheJobAndTheTokenStaysSecret(t *testing.T) {
	h := newHouse(t)
	got := h.ended(h.started("/api/v1/users:import-dms", fmt.Sprintf(`{"url":%q,"token":"eyJ-another-secret"}`, dms(t))))
	if got.State != jobs.Failed || !strings.Contains(got.Error, "answered 401") {
		t.Errorf("got %s %q, want failed by 401", got.State, got.Error)
	}
	if strings.Contains(h.log.String()+got.Error, "secret") {
		t.Error("the token stands in the log or the error")
	}
	p := h.asRoot("POST", "/api/v1/users:import-dms", `{"url":"file:///etc/passwd","token":"t"}`).problem(t)
	equal(t, "fields", p.fields(), []string{"url invalid"})
}

func TestEverybodyIsExported(t *testing.T) {
	h := staffed(t, 2)
	h.rooms.users["u001"] = ticket.User{Person: ticket.Person{Username: "u001", Name: "=1+1"}, Role: ticket.Admin}
	got := h.call("GET", "/api/v1/users:export", h.token(access.UsersWrite), "")
	want := "\ufeffusername,name,email,phone,wecom_userid,feishu_open_id,language,role,disabled\n" +
		"u000,,u000@corp.com,,,,,member,false\nu001,'=1+1,,,,,,admin,false\n"
	if got.status != 200 || got.body != want || !strings.HasPrefix(got.header.Get("Content-Type"), "text/csv") {
		t.Errorf("got %d %q as %s, want %q as CSV", got.status, got.body, got.header.Get("Content-Type"), want)
	}
	var report importReport
	h.importing(got.body, "").into(t, 200, &report)
	if report.Unchanged != 2 || len(report.Errors) != 0 {
		t.Errorf("got %+v, want it back unchanged", report)
	}
}

func TestRowsLeftOutComeBackAsAFile(t *testing.T) {
	var got importReport
	importHouse(t).importing(sheet, "").into(t, http.StatusOK, &got)
	if !strings.HasPrefix(got.ErrorFile, "\ufeffusername,name,email,phone,role,error\n,谁,,,,username: is required\n") {
		t.Errorf("got file %q, want the wrong rows with their errors", got.ErrorFile)
	}
}
