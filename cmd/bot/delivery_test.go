package main

import (
	"encoding/json"
	"fmt"
	"net/http"
	"net/http/httptest"
	"net/url"
	"strings"
	"testing"
)

// remote answers as the API does, and remembers what it was asked.
type remote struct {
	*httptest.Server

	asked []url.Values // of the list
	sent  string       // the body of the last POST
}

// remoteOf has n dead deliveries.
func remoteOf(t *testing.T, n int) *remote {
	t.Helper()
	s := &remote{}
	mux := http.NewServeMux()
	mux.HandleFunc("GET /api/v1/deliveries", func(w http.ResponseWriter, r *http.Request) { s.list(w, r, n) })
	mux.HandleFunc("GET /api/v1/deliveries/{id}", func(w http.ResponseWriter, r *http.Request) {
		status, advice := "dead", `{"title":{"zh":"收件人不存在","en":"No such receiver"},"steps":[{"zh":"改邮箱","en":"Mend the address"}]}`
		if r.PathValue("id") == "dlv_out" {
			status = "accepted"
		}
		fmt.Fprintf(w, `{"id":%q,"ticket_key":"1024","ticket_title":"订单表加索引","kind":"submitted","person":"lisi","channel":"mail","status":%q,"code":"mail.550",
			"class":"identity","explanation":"in words","created_at":"2026-10-01T10:00:00+08:00","attempts":[{"number":1,"started_at":"2026-10-01T10:00:00+08:00",
			"duration_ms":71,"outcome":"permanent","code":"mail.550","message":"no such user","request_id":"","advice":%s}]}`, r.PathValue("id"), status, advice)
	})
	mux.HandleFunc("POST /api/v1/deliveries:retry", func(w http.ResponseWriter, r *http.Request) {
		var sent json.RawMessage
		if err := json.NewDecoder(r.Body).Decode(&sent); err != nil {
			t.Error(err)
		}
		s.sent = string(sent)
		if strings.Contains(s.sent, "dlv_out") {
			fmt.Fprint(w, `{"queued":1,"refused":["dlv_out"]}`)
			return
		}
		fmt.Fprint(w, `{"queued":3,"refused":[]}`)
	})
	s.Server = httptest.NewServer(mux)
	t.Cleanup(s.Close)
	return s
}

func (s *remote) list(w http.ResponseWriter, r *http.Request, n int) {
	if r.Header.Get("Authorization") != "Bearer tb_x" {
		w.WriteHeader(http.StatusUnauthorized)
		fmt.Fprint(w, `{"status":401,"detail":"没有这个令牌。","errors":[{"field":"token","message":"须有效"}]}`)
		return
	}
	s.asked = append(s.asked, r.URL.Query())
	from, limit := 0, 0
	fmt.Sscan(r.URL.Query().Get("cursor"), &from)
	fmt.Sscan(r.URL.Query().Get("limit"), &limit)
	end, next := min(n, from+limit), ""
	if end < n {
		next = fmt.Sprint(end)
	}
	items := []string{}
	for i := from; i < end; i++ {
		items = append(items, fmt.Sprintf(`{"id":"dlv_%d","ticket_key":"1024","kind":"submitted","person":"李四","channel":"mail","status":"dead","attempt_count":2,"code":"mail.550"}`, i))
	}
	fmt.Fprintf(w, `{"items":[%s],"next_cursor":%q}`, strings.Join(items, ","), next)
}

func (s *remote) asks(t *testing.T, args ...string) said {
	t.Helper()
	return bot(t, []string{"TICKETBELL_URL=" + s.URL, "TICKETBELL_TOKEN=tb_x"}, append([]string{"delivery"}, args...)...)
}

func TestDeliveriesAreListedUpToTheLimit(t *testing.T) {
	s := remoteOf(t, 450)
	got := s.asks(t, "list", "--status", "dead", "--channel", "mail", "--limit", "401").want(t, 0)
	lines := strings.Split(strings.TrimSpace(got.out), "\n")
	if len(lines) != 402 || !strings.HasPrefix(lines[0], "ID") || !strings.HasPrefix(lines[401], "dlv_400 ") {
		t.Errorf("got %d lines, the last %q, want a head and 401 deliveries", len(lines), lines[len(lines)-1])
	}
	wantContain(t, got.err, "--limit")
	if len(s.asked) != 3 || s.asked[2].Get("limit") != "1" || s.asked[0].Get("status") != "dead" || s.asked[0].Get("channel") != "mail" {
		t.Errorf("got asked for %v, want pages of 200, 200 and 1 with the filters", s.asked)
	}
}

