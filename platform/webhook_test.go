package platform_test

import (
	"context"
	"encoding/json"
	"fmt"
	"io"
	"net/http"
	"net/http/httptest"
	"strings"
	"testing"
	"time"

	standardwebhooks "github.com/standard-webhooks/standard-webhooks/libraries/go"

	"ticketbell/cards"
	"ticketbell/notify"
	"ticketbell/platform"
	"ticketbell/ticket"
)

const secret = "a secret of at least 24 bytes"

// question is lisi's approval of ticket 1024 of sqle.
func question() notify.Question {
	return notify.Question{
		Decision: notify.Decision{
			ID: "dec_1", Action: cards.Approve, By: ticket.Person{Username: "lisi", Name: "李四"}, Channel: notify.Feishu, Attempts: 1,
			At: time.Date(2026, 10, 1, 2, 12, 0, 0, time.UTC),
		},
		On: notify.TicketRecord{ID: "tkt_1", Source: "sqle", Event: ticket.Event{Source: "sqle", Ticket: ticket.Ticket{
			Key: "1024", Title: "订单表加索引", Revision: 7, Status: ticket.WaitingReview, Step: &ticket.Step{Index: 1, Total: 3, Name: "DBA 审核"},
		}}},
	}
}

// answering is a platform that answers so, and hands its request to look.
func answering(t *testing.T, look func(*http.Request, []byte), status int, body string) notify.Platform {
	t.Helper()
	srv := httptest.NewServer(http.HandlerFunc(func(w http.ResponseWriter, r *http.Request) {
		got, err := io.ReadAll(r.Body)
		if err != nil {
			t.Error(err)
		}
		look(r, got)
		if status == http.StatusFound {
			w.Header().Set("Location", "/elsewhere")
		}
		w.WriteHeader(status)
		_, _ = io.WriteString(w, body)
	}))
	t.Cleanup(srv.Close)
	return notify.Platform{Source: "sqle", Kind: notify.PlatformWebhook, URL: srv.URL + "/hook?key=hidden", Secret: secret, Timeout: time.Second}
}

func unseen(*http.Request, []byte) {}

func TestACallIsSignedAndSaysWhatWasPressed(t *testing.T) {
	var got struct {
		Type string
		Data struct {
			ID, Action string
			By         ticket.Person
			Attempt    int
			Ticket     struct {
				Source, Key, Status string
				Revision            int64
				Step                ticket.Step
			}
		}
	}
	p := answering(t, func(r *http.Request, body []byte) {
		wh, err := standardwebhooks.NewWebhookRaw([]byte(secret))
		if err == nil {
			err = wh.Verify(body, r.Header)
		}
		if err != nil {
			t.Errorf("verify: %v", err)
		}
		if id := r.Header.Get("webhook-id"); id != "dec_1" {
			t.Errorf("got webhook-id %q, want the decision's", id)
		}
		if err := json.Unmarshal(body, &got); err != nil {
			t.Error(err)
		}
	}, 200, `{"result":"accepted"}`)
	if _, err := platform.NewWebhook(time.Now).Ask(t.Context(), p, question()); err != nil {
		t.Fatal(err)
	}
	d := got.Data
	if got.Type != "decision.requested" || d.ID != "dec_1" || d.Action != "approve" || d.By.Username != "lisi" || d.Attempt != 1 ||
		d.Ticket.Source != "sqle" || d.Ticket.Key != "1024" || d.Ticket.Revision != 7 || d.Ticket.Step.Index != 1 {
		t.Errorf("got call %+v, want lisi's approval of revision 7 of 1024", got)
	}
}

