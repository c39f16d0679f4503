package chat_test

import (
	"bytes"
	"context"
	"errors"
	"fmt"
	"log/slog"
	"path/filepath"
	"strings"
	"testing"
	"time"

	"ticketbell/chat"
	"ticketbell/notify"
	"ticketbell/store"
	"ticketbell/ticket"
)

// onFeishu is a switchboard on which Feishu alone is on, with that line.
type onFeishu struct {
	notify.Switchboard
	line notify.Line
}

// Line implements [notify.Switchboard].
func (f *onFeishu) Line(context.Context, notify.Channel) (notify.Line, error) { return f.line, nil }

// Enabled implements [notify.Switchboard].
func (*onFeishu) Enabled(context.Context) ([]notify.Channel, error) {
	return []notify.Channel{notify.Feishu}, nil
}

// ear hears what the bot says to whom.
type ear struct {
	said []notify.Message
	err  error
}

// Tell implements [chat.Voice].
func (e *ear) Tell(_ context.Context, _ notify.Channel, _ string, m notify.Message) error {
	if e.err != nil {
		return e.err
	}
	e.said = append(e.said, m)
	return nil
}

// house is the bot on a real store; addresses are usernames.
type house struct {
	*store.Store
	t    *testing.T
	bot  *chat.Bot
	on   *onFeishu
	desk *notify.Desk
	ear  *ear
	n    int
}

// Who implements [notify.Who].
func (h *house) Who(ctx context.Context, _ notify.Channel, address string) (ticket.User, bool, error) {
	u, err := h.User(ctx, address)
	if errors.Is(err, notify.ErrNotFound) {
		return u, false, nil
	}
	return u, err == nil, err
}

func open(t *testing.T) *house {
	t.Helper()
	s, err := store.Open(t.Context(), store.Config{URL: "sqlite:" + filepath.Join(t.TempDir(), "t.db"), Key: bytes.Repeat([]byte("k"), 32)})
	if err != nil {
		t.Fatal(err)
	}
	t.Cleanup(func() {
		if err := s.Close(); err != nil {
			t.Errorf("close: %v", err)
		}
	})
	h := &house{Store: s, t: t, ear: new(ear), on: new(onFeishu)}
	h.desk = &notify.Desk{Ledger: s, Flows: s, People: s, Channels: h.on, Settings: s, Now: time.Now}
	h.bot = &chat.Bot{Records: s, Who: h, Desk: h.desk, Voice: h.ear, Lines: h.on, Settings: s, Now: time.Now, Log: slog.New(slog.DiscardHandler)}
	for _, u := range []ticket.User{
		{Person: ticket.Person{Username: "lisi", Email: "lisi@corp.com"}, Role: ticket.Member},
		{Person: ticket.Person{Username: "zhangsan", Email: "zhangsan@corp.com"}, Role: ticket.Member},
		{Person: ticket.Person{Username: "other"}, Role: ticket.Member},
		{Person: ticket.Person{Username: "boss"}, Role: ticket.Operator},
		{Person: ticket.Person{Username: "gone"}, Role: ticket.Member, Disabled: true},
	} {
		if err := s.CreateUser(t.Context(), u); err != nil {
			t.Fatal(err)
		}
	}
	return h
}

// submit records a ticket of zhangsan's that waits for lisi.
func (h *house) submit(key string) {
	h.t.Helper()
	_, err := h.desk.Accept(h.t.Context(), ticket.Event{
		Source: "sqle", ID: key + "-1", Kind: ticket.KindSubmitted, Ticket: ticket.Ticket{
			Key: key, Title: "订单表加索引", Status: ticket.WaitingReview, Creator: ticket.Person{Username: "zhangsan"},
			Step: &ticket.Step{Index: 1, Total: 2, Kind: ticket.Review, Assignees: []ticket.Person{{Username: "lisi"}}},
		},
	})
	if err != nil {
		h.t.Fatal(err)
	}
}

// hears has the bot hear a new message.
func (h *house) hears(who, text string) error {
	h.n++
	return h.bot.Hear(h.t.Context(), notify.Said{ID: fmt.Sprint("om_", h.n), Channel: notify.Feishu, Address: who, Text: text})
}

// answers returns what the bot said to a message, as plain text.
func (h *house) answers(who, text string) string {
	h.t.Helper()
	before := len(h.ear.said)
	if err := h.hears(who, text); err != nil {
		h.t.Fatal(err)
	}
	var all []string
	for _, m := range h.ear.said[before:] {
		all = append(all, m.Card.Plain(m.Language))
	}
	return strings.Join(all, "\n")
}

// shown returns the keys of the tickets the person was shown because they asked.
func (h *house) shown(who string) []string {
	h.t.Helper()
	all, _, err := h.Deliveries(h.t.Context(), notify.DeliveryFilter{Person: who})
	if err != nil {
		h.t.Fatal(err)
	}
	var keys []string
	for _, d := range all {
		ev, err := h.Event(h.t.Context(), d.Event)
		if err != nil {
			h.t.Fatal(err)
		}
		if ev.Kind == ticket.KindAsked {
			keys = append(keys, ev.Ticket.Key)
		}
	}
	return keys
}

func wantIn(t *testing.T, got, want string) {
	t.Helper()
	if !strings.Contains(got, want) {
		t.Errorf("got answer\n%s\nwant %q in it", got, want)
	}
}

