package server

import (
	"context"
	"encoding/json"
	"errors"
	"fmt"
	"net/http"
	"strings"
	"testing"

	"ticketbell/cards"
	"ticketbell/notify"
	"ticketbell/ticket"
)

func TestEveryKindOfErrorHasItsAnswer(t *testing.T) {
	tests := []struct {
		err    error
		status int
		code   code
	}{
		{&ticket.Invalid{Fields: []ticket.FieldError{{Field: "a", Code: "invalid"}}}, 400, codeInvalid},
		{ticket.ErrReasonMissing, 400, codeInvalid},
		{notify.ErrCursor, 400, codeInvalid},
		{ticket.ErrNotAllowed, 403, codeNotAllowed},
		{notify.ErrNotFound, 404, codeNotFound},
		{notify.ErrConflict, 409, codeConflict},
		{&notify.Taken{Field: "email", By: "bo"}, 409, codeConflict},
		{ticket.ErrSettled, 409, codeSettled},
		{notify.After(1, errDisk), 429, codeRate},
		{unavailable(errDisk), 503, codeUnavailable},
		{context.DeadlineExceeded, 503, codeUnavailable},
		{errors.New("boom: tb_secret"), 500, codeInternal},
	}
	for _, tt := range tests {
		t.Run(tt.err.Error(), func(t *testing.T) {
			p := fail(t.Context(), fmt.Errorf("do it: %w", tt.err))
			if p.Status != tt.status || p.Code != tt.code {
				t.Errorf("got %d %s, want %d %s", p.Status, p.Code, tt.status, tt.code)
			}
			body, err := json.Marshal(p)
			if err != nil {
				t.Fatal(err)
			}
			if p.Status >= 500 && strings.Contains(string(body), tt.err.Error()) {
				t.Errorf("got %s, which tells the caller the cause", body)
			}
		})
	}
}

func TestProblemsSpeakTheCallersLanguage(t *testing.T) {
	tests := []struct{ name, path, accept, want string }{
		{"nothing asked", "/nowhere", "", "Not found"},
		{"Chinese", "/nowhere", "zh-CN,zh;q=0.9,en;q=0.8", "未找到"},
		{"English before Chinese", "/nowhere", "en-GB,en;q=0.9,zh;q=0.1", "Not found"},
		{"a language we lack", "/nowhere", "fr", "Not found"},
		{"the query wins", "/nowhere?lang=zh", "en", "未找到"},
		{"a query we lack", "/nowhere?lang=fr", "zh", "未找到"},
		{"nonsense", "/nowhere", ";;q=x", "Not found"},
	}
	h := newHouse(t)
	for _, tt := range tests {
		t.Run(tt.name, func(t *testing.T) {
			if got := h.call("GET", tt.path, "", "", "Accept-Language: "+tt.accept).problem(t).Title; got != tt.want {
				t.Errorf("got %q, want %q", got, tt.want)
			}
		})
	}
}

func TestWrongFieldsAreToldInChinese(t *testing.T) {
	h := newHouse(t)
	body := `{"kind":"no","colour":1,"reason":"` + strings.Repeat("x", 2001) + `","ticket":{"key":"1","status":"failed","step":{"index":-1}}}`
	p := h.asRoot("POST", "/api/v1/events?lang=zh", body).problem(t)
	got := map[string]string{}
	for _, w := range p.Errors {
		got[w.Field] = w.Message
	}
	equal(t, "messages", got, map[string]string{
		"kind":   "只能是：submitted, resubmitted, passed, rejected, executing, succeeded, failed, completed, canceled, reminded",
		"colour": "未知字段", "reason": "最多 2000 个字符", "ticket.title": "必填", "ticket.step.index": "数字范围：1 to 20",
	})
}

func TestWordsParticularToAFieldAreSaidInTheCallersLanguage(t *testing.T) {
	err := &ticket.Invalid{Fields: []ticket.FieldError{{Field: "project", Code: "unknown_value", Message: "has no flow", Chinese: "没有审批流程"}}}
	for lang, want := range map[string]string{"en": "has no flow", "zh": "没有审批流程"} {
		x := &exchange{query: lang}
		if got := fail(x.in(t.Context()), err).Errors[0].Message; got != want {
			t.Errorf("got %q in %s, want %q", got, lang, want)
		}
	}
}

