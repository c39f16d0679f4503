package feishu_test

import (
	"errors"
	"fmt"
	"net/http"
	"net/http/httptest"
	"strings"
	"sync/atomic"
	"testing"
	"time"

	"ticketbell/bot/feishu"
	"ticketbell/cards"
	"ticketbell/notify"
	"ticketbell/sandbox"
	simulator "ticketbell/sandbox/feishu"
	"ticketbell/ticket"
)

// rig is a bot that talks to the strict simulator, where 李四 works.
type rig struct {
	bot    *feishu.Bot
	url    string
	sim    *simulator.Simulator
	box    *sandbox.Box
	faults *sandbox.Faults
	lisi   sandbox.Person
	ahead  atomic.Int64 // of the bot's clock, in nanoseconds
}

func newRig(t *testing.T) *rig {
	t.Helper()
	people := sandbox.NewDirectory(false)
	r := &rig{box: sandbox.NewBox(time.Now), faults: sandbox.NewFaults()}
	r.lisi = people.Add(sandbox.Person{Username: "lisi", Name: "李四", Email: "lisi@corp.example", Phone: "+8613800001234"})
	r.sim = simulator.New(simulator.Config{
		AppID: "cli_rig", AppSecret: "secret-of-the-rig", Box: r.box, Directory: people, Faults: r.faults,
		Slow: time.Millisecond, Hang: time.Minute, Unlimited: true,
	})
	server := httptest.NewServer(r.sim)
	t.Cleanup(server.Close)
	r.url = server.URL
	r.restyle(t, feishu.StyleCard)
	return r
}

// restyle has the bot send in another style from now on.
func (r *rig) restyle(t *testing.T, style feishu.Style) {
	t.Helper()
	r.bot = newBot(t, feishu.Config{AppID: "cli_rig", AppSecret: "secret-of-the-rig", APIBaseURL: r.url, Style: style, UpdateCards: true},
		feishu.WithClock(func() time.Time { return time.Now().Add(time.Duration(r.ahead.Load())) }))
}

func newBot(t *testing.T, cfg feishu.Config, opts ...feishu.Option) *feishu.Bot {
	t.Helper()
	// Long enough for a busy machine, short enough for the fault that hangs.
	b, err := feishu.New(cfg, append(opts, feishu.WithHTTPClient(&http.Client{Timeout: 3 * time.Second}))...)
	if err != nil {
		t.Fatal(err)
	}
	t.Cleanup(b.Close)
	return b
}

// say is what 李四 is told of an event of that kind.
func say(kind ticket.Kind, status ticket.Status) cards.Card {
	return cards.For(cards.Notice{Reader: ticket.RoleAssignee, Decidable: true, Event: ticket.Event{
		Kind: kind, Actor: ticket.Person{Name: "王五"}, Reason: "缺少回滚方案 <at id=all></at>",
		OccurredAt: time.Date(2026, 11, 22, 2, 0, 0, 0, time.UTC),
		Ticket: ticket.Ticket{
			Key: "1024", Title: "订单表加索引", Description: "为慢查询增加联合索引", Status: status,
			Project: ticket.Project{Key: "pay", Name: "支付中心"}, Creator: ticket.Person{Name: "张三"},
			URL:     "https://sqle.example.com/t/1024",
			Step:    &ticket.Step{Index: 1, Total: 2, Name: "DBA 审核", Kind: ticket.Review, Assignees: []ticket.Person{{Name: "李四"}}},
			Targets: []ticket.Target{{Instance: "mysql-prod", Schema: "orders", Environment: "prod"}},
		},
	}}, cards.Setting{})
}

func (r *rig) send(t *testing.T, key string) notify.Outcome {
	t.Helper()
	m := notify.Message{Card: say(ticket.KindSubmitted, ticket.WaitingReview), To: []notify.Recipient{{Key: key, Address: r.lisi.OpenID}}}
	return r.bot.Send(t.Context(), m)[0]
}

