package channels_test

import (
	"errors"
	"testing"
	"time"

	"ticketbell/cards"
	"ticketbell/notify"
	"ticketbell/ticket"
)

func (h *house) line(ch notify.Channel) notify.Line {
	h.t.Helper()
	l, err := h.Line(h.t.Context(), ch)
	if err != nil {
		h.t.Fatal(err)
	}
	return l
}

// say sends the test card over the line.
func (h *house) say(l notify.Line, address string) {
	h.t.Helper()
	out := l.Sender.Send(h.t.Context(), notify.Message{
		Card: cards.Test(time.Now(), time.UTC), Language: cards.Chinese, Thread: "t",
		To: []notify.Recipient{{Key: notify.NewID("dlv_"), Address: address}},
	})
	if len(out) != 1 || out[0].Err != nil {
		h.t.Fatalf("got %+v, want the message taken", out)
	}
}

func TestALineReachesTheProviderItIsConfiguredFor(t *testing.T) {
	h := open(t)
	for ch, address := range map[notify.Channel]string{
		notify.Feishu: "ou_zhangsan", notify.WeCom: "zhangsan", notify.Mail: "zhangsan@corp.com",
	} {
		h.configure(ch)
		h.say(h.line(ch), address)
	}
}

func TestALineStaysUntilTheConfigurationChanges(t *testing.T) {
	h := open(t)
	h.configure(notify.Mail)
	first := h.line(notify.Mail)
	h.say(first, "zhangsan@corp.com")
	if again := h.line(notify.Mail); again.Sender != first.Sender || again.Version != first.Version {
		t.Error("got another line, want the one that is open")
	}
	h.patch(notify.Mail, map[string]any{"from_name": "工单通知"})
	next := h.line(notify.Mail)
	if next.Sender == first.Sender || next.Version <= first.Version {
		t.Errorf("got version %d after %d, want a new line", next.Version, first.Version)
	}
	eventually(t, "the old connection is closed", func() bool { return h.mail.Open() == 0 })
}

func TestClosingTheBoardClosesEveryConnection(t *testing.T) {
	h := open(t)
	h.configure(notify.Mail)
	h.say(h.line(notify.Mail), "zhangsan@corp.com")
	h.patch(notify.Mail, map[string]any{"from_name": "x"})
	h.say(h.line(notify.Mail), "zhangsan@corp.com")
	h.Close()
	eventually(t, "both connections are closed", func() bool { return h.mail.Open() == 0 })
}

// Whoever read an older configuration a moment ago does not take the newer line down.
func TestANewerLineIsNotReplacedByAnOlderOne(t *testing.T) {
	h := open(t)
	h.configure(notify.Mail)
	older, err := h.store.Channel(t.Context(), notify.Mail)
	if err != nil {
		t.Fatal(err)
	}
	h.patch(notify.Mail, map[string]any{"from_name": "newer"})
	newer := h.line(notify.Mail)
	h.records.answer(&older)
	h.line(notify.Mail)
	h.records.answer(nil)
	if got := h.line(notify.Mail); got.Sender != newer.Sender || got.Version != newer.Version {
		t.Errorf("got another line of version %d, want the one of version %d still open", got.Version, newer.Version)
	}
	h.say(newer, "zhangsan@corp.com")
}

func TestAChannelThatIsOffOrPausedHasNoLine(t *testing.T) {
	h := open(t)
	wantOff := func(why string) {
		t.Helper()
		if _, err := h.Line(t.Context(), notify.Mail); !errors.Is(err, notify.ErrOff) {
			t.Errorf("got %v %s, want it off", err, why)
		}
	}
	wantOff("before it is configured")
	h.configure(notify.Mail)
	version := h.line(notify.Mail).Version
	pause := func(version int64) {
		t.Helper()
		if err := h.Pause(t.Context(), notify.Mail, version, notify.Refusal{Code: "mail.535"}); err != nil {
			t.Fatal(err)
		}
	}
	pause(version - 1) // that one was replaced meanwhile
	h.line(notify.Mail)
	pause(version)
	wantOff("while paused")
	if view, ok := h.view(notify.Mail)["paused"].(map[string]any); !ok || view["code"] != "mail.535" {
		t.Errorf("got %v, want the view to say why it is paused", view)
	}
	if on, err := h.Enabled(t.Context()); err != nil || len(on) != 1 {
		t.Errorf("got %v, %v, want a paused channel among those that are on", on, err)
	}
	h.patch(notify.Mail, map[string]any{"from_name": "mended"})
	h.line(notify.Mail)
	h.patch(notify.Mail, map[string]any{"enabled": false})
	wantOff("once switched off")
}

