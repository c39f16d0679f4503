package feishu

import (
	"bytes"
	"encoding/json"
	"errors"
	"fmt"
	"math/rand/v2"
	"net/http"
	"path/filepath"
	"strings"
	"testing"
	"unicode/utf8"

	"ticketbell/cards"
	"ticketbell/notify"
)

func TestGoldenStyles(t *testing.T) {
	for name, card := range map[string]cards.Card{"review": reviewCard(), "rejected": rejectedCard(), "bare": bareCard(), "digest": digestCard(3)} {
		t.Run(name, func(t *testing.T) {
			var got bytes.Buffer
			if err := json.Indent(&got, []byte(Draw(Config{Style: StylePost}, to(card))+"\n"), "", "  "); err != nil {
				t.Fatal(err)
			}
			golden(t, filepath.Join("testdata", name+".post.json"), got.Bytes())
			for _, lang := range cards.Languages() {
				m := to(card)
				m.Language = lang
				said := decode(t, []byte(Draw(Config{Style: StyleText}, m)))["text"]
				golden(t, filepath.Join("testdata", name+".text."+string(lang)+".txt"), fmt.Appendln(nil, said))
			}
		})
	}
}

// styled is a bot whose messages look so.
func (s *stand) styled(t *testing.T, style Style, updates bool) *Bot {
	t.Helper()
	b, err := New(Config{AppID: "cli_stand", AppSecret: appSecret, APIBaseURL: s.url, Style: style, UpdateCards: updates})
	if err != nil {
		t.Fatal(err)
	}
	t.Cleanup(b.Close)
	return b
}

func TestAStyleAsItGoesOverTheWire(t *testing.T) {
	for style, kind := range map[Style]string{StyleCard: "interactive", StylePost: "post", StyleText: "text"} {
		t.Run(string(style), func(t *testing.T) {
			s := newStand(t, always(said{body: accepted}))
			b := s.styled(t, style, true)
			sent := sendOne(t.Context(), b)
			m := to(rejectedCard())
			m.Form = sent.Form
			changed := b.Update(t.Context(), "om_1", m)
			if sent.Err != nil || changed.Err != nil || changed.Form == "" {
				t.Fatalf("got %+v and then %+v, want both taken", sent, changed)
			}
			_, requests := s.calls()
			create, change := decode(t, requests[0].body), decode(t, requests[1].body)
			if create["msg_type"] != kind || create["content"] != sent.Payload {
				t.Errorf("got a send of %v, want %s with the content", create, kind)
			}
			method := http.MethodPut
			if style == StyleCard {
				method, kind = http.MethodPatch, ""
			}
			if got, _ := change["msg_type"].(string); requests[1].method != method || got != kind || change["content"] != changed.Payload {
				t.Errorf("got %s of %v, want %s of %q with the content", requests[1].method, change, method, kind)
			}
		})
	}
}

// A message that is out stays what it is, whatever the style is by now.
func TestAStyleThatChangedLeavesWhatIsOut(t *testing.T) {
	s := newStand(t, always(said{body: accepted}))
	card := sendOne(t.Context(), s.styled(t, StyleCard, true))
	text := sendOne(t.Context(), s.styled(t, StyleText, true))
	for _, tc := range []struct {
		now     Style
		out     string
		method  string
		content string
	}{
		{StyleText, card.Form, http.MethodPatch, `"schema":"2.0"`},
		{StyleText, "", http.MethodPatch, `"schema":"2.0"`}, // from before forms were kept
		{StylePost, text.Form, http.MethodPut, `{"text":`},
		{StyleCard, text.Form, http.MethodPut, `{"text":`},
	} {
		m := to(rejectedCard())
		m.Form = tc.out
		got := s.styled(t, tc.now, true).Update(t.Context(), "om_1", m)
		_, requests := s.calls()
		if last := requests[len(requests)-1]; got.Err != nil || last.method != tc.method || !strings.Contains(got.Payload, tc.content) {
			t.Errorf("got %s of %.80s (%v) for what was sent as %q, want %s of %s", last.method, got.Payload, got.Err, tc.out, tc.method, tc.content)
		}
	}
}

// A repeat is answered with the first message, which may have been of another style.
func TestARepeatIsWhatWasSentFirst(t *testing.T) {
	for kind, want := range map[string]string{"interactive": "card_live", "post": "post", "text": "text", "": "post"} {
		s := newStand(t, always(said{body: `{"code":0,"data":{"message_id":"om_1","msg_type":"` + kind + `"}}`}))
		if got := sendOne(t.Context(), s.styled(t, StylePost, true)); got.Err != nil || got.Form != want {
			t.Errorf("got %q (%v) of an answer that calls it %q, want %q", got.Form, got.Err, kind, want)
		}
	}
}