func (r *rig) update(t *testing.T, id string) notify.Outcome {
	t.Helper()
	return r.updateAs(t, id, "")
}

// updateAs changes a message that was sent as form.
func (r *rig) updateAs(t *testing.T, id, form string) notify.Outcome {
	t.Helper()
	m := notify.Message{Form: form, Card: say(ticket.KindRejected, ticket.Rejected), To: []notify.Recipient{{Key: "dlv_1", Address: r.lisi.OpenID}}}
	return r.bot.Update(t.Context(), id, m)
}

func (r *rig) shown() []sandbox.Message {
	return r.box.Messages(func(m sandbox.Message) bool { return m.To == r.lisi.OpenID })
}

func (r *rig) fail(name string) {
	r.faults.Set(sandbox.Fault{Channel: simulator.Channel, Name: name, Times: 1})
}

func contains(t *testing.T, what, text string, wants ...string) {
	t.Helper()
	for _, want := range wants {
		if !strings.Contains(text, want) {
			t.Errorf("got %s\n%s\nwant it to contain %q", what, text, want)
		}
	}
}

func TestACardArrivesAndIsBroughtUpToDate(t *testing.T) {
	r := newRig(t)
	sent := r.send(t, "dlv_1")
	if sent.Err != nil || sent.RequestID == "" {
		t.Fatalf("got %+v, want a sent card with a request id", sent)
	}
	device := r.shown()
	if len(device) != 1 || device[0].ID != sent.MessageID || string(device[0].Payload) != sent.Payload {
		t.Fatalf("got %+v on the device, want the card %s as it was sent", device, sent.MessageID)
	}
	contains(t, "card", device[0].Text, "待你审核：订单表加索引", "待审核", "生产", "#1024 · 支付中心", "张三", "mysql-prod")
	if got := fmt.Sprint(device[0].Links); got != "[https://sqle.example.com/t/1024]" {
		t.Errorf("got links %s, want the ticket's", got)
	}

	if got := r.update(t, sent.MessageID); got.Err != nil || got.MessageID != sent.MessageID {
		t.Fatalf("got %+v, want the card updated", got)
	}
	device = r.shown()
	if len(device) != 1 || device[0].Updates != 1 {
		t.Fatalf("got %d messages, the first updated %d times, want one updated once", len(device), device[0].Updates)
	}
	contains(t, "card", device[0].Text, "已驳回", "缺少回滚方案 <at id=all></at>")
}

func TestAPostAndATextArriveAndAreBroughtUpToDate(t *testing.T) {
	for _, style := range []feishu.Style{feishu.StylePost, feishu.StyleText} {
		t.Run(string(style), func(t *testing.T) {
			r := newRig(t)
			r.restyle(t, style)
			sent := r.send(t, "dlv_1")
			if sent.Err != nil || sent.Form != string(style) {
				t.Fatalf("got %+v, want a sent %s", sent, style)
			}
			device := r.shown()
			contains(t, "message", device[0].Text, "[待审核 · 生产] 待你审核：订单表加索引", "#1024 · 支付中心", "申请人：张三", "mysql-prod")
			if got := fmt.Sprint(device[0].Links, len(device[0].Buttons)); device[0].Kind != string(style) || got != "[https://sqle.example.com/t/1024] 0" {
				t.Errorf("got a %s with %s, want a %s with the ticket's link and no buttons", device[0].Kind, got, style)
			}

			r.restyle(t, feishu.StyleCard) // what is out stays what it is
			if got := r.updateAs(t, sent.MessageID, sent.Form); got.Err != nil || got.Form != sent.Form+"/1" {
				t.Fatalf("got %+v, want it updated", got)
			}
			device = r.shown()
			if len(device) != 1 || device[0].Updates != 1 {
				t.Fatalf("got %d messages, the first updated %d times, want one updated once", len(device), device[0].Updates)
			}
			contains(t, "message", device[0].Text, "已驳回", "缺少回滚方案 ＜at id=all＞＜/at＞")
		})
	}
}

