package server

import (
	"net/http"
	"strings"
	"testing"
	"time"

	"ticketbell/notify"
	"ticketbell/ticket"
)

const goodFlow = `{"name":"结构变更","projects":["pay"],"steps":[
	{"name":"DBA 审核","kind":"review","members":["t1"],"remind_after":"24h"},{"name":"上线","kind":"execute","members":["admin"],"tell_creator":true}]}`

func TestAFlowIsReadAsItWasWritten(t *testing.T) {
	h := newHouse(t)
	put := h.asRoot("PUT", "/api/v1/flows/ddl", goodFlow)
	want := `{"key":"ddl","name":"结构变更","projects":["pay"],"steps":[{"name":"DBA 审核","kind":"review","members":["t1"],"remind_after":"24h"},{"name":"上线","kind":"execute","members":["admin"],"tell_creator":true}],"updated_at":"2026-10-01T12:00:00Z","updated_by":"sqle"}`
	if put.status != 200 || strings.TrimSpace(put.body) != want {
		t.Fatalf("got %d %s, want 200 %s", put.status, put.body, want)
	}
	if got := h.rooms.flows["ddl"].Steps[0].RemindAfter; got != 24*time.Hour {
		t.Errorf("got reminder after %v, want 24 hours", got)
	}
	if again := h.asRoot("PUT", "/api/v1/flows/ddl", strings.TrimSpace(put.body)); again.body != put.body {
		t.Errorf("got %s for what was read, want it to be writable", again.body)
	}
	if list := h.asRoot("GET", "/api/v1/flows", ""); strings.TrimSpace(list.body) != `{"items":[`+want+`]}` {
		t.Errorf("got %s, want the flow in a list", list.body)
	}
	if got := h.asRoot("DELETE", "/api/v1/flows/ddl", ""); got.status != http.StatusNoContent {
		t.Errorf("got %d, want 204", got.status)
	}
	if p := h.asRoot("GET", "/api/v1/flows/ddl", "").problem(t); p.Code != codeNotFound {
		t.Errorf("got %s, want not_found", p.Code)
	}
	if list := h.asRoot("GET", "/api/v1/flows", ""); strings.TrimSpace(list.body) != `{"items":[]}` {
		t.Errorf("got %s, want an empty list", list.body)
	}
}

func TestWrongFlowsAreRefusedByName(t *testing.T) {
	tests := []struct {
		name, key, body string
		want            []string
	}{
		{"no steps", "ddl", `{"name":"a","steps":[]}`, []string{"steps invalid"}},
		{"no execution", "ddl", `{"name":"a","steps":[{"name":"s","kind":"review","members":["t1"]}]}`, []string{"steps[0].kind invalid"}},
		{"a bad reminder", "ddl", `{"name":"a","steps":[{"name":"s","kind":"execute","members":["t1"],"remind_after":"1 day"}]}`, []string{"steps[0].remind_after invalid"}},
		{"a bad kind", "ddl", `{"name":"a","steps":[{"name":"s","kind":"vote","members":["t1"]}]}`, []string{"steps[0].kind unknown_value"}},
		{"a bad key", "d%20l", goodFlow, []string{"key invalid"}},
		{"types that are none", "ddl", `{"types":["",7],` + goodFlow[1:], []string{"types[0] required", "types[1] invalid"}},
		{"another key", "ddl", `{"key":"dml",` + goodFlow[1:], []string{"key invalid"}},
	}
	h := newHouse(t)
	for _, tt := range tests {
		t.Run(tt.name, func(t *testing.T) {
			equal(t, "fields", h.asRoot("PUT", "/api/v1/flows/"+tt.key, tt.body).problem(t).fields(), tt.want)
		})
	}
	if n := len(h.rooms.flows); n != 0 {
		t.Errorf("got %d flows, want none", n)
	}
}

func TestAProjectHasOneFlow(t *testing.T) {
	h := newHouse(t)
	h.asRoot("PUT", "/api/v1/flows/ddl", goodFlow)
	got := h.asRoot("PUT", "/api/v1/flows/dml", goodFlow)
	equal(t, "fields", got.problem(t).fields(), []string{"projects taken"})
}