func TestEveryCodeIsExplainedInBothLanguages(t *testing.T) {
	seen := map[string]code{}
	for _, c := range codes() {
		for _, lang := range cards.Languages() {
			title, detail := c.title().In(lang), c.detail().In(lang)
			if title == "" || detail == "" {
				t.Errorf("%s says nothing in %s", c, lang)
			}
			if other, ok := seen[detail]; ok && c != codeInternal {
				t.Errorf("%s and %s say the same in %s: %s", c, other, lang, detail)
			}
			seen[detail] = c
		}
	}
}

func TestEveryMessageAboutAFieldHasAChineseWording(t *testing.T) {
	for _, r := range readings() {
		if got := inLanguage(cards.Chinese, strings.Replace(r.message, "%s", "7", 1)); got == "不正确" {
			t.Errorf("%q has no Chinese wording", r.message)
		}
	}
}

func TestNoAnswerRepeatsWhatWasSent(t *testing.T) {
	const secret = "hunter2-hunter2-hunter2"
	tests := []struct{ method, path, body string }{
		{"POST", "/api/v1/events", `{"kind":"` + secret + `","id":["` + secret + `"],"ticket":{"status":"` + secret + `","key":{"a":"` + secret + `"}}}`},
		{"POST", "/api/v1/events", secret},
		{"PATCH", "/api/v1/channels/mail", `{"hots":"` + secret + `"}`},
		{"PATCH", "/api/v1/channels/mail", `["` + secret + `"]`},
		{"PATCH", "/api/v1/channels/mail", `{"password":"` + secret},
		{"PUT", "/api/v1/platforms/sqle", `{"kind":"webhook","url":"` + secret + `","secret":{"value":"` + secret + `"}}`},
		{"POST", "/api/v1/users", `{"username":5,"email":"` + secret + `","language":"` + secret + `"}`},
		{"GET", "/api/v1/deliveries?limit=" + secret + "&channel=" + secret, ""},
		{"POST", "/api/v1/channels/mail/test", `{"to":{"email":["` + secret + `"]},"draft":"` + secret + `"}`},
	}
	h := newHouse(t)
	for _, tt := range tests {
		t.Run(tt.method+" "+tt.path, func(t *testing.T) {
			got := h.asRoot(tt.method, tt.path, tt.body)
			if p := got.problem(t); p.Status != http.StatusBadRequest || len(p.Errors) == 0 {
				t.Errorf("got %d with %d wrong fields, want 400 with some", p.Status, len(p.Errors))
			}
			if strings.Contains(got.body, secret) {
				t.Errorf("got %s, which repeats what was sent", got.body)
			}
		})
	}
	if strings.Contains(h.log.String(), secret) {
		t.Error("the log repeats what was sent")
	}
}

func TestAnAnswerNamesAHundredWrongFieldsAtMost(t *testing.T) {
	h := newHouse(t)
	var body strings.Builder
	for i := range 500 {
		fmt.Fprintf(&body, `"x%d":1,`, i)
	}
	p := h.asRoot("POST", "/api/v1/events", `{`+body.String()+`"kind":"passed"}`).problem(t)
	if len(p.Errors) != maxWrong {
		t.Errorf("got %d wrong fields, want %d", len(p.Errors), maxWrong)
	}
}

func TestAPanicTellsTheLogAndNobodyElse(t *testing.T) {
	h := newHouse(t)
	h.desk.crash = true
	got := h.asRoot("POST", "/api/v1/events", goodEvent)
	if p := got.problem(t); p.Status != http.StatusInternalServerError || p.Code != codeInternal {
		t.Errorf("got %d %s, want 500 internal", p.Status, p.Code)
	}
	if strings.Contains(got.body, "fire") || strings.Contains(got.body, "goroutine") {
		t.Errorf("got %s, which tells about the panic", got.body)
	}
	if !strings.Contains(h.log.String(), "desk on fire") {
		t.Error("the log does not tell about the panic")
	}
}

func TestAPanicInTheMiddleOfAnAnswerBreaksItOff(t *testing.T) {
	h := newHouse(t, func(c *Config) {
		c.Mount = map[string]http.Handler{"/half": http.HandlerFunc(func(w http.ResponseWriter, _ *http.Request) {
			_, _ = w.Write([]byte("half"))
			panic("gone")
		})}
	})
	defer func() {
		if p := recover(); p != http.ErrAbortHandler { //nolint:errorlint // net/http compares it bare
			t.Errorf("got panic %v, want the connection broken off", p)
		}
	}()
	h.call("GET", "/half", "", "")
}
