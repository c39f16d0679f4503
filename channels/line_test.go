package channels_test

import (
	"errors"
	"log/slog"
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
		Card: cards.Test(time.Now(), cards.Setting{}), Language: cards.Chinese, Thread: "t",
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
	h.patch(notify.Feishu, map[string]any{"limits": map[string]any{"per_second": 7, "per_minute": 0, "per_day": 9}})
	want := notify.ProviderLimits(notify.Feishu)
	want.PerSecond, want.PerMinute, want.PerDay = 7, 0, 9
	if got := h.line(notify.Feishu).Limits; got != want {
		t.Errorf("got %+v, want %+v", got, want)
	}
}

func TestHealthTellsHowAChannelFares(t *testing.T) {
	h := open(t)
	pulse := &notify.Pulse{Keeper: h.store, Log: slog.New(slog.DiscardHandler)}
	health := func() notify.Health {
		t.Helper()
		pulse.Flush(t.Context())
		got, err := h.Health(t.Context(), notify.Mail)
		if err != nil {
			t.Fatal(err)
		}
		return got
	}
	attempt := func(number int, outcome, code string) {
		pulse.Attempted(notify.Mail, notify.Attempt{Number: number, StartedAt: time.Now().Add(-time.Second), Duration: 80 * time.Millisecond, Outcome: outcome, Code: code})
	}
	if got := health(); got.State != "off" || got.Configured {
		t.Errorf("got %+v, want off", got)
	}
	h.configure(notify.Mail)
	if got := health(); got.State != "unknown" || !got.Configured {
		t.Errorf("got %+v, want unknown: nothing was sent", got)
	}
	for range 20 {
		attempt(1, "accepted", "")
	}
	if got := health(); got.State != "ok" || got.LastAcceptedAt.IsZero() || got.Accepted != 20 || got.P95MS < 80 || got.P95MS > 100 {
		t.Errorf("got %+v, want ok with 20 accepted within 80 to 100 ms", got)
	}
	attempt(1, "identity", "identity.no_email")
	attempt(1, "rate", "mail.450")
	if got := health(); got.Failed != 0 || got.SuccessRate != 1 {
		t.Errorf("got %+v, want nothing held against the channel that concerns one person or a wait", got)
	}
	h.deliver(notify.Settlement{Status: notify.Retrying, Code: "mail.421", Wait: time.Hour})
	attempt(1, "transient", "mail.421")
	got := health()
	if got.State != "degraded" || got.Reason != "mail.421" || got.LastError == nil || got.LastError.Class != "transient" {
		t.Errorf("got %+v, want degraded by mail.421, the last attempt", got)
	}
	if got.Waiting != 1 || got.Retrying != 1 || got.OldestAt.IsZero() {
		t.Errorf("got %+v, want one waiting for another attempt", got)
	}
	for range 3 {
		attempt(1, "config", "mail.535")
		pulse.Flush(t.Context()) // as from three replicas
	}
	if got := health(); got.State != "failing" || got.Reason != "mail.535" || got.Streak != 3 || got.Since.IsZero() {
		t.Errorf("got %+v, want failing after three refusals", got)
	}
	if r := h.test(notify.Mail, zhangsan(), nil); !r.Success {
		t.Fatalf("got %+v, want the test to succeed", r.Error)
	}
	if got := health(); got.State != "ok" || got.LastTestedAt.IsZero() || got.Failed != 4 {
		t.Errorf("got %+v, want the state cleared by the test, and the day's figures kept", got)
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
