package wecom

import (
	"context"
	"encoding/json"
	"errors"
	"fmt"
	"net/http"
	"slices"
	"strings"
	"testing"
	"time"

	"ticketbell/cards"
	"ticketbell/notify"
	"ticketbell/sandbox"
)

func TestCardReachesEverybodyInOneCall(t *testing.T) {
	s := newStand(t)
	got := s.send("ZhangSan", "lisi")
	for _, o := range got {
		if o.Err != nil || o.MessageID == "" || o.MessageID != got[0].MessageID {
			t.Errorf("got %+v, want both accepted under one msgid", o)
		}
	}
	m := s.wantMessages(2)
	s.wantCalls("message/send", 1)
	if m[0].Kind != "template_card" || m[0].Title != "待你审核：订单表加索引" ||
		!slices.Equal(m[0].Buttons, []sandbox.Button{{Text: "查看工单", Action: "view"}}) {
		t.Errorf("got %+v", m[0])
	}
	if strings.TrimSpace(string(m[0].Payload)) != got[0].Payload {
		t.Errorf("got payload %s, want what went over the wire: %s", got[0].Payload, m[0].Payload)
	}
}

func TestModesOfTheManual(t *testing.T) {
	for name, row := range map[string]struct {
		change func(*Config)
		kind   string
		safe   any
	}{
		"confidential is a text that cannot be shared": {confidential, "text", 1.0},
		"dialog as a card":      {func(*Config) {}, "template_card", nil},
		"dialog as a text":      {styleText, "text", 0.0},
		"dialog as a text card": {styleCards, "textcard", nil},
		"dialog in markdown":    {styleMarks, "markdown", nil},
	} {
		t.Run(name, func(t *testing.T) {
			s := newStand(t, row.change)
			if o := s.send("lisi")[0]; o.Err != nil {
				t.Fatal(o.Err)
			}
			m := s.wantMessages(1)[0]
			var payload map[string]any
			if err := json.Unmarshal(m.Payload, &payload); err != nil {
				t.Fatal(err)
			}
			if m.Kind != row.kind || payload["safe"] != row.safe || payload["enable_duplicate_check"] != 1.0 {
				t.Errorf("got %s with safe %v, want %s with %v", m.Kind, payload["safe"], row.kind, row.safe)
			}
			if want := "https://sqle.example.com/sqle/project/1/exec-workflow/1024"; !slices.Equal(m.Links, []string{want}) {
				t.Errorf("got links %v, want %s", m.Links, want)
			}
		})
	}
}

func TestConfidentialCardInStyleCardStaysAText(t *testing.T) {
	s := newStand(t, confidential, func(c *Config) { c.Style = StyleCard })
	s.send("lisi")
	if m := s.wantMessages(1)[0]; m.Kind != "text" {
		t.Errorf("got %s, want a text: safe is for texts only", m.Kind)
	}
}

func TestCardWithoutALinkGoesOutAsAText(t *testing.T) {
	s := newStand(t)
	if o := s.Send(t.Context(), messageTo(withLink(""), "lisi"))[0]; o.Err != nil {
		t.Fatal(o.Err)
	}
	if m := s.wantMessages(1)[0]; m.Kind != "text" || len(m.Links) != 0 {
		t.Errorf("got %s with links %v, want a text without any", m.Kind, m.Links)
	}
}

func TestRefusedCardGoesOutOnceMoreAsAText(t *testing.T) {
	var types []string
	b := newBot(t, []func(*Config){func(c *Config) {
		c.APIBaseURL = answering(t, func(w http.ResponseWriter, r *http.Request) {
			var m message
			if err := json.NewDecoder(r.Body).Decode(&m); err != nil {
				t.Error(err)
			}
			types = append(types, m.MsgType)
			code := 0
			if m.MsgType == "template_card" {
				code = 42045
			}
			_, _ = fmt.Fprintf(w, `{"errcode":%d,"errmsg":"x","msgid":"m1"}`, code)
		})
	}})
	got := b.Send(t.Context(), messageTo(sampleCard(), "lisi"))[0]
	if got.Err != nil || got.MessageID != "m1" || !strings.Contains(got.Payload, `"msgtype":"text"`) {
		t.Errorf("got %+v, want the text accepted", got)
	}
	if !slices.Equal(types, []string{"template_card", "text"}) {
		t.Errorf("got %v, want the card and then the text", types)
	}
}

func TestStrangersAreToldApartFromMembers(t *testing.T) {
	s := newStand(t)
	got := s.send("Ghost", "LISI", "zhangsan")
	wantVerdict(t, got[0].Err, notify.VerdictStaleAddress, "wecom.81013")
	for _, o := range got[1:] {
		if o.Err != nil || o.MessageID == "" {
			t.Errorf("got %+v, want it accepted", o)
		}
	}
	s.wantMessages(2)
}

func TestListsOfStrangersAreReadInEitherForm(t *testing.T) {
	for _, fault := range []string{"partial", "partial_array"} {
		t.Run(fault, func(t *testing.T) {
			s := newStand(t)
			s.goesWrong(fault)
			got := s.send("ZhangSan", "lisi")
			wantVerdict(t, got[0].Err, notify.VerdictStaleAddress, "wecom.81013")
			if got[1].Err != nil {
				t.Errorf("got %v, want lisi served", got[1].Err)
			}
		})
	}
}