func TestAFewTicketsComeAsTheirCardsAndManyAsAList(t *testing.T) {
	h := open(t)
	wantIn(t, h.answers("lisi", "待办"), "没有等你处理的工单")
	h.submit("1024")
	if got := h.answers("lisi", "待办"); got != "" {
		t.Errorf("got answer %q, want the card alone", got)
	}
	if got := h.shown("lisi"); len(got) != 1 || got[0] != "1024" {
		t.Errorf("got shown %v, want 1024", got)
	}
	for _, key := range []string{"1025", "1026", "1027"} {
		h.submit(key)
	}
	list := h.answers("lisi", "todo")
	for _, key := range []string{"#1024", "#1025", "#1026", "#1027"} {
		wantIn(t, list, key)
	}
	wantIn(t, h.answers("zhangsan", "待办"), "没有等你处理的工单")
}

// What an answer promises holds for the style that messages are sent in.
func TestAnAnswerPromisesWhatTheStyleKeeps(t *testing.T) {
	h := open(t)
	for key := range 4 {
		h.submit(fmt.Sprint(1024 + key))
	}
	for _, line := range []notify.Line{{}, {Buttons: true, Bilingual: true}} {
		h.on.line = line
		for text, tells := range map[string]bool{"待办": line.Buttons, "语言 zh": line.Bilingual} {
			word := map[string]string{"待办": "按钮", "语言 zh": "界面语言"}[text]
			if got := h.answers("lisi", text); strings.Contains(got, word) != tells {
				t.Errorf("got\n%s\nto %s on %+v, want %q in it: %v", got, text, line, word, tells)
			}
		}
	}
}

func TestATicketIsShownToThoseItConcerns(t *testing.T) {
	h := open(t)
	h.submit("1024")
	for who, sees := range map[string]bool{"lisi": true, "zhangsan": true, "boss": true, "other": false} {
		answer := h.answers(who, "工单 1024")
		if got := len(h.shown(who)) == 1; got != sees {
			t.Errorf("got shown %v to %s, want %v", got, who, sees)
		}
		if !sees {
			wantIn(t, answer, "没有找到工单 1024，或你无权查看")
			if unknown := h.answers(who, "工单 9"); strings.ReplaceAll(unknown, " 9，", " 1024，") != answer {
				t.Errorf("got %q for a ticket that is not theirs and %q for none, want no difference", answer, unknown)
			}
		}
	}
}

func TestStrangersGetAnAnswerAndNoData(t *testing.T) {
	h := open(t)
	h.submit("1024")
	for who, want := range map[string]string{"nobody": "没有找到与你对应的用户", "gone": "你的账号已停用"} {
		for _, text := range []string{"待办", "工单 1024", "帮助", "语言 en"} {
			got := h.answers(who, text)
			wantIn(t, got, want)
			if strings.Contains(got, "订单表") {
				t.Errorf("got %q for %s, want no data", got, who)
			}
		}
	}
}

func TestTheLanguageChangesAtOnce(t *testing.T) {
	h := open(t)
	wantIn(t, h.answers("lisi", "语言 en"), "You read English from now on")
	wantIn(t, h.answers("lisi", "what?"), "What I can do")
	wantIn(t, h.answers("lisi", "language zh"), "以后使用中文")
	wantIn(t, h.answers("lisi", "？"), "我能做什么")
}

func TestTheSameMessageIsAnsweredOnce(t *testing.T) {
	h := open(t)
	h.submit("1024")
	for _, text := range []string{"帮助", "待办"} {
		for range 3 {
			if err := h.bot.Hear(t.Context(), notify.Said{ID: text, Channel: notify.Feishu, Address: "lisi", Text: text}); err != nil {
				t.Fatal(err)
			}
		}
	}
	if len(h.ear.said) != 1 || len(h.shown("lisi")) != 1 {
		t.Errorf("got %d answers and %d cards, want 1 of each", len(h.ear.said), len(h.shown("lisi")))
	}
}

func TestWhatCouldNotBeAnsweredIsHeardAgain(t *testing.T) {
	h := open(t)
	h.ear.err = errors.New("the provider is down")
	said := notify.Said{ID: "1", Channel: notify.Feishu, Address: "lisi", Text: "帮助"}
	if err := h.bot.Hear(t.Context(), said); err == nil {
		t.Error("got no error, want the provider to hand it in again")
	}
	h.ear.err = nil
	if err := h.bot.Hear(t.Context(), said); err != nil || len(h.ear.said) != 1 {
		t.Errorf("got %d answers, %v, want one", len(h.ear.said), err)
	}
}

func TestACardThatWasAskedForMovesNothing(t *testing.T) {
	h := open(t)
	h.submit("1024")
	before, err := h.TicketByKey(t.Context(), "sqle", "1024")
	if err != nil {
		t.Fatal(err)
	}
	h.answers("lisi", "工单 1024")
	after, err := h.TicketByKey(t.Context(), "sqle", "1024")
	if err != nil || after.Turn != before.Turn || after.Event.ID != before.Event.ID || !after.UpdatedAt.Equal(before.UpdatedAt) {
		t.Errorf("got %+v, %v, want the ticket as it was", after, err)
	}
}
