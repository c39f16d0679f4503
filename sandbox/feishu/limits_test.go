package feishu_test

import (
	"testing"
	"time"

	"ticketbell/sandbox/feishu"
)

func TestAPersonTakesFiveMessagesASecond(t *testing.T) {
	r := newRig(t)
	for range 5 {
		r.sent()
	}
	r.wantCode(r.card(""), 400, 230020)
	r.clock.pass(time.Second)
	r.sent()
}

func TestAMessageTakesFiveChangesASecond(t *testing.T) {
	r := newRig(t)
	id, handled := r.sent(), string(sample(t, "handled"))
	for range 5 {
		r.wantCode(r.patch(id, handled), 200, 0)
	}
	r.wantCode(r.patch(id, handled), 400, 230020)
	r.clock.pass(time.Second)
	r.wantCode(r.patch(id, handled), 200, 0)
}

func TestAnAPITakesFiftyCallsASecond(t *testing.T) {
	r := newRig(t)
	ask := func() answer { return r.do("POST", findPath, fields{}) }
	for range 50 {
		r.wantCode(ask(), 200, 0)
	}
	a := ask()
	r.wantCode(a, 429, 99991400)
	if a.header.Get("x-ogw-ratelimit-reset") != "1" || a.header.Get("x-ogw-ratelimit-limit") == "" {
		t.Errorf("got headers %v, want a limit and a reset of 1", a.header)
	}
	r.sent() // another API has its own count
	r.clock.pass(time.Second)
	r.wantCode(ask(), 200, 0)
}

func TestAnAPITakesAThousandCallsAMinute(t *testing.T) {
	r := newRig(t)
	ask := func() answer { return r.do("POST", findPath, fields{}) }
	for i := range 1000 {
		if i > 0 && i%50 == 0 {
			r.clock.pass(time.Second)
		}
		r.wantCode(ask(), 200, 0)
	}
	r.clock.pass(time.Second)
	a := ask()
	r.wantCode(a, 429, 99991400)
	if got := a.header.Get("x-ogw-ratelimit-reset"); got != "40" {
		t.Errorf("got a reset of %s s, want 40: the first calls were 20 s ago", got)
	}
	r.clock.pass(40 * time.Second)
	r.wantCode(ask(), 200, 0)
}

func TestAnUnlimitedSimulatorTakesEverything(t *testing.T) {
	r := newRig(t, func(cfg *feishu.Config) { cfg.Unlimited = true })
	for range 60 {
		r.sent()
	}
}
