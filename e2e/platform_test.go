package e2e

import (
	"crypto/hmac"
	"crypto/sha256"
	"encoding/base64"
	"encoding/json"
	"fmt"
	"io"
	"net/http"
	"net/http/httptest"
	"sync"
	"testing"
	"time"
)

const platformSecret = "a secret of at least 24 bytes"

// question is what a platform is asked (docs/platform.md).
type question struct {
	Data struct {
		ID     string         `json:"id"`
		Action string         `json:"action"`
		By     map[string]any `json:"by"`
		Ticket struct {
			Key string `json:"key"`
		} `json:"ticket"`
	} `json:"data"`
}

// decided is the event that tells that the ticket went on to its execution.
func (q question) decided() map[string]any {
	return map[string]any{
		"id": "decided-" + q.Data.ID, "kind": "passed", "actor": q.Data.By,
		"ticket": map[string]any{
			"key": q.Data.Ticket.Key, "title": "订单表加索引", "status": "waiting_execution", "revision": 2,
			"creator": map[string]any{"username": "creator"},
			"step": map[string]any{
				"index": 2, "total": 2, "name": "上线", "kind": "execute", "assignees": []map[string]any{{"username": "admin"}},
			},
		},
	}
}

// accepted is the answer of a platform that did it at once.
func (q question) accepted() map[string]any {
	return map[string]any{"result": "accepted", "event": q.decided()}
}

// platform owns the tickets of the source "ext" and answers as its test says.
type platform struct {
	bot *bot

	mu      sync.Mutex // guards what follows
	answers func(n int, q question) (status int, body any)
	asked   []question
}

// foreign makes a platform that a demo asks, and puts a ticket of it before t1 and lisi.
func foreign(t *testing.T, answers func(n int, q question) (status int, body any)) *platform {
	t.Helper()
	return foreignTo(t, demo(t), answers)
}

// foreignTo makes a platform that the bot asks, and puts a ticket of it before t1 and lisi.
func foreignTo(t *testing.T, b *bot, answers func(n int, q question) (status int, body any)) *platform {
	t.Helper()
	p := &platform{bot: b, answers: answers}
	srv := httptest.NewServer(http.HandlerFunc(p.serve))
	t.Cleanup(srv.Close)
	p.bot.must(http.StatusOK, request{method: "PUT", path: "/api/v1/platforms/ext", body: map[string]any{
		"kind": "webhook", "url": srv.URL, "secret": platformSecret, "timeout": "10s",
	}})
	p.tells(map[string]any{
		"id": "submitted", "kind": "submitted",
		"ticket": map[string]any{
			"key": "1024", "title": "订单表加索引", "status": "waiting_review", "revision": 1, "url": "https://ext.example.com/1024",
			"creator": map[string]any{"username": "creator"},
			"step": map[string]any{
				"index": 1, "total": 2, "name": "审核", "kind": "review", "assignees": []map[string]any{{"username": "t1"}, {"username": "lisi"}},
			},
		},
	})
	return p
}

// tells posts an event of the platform.
func (p *platform) tells(ev map[string]any) {
	p.bot.door.t.Helper()
	ev["source"] = "ext"
	ev["occurred_at"] = time.Now().Format(time.RFC3339Nano)
	p.bot.must(http.StatusAccepted, request{method: "POST", path: "/api/v1/events", body: ev})
}

func (p *platform) serve(w http.ResponseWriter, r *http.Request) {
	body, err := io.ReadAll(r.Body)
	mac := hmac.New(sha256.New, []byte(platformSecret))
	fmt.Fprintf(mac, "%s.%s.%s", r.Header.Get("Webhook-Id"), r.Header.Get("Webhook-Timestamp"), body)
	var q question
	if want := "v1," + base64.StdEncoding.EncodeToString(mac.Sum(nil)); err != nil ||
		r.Header.Get("Webhook-Signature") != want || json.Unmarshal(body, &q) != nil {
		p.bot.door.t.Errorf("got a call with signature %q and body %s, want it signed", r.Header.Get("Webhook-Signature"), body)
		return
	}
	p.mu.Lock()
	p.asked = append(p.asked, q)
	n, answers := len(p.asked), p.answers
	p.mu.Unlock()
	status, answer := answers(n, q)
	w.WriteHeader(status)
	_ = json.NewEncoder(w).Encode(answer) // nobody may be listening any more
}

// questions lists what was asked so far.
func (p *platform) questions() []question {
	p.mu.Lock()
	defer p.mu.Unlock()
	return p.asked
}