func TestATableStandsStraightInChinese(t *testing.T) {
	var out strings.Builder
	if err := printTable(&out, [][]string{{"接收人", "渠道"}, {"bo", "mail"}}); err != nil {
		t.Fatal(err)
	}
	if want := "接收人  渠道\nbo      mail\n"; out.String() != want {
		t.Errorf("got %q, want %q", out.String(), want)
	}
}

func TestAnAnswerIsPrintedForProgramsToo(t *testing.T) {
	s := remoteOf(t, 1)
	var list deliveryPage
	if err := json.Unmarshal([]byte(s.asks(t, "list", "-o", "json").want(t, 0).out), &list); err != nil || len(list.Items) != 1 {
		t.Errorf("got %d deliveries and %v, want one as JSON", len(list.Items), err)
	}
	wantContain(t, s.asks(t, "show", "dlv_1", "--output", "yaml").want(t, 0).out, "id: dlv_1", "status: dead", "- number: 1")
}

func TestADeliveryIsShownWithWhatToDo(t *testing.T) {
	s := remoteOf(t, 1)
	wantContain(t, s.asks(t, "show", "dlv_1").want(t, 0).out,
		"#1024 订单表加索引", "lisi", "mail.550 identity", "71 ms", "no such user", "No such receiver", "1. Mend the address")
	wantContain(t, s.asks(t, "show", "dlv_1", "--lang", "zh").out, "接收人", "收件人不存在", "1. 改邮箱")
}

func TestSendingAgainByFilterAndByID(t *testing.T) {
	s := remoteOf(t, 7)
	wantContain(t, s.asks(t, "retry", "--channel", "mail", "--class", "identity").want(t, 0).out, "3 queued again")
	if want := `{"channel":"mail","class":"identity","status":"dead"}`; s.sent != want {
		t.Errorf("got sent %s, want %s", s.sent, want)
	}
	got := s.asks(t, "retry", "dlv_1", "dlv_out", "--lang", "zh").want(t, exitFailed)
	wantContain(t, got.out, "已重新排队 1 条")
	wantContain(t, got.err, "dlv_out")
	if want := `{"ids":["dlv_1","dlv_out"]}`; s.sent != want {
		t.Errorf("got sent %s, want %s", s.sent, want)
	}
}

func TestADryRunCountsAndSendsNothing(t *testing.T) {
	s := remoteOf(t, 7)
	wantContain(t, s.asks(t, "retry", "--status", "dead", "--dry-run").want(t, 0).out, "7 would be queued again")
	wantContain(t, s.asks(t, "retry", "--status", "dead", "--dry-run", "-o", "json").want(t, 0).out, `"would_queue": 7`)
	got := s.asks(t, "retry", "dlv_1", "dlv_out", "--dry-run").want(t, exitFailed)
	wantContain(t, got.out, "1 would be queued again")
	wantContain(t, got.err, "dlv_out")
	if s.sent != "" {
		t.Errorf("got %s sent, want nothing", s.sent)
	}
}

func TestWhatIsWrongWithACallIsSaid(t *testing.T) {
	s := remoteOf(t, 1)
	for name, row := range map[string]struct {
		args []string
		code int
		says string
	}{
		"nothing picked":    {[]string{"retry"}, exitUsage, "--status dead"},
		"ids and filters":   {[]string{"retry", "dlv_1", "--channel", "mail"}, exitUsage, "not both"},
		"no such channel":   {[]string{"list", "--channel", "fax"}, exitUsage, `"fax" is none of feishu, wecom, mail`},
		"no such status":    {[]string{"retry", "--status", "accepted"}, exitUsage, "none of dead"},
		"no such form":      {[]string{"list", "-o", "xml"}, exitUsage, "--output"},
		"a limit of none":   {[]string{"list", "--limit", "0"}, exitUsage, "limit"},
		"no address":        {[]string{"list", "--url", "here"}, exitUsage, "url"},
		"a token too wrong": {[]string{"list", "--token", "tb_secret"}, exitFailed, "没有这个令牌。\n  token: 须有效 (401"},
		"nobody there":      {[]string{"list", "--url", "http://127.0.0.1:1"}, exitFailed, "refused"},
	} {
		t.Run(name, func(t *testing.T) {
			got := s.asks(t, row.args...).want(t, row.code)
			wantContain(t, got.err, row.says)
			if strings.Contains(got.err, "tb_") {
				t.Errorf("got %q, want it without the token", got.err)
			}
		})
	}
}

func TestHelpOfDeliveriesHasExamples(t *testing.T) {
	for _, command := range []string{"list", "show", "retry"} {
		wantContain(t, bot(t, nil, "delivery", command, "--help").want(t, 0).out, "Examples:", "bot delivery "+command)
	}
}