// shows has a text show a state of the ticket, and takes over what is kept of the message.
func (r *rig) shows(t *testing.T, out *notify.Outcome, kind ticket.Kind, status ticket.Status) error {
	t.Helper()
	m := notify.Message{
		Notice: "evt_" + string(kind), Form: out.Form, Card: say(kind, status),
		To: []notify.Recipient{{Key: "dlv_1"}}, // an update is not handed the address
	}
	got := r.bot.Update(t.Context(), out.MessageID, m)
	if got.Err == nil {
		*out = got
	}
	return got.Err
}

func TestTheLastEditOfATextIsKeptForTheEnd(t *testing.T) {
	r := newRig(t)
	r.restyle(t, feishu.StyleText)
	out := r.send(t, "dlv_1")
	first := out.MessageID
	for i := range 25 {
		err := r.shows(t, &out, ticket.KindReminded, ticket.WaitingReview)
		if spared := errors.Is(err, notify.ErrSpared); spared != (i >= 19) || err != nil && !spared {
			t.Fatalf("got %v at state %d, want those after the nineteenth spared", err, i+1)
		}
	}
	if err := r.shows(t, &out, ticket.KindRejected, ticket.Rejected); err != nil || out.MessageID != first || len(r.shown()) != 1 {
		t.Fatalf("got %v and %d messages, want the end shown in place", err, len(r.shown()))
	}
	contains(t, "message", r.shown()[0].Text, "已驳回")

	if err := r.shows(t, &out, ticket.KindResubmitted, ticket.WaitingReview); !errors.Is(err, notify.ErrSpared) {
		t.Errorf("got %v, want what lies between two ends spared", err)
	}
	r.fail("drop_after_accept")
	if err := r.shows(t, &out, ticket.KindCanceled, ticket.Canceled); err == nil {
		t.Fatal("got success over a cut connection, want an error")
	}
	if err := r.shows(t, &out, ticket.KindCanceled, ticket.Canceled); err != nil || out.MessageID == first || len(r.shown()) != 2 {
		t.Fatalf("got %v and %d messages, want a second end told by a message of its own, once", err, len(r.shown()))
	}
	contains(t, "second message", r.shown()[1].Text, "已关闭")
	if err := r.shows(t, &out, ticket.KindReminded, ticket.WaitingReview); err != nil || r.shown()[1].Updates != 1 {
		t.Errorf("got %v, want the second message changed from then on", err)
	}
}

// An edit whose answer got lost is not counted: Feishu may take none before we expect it.
func TestAnEndThatCannotBeShownIsToldByAnotherMessage(t *testing.T) {
	r := newRig(t)
	r.restyle(t, feishu.StyleText)
	out := r.send(t, "dlv_1")
	for range 20 {
		if got := r.updateAs(t, out.MessageID, out.Form); got.Err != nil {
			t.Fatalf("got %v, want twenty edits", got.Err)
		}
	}
	err := r.shows(t, &out, ticket.KindReminded, ticket.WaitingReview)
	if v, _ := notify.VerdictOf(err); err == nil || v != notify.VerdictPermanent {
		t.Errorf("got %v of %v, want %v", v, err, notify.VerdictPermanent)
	}
	if err := r.shows(t, &out, ticket.KindRejected, ticket.Rejected); err != nil || len(r.shown()) != 2 {
		t.Errorf("got %v and %d messages, want the end in a second", err, len(r.shown()))
	}
	r.sim.Recall(out.MessageID)
	err = r.shows(t, &out, ticket.KindCanceled, ticket.Canceled)
	if v, _ := notify.VerdictOf(err); v != notify.VerdictPermanent || len(r.shown()) != 2 {
		t.Errorf("got %v of %v and %d messages, want nothing sent for one that was taken back", v, err, len(r.shown()))
	}
}

