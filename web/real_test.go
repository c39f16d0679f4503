package web

import (
	"encoding/json"
	"io"
	"net/http"
	"net/http/httptest"
	"slices"
	"strings"
	"sync"
	"testing"

	"ticketbell/access"
)

// twoOn is an API of a house whose mail and WeCom are on, and that keeps the tests it is asked for.
type twoOn struct {
	mu    sync.Mutex
	tests []string // guarded: path and body
}

func (a *twoOn) answer(w http.ResponseWriter, r *http.Request) {
	var answer string
	switch {
	case r.URL.Path == "/api/v1/overview":
		answer = `{"channels":{"mail":{"state":"ok"},"wecom":{"state":"failing"},"feishu":{"state":"off"}}}`
	case r.URL.Path == "/api/v1/tests":
		answer = `{"limit":20,"remaining":18}`
	case strings.HasSuffix(r.URL.Path, "/test"):
		body, _ := io.ReadAll(r.Body)
		a.mu.Lock()
		a.tests = append(a.tests, r.URL.Path+" "+strings.TrimSpace(string(body)))
		a.mu.Unlock()
		answer = `{"success":true,"provider_id":"msg-1"}`
		if strings.Contains(r.URL.Path, "wecom") {
			answer = `{"success":false,"error":{"class":"config","code":"wecom.60020","title":{"zh":"IP 不在可信列表","en":"The IP is not trusted"},"cause":{"zh":"因为","en":"because"}}}`
		}
	default:
		w.WriteHeader(http.StatusNotFound)
		answer = `{"status":404,"code":"not_found"}`
	}
	_, _ = io.WriteString(w, answer)
}

func TestASampleTicketGoesToWhoeverAsksAndToNobodyElse(t *testing.T) {
	for _, role := range []access.Role{access.Admin, access.Operator} {
		api := &twoOn{}
		who := access.Principal{Username: "root", Role: role}
		got := open(t, site(t, api.answer), who, "POST", "/playground/play",
			"state=failed&channel=mail&channel=wecom&channel=feishu&channel=nonsense&to=lisi&username=lisi", "HX-Request: true")
		slices.Sort(api.tests)
		want := []string{
			`/api/v1/channels/mail/test {"show":"sample","state":"failed","to":{"username":"root"}}`,
			`/api/v1/channels/wecom/test {"show":"sample","state":"failed","to":{"username":"root"}}`,
		}
		if !slices.Equal(api.tests, want) {
			t.Errorf("%s: got the tests %q, want %q", role, api.tests, want)
		}
		for _, words := range []string{"平台已接受", "msg-1", "没有发出去", "wecom.60020", "本小时还能发 18 / 20 条"} {
			if !strings.Contains(got.Body.String(), words) {
				t.Errorf("%s: got a result without %q", role, words)
			}
		}
	}
}

func TestNothingIsPlayedWithoutAChannel(t *testing.T) {
	api := &twoOn{}
	got := open(t, site(t, api.answer), root(), "POST", "/playground/play", "state=failed", "HX-Request: true")
	if len(api.tests) != 0 || !strings.Contains(got.Body.String(), "请至少选一个渠道") {
		t.Errorf("got the tests %q and %s, want somebody asked to choose", api.tests, got.Body)
	}
}

func TestAHouseWithoutChannelsSaysWhatToDo(t *testing.T) {
	s := site(t, func(w http.ResponseWriter, _ *http.Request) { _ = json.NewEncoder(w).Encode(map[string]any{}) })
	got := open(t, s, root(), "GET", "/playground", "").Body.String()
	if !strings.Contains(got, "还没有启用的渠道") || !strings.Contains(got, `href="/channels"`) {
		t.Errorf("got %s, want the way to the channels", got)
	}
}

func TestTheDemoOffersOnlyChannelsThatLeadElsewhere(t *testing.T) {
	for destination, want := range map[string]bool{
		`{"enabled":true,"host":"127.0.0.1"}`:                            false,
		`{"enabled":true,"host":"localhost"}`:                            false,
		`{"enabled":true,"api_base_url":"http://127.0.0.1:1234"}`:        false,
		`{"enabled":true,"api_base_url":"http://[::1]:1234"}`:            false,
		`{"enabled":true,"host":"smtp.corp.example"}`:                    true,
		`{"enabled":true,"api_base_url":"https://qyapi.weixin.qq.com/"}`: true,
	} {
		var view channelView
		if err := json.Unmarshal([]byte(destination), &view); err != nil {
			t.Fatal(err)
		}
		if got := !leadsHere(view); got != want {
			t.Errorf("%s: got offered %t, want %t", destination, got, want)
		}
	}
	got := httptest.NewRecorder()
	demo(t).ServeHTTP(got, httptest.NewRequestWithContext(t.Context(), http.MethodGet, "/playground?mode=real", nil))
	if !strings.Contains(got.Body.String(), "演示里的渠道都是模拟的") || !strings.Contains(got.Body.String(), `id="devices"`) {
		t.Errorf("got %s, want the devices, and why there is no other mode", got.Body)
	}
}