func TestUnlicensedMemberIsGivenUp(t *testing.T) {
	s := newStand(t)
	s.goesWrong("unlicensed")
	got := s.send("ZhangSan", "lisi")
	wantVerdict(t, got[0].Err, notify.VerdictPermanent, "wecom.unlicensed")
	if got[1].Err != nil {
		t.Errorf("got %v, want lisi served", got[1].Err)
	}
}

func TestNobodyKnownIsEverybodysStaleAddress(t *testing.T) {
	s := newStand(t)
	for _, o := range s.send("ghost", "phantom") {
		wantVerdict(t, o.Err, notify.VerdictStaleAddress, "wecom.81013")
	}
}

func TestAnAddressNeverWidensTheAudience(t *testing.T) {
	s := newStand(t)
	for i, o := range s.send("@all", "@ALL", "zhangsan|wangwu", "", strings.Repeat("x", 65), "lisi") {
		if i < 5 {
			wantVerdict(t, o.Err, notify.VerdictUnreachable, "wecom.40003")
		} else if o.Err != nil {
			t.Errorf("got %v, want lisi served", o.Err)
		}
	}
	if m := s.wantMessages(1)[0]; m.To != "lisi" {
		t.Errorf("got a message to %s, want only lisi's", m.To)
	}
}

func TestNoUseridAtAllMakesNoCall(t *testing.T) {
	s := newStand(t)
	wantVerdict(t, s.send("@all")[0].Err, notify.VerdictUnreachable, "wecom.40003")
	if calls := s.sim.Calls(); len(calls) != 0 {
		t.Errorf("got calls %v, want none", calls)
	}
}

func TestRepeatAfterALostAnswerArrivesOnce(t *testing.T) {
	s := newStand(t)
	s.goesWrong("drop_after_accept")
	wantVerdict(t, s.send("lisi")[0].Err, notify.VerdictAgain, "")
	if o := s.send("lisi")[0]; o.Err != nil || o.MessageID == "" {
		t.Errorf("got %+v, want the repeat accepted", o)
	}
	s.wantMessages(1)
}

func TestThousandReceiversAreOneCall(t *testing.T) {
	s := newStand(t)
	to := make([]string, s.Batch())
	for i := range to {
		to[i] = fmt.Sprintf("u%04d", i)
	}
	to[999] = "lisi"
	got := s.send(to...)
	if got[999].Err != nil {
		t.Errorf("got %v, want lisi served", got[999].Err)
	}
	wantVerdict(t, got[0].Err, notify.VerdictStaleAddress, "wecom.81013")
	s.wantCalls("message/send", 1)
}

func TestAnswerWithoutAMsgidIsNoSuccess(t *testing.T) {
	b := newBot(t, []func(*Config){func(c *Config) {
		c.APIBaseURL = answering(t, func(w http.ResponseWriter, _ *http.Request) { _, _ = w.Write([]byte(`{}`)) })
	}})
	wantVerdict(t, b.Send(t.Context(), messageTo(sampleCard(), "lisi"))[0].Err, notify.VerdictAgain, "wecom.no_msgid")
}

func TestNumericMsgidIsRead(t *testing.T) {
	b := newBot(t, []func(*Config){func(c *Config) {
		c.APIBaseURL = answering(t, func(w http.ResponseWriter, _ *http.Request) {
			_, _ = w.Write([]byte(`{"errcode":0,"invaliduser":[],"msgid":12345678901234567}`))
		})
	}})
	if got := b.Send(t.Context(), messageTo(sampleCard(), "lisi"))[0]; got.Err != nil || got.MessageID != "12345678901234567" {
		t.Errorf("got %+v, want the id as it was written", got)
	}
}

func TestEnglishReaderReadsEnglish(t *testing.T) {
	s := newStand(t)
	m := messageTo(sampleCard(), "lisi")
	m.Language = cards.English
	s.Send(t.Context(), m)
	if got := s.wantMessages(1)[0]; !strings.Contains(got.Text, "Requested by 张三") || strings.Contains(got.Text, "申请人") {
		t.Errorf("got %q, want English words", got.Text)
	}
}

func TestCancelledSendStopsAndIsTriedAgain(t *testing.T) {
	s := newStand(t)
	ctx, cancel := context.WithCancel(t.Context())
	cancel()
	got := s.Send(ctx, messageTo(sampleCard(), "lisi"))[0]
	wantVerdict(t, got.Err, notify.VerdictAgain, "")
	if !errors.Is(got.Err, context.Canceled) {
		t.Errorf("got %v, want it to say that it was cancelled", got.Err)
	}
}

func TestHangingTokenCallEndsByItself(t *testing.T) { // finding 12
	s := newStand(t)
	b := newBot(t, []func(*Config){func(c *Config) { c.APIBaseURL = s.srv.URL }}, WithTimeout(100*time.Millisecond))
	s.goesWrong("timeout")
	err := b.Check(t.Context())
	wantVerdict(t, err, notify.VerdictAgain, "")
	if !errors.Is(err, context.DeadlineExceeded) {
		t.Errorf("got %v, want it to say that time ran out", err)
	}
}

func TestHangingSendEndsByItself(t *testing.T) {
	s := newStand(t)
	if err := s.Check(t.Context()); err != nil {
		t.Fatal(err)
	}
	s.timeout = 100 * time.Millisecond // from here on, for the token may take its time on a busy machine
	s.goesWrong("timeout")
	got := s.send("lisi")[0]
	wantVerdict(t, got.Err, notify.VerdictAgain, "")
	if !errors.Is(got.Err, context.DeadlineExceeded) {
		t.Errorf("got %v, want it to say that time ran out", got.Err)
	}
}