func TestALineCarriesItsLimits(t *testing.T) {
	h := open(t)
	h.configure(notify.Feishu)
	if got, want := h.line(notify.Feishu).Limits, notify.ProviderLimits(notify.Feishu); got != want {
		t.Errorf("got %+v, want the provider's own %+v", got, want)
	}
	h.patch(notify.Feishu, map[string]any{"limits": map[string]any{"per_second": 7, "per_minute": 0}})
	want := notify.ProviderLimits(notify.Feishu)
	want.PerSecond, want.PerMinute = 7, 0
	if got := h.line(notify.Feishu).Limits; got != want {
		t.Errorf("got %+v, want %+v", got, want)
	}
}

func TestHealthTellsHowAChannelFares(t *testing.T) {
	h := open(t)
	health := func() notify.Health {
		t.Helper()
		got, err := h.Health(t.Context(), notify.Mail)
		if err != nil {
			t.Fatal(err)
		}
		return got
	}
	if got := health(); got.State != "off" {
		t.Errorf("got %+v, want off", got)
	}
	h.configure(notify.Mail)
	d := h.deliver(notify.Settlement{Status: notify.Updated, MessageID: "m1"})
	if got := health(); got.State != "ok" || got.LastAcceptedAt.IsZero() {
		t.Errorf("got %+v, want ok, and when the provider last took something, also when it was brought up to date since (%s)", got, d.ID)
	}
	h.deliver(notify.Settlement{Status: notify.Retrying, Code: "mail.450", Wait: time.Hour})
	if got := health(); got.State != "failing" || got.Reason != "mail.450" || got.Waiting != 1 || got.LastError == nil {
		t.Errorf("got %+v, want failing with mail.450, and one waiting", got)
	}
	if err := h.Pause(t.Context(), notify.Mail, h.line(notify.Mail).Version, notify.Refusal{Code: "mail.535"}); err != nil {
		t.Fatal(err)
	}
	if got := health(); got.State != "paused" || got.Reason != "mail.535" || got.LastError.Class != "config" || got.Since.IsZero() {
		t.Errorf("got %+v, want paused for mail.535", got)
	}
}

// deliver records an event with one delivery by mail that fares as told.
func (h *house) deliver(s notify.Settlement) notify.Delivery {
	h.t.Helper()
	now, ctx := time.Now(), h.t.Context()
	id := notify.NewID("evt_")
	e := notify.Entry{ID: id, AcceptedAt: now, Event: ticket.Event{Source: "s", ID: id, Kind: ticket.KindSubmitted, Ticket: ticket.Ticket{Key: id}}}
	r, err := h.store.Record(ctx, e, func(notify.Known) notify.Plan {
		return notify.Plan{TicketID: "tkt_" + id, Deliveries: []notify.Delivery{{
			ID: notify.NewID("dlv_"), Person: "lisi", Channel: notify.Mail, Status: notify.Queued, Deadline: now.Add(time.Hour),
		}}}
	})
	if err != nil {
		h.t.Fatal(err)
	}
	if _, err := h.store.Claim(ctx, notify.Mail, 1, "lease", time.Minute); err != nil {
		h.t.Fatal(err)
	}
	s.DeliveryID = r.Deliveries[0].ID
	if err := h.store.Settle(ctx, "lease", []notify.Settlement{s}); err != nil {
		h.t.Fatal(err)
	}
	return r.Deliveries[0]
}
