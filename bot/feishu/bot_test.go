package feishu

import (
	"context"
	"encoding/json"
	"errors"
	"fmt"
	"io"
	"net/http"
	"net/http/httptest"
	"strings"
	"testing"
	"time"

	"ticketbell/notify"
)

func TestASendAsItGoesOverTheWire(t *testing.T) {
	s := newStand(t, always(said{body: accepted}))
	got := sendOne(t.Context(), s.bot(t))
	if got.Err != nil || got.MessageID != "om_1" || got.RequestID != "log-1" {
		t.Fatalf("got %+v, want message om_1 of request log-1", got)
	}
	_, requests := s.calls()
	h := requests[0]
	for what, pair := range map[string][2]string{
		"route":         {h.method + " " + h.path + "?" + h.query, "POST /open-apis/im/v1/messages?receive_id_type=open_id"},
		"authorization": {h.auth, "Bearer t-1"},
		"content type":  {h.contentType, "application/json; charset=utf-8"},
	} {
		if pair[0] != pair[1] {
			t.Errorf("got %s %q, want %q", what, pair[0], pair[1])
		}
	}
	var body map[string]string
	if err := json.Unmarshal(h.body, &body); err != nil {
		t.Fatal(err)
	}
	want := map[string]string{"receive_id": "ou_li", "msg_type": "interactive", "uuid": "dlv_1", "content": got.Payload}
	if fmt.Sprint(body) != fmt.Sprint(want) {
		t.Errorf("got body %v, want %v", body, want)
	}
	if got.Payload != render(reviewCard(), "") {
		t.Errorf("got payload %s, want the card", got.Payload)
	}
}

func TestAnUpdateAsItGoesOverTheWire(t *testing.T) {
	s := newStand(t, always(said{body: patched}))
	got := s.bot(t).Update(t.Context(), "om_1/../x", to(rejectedCard()))
	if got.Err != nil || got.MessageID != "om_1/../x" || got.RequestID != "log-1" || got.Payload != render(rejectedCard(), "") {
		t.Fatalf("got %+v, want the card shown", got)
	}
	_, requests := s.calls()
	if h := requests[0]; h.method != http.MethodPatch || h.path != "/open-apis/im/v1/messages/om_1/../x" || h.auth != "Bearer t-1" {
		t.Errorf("got %s %s with %q, want a PATCH of the escaped message", h.method, h.path, h.auth)
	}
	if content := decode(t, requests[0].body)["content"]; content != got.Payload {
		t.Errorf("got content %v, want the card", content)
	}
}

func TestEveryRecipientHasAnOutcome(t *testing.T) {
	s := newStand(t, func(n int, _ heard) said {
		if n == 2 {
			return said{status: 400, body: `{"code":230013,"msg":"no availability"}`}
		}
		return said{body: accepted}
	})
	m := to(reviewCard())
	m.To = append(m.To, notify.Recipient{Key: "dlv_2", Address: "ou_wang"}, notify.Recipient{Key: "dlv_3", Address: "ou_zhao"})
	got := s.bot(t).Send(t.Context(), m)
	if len(got) != 3 || got[0].Err != nil || got[1].Err == nil || got[2].Err != nil {
		t.Errorf("got %+v, want only the second to fail", got)
	}
}

func TestTheKeyOfADeliveryIsTheIdempotencyKey(t *testing.T) {
	long := strings.Repeat("d", 51)
	for key, want := range map[string]string{
		"dlv_1":                 "dlv_1",
		strings.Repeat("d", 50): strings.Repeat("d", 50),
		long:                    uuidOf(long),
	} {
		if got := uuidOf(key); got != want || len(got) > 50 {
			t.Errorf("got %q of %q, want %q", got, key, want)
		}
	}
	if uuidOf(long) == uuidOf(long+"x") {
		t.Error("got one uuid for two keys, want two")
	}
}

func TestHalfAnAnswerIsNoSuccess(t *testing.T) {
	for name, tc := range map[string]struct {
		answer   said
		code     string
		onUpdate bool // an update needs no message id
	}{
		"nothing":                   {said{body: `{}`}, "feishu.http_200", true},
		"nothing with 500":          {said{status: 500, body: `{}`}, "feishu.http_500", true},
		"code 0 with 500":           {said{status: 500, body: `{"code":0}`}, "feishu.http_500", true},
		"a code with 500":           {said{status: 500, body: `{"code":99999,"msg":"boom"}`}, "feishu.99999", true},
		"a final code with 500":     {said{status: 502, body: `{"code":230013,"msg":"x"}`}, "feishu.230013", true},
		"no data":                   {said{body: `{"code":0,"msg":"ok"}`}, "feishu.no_message_id", false},
		"no message id":             {said{body: `{"code":0,"data":{}}`}, "feishu.no_message_id", false},
		"HTML":                      {said{502, html(), "<h1>Bad gateway</h1>"}, "feishu.http_502", true},
		"HTML and 200":              {said{200, html(), "<h1>Sign in to the hotel</h1>"}, "feishu.http_200", true},
		"the text of a wrong path":  {said{404, map[string]string{"Content-Type": "text/plain"}, "404 page not found"}, "feishu.http_404", true},
		"a gateway that waited":     {said{status: 504, body: `{"code":230013}`}, "feishu.http_504", true},
		"half a JSON":               {said{body: `{"code":`}, "", true},
		"a code that is no number":  {said{body: `{"code":"0"}`}, "", true},
		"an empty body":             {said{}, "", true},
		"a redirect to who knows":   {said{status: 307, header: map[string]string{"Location": "/elsewhere", "Content-Type": "text/html"}}, "feishu.http_307", true},
		"more than anybody can say": {said{body: `{"code":0,"msg":"` + strings.Repeat("x", maxAnswer) + `"}`}, "", true},
	} {
		t.Run(name, func(t *testing.T) {
			s := newStand(t, always(tc.answer))
			b := s.bot(t)
			checkAgain(t, sendOne(t.Context(), b), tc.code)
			if tc.onUpdate {
				checkAgain(t, b.Update(t.Context(), "om_1", to(reviewCard())), tc.code)
			}
		})
	}
}