// A repeat without buttons may find a first card that has some, and must not keep them.
func TestACardThatMayBeOutIsTakenForOneWithButtons(t *testing.T) {
	for again, want := range map[bool]string{false: "card", true: "card_live"} {
		s := newStand(t, always(said{body: accepted}))
		m := to(rejectedCard())
		m.Again = again
		if got := s.styled(t, StyleCard, false).Send(t.Context(), m)[0]; got.Err != nil || got.Form != want {
			t.Errorf("again %t: got %q (%v), want %q", again, got.Form, got.Err, want)
		}
	}
}

func TestWithoutUpdatesOnlyButtonsAndTheEndAreShown(t *testing.T) {
	decidable, decided, settled := reviewCard(), reviewCard(), rejectedCard()
	decided.Buttons, settled.Settled = view(), true
	for name, tc := range map[string]struct {
		out   string
		now   cards.Card
		shown bool
	}{
		"a card whose buttons stay":                {"card_live", decidable, false},
		"a card whose buttons go":                  {"card_live", decided, true},
		"a card whose buttons come back":           {"card", decidable, true},
		"a card without any":                       {"card", decided, false},
		"a card at the end":                        {"card", settled, true},
		"a card of which nobody knows":             {"", decided, true},
		"a card with buttons of which nobody does": {"", decidable, true},
		"a post in between":                        {"post", decidable, false},
		"a post at the end":                        {"post", settled, true},
		"a text in between":                        {"text", decided, false},
		"a text at the end":                        {"text", settled, true},
	} {
		t.Run(name, func(t *testing.T) {
			s := newStand(t, always(said{body: patched}))
			m := to(tc.now)
			m.Form = tc.out
			got := s.styled(t, StyleCard, false).Update(t.Context(), "om_1", m)
			_, requests := s.calls()
			if shown := len(requests) == 1; shown != tc.shown || errors.Is(got.Err, notify.ErrAsSent) == tc.shown {
				t.Errorf("got %d calls and %v, want it shown: %t", len(requests), got.Err, tc.shown)
			}
		})
	}
}

// Twenty edits and it is over: with which code is not known, so that no refusal of an edit
// is asked again unless it is one of those that pass.
func TestAnEditThatIsRefusedIsNotTriedForADay(t *testing.T) {
	for _, tc := range []struct {
		answer said
		want   notify.Verdict
	}{
		{said{status: 400, body: `{"code":424242,"msg":"no more edits"}`}, notify.VerdictPermanent},
		{said{status: 400, body: `{"code":230011,"msg":"recalled"}`}, notify.VerdictPermanent},
		{said{status: 400, body: `{"code":230020,"msg":"too fast"}`}, notify.VerdictAfter},
		{said{status: 400, body: `{"code":2200,"msg":"internal error"}`}, notify.VerdictAgain},
		{said{status: 500, body: `{"code":424242,"msg":"boom"}`}, notify.VerdictAgain},
		{said{body: `{"code":424242,"msg":"odd"}`}, notify.VerdictAgain},
	} {
		s := newStand(t, always(tc.answer))
		m := to(rejectedCard())
		m.Form = "text"
		got := s.styled(t, StyleText, true).Update(t.Context(), "om_1", m)
		if v, _ := notify.VerdictOf(got.Err); got.Err == nil || v != tc.want || got.Form != "" {
			t.Errorf("got %v of %v and form %q after %s, want %v", v, got.Err, got.Form, tc.answer.body, tc.want)
		}
	}
}

func TestWhatPeopleTypedIsNoMarkup(t *testing.T) {
	const everybody = `<at user_id="all">all</at> [查看工单](https://evil.example)`
	c := rejectedCard()
	c.Subject, c.Description, c.Reason.Value = everybody, everybody, cards.Same(everybody)
	c.Mentions = []cards.Mention{{Text: cards.Same(everybody), URL: "https://sqle.example.com/" + everybody}}
	for _, style := range []Style{StylePost, StyleText} {
		var content map[string]any
		if err := json.Unmarshal([]byte(Draw(Config{Style: style}, to(c))), &content); err != nil {
			t.Fatal(err)
		}
		walk(content, func(o map[string]any) {
			for _, field := range []string{"text", "title"} {
				if said, _ := o[field].(string); strings.ContainsAny(said, "<>") || strings.Contains(said, "](") {
					t.Errorf("%s: got markup that somebody typed in %q", style, said)
				}
			}
		})
	}
}

func TestHostileMessagesFitInEachStyle(t *testing.T) {
	r := rand.New(rand.NewPCG(3, 4))
	for i := range 40 {
		c := hostileCard(r)
		for _, style := range []Style{StylePost, StyleText} {
			content := Draw(Config{Style: style}, to(c))
			if size := requestSize(t, content); size > feishuLimit || !utf8.ValidString(content) {
				t.Fatalf("card %d as %s: got a request of %d bytes, want at most %d", i, style, size, feishuLimit)
			}
			mustContain(t, string(style), content, "[待审核 · 生产] 待你审核：T", c.Link())
		}
	}
}