func TestWhatAnAnswerMeans(t *testing.T) {
	event := `{"result":"accepted","event":{"id":"1024-8","kind":"passed","ticket":{"key":"%s","title":"t","status":"waiting_execution"}}}`
	tests := []struct {
		name   string
		status int
		body   string
		want   notify.Ruling
		event  string // its id
	}{
		{"done, with its event", 200, fmt.Sprintf(event, "1024"), notify.Ruling{Word: notify.SaysDone}, "1024-8"},
		{"done, with another ticket's event", 200, fmt.Sprintf(event, "7"), notify.Ruling{Word: notify.SaysLater}, ""},
		{"done, its event comes by itself", 200, `{"result":"accepted"}`, notify.Ruling{Word: notify.SaysLater}, ""},
		{"later", 202, ``, notify.Ruling{Word: notify.SaysLater}, ""},
		{"somebody was first", 409, `{"result":"settled","message":"王五 已通过"}`, notify.Ruling{Word: notify.SaysSettled, Message: "王五 已通过"}, ""},
		{"forbidden", 403, `{"result":"refused","message":"窗口期外"}`, notify.Ruling{Word: notify.SaysRefused, Message: "窗口期外"}, ""},
		{"refused", 422, `not JSON`, notify.Ruling{Word: notify.SaysRefused}, ""},
	}
	for _, tt := range tests {
		t.Run(tt.name, func(t *testing.T) {
			got, err := platform.NewWebhook(time.Now).Ask(t.Context(), answering(t, unseen, tt.status, tt.body), question())
			if err != nil || got.Word != tt.want.Word || got.Message != tt.want.Message {
				t.Fatalf("got %+v, %v, want %+v", got, err, tt.want)
			}
			if (got.Event != nil) != (tt.event != "") {
				t.Fatalf("got event %v, want %q", got.Event, tt.event)
			}
			if got.Event != nil && (got.Event.ID != tt.event || got.Event.Source != "sqle") {
				t.Errorf("got event %s of %s, want %s of sqle", got.Event.ID, got.Event.Source, tt.event)
			}
		})
	}
}

func TestWhatIsNoAnswerIsAskedAgain(t *testing.T) {
	tests := []struct {
		name   string
		status int
		body   string
	}{
		{"too many", 429, ``},
		{"down", 503, ``},
		{"a redirect", 302, ``},
		{"unknown door", 404, `{"result":"accepted"}`},
		{"no JSON", 200, `ok`},
		{"no result", 200, `{}`},
		{"too large", 200, `{"result":"accepted","message":"` + strings.Repeat("x", 300<<10) + `"}`},
	}
	for _, tt := range tests {
		t.Run(tt.name, func(t *testing.T) {
			calls := 0
			p := answering(t, func(*http.Request, []byte) { calls++ }, tt.status, tt.body)
			got, err := platform.NewWebhook(time.Now).Ask(t.Context(), p, question())
			if err == nil {
				t.Fatalf("got %+v, want an error", got)
			}
			if strings.Contains(err.Error(), "hidden") || strings.Contains(err.Error(), secret) {
				t.Errorf("got %q, which tells a secret", err)
			}
			if calls != 1 {
				t.Errorf("got %d calls, want one", calls)
			}
		})
	}
}

func TestACallGoesNowhereItCouldBeRead(t *testing.T) {
	for _, address := range []string{"http://tickets.example.com/hook", "ftp://127.0.0.1/", "tickets.example.com", ""} {
		p := notify.Platform{Source: "sqle", Kind: notify.PlatformWebhook, URL: address, Secret: secret}
		if _, err := platform.NewWebhook(time.Now).Ask(t.Context(), p, question()); err == nil {
			t.Errorf("got no error for %q, want it refused", address)
		}
	}
}

func TestAPlatformThatDoesNotAnswerIsGivenUpInTime(t *testing.T) {
	stop := make(chan struct{})
	p := answering(t, func(*http.Request, []byte) { <-stop }, 200, `{}`)
	t.Cleanup(func() { close(stop) }) // before the server waits for its requests
	p.Timeout = 50 * time.Millisecond
	ctx, cancel := context.WithTimeout(t.Context(), 10*time.Second)
	defer cancel()
	_, err := platform.NewWebhook(time.Now).Ask(ctx, p, question())
	if err == nil || ctx.Err() != nil || strings.Contains(err.Error(), "hidden") {
		t.Errorf("got %v, want its own time-out, without the address", err)
	}
}

func TestASecretOfTheStandardIsBase64(t *testing.T) {
	p := answering(t, func(r *http.Request, body []byte) {
		wh, err := standardwebhooks.NewWebhook("whsec_MfKQ9r8GKYqrTwjUPD8ILPZIo2LaLaSw")
		if err == nil {
			err = wh.Verify(body, r.Header)
		}
		if err != nil {
			t.Errorf("verify: %v", err)
		}
	}, 202, ``)
	p.Secret = "whsec_MfKQ9r8GKYqrTwjUPD8ILPZIo2LaLaSw"
	if _, err := platform.NewWebhook(time.Now).Ask(t.Context(), p, question()); err != nil {
		t.Error(err)
	}
	for _, bad := range []string{"", "short", "whsec_" + strings.Repeat("!", 24)} {
		p.Secret = bad
		if _, err := platform.NewWebhook(time.Now).Ask(t.Context(), p, question()); err == nil {
			t.Errorf("got no error for the secret %q, want it refused", bad)
		}
	}
}
