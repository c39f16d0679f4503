package platform

import (
	"bytes"
	"context"
	"encoding/json"
	"fmt"
	"iter"
	"net/http"
	"time"

	"ticketbell/cards"
	"ticketbell/notify"
	"ticketbell/ticket"
)

// stale is how far off the time of a call is that must be refused: twice of what
// Standard Webhooks let pass.
const stale = 10 * time.Minute

// Expectation is something docs/platform.md asks of a platform, and how it was met.
type Expectation struct {
	What cards.Text
	Met  bool
	// Got is what came back: the status and how long it took, or why nothing did.
	Got string
}

// Check makes the calls of docs/platform.md at p and tells, as they end, which
// expectations are met. Nothing is decided: the only decision that is asked for is on a
// ticket nobody has. A platform that cannot be reached is asked nothing more.
func (w *Webhook) Check(ctx context.Context, p notify.Platform) iter.Seq[Expectation] {
	c := checker{w, p, notify.NewID("dec_")}
	return func(yield func(Expectation) bool) {
		ping := c.call(ctx, c.ping(), c.signed(p.Secret, 0))
		if !yield(ping.is(pinged(), ping.status == http.StatusOK)) || ping.err != nil {
			return
		}
		for _, forged := range c.forgeries() {
			r := c.call(ctx, c.ping(), forged.seal)
			if !yield(r.is(forged.what, r.turnedAway())) {
				return
			}
		}
		first := c.call(ctx, c.stray(1), c.signed(p.Secret, 0))
		if !yield(first.is(strayRefused(), first.refused())) {
			return
		}
		again := c.call(ctx, c.stray(2), c.signed(p.Secret, 0))
		yield(again.is(sameAgain(), again.same(first)))
	}
}

// checker calls one platform.
type checker struct {
	w  *Webhook
	p  notify.Platform
	id string // of the decision that is asked for
}

// seal puts a signature on a call, good or bad.
type seal = func(req *http.Request, body []byte) error

// signed signs with the secret, as if it were that much later than it is.
func (c checker) signed(secret string, later time.Duration) seal {
	return func(req *http.Request, body []byte) error { return sign(req, secret, c.id, c.w.Now().Add(later), body) }
}

type forgery struct {
	what cards.Text
	seal seal
}

// forgeries are calls that a platform must not believe.
func (c checker) forgeries() []forgery {
	return []forgery{
		{
			cards.Text{ZH: "没有签名的调用被拒绝（4xx）", EN: "a call without a signature is turned away (4xx)"},
			func(*http.Request, []byte) error { return nil },
		},
		{
			cards.Text{ZH: "用别的密钥签名的调用被拒绝（4xx）", EN: "a call signed with another secret is turned away (4xx)"},
			c.signed(notify.NewID("another secret "), 0),
		},
		{
			cards.Text{ZH: "正文被改过的调用被拒绝（4xx）", EN: "a call whose body was changed after signing is turned away (4xx)"},
			func(req *http.Request, body []byte) error { return c.signed(c.p.Secret, 0)(req, append(body, ' ')) },
		},
		{
			cards.Text{ZH: "十分钟前签名的调用被拒绝（4xx）", EN: "a call signed ten minutes ago is turned away (4xx)"},
			c.signed(c.p.Secret, -stale),
		},
		{
			cards.Text{ZH: "签名时间在十分钟后的调用被拒绝（4xx）", EN: "a call signed ten minutes ahead is turned away (4xx)"},
			c.signed(c.p.Secret, stale),
		},
	}
}

func pinged() cards.Text {
	return cards.Text{ZH: "签名正确的 ping 得到 200", EN: "a ping with a good signature is answered 200"}
}

func strayRefused() cards.Text {
	return cards.Text{
		ZH: "对不存在的工单的决定被拒绝：403、409 或 422，附 JSON 格式的 result",
		EN: "a decision on a ticket nobody has is refused: 403, 409 or 422, with a result as JSON",
	}
}

func sameAgain() cards.Text {
	return cards.Text{ZH: "同一 webhook-id 重复调用，回答相同", EN: "the same webhook-id once more gets the same answer"}
}

// ping asks for nothing.
func (c checker) ping() call {
	return call{Type: typePing, Timestamp: c.w.Now().UTC(), Data: struct{}{}}
}

// stray asks for a decision on a ticket nobody has.
func (c checker) stray(attempt int) call {
	now := c.w.Now().UTC()
	by := ticket.Person{Username: "ticketbell-check"}
	return call{Type: typeDecision, Timestamp: now, Data: decision{
		ID: c.id, Action: cards.Approve, By: by, Channel: notify.Feishu, PressedAt: now, Attempt: attempt,
		Ticket: subject{
			Source: "ticketbell-check", Key: c.id, Revision: 1, Status: ticket.WaitingReview,
			Step: &ticket.Step{Index: 1, Total: 1, Kind: ticket.Review, Assignees: []ticket.Person{by}},
		},
	}}
}

// reply is what a platform answered to a call.
type reply struct {
	status int
	body   []byte
	took   time.Duration
	err    error
}

func (c checker) call(ctx context.Context, what call, s seal) reply {
	began := c.w.Now()
	status, body, err := c.w.send(ctx, c.p, what, s)
	return reply{status, body, c.w.Now().Sub(began), err}
}

// is the reply as the end of an expectation.
func (r reply) is(what cards.Text, met bool) Expectation {
	if r.err != nil {
		return Expectation{What: what, Got: r.err.Error()}
	}
	return Expectation{What: what, Met: met, Got: fmt.Sprintf("%d, %d ms", r.status, r.took.Milliseconds())}
}

func (r reply) turnedAway() bool { return r.status >= 400 && r.status < 500 }

// refused reports whether the reply refuses a decision in the words of the contract.
func (r reply) refused() bool {
	var a answer
	if json.Unmarshal(r.body, &a) != nil {
		return false
	}
	switch r.status {
	case http.StatusConflict:
		return a.Result == string(notify.SaysSettled)
	case http.StatusForbidden, http.StatusUnprocessableEntity:
		return a.Result == string(notify.SaysRefused)
	}
	return false
}

func (r reply) same(as reply) bool {
	return r.status == as.status && bytes.Equal(bytes.TrimSpace(r.body), bytes.TrimSpace(as.body))
}