func TestARepeatInAnotherStyleIsTheFirstMessage(t *testing.T) {
	r := newRig(t)
	r.fail("drop_after_accept")
	if got := r.send(t, "dlv_1"); got.Err == nil {
		t.Fatal("got success over a cut connection, want an error")
	}
	r.restyle(t, feishu.StyleText)
	sent := r.send(t, "dlv_1")
	if sent.Err != nil || len(r.shown()) != 1 || r.shown()[0].Kind != "interactive" {
		t.Fatalf("got %+v, want the first card", sent)
	}
	if got := r.updateAs(t, sent.MessageID, sent.Form); got.Err != nil {
		t.Errorf("got %v, want the card updated as one", got.Err)
	}
}

func TestAReaderOfEnglishReadsEnglish(t *testing.T) {
	r := newRig(t)
	if got := r.send(t, "dlv_1"); got.Err != nil {
		t.Fatal(got.Err)
	}
	view, err := simulator.Readable(r.shown()[0].Payload, "en_us")
	if err != nil {
		t.Fatal(err)
	}
	contains(t, "card", view.Text(), "PROD", "View ticket", "订单表加索引")
	if strings.Contains(view.Text(), "查看工单") {
		t.Errorf("got Chinese words of ours in\n%s\nwant English", view.Text())
	}
}

func TestARepeatedSendShowsOneCard(t *testing.T) {
	r := newRig(t)
	r.fail("drop_after_accept")
	if got := r.send(t, "dlv_1"); got.Err == nil {
		t.Fatal("got success over a cut connection, want an error")
	}
	if got := r.send(t, "dlv_1"); got.Err != nil || got.MessageID != r.shown()[0].ID {
		t.Fatalf("got %+v, want the first card's id", got)
	}
	if n := len(r.shown()); n != 1 {
		t.Errorf("got %d cards, want 1", n)
	}
}

// faultVerdicts is what becomes of a send, or an update, while something goes wrong.
func faultVerdicts() map[notify.Verdict][]string {
	return map[notify.Verdict][]string{
		notify.VerdictAgain:         {"unavailable", "error_500", "gateway_timeout", "timeout", "bad_json", "drop_after_accept", "card_locked"},
		notify.VerdictAfter:         {"rate_limited", "rate_limited_400", "too_frequent"},
		notify.VerdictMisconfigured: {"wrong_secret", "wrong_secret_400", "invalid_param", "ip_not_trusted", "scope_missing"},
		notify.VerdictStaleAddress:  {"unknown_person", "other_app"},
		notify.VerdictPermanent:     {"not_in_range", "left", "blocked", "content_rejected", "too_long", "recalled", "too_old", "message_gone"},
	}
}

// harmless are the faults nobody gets to hear of.
func harmless() []string {
	return []string{"slow", "short_expire", "token_revoked", "token_revoked_200", "token_expired"}
}

// onlyUpdates are the faults that a send does not meet.
func onlyUpdates(fault string) bool {
	return fault == "recalled" || fault == "too_old" || fault == "message_gone"
}

func TestEveryFaultOfTheSimulatorIsJudged(t *testing.T) {
	known := map[string]bool{}
	for want, faults := range faultVerdicts() {
		for _, fault := range faults {
			known[fault] = true
			t.Run(fault, func(t *testing.T) {
				r := newRig(t)
				err := r.troubled(t, fault)
				if v, _ := notify.VerdictOf(err); err == nil || v != want {
					t.Errorf("got %v (%v), want %v", v, err, want)
				}
				if err != nil && strings.Contains(err.Error(), "secret-of-the-rig") {
					t.Errorf("got an error with the secret in it: %v", err)
				}
				r.ahead.Store(int64(time.Second)) // a token that could not be fetched is not asked for at once
				if got := r.send(t, "dlv_2"); got.Err != nil {
					t.Errorf("got %v once the fault was over, want a sent card", got.Err)
				}
			})
		}
	}
	for _, fault := range harmless() {
		known[fault] = true
		t.Run(fault, func(t *testing.T) {
			if err := newRig(t).troubled(t, fault); err != nil {
				t.Errorf("got %v, want a sent card", err)
			}
		})
	}
	for _, name := range simulator.FaultNames() {
		comesBack := strings.HasPrefix(name, "callback_") || strings.HasPrefix(name, "line_") // not an answer to us
		if !known[name] && !comesBack {
			t.Errorf("got no verdict for the fault %s, want one", name)
		}
	}
}