func html() map[string]string { return map[string]string{"Content-Type": "text/html"} }

// checkAgain wants an outcome that is tried again, with that code if there is one.
func checkAgain(t *testing.T, got notify.Outcome, code string) {
	t.Helper()
	if got.Err == nil {
		t.Fatalf("got success, want a failure with %q", code)
	}
	if v, _ := notify.VerdictOf(got.Err); v != notify.VerdictAgain {
		t.Errorf("got verdict %v of %v, want %v", v, got.Err, notify.VerdictAgain)
	}
	if code != "" && refusalOf(t, got.Err).Code != code {
		t.Errorf("got code %s, want %s", refusalOf(t, got.Err).Code, code)
	}
	mustNotContain(t, "error", got.Err.Error(), "Bad gateway", "hotel", "page not found", "xxx")
}

func TestARequestWithoutAnEndIsCutShort(t *testing.T) {
	gone := make(chan struct{})
	hanging := httptest.NewServer(http.HandlerFunc(func(_ http.ResponseWriter, r *http.Request) {
		_, _ = io.Copy(io.Discard, r.Body) // only then does the server notice that its client left
		<-r.Context().Done()
		close(gone)
	}))
	t.Cleanup(hanging.Close)
	s := &stand{url: hanging.URL}
	b := s.bot(t, WithHTTPClient(&http.Client{Timeout: 50 * time.Millisecond}))
	err := b.Check(t.Context())
	if v, _ := notify.VerdictOf(err); err == nil || v != notify.VerdictAgain {
		t.Errorf("got %v, want a time-out that is tried again", err)
	}
	if !errors.Is(err, context.DeadlineExceeded) {
		t.Errorf("got %v, want it to be a deadline", err)
	}
	<-gone
}

func TestAnUnreachableFeishuIsTriedAgain(t *testing.T) {
	closed := httptest.NewServer(http.NotFoundHandler())
	closed.Close()
	s := &stand{url: closed.URL}
	checkAgain(t, sendOne(t.Context(), s.bot(t)), "")
}

func TestACancelledSendSaysSo(t *testing.T) {
	s := newStand(t, always(said{body: accepted}))
	ctx, cancel := context.WithCancel(t.Context())
	cancel()
	if got := sendOne(ctx, s.bot(t)); !errors.Is(got.Err, context.Canceled) {
		t.Errorf("got %v, want a cancelled context", got.Err)
	}
}

func TestNoRedirectCarriesTheSecretAway(t *testing.T) {
	stolen := make(chan string, 1)
	thief := httptest.NewServer(http.HandlerFunc(func(_ http.ResponseWriter, r *http.Request) { stolen <- r.URL.Path }))
	t.Cleanup(thief.Close)
	s := newStand(t, always(said{body: accepted}))
	s.token = func(int) said {
		return said{status: 307, header: map[string]string{"Location": thief.URL + tokenPath}, body: `{}`}
	}
	checkAgain(t, sendOne(t.Context(), s.bot(t, WithHTTPClient(&http.Client{}))), "feishu.http_307")
	select {
	case path := <-stolen:
		t.Errorf("got a request for %s at the redirect's end, want none", path)
	default:
	}
}

func TestCheckAsksForAFreshToken(t *testing.T) {
	s := newStand(t, always(said{body: accepted}))
	b := s.bot(t)
	for range 2 {
		if err := b.Check(t.Context()); err != nil {
			t.Fatal(err)
		}
	}
	if tokens, requests := s.calls(); tokens != 2 || len(requests) != 0 {
		t.Errorf("got %d token calls and %d others, want 2 and 0", tokens, len(requests))
	}
}

func TestOneCallIsOnePerson(t *testing.T) {
	s := newStand(t, always(said{body: accepted}))
	if got := s.bot(t).Batch(); got != 1 {
		t.Errorf("got a batch of %d, want 1", got)
	}
}
