package notify_test

import (
	"context"
	"errors"
	"fmt"
	"slices"
	"testing"
	"time"

	"ticketbell/notify"
)

func TestEachVerdictLeadsWhereItShould(t *testing.T) {
	for name, row := range map[string]struct {
		err      error
		status   notify.Status
		reason   string
		code     string
		attempts int // those that count
		outcomes []string
		min, max time.Duration // until the next attempt
	}{
		"taken":   {nil, notify.Accepted, "", "", 1, []string{"accepted"}, 0, 0},
		"unknown": {errors.New("boom"), notify.Retrying, "failing", "transient", 1, []string{"unknown"}, 800 * time.Millisecond, 1200 * time.Millisecond},
		"a code without verdict": {
			refusal("feishu.1500"), notify.Retrying, "failing", "feishu.1500", 1, []string{"transient"}, 800 * time.Millisecond, 1200 * time.Millisecond,
		},
		"not before": {
			notify.After(90*time.Second, refusal("wecom.45009")), notify.Queued, "rate_limited", "wecom.45009", 0, []string{"rate"}, 90 * time.Second, 90 * time.Second,
		},
		"permanent": {notify.Permanent(refusal("feishu.230013")), notify.Dead, "refused", "feishu.230013", 1, []string{"permanent"}, 0, 0},
		"found by nobody": {
			notify.Unreachable(refusal("wecom.46004")), notify.Skipped, "not_found", "wecom.46004", 1, []string{"identity"}, 0, 0,
		},
		"not to be reached, says our directory": {
			notify.Unreachable(refusal("identity.person_disabled")), notify.Skipped, "person_disabled", "identity.person_disabled", 1, []string{"identity"}, 0, 0,
		},
		"stale and stale again": {
			notify.StaleAddress(refusal("feishu.99992351")), notify.Dead, "stale_identity", "feishu.99992351", 2, []string{"stale_address", "stale_address"}, 0, 0,
		},
		"misconfigured": {
			notify.Misconfigured(refusal("feishu.10014")), notify.Queued, "channel_paused", "feishu.10014", 0, []string{"config"}, 0, 0,
		},
		"a verdict inside other words": {
			fmt.Errorf("send: %w", notify.Permanent(refusal("mail.550"))), notify.Dead, "refused", "mail.550", 1, []string{"permanent"}, 0, 0,
		},
	} {
		t.Run(name, func(t *testing.T) {
			inHouse(t, func(t *testing.T, h *house) {
				h.board.only(notify.Mail)
				if row.err != nil {
					h.board.mail.answer = refusing(row.err)
				}
				h.accept(submitted("lisi"))
				h.work(notify.Mail)
				d := h.wantFate("lisi", notify.Mail, row.status, row.reason)
				if d.Code != row.code || d.Attempts != row.attempts {
					t.Errorf("got code %q after %d attempts, want %q after %d", d.Code, d.Attempts, row.code, row.attempts)
				}
				wait := time.Until(d.NotBefore)
				if d.NotBefore.IsZero() { // nothing comes next
					wait = 0
				}
				if wait < row.min || wait > row.max {
					t.Errorf("got the next attempt in %v, want it in %v to %v", wait, row.min, row.max)
				}
				wantAttempts(t, h.attempts(d), row.code, row.outcomes...)
			})
		})
	}
}

func wantAttempts(t *testing.T, got []notify.Attempt, code string, outcomes ...string) {
	t.Helper()
	if len(got) != len(outcomes) {
		t.Fatalf("got attempts %+v, want %v", got, outcomes)
	}
	for i, a := range got {
		if a.Number != i+1 || a.Outcome != outcomes[i] || a.Code != code {
			t.Errorf("got attempt %d %s %q, want %d %s %q", a.Number, a.Outcome, a.Code, i+1, outcomes[i], code)
		}
	}
}

func TestAnAttemptIsWrittenDownWithItsTimes(t *testing.T) {
	inHouse(t, func(t *testing.T, h *house) {
		h.board.only(notify.Mail)
		h.board.mail.answer = func(_ context.Context, _ int, c call) []notify.Outcome {
			time.Sleep(3 * time.Second)
			return taken(c)
		}
		h.accept(submitted("lisi"))
		began := time.Now()
		h.work(notify.Mail)
		pass(time.Minute)
		got := h.attempts(h.one("lisi", notify.Mail))
		if len(got) != 1 || !got[0].StartedAt.Equal(began) || got[0].Duration != 3*time.Second || got[0].RequestID != "req-1" {
			t.Errorf("got %+v, want one attempt of 3s from %v with its request id", got, began)
		}
	})
}

func TestWhatWentOverTheWireIsKept(t *testing.T) {
	inHouse(t, func(t *testing.T, h *house) {
		h.accept(submitted("lisi"))
		h.work(notify.Channels()...)
		d, _, err := h.Delivery(t.Context(), h.one("lisi", notify.Feishu).ID)
		if err != nil || d.Payload != `{"card":1}` || d.MessageID != "om_"+d.ID {
			t.Errorf("got payload %q and message %q, %v, want both as the provider gave them", d.Payload, d.MessageID, err)
		}
	})
}

func TestARateWaitCostsNoAttemptHoweverOften(t *testing.T) {
	inHouse(t, func(t *testing.T, h *house) {
		h.board.only(notify.Mail)
		h.board.mail.answer = func(_ context.Context, n int, c call) []notify.Outcome {
			if n <= 5 {
				return []notify.Outcome{{Err: notify.After(10*time.Second, refusal("mail.450"))}}
			}
			return taken(c)
		}
		h.accept(submitted("lisi"))
		h.work(notify.Mail)
		pass(time.Minute)
		if d := h.wantFate("lisi", notify.Mail, notify.Accepted, ""); d.Attempts != 1 {
			t.Errorf("got %d attempts, want 1: waiting is none", d.Attempts)
		}
		calls := h.board.mail.all()
		for i := range calls[1:] {
			if gap := calls[i+1].At.Sub(calls[i].At); gap < 10*time.Second || gap > 11*time.Second {
				t.Errorf("got call %d after %v, want 10s or a little more", i+2, gap)
			}
		}
	})
}

func TestAStaleAddressIsLookedUpOnceMore(t *testing.T) {
	inHouse(t, func(t *testing.T, h *house) {
		h.board.only(notify.Mail)
		h.board.mail.answer = func(_ context.Context, n int, c call) []notify.Outcome {
			if n == 1 {
				return refusing(notify.StaleAddress(refusal("mail.gone")))(nil, n, c)
			}
			return taken(c)
		}
		h.accept(submitted("lisi"))
		h.work(notify.Mail)
		h.wantFate("lisi", notify.Mail, notify.Accepted, "")
		if got := h.addresses.forgot(); !slices.Equal(got, []string{"lisi at lisi"}) {
			t.Errorf("got forgotten %v, want lisi's address once", got)
		}
		another, _ := h.addresses.again()
		if got := h.addresses.lookups(); got != 2 || !slices.Equal(another, []string{"lisi"}) {
			t.Errorf("got %d look-ups and %v looked for elsewhere, want 2, the second elsewhere", got, another)
		}
	})
}

func TestWhoHasNoAddressIsSettledAndNothingIsSent(t *testing.T) {
	inHouse(t, func(t *testing.T, h *house) {
		h.board.only(notify.Mail)
		h.addresses.find = nobody
		h.accept(submitted("lisi"))
		h.work(notify.Mail)
		h.wantFate("lisi", notify.Mail, notify.Skipped, "not_found")
		if got := len(h.board.mail.all()); got != 0 {
			t.Errorf("got %d calls, want none", got)
		}
	})
}