// wantDecided waits until every copy tells that t1 decided, and the next one is asked, once.
func (p *platform) wantDecided() {
	d := p.bot.devices
	d.t.Helper()
	d.hears("admin", "待上线")
	for _, who := range []string{"t1", "lisi"} {
		d.changed(who, "已由 t1 于")
		d.became(d.messages(wecom, who)[0], "已由 t1 于")
	}
	p.bot.rest()
	for _, ch := range everyChannel() {
		if got := len(d.messages(ch, "admin")); got != 1 {
			d.t.Errorf("got %d messages for admin on %s, want 1", got, ch)
		}
	}
}

// A platform that is slow: whoever pressed reads in time that it is being worked on,
// the cards say so, nobody else can decide meanwhile, and then they tell the end.
func TestASlowPlatformIsWaitedForOnTheCard(t *testing.T) {
	t.Parallel()
	done := make(chan struct{})
	let := sync.OnceFunc(func() { close(done) })
	p := foreign(t, func(_ int, q question) (int, any) {
		<-done
		return http.StatusOK, q.accepted()
	})
	t.Cleanup(let) // before the platform closes, which waits for its answers
	d := p.bot.devices
	card, onWeCom := d.card(feishu, "t1", "approve"), d.card(wecom, "lisi", "approve")
	got := d.press(card, "t1", "approve", nil)
	got.toasts(t, "info", "处理中，完成后卡片会自动更新。", "Working on it. The card is updated once it is done.")
	if got.TookMS >= 3000 {
		t.Errorf("got an answer after %d ms, want it before Feishu gives up", got.TookMS)
	}
	d.changed("t1", "t1 已提交「通过」")
	d.press(onWeCom, "lisi", "approve", nil)
	d.hearsOn(wecom, "lisi", "t1 正在处理")
	let()
	p.wantDecided()
	if got := len(p.questions()); got != 1 {
		t.Errorf("got %d questions, want 1", got)
	}
}

// A platform that refuses: whoever pressed reads why, and the buttons stay.
func TestARefusalOfThePlatformIsReadByWhoeverPressed(t *testing.T) {
	t.Parallel()
	p := foreign(t, func(n int, q question) (int, any) {
		if n == 1 {
			return http.StatusForbidden, map[string]any{"result": "refused", "message": "冻结期内不能上线"}
		}
		return http.StatusOK, q.accepted()
	})
	d := p.bot.devices
	card := d.card(feishu, "t1", "approve")
	d.card(wecom, "lisi", "approve")
	if got := d.press(card, "t1", "approve", nil); got.Answer.Toast.Type != "warning" ||
		got.Answer.Toast.Content != "工单系统没有接受：冻结期内不能上线" {
		t.Errorf("got %+v, want the reason", got)
	}
	d.press(card, "t1", "approve", nil).toasts(t, "success", "已通过", "Approved")
	p.wantDecided()
}

// A platform that is down is asked again under the same id, and decides once.
func TestAPlatformThatComesBackDecidesOnce(t *testing.T) {
	t.Parallel()
	p := foreign(t, func(n int, q question) (int, any) {
		if n < 3 {
			return http.StatusBadGateway, nil
		}
		return http.StatusOK, q.accepted()
	})
	d := p.bot.devices
	card := d.card(feishu, "t1", "approve")
	d.card(wecom, "lisi", "approve")
	d.press(card, "t1", "approve", nil).toasts(t, "info", "处理中，完成后卡片会自动更新。", "Working on it. The card is updated once it is done.")
	p.wantDecided()
	if got := p.questions(); len(got) != 3 || got[0].Data.ID != got[2].Data.ID {
		t.Errorf("got %d questions, want 3 under one id", len(got))
	}
}

// A platform that answers and posts the same event as well is heard once.
func TestAPlatformThatAnswersTwiceIsHeardOnce(t *testing.T) {
	t.Parallel()
	p := foreign(t, func(_ int, q question) (int, any) { return http.StatusOK, q.accepted() })
	d := p.bot.devices
	card := d.card(feishu, "t1", "approve")
	d.card(wecom, "lisi", "approve")
	d.press(card, "t1", "approve", nil).toasts(t, "success", "已通过", "Approved")
	ev := p.questions()[0].decided()
	ev["source"], ev["occurred_at"] = "ext", time.Now().Format(time.RFC3339Nano)
	p.bot.must(http.StatusOK, request{method: "POST", path: "/api/v1/events", body: ev})
	p.wantDecided()
}
