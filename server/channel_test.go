package server

import (
	"net/http"
	"strings"
	"testing"

	"ticketbell/access"
	"ticketbell/cards"
	"ticketbell/notify"
)

func TestPatchMergesAndGuardsAgainstLostUpdates(t *testing.T) {
	h := newHouse(t)
	token := h.token(access.ConfigRead, access.ConfigWrite)
	first := h.call("PATCH", "/api/v1/channels/mail", token, `{"host":"a","password":"hunter2","from":"x"}`)
	if first.status != http.StatusOK || first.header.Get("ETag") != `"1"` {
		t.Fatalf("got %d %s with ETag %s, want 200 and \"1\"", first.status, first.body, first.header.Get("ETag"))
	}
	second := h.call("PATCH", "/api/v1/channels/mail", token, `{"host":"b","from":null}`, `If-Match: "1"`)
	if want := `{"host":"b","password":{"set":true}}`; strings.TrimSpace(second.body) != want {
		t.Errorf("got %s, want %s: absent stays, null clears", second.body, want)
	}
	stale := h.call("PATCH", "/api/v1/channels/mail", token, `{"host":"c"}`, `If-Match: "1"`)
	if p := stale.problem(t); stale.status != http.StatusPreconditionFailed || p.Code != codeStale {
		t.Errorf("got %d %s for a stale ETag, want 412 stale", stale.status, p.Code)
	}
	got := h.call("GET", "/api/v1/channels/mail", token, "")
	if got.body != second.body || got.header.Get("ETag") != `"2"` {
		t.Errorf("got %s with ETag %s, want the second change", got.body, got.header.Get("ETag"))
	}
}

func TestIfMatchForms(t *testing.T) {
	for header, want := range map[string]string{"": "", "*": "", `"7"`: "7", `W/"7"`: "7", "7": "7"} {
		if got := etagOf(header); got != want {
			t.Errorf("%q: got %q, want %q", header, got, want)
		}
	}
}

func TestWrongFieldsOfAChannelAreNamed(t *testing.T) {
	h := newHouse(t)
	equal(t, "fields", h.asRoot("PATCH", "/api/v1/channels/mail", `{"hots":"a"}`).problem(t).fields(), []string{"hots unknown_field"})
	equal(t, "fields", h.asRoot("PATCH", "/api/v1/channels/mail", `[]`).problem(t).fields(), []string{"body invalid"})
	equal(t, "fields", h.asRoot("GET", "/api/v1/channels/sms", "").problem(t).fields(), []string{"channel unknown_value"})
}

func TestMergePatchIsJSONToo(t *testing.T) {
	h := newHouse(t)
	got := h.asRoot("PATCH", "/api/v1/channels/mail", `{"host":"a"}`, "Content-Type: application/merge-patch+json; charset=utf-8")
	if got.status != http.StatusOK {
		t.Errorf("got %d %s, want 200", got.status, got.body)
	}
}

func TestChannelTestReportsItsStages(t *testing.T) {
	h := newHouse(t)
	token := h.token(access.ChannelsTest)
	good := h.call("POST", "/api/v1/channels/mail/test", token, `{"to":{"email":"li@corp.com"},"draft":{"port":465}}`, "Accept-Language: zh")
	if want := `{"success":true,"stages":[{"name":"send","ok":true,"duration_ms":0}],"provider_id":"m1"}`; strings.TrimSpace(good.body) != want {
		t.Errorf("got %s, want %s", good.body, want)
	}
	asked := h.rooms.tests[0]
	if asked.To.Email != "li@corp.com" || string(asked.Draft["port"]) != "465" || asked.Language != cards.Chinese {
		t.Errorf("got %+v, want the request as it was sent, in Chinese", asked)
	}
	bad := h.call("POST", "/api/v1/channels/mail/test", token, `{"to":{"email":"nobody@corp.com"}}`)
	var report notify.TestReport
	bad.into(t, http.StatusOK, &report)
	if report.Success || report.Error == nil || report.Error.Code != "mail.550" || !strings.Contains(bad.body, `"stages":[]`) {
		t.Errorf("got %s, want a report without success and with an empty list of stages", bad.body)
	}
}

func TestChannelTestNeedsSomebodyToTell(t *testing.T) {
	h := newHouse(t)
	tests := []struct{ name, body, want string }{
		{"nobody", `{"to":{}}`, "to required"},
		{"absent", `{}`, "to required"},
		{"by a way we do not know", `{"to":{"openid":"x"}}`, "to.openid unknown_field"},
		{"misspelt", `{"to":{"username":"a"},"drft":{}}`, "drft unknown_field"},
	}
	for _, tt := range tests {
		t.Run(tt.name, func(t *testing.T) {
			equal(t, "fields", h.asRoot("POST", "/api/v1/channels/wecom/test", tt.body).problem(t).fields(), []string{tt.want})
		})
	}
	if n := len(h.rooms.tests); n != 0 {
		t.Errorf("got %d tests, want none", n)
	}
}

func TestChannelHealthIsTold(t *testing.T) {
	h := newHouse(t)
	var got notify.Health
	h.call("GET", "/api/v1/channels/feishu/health", h.token(access.ConfigRead), "").into(t, http.StatusOK, &got)
	if got.State != "ok" || got.Waiting != 2 {
		t.Errorf("got %+v, want ok with two waiting", got)
	}
}