func TestAStepSaysWhoActsAndWhatItIsFor(t *testing.T) {
	h := newHouse(t)
	got := h.asRoot("PUT", "/api/v1/flows/self", `{"name":"自助","steps":[{"name":"上线","kind":"execute","note":"自己执行","assign":"creator","members":[]}]}`)
	if want := `"steps":[{"name":"上线","kind":"execute","note":"自己执行","assign":"creator","members":[]}]`; got.status != http.StatusOK || !strings.Contains(got.body, want) {
		t.Errorf("got %d %s, want %s", got.status, got.body, want)
	}
	wrong := h.asRoot("PUT", "/api/v1/flows/self", `{"name":"自助","steps":[{"name":"上线","kind":"execute","assign":"creator","members":["t1"]}]}`, "Accept-Language: zh")
	if !strings.Contains(wrong.body, "处理人方式不是「指定」时须留空") {
		t.Errorf("got %s, want it said in Chinese", wrong.body)
	}
}

func TestAFlowIsForSomeTypes(t *testing.T) {
	h := newHouse(t)
	got := h.asRoot("PUT", "/api/v1/flows/ddl", `{"types":["export","sql"],`+goodFlow[1:])
	if got.status != http.StatusOK || !strings.Contains(got.body, `"projects":["pay"],"types":["export","sql"],`) {
		t.Errorf("got %d %s, want the types as they were written", got.status, got.body)
	}
	equal(t, "types", h.rooms.flows["ddl"].Types, []string{"export", "sql"})
}

func TestDurationsAreWrittenTheWayPeopleSayThem(t *testing.T) {
	for want, d := range map[string]time.Duration{
		"": 0, "24h": 24 * time.Hour, "90s": 0, "1h30m": 90 * time.Minute, "10m": 10 * time.Minute, "5s": 5 * time.Second, "1m30s": 90 * time.Second,
	} {
		if want == "90s" { // read, and written as 1m30s
			continue
		}
		if got := durationText(d); got != want {
			t.Errorf("got %q for %v, want %q", got, d, want)
		}
		if got, err := readDuration(want); err != nil || got != d {
			t.Errorf("got %v, %v for %q, want %v", got, err, want, d)
		}
	}
	for _, text := range []string{"-1h", "1d", "24", "h"} {
		if _, err := readDuration(text); err == nil {
			t.Errorf("%q is read as a duration", text)
		}
	}
}

func TestSettingsChangeOneByOne(t *testing.T) {
	h := newHouse(t)
	got := h.asRoot("PATCH", "/api/v1/settings", `{"url_prefix":"https://sqle.example.com/","public_url":"https://bell.example.com/","retention_days":3650,"tell_creator_on_pass":false}`)
	want := `{"brand_name":"","url_prefix":"https://sqle.example.com","public_url":"https://bell.example.com","link_template":"","default_language":"zh","timezone":"Asia/Shanghai","retention_days":3650,"audit_days":365,"tell_creator_on_pass":false,"channel_policy":"all","channel_order":["feishu","wecom","mail"],"next_channel_minutes":10,"confirm_addresses":false,"locked_fields":[]}`
	if strings.TrimSpace(got.body) != want {
		t.Errorf("got %s, want %s", got.body, want)
	}
	if read := h.asRoot("GET", "/api/v1/settings", ""); read.body != got.body {
		t.Errorf("got %s, want what was answered to the change", read.body)
	}
	cleared := h.asRoot("PATCH", "/api/v1/settings", `{"url_prefix":"","public_url":"","link_template":"","default_language":"en","timezone":"Europe/Berlin"}`)
	if want := `{"brand_name":"","url_prefix":"","public_url":"","link_template":"","default_language":"en","timezone":"Europe/Berlin","retention_days":3650,"audit_days":365,"tell_creator_on_pass":false,"channel_policy":"all","channel_order":["feishu","wecom","mail"],"next_channel_minutes":10,"confirm_addresses":false,"locked_fields":[]}`; strings.TrimSpace(cleared.body) != want {
		t.Errorf("got %s, want %s", cleared.body, want)
	}
}

