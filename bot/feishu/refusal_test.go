package feishu

import (
	"fmt"
	"strings"
	"testing"

	"ticketbell/notify"
)

func TestMissingScopesAreListedWithTheirPage(t *testing.T) {
	body := `{"code":99991672,"msg":"Access denied. One of the following scopes is required: [im:message, im:message:send_as_bot]",
	 "error":{"log_id":"l","permission_violations":[{"type":"action_scope_required","subject":"im:message:send_as_bot"},
	 {"subject":"im:message"},{"subject":"im:message"},{"subject":""}],"helps":[{"url":"javascript:x"},{"url":"https://open.feishu.cn/app/cli_stand/auth?q=im:message"}]}}`
	s := newStand(t, always(said{status: 400, body: body}))
	got := sendOne(t.Context(), s.bot(t))
	if v, _ := notify.VerdictOf(got.Err); v != notify.VerdictMisconfigured {
		t.Errorf("got %v, want %v", v, notify.VerdictMisconfigured)
	}
	mustContain(t, "message", refusalOf(t, got.Err).Message, "Access denied",
		"; missing scopes: im:message, im:message:send_as_bot; https://open.feishu.cn/app/cli_stand/auth?q=im:message")
}

func TestWrongFieldsAreNamedWithoutTheirValues(t *testing.T) {
	body := `{"code":99992402,"msg":"field validation failed","error":{"field_violations":[{"field":"receive_id","value":"lisi@corp.com","description":"x"}]}}`
	s := newStand(t, always(said{status: 400, body: body}))
	got := refusalOf(t, sendOne(t.Context(), s.bot(t)).Err).Message
	mustContain(t, "message", got, "fields: receive_id")
	mustNotContain(t, "message", got, "lisi@corp.com")
}

func TestTheLogIDOfTheBodyStandsIn(t *testing.T) {
	s := newStand(t, always(said{status: 400, header: map[string]string{"X-Tt-Logid": ""}, body: `{"code":230013,"msg":"x","error":{"log_id":"log-of-body"}}`}))
	if got := sendOne(t.Context(), s.bot(t)); got.RequestID != "log-of-body" {
		t.Errorf("got request id %q, want log-of-body", got.RequestID)
	}
}

// TestErrorsShowNothingThatWasSent has Feishu repeat whatever it heard, in every
// shape in which an answer can go wrong.
func TestErrorsShowNothingThatWasSent(t *testing.T) {
	card := reviewCard()
	card.Subject, card.Description = "subject-of-the-card", "description-of-the-card"
	for name, shape := range map[string]func(echo string) said{
		"a card refused": func(echo string) said {
			return said{status: 400, body: fmt.Sprintf(`{"code":230099,"msg":%q}`, "Failed, ext=ErrCode: 200621; ErrMsg: parse; ErrorValue: "+echo)}
		},
		"HTML":        func(echo string) said { return said{502, html(), echo} },
		"plain text":  func(echo string) said { return said{404, map[string]string{"Content-Type": "text/plain"}, echo} },
		"broken JSON": func(echo string) said { return said{body: echo + `{`} },
		"other types": func(echo string) said { return said{body: fmt.Sprintf(`{"code":%q}`, echo)} },
		"gateway":     func(echo string) said { return said{status: 504, body: echo} },
		"a field value": func(echo string) said {
			return said{400, nil, fmt.Sprintf(`{"code":99992402,"msg":"x","error":{"field_violations":[{"value":%q}]}}`, echo)}
		},
	} {
		t.Run(name, func(t *testing.T) {
			s := newStand(t, func(_ int, h heard) said { return shape(h.auth + string(h.body)) })
			b := s.bot(t)
			m := to(card)
			for what, err := range map[string]error{"send": b.Send(t.Context(), m)[0].Err, "update": b.Update(t.Context(), "om_1", m).Err} {
				mustNotContain(t, what+" error", fmt.Sprintf("%v %+v", err, err), "Bearer", "t-1", card.Subject, card.Description, "ou_li", appSecret)
			}
		})
	}
}

func TestSecretsAreTakenOutOfFeishusOwnText(t *testing.T) {
	echo := func(h heard) said {
		return said{status: 400, body: fmt.Sprintf(`{"code":230001,"msg":%q}`, "you sent "+h.auth+" of "+appSecret)}
	}
	s := newStand(t, func(_ int, h heard) said { return echo(h) })
	b := s.bot(t)
	mustNotContain(t, "error", sendOne(t.Context(), b).Err.Error(), "t-1", appSecret)

	s.mu.Lock()
	s.token = func(int) said { return said{body: fmt.Sprintf(`{"code":10014,"msg":%q}`, appSecret+" is wrong")} }
	s.mu.Unlock()
	err := b.Check(t.Context())
	mustNotContain(t, "error", err.Error(), appSecret)
	mustContain(t, "error", err.Error(), "sign in to feishu", "feishu.10014", "is wrong")
}

func TestALongTextIsShortened(t *testing.T) {
	s := newStand(t, always(said{status: 400, body: fmt.Sprintf(`{"code":230001,"msg":%q}`, "line\n\n"+strings.Repeat("长", 5000))}))
	got := refusalOf(t, sendOne(t.Context(), s.bot(t)).Err).Message
	if n := len([]rune(got)); n != maxMessage {
		t.Errorf("got %d characters, want %d", n, maxMessage)
	}
	mustContain(t, "message", got, "line 长", "…")
}

func TestTheAddressInAnErrorHasNoHostOfAProxy(t *testing.T) {
	s := &stand{url: "http://127.0.0.1:1"}
	err := sendOne(t.Context(), s.bot(t)).Err
	mustContain(t, "error", err.Error(), "send to feishu", "POST "+tokenPath)
	mustNotContain(t, "error", err.Error(), "http://", appSecret)
}