// troubled sends, or updates where only that can fail, while fault strikes.
func (r *rig) troubled(t *testing.T, fault string) error {
	t.Helper()
	if onlyUpdates(fault) {
		sent := r.send(t, "dlv_1")
		r.fail(fault)
		return r.update(t, sent.MessageID).Err
	}
	r.fail(fault)
	return r.send(t, "dlv_1").Err
}

func TestMissingScopesReachTheAdministrator(t *testing.T) {
	r := newRig(t)
	r.fail("scope_missing")
	contains(t, "error", r.send(t, "dlv_1").Err.Error(), "feishu.99991672", "missing scopes: im:message, im:message:send, im:message:send_as_bot", "https://")
}

func TestUpdatesOfMessagesThatAreGoneEnd(t *testing.T) {
	r := newRig(t)
	sent := r.send(t, "dlv_1")
	if !r.sim.Recall(sent.MessageID) {
		t.Fatal("got no message to recall, want one")
	}
	for id, code := range map[string]string{sent.MessageID: "feishu.230011", "om_unknown": "feishu.99992354"} {
		got := r.update(t, id)
		if v, _ := notify.VerdictOf(got.Err); v != notify.VerdictPermanent {
			t.Errorf("got %v of %v, want %v", v, got.Err, notify.VerdictPermanent)
		}
		contains(t, "error", got.Err.Error(), code)
	}
}

func TestPeopleOfTheSimulatorAreFound(t *testing.T) {
	r := newRig(t)
	byEmail, byPhone, err := r.bot.Lookup(t.Context(), []string{"nobody@corp.example", "LISI@corp.example"}, []string{"+8613800001234", "+8613900000000"})
	if err != nil {
		t.Fatal(err)
	}
	if len(byEmail) != 1 || byEmail["LISI@corp.example"] != r.lisi.OpenID || len(byPhone) != 1 || byPhone["+8613800001234"] != r.lisi.OpenID {
		t.Errorf("got %v and %v, want 李四 in both", byEmail, byPhone)
	}
	var many []string
	for i := range 130 {
		many = append(many, fmt.Sprintf("p%d@corp.example", i))
	}
	byEmail, _, err = r.bot.Lookup(t.Context(), append(many, r.lisi.Email), nil)
	if err != nil || len(byEmail) != 1 || r.sim.Calls()["batch_get_id"] != 4 {
		t.Errorf("got %v, %v after %d calls, want one person after 1 and 3 calls", byEmail, err, r.sim.Calls()["batch_get_id"])
	}
}

func TestTheConnectionTestKnowsAWrongSecret(t *testing.T) {
	r := newRig(t)
	if err := r.bot.Check(t.Context()); err != nil {
		t.Errorf("got %v, want no error with the right secret", err)
	}
	server := httptest.NewServer(r.sim)
	t.Cleanup(server.Close)
	err := newBot(t, feishu.Config{AppID: "cli_rig", AppSecret: "not-this-one", APIBaseURL: server.URL}).Check(t.Context())
	if v, _ := notify.VerdictOf(err); v != notify.VerdictMisconfigured {
		t.Errorf("got %v (%v), want %v", v, err, notify.VerdictMisconfigured)
	}
}