func TestWrongSettingsChangeNothing(t *testing.T) {
	tests := []struct{ body, want string }{
		{`{"brand_name":"两\n行"}`, "brand_name invalid"},
		{`{"brand_name":"` + strings.Repeat("工", 31) + `"}`, "brand_name too_long"},
		{`{"url_prefix":"sqle.example.com"}`, "url_prefix invalid"},
		{`{"url_prefix":"javascript:alert(1)"}`, "url_prefix invalid"},
		{`{"url_prefix":"https://user:pass@sqle.example.com"}`, "url_prefix invalid"},
		{`{"url_prefix":"https://sqle.example.com?a=b"}`, "url_prefix invalid"},
		{`{"public_url":"https://bell.example.com/path"}`, "public_url invalid"},
		{`{"public_url":"bell.example.com"}`, "public_url invalid"},
		{`{"default_language":"fr"}`, "default_language unknown_value"},
		{`{"timezone":"Mars/Olympus"}`, "timezone invalid"},
		{`{"timezone":"Local"}`, "timezone invalid"},
		{`{"timezone":""}`, "timezone required"},
		{`{"retention_days":0}`, "retention_days invalid"},
		{`{"retention_days":3651}`, "retention_days invalid"},
		{`{"audit_days":-1}`, "audit_days invalid"},
		{`{"retention":5}`, "retention unknown_field"},
	}
	h := newHouse(t)
	for _, tt := range tests {
		t.Run(tt.body, func(t *testing.T) {
			equal(t, "fields", h.asRoot("PATCH", "/api/v1/settings", tt.body).problem(t).fields(), []string{tt.want})
		})
	}
	if h.rooms.settings != notify.DefaultSettings() {
		t.Errorf("got %+v, want the settings unchanged", h.rooms.settings)
	}
}

const goodSecret = "twenty-four bytes or more"

func TestASecretIsWrittenAndNeverRead(t *testing.T) {
	h := newHouse(t)
	if got := h.asRoot("GET", "/api/v1/platforms/sqle", ""); strings.TrimSpace(got.body) != `{"source":"sqle","kind":"none"}` {
		t.Errorf("got %s for a source never configured, want none", got.body)
	}
	put := h.asRoot("PUT", "/api/v1/platforms/sqle", `{"kind":"webhook","url":"https://a.example.com/hook","secret":"`+goodSecret+`","timeout":"5s"}`)
	want := `{"source":"sqle","kind":"webhook","url":"https://a.example.com/hook","secret":{"set":true},"timeout":"5s"}`
	if strings.TrimSpace(put.body) != want {
		t.Errorf("got %s, want %s", put.body, want)
	}
	if got := h.asRoot("GET", "/api/v1/platforms/sqle", ""); got.body != put.body {
		t.Errorf("got %s, want %s", got.body, put.body)
	}
	h.asRoot("PUT", "/api/v1/platforms/sqle", `{"kind":"webhook","url":"https://a.example.com/hook","timeout":"9s"}`)
	if got := h.rooms.platforms["sqle"]; got.Secret != goodSecret || got.Timeout != 9*time.Second {
		t.Errorf("got %v, want the secret kept and the time changed", got)
	}
	moved := h.asRoot("PUT", "/api/v1/platforms/sqle", `{"kind":"webhook","url":"https://evil.example.com/hook"}`)
	equal(t, "fields", moved.problem(t).fields(), []string{"secret required"})
	h.asRoot("PUT", "/api/v1/platforms/sqle", `{"kind":"builtin"}`)
	if got := h.rooms.platforms["sqle"]; got != (notify.Platform{Source: "sqle", Kind: notify.PlatformBuiltIn}) {
		t.Errorf("got %v, want the desk of our own and no secret left", got)
	}
}

func TestWrongPlatformsAreRefusedByName(t *testing.T) {
	tests := []struct {
		body string
		want []string
	}{
		{`{}`, []string{"kind required"}},
		{`{"kind":"oracle"}`, []string{"kind unknown_value"}},
		{`{"kind":"webhook"}`, []string{"secret required", "url required"}},
		{`{"kind":"webhook","url":"ftp://a","secret":"short","timeout":"1m"}`, []string{"secret invalid", "timeout invalid", "url invalid"}},
		{`{"kind":"webhook","url":"https://u:p@a.example.com","secret":"` + goodSecret + `"}`, []string{"url invalid"}},
		{`{"kind":"none","source":"other"}`, []string{"source invalid"}},
	}
	h := newHouse(t)
	for _, tt := range tests {
		t.Run(tt.body, func(t *testing.T) {
			equal(t, "fields", h.asRoot("PUT", "/api/v1/platforms/sqle", tt.body).problem(t).fields(), tt.want)
		})
	}
}

func TestASourceMayHoldASlash(t *testing.T) {
	h := newHouse(t)
	h.asRoot("PUT", "/api/v1/platforms/team%2Fsqle", `{"kind":"builtin"}`)
	if got := h.rooms.platforms["team/sqle"].Kind; got != notify.PlatformBuiltIn {
		t.Errorf("got %q, want builtin", got)
	}
}

func TestATicketAlongItsFlow(t *testing.T) {
	h := newHouse(t)
	var v ticketView
	h.asRoot("POST", "/api/v1/tickets", `{"title":"订单表加索引","project":"pay","creator":"zhangsan"}`).into(t, http.StatusCreated, &v)
	if v.ID != "tkt_1" || v.EventID != "evt_1" || v.Ticket.Status != ticket.WaitingReview || v.Ticket.Creator.Username != "zhangsan" || v.Deliveries == nil {
		t.Fatalf("got %+v, want the ticket at its first step", v)
	}
	tests := []struct {
		name, body string
		status     int
		code       code
	}{
		{"somebody else's", `{"action":"approve","by":"zhangsan"}`, 403, codeNotAllowed},
		{"by the token", `{"action":"approve"}`, 403, codeNotAllowed},
		{"without a reason", `{"action":"reject","by":"t1"}`, 400, codeInvalid},
		{"too early", `{"action":"succeed","by":"admin"}`, 409, codeSettled},
		{"unknown", `{"action":"explode","by":"t1"}`, 400, codeInvalid},
	}
	for _, tt := range tests {
		t.Run(tt.name, func(t *testing.T) {
			got := h.asRoot("POST", "/api/v1/tickets/tkt_1/actions", tt.body)
			if p := got.problem(t); got.status != tt.status || p.Code != tt.code {
				t.Errorf("got %d %s, want %d %s", got.status, p.Code, tt.status, tt.code)
			}
		})
	}
	h.asRoot("POST", "/api/v1/tickets/tkt_1/actions", `{"action":"approve","by":"t1"}`).into(t, http.StatusOK, &v)
	if v.Ticket.Status != ticket.WaitingExecution || v.Kind != ticket.KindPassed || v.EventID != "evt_2" {
		t.Errorf("got %+v, want it to wait for its execution", v)
	}
	var read ticketView
	h.asRoot("GET", "/api/v1/tickets/tkt_1", "").into(t, http.StatusOK, &read)
	if read.Kind != ticket.KindPassed || read.Trail == nil || !read.UpdatedAt.Equal(noon()) {
		t.Errorf("got %+v, want the ticket as it stands", read)
	}
	if p := h.asRoot("GET", "/api/v1/tickets/tkt_9", "").problem(t); p.Code != codeNotFound {
		t.Errorf("got %s, want not_found", p.Code)
	}
}

func TestWrongSubmissionsAreNamedAsTheyWereSpelt(t *testing.T) {
	h := newHouse(t)
	body := `{"title":" ","url":"x","creator":"` + strings.Repeat("c", 128) + `","project":"pay","targets":[{"schema":"` + strings.Repeat("s", 200) + `"}]}`
	equal(t, "fields", h.asRoot("POST", "/api/v1/tickets", body).problem(t).fields(), []string{"targets[0].schema too_long", "title required", "url invalid"})
	equal(t, "fields", h.asRoot("POST", "/api/v1/tickets", `{"titel":"a"}`).problem(t).fields(), []string{"titel unknown_field", "title required"})
}

func TestSubmissionWithoutACreatorIsTheCallers(t *testing.T) {
	h := newHouse(t)
	h.asRoot("POST", "/api/v1/tickets", `{"title":"a"}`)
	if got := h.rooms.ticket.Ticket.Creator.Username; got != "sqle" {
		t.Errorf("got creator %q, want the name of the token", got)
	}
}
