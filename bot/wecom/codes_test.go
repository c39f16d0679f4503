package wecom

import (
	"errors"
	"fmt"
	"net/http"
	"testing"
	"time"

	"ticketbell/notify"
)

func TestWhatEachCodeMeansForADelivery(t *testing.T) {
	const again, after, permanent, stale, config = notify.VerdictAgain, notify.VerdictAfter,
		notify.VerdictPermanent, notify.VerdictStaleAddress, notify.VerdictMisconfigured
	for code, want := range map[int]struct {
		verdict notify.Verdict
		wait    time.Duration
	}{
		-1: {again, 0}, 6000: {again, 0}, 99999: {again, 0},
		45009: {after, time.Minute}, 45033: {after, 3 * time.Second},
		40001: {config, 0}, 40013: {config, 0}, 40056: {config, 0}, 41011: {config, 0}, 48002: {config, 0},
		50001: {config, 0}, 50003: {config, 0}, 60020: {config, 0}, 301002: {config, 0},
		81013: {stale, 0}, 40003: {stale, 0}, 40031: {stale, 0}, 60111: {stale, 0}, 60011: {permanent, 0},
		40008: {permanent, 0}, 40032: {permanent, 0}, 40035: {permanent, 0}, 40058: {permanent, 0}, 40063: {permanent, 0},
		41001: {permanent, 0}, 41002: {permanent, 0}, 41004: {permanent, 0}, 44004: {permanent, 0}, 45002: {permanent, 0},
		82001: {permanent, 0}, 82002: {permanent, 0}, 82003: {permanent, 0},
		42014: {permanent, 0}, 42020: {permanent, 0}, 42027: {permanent, 0}, 42051: {permanent, 0},
		42013: {again, 0}, 42021: {again, 0}, 42052: {again, 0},
	} {
		t.Run(fmt.Sprint(code), func(t *testing.T) {
			b := newBot(t, []func(*Config){styleText, func(c *Config) {
				c.APIBaseURL = answering(t, func(w http.ResponseWriter, _ *http.Request) {
					_, _ = fmt.Fprintf(w, `{"errcode":%d,"errmsg":"in its words"}`, code)
				})
			}})
			got := b.Send(t.Context(), messageTo(sampleCard(), "lisi"))[0]
			wantVerdict(t, got.Err, want.verdict, fmt.Sprintf("wecom.%d", code))
			if _, wait := notify.VerdictOf(got.Err); wait != want.wait {
				t.Errorf("got a wait of %v, want %v", wait, want.wait)
			}
			if r, _ := errors.AsType[*notify.Refusal](got.Err); r.Message != "in its words" {
				t.Errorf("got message %q, want WeCom's own", r.Message)
			}
		})
	}
}

func TestEveryRowIsNamedOnceAndHasWords(t *testing.T) {
	seen := map[int]bool{}
	for _, r := range rows() {
		if seen[r.code] || r.meaning == "" || (r.wait > 0) != (r.class == after) {
			t.Errorf("got %+v, want it once, with words, and a wait only when one waits", r)
		}
		seen[r.code] = true
	}
}

func TestACodeWithoutWordsGetsOurs(t *testing.T) {
	err := judge(&codeError{status{ErrCode: 48002}})
	if r, _ := errors.AsType[*notify.Refusal](err); r.Message != "API not permitted" {
		t.Errorf("got %q, want the words of the table", r.Message)
	}
}

func TestWhatEachFaultMeansForADelivery(t *testing.T) {
	for fault, want := range map[string]struct {
		verdict notify.Verdict
		code    string
	}{
		"rate_limited":   {notify.VerdictAfter, "wecom.45009"},
		"busy":           {notify.VerdictAgain, "wecom.-1"},
		"unavailable":    {notify.VerdictAgain, "wecom.http_502"},
		"empty":          {notify.VerdictAgain, ""},
		"bad_json":       {notify.VerdictAgain, ""},
		"wrong_secret":   {notify.VerdictMisconfigured, "wecom.40001"},
		"wrong_corp":     {notify.VerdictMisconfigured, "wecom.40013"},
		"ip_not_trusted": {notify.VerdictMisconfigured, "wecom.60020"},
		"not_permitted":  {notify.VerdictMisconfigured, "wecom.48002"},
		"agent_mismatch": {notify.VerdictMisconfigured, "wecom.301002"},
		"app_disabled":   {notify.VerdictMisconfigured, "wecom.50003"},
		"unknown_person": {notify.VerdictStaleAddress, "wecom.81013"},
		"unlicensed":     {notify.VerdictPermanent, "wecom.unlicensed"},
	} {
		t.Run(fault, func(t *testing.T) {
			s := newStand(t)
			s.goesWrong(fault)
			wantVerdict(t, s.send("lisi")[0].Err, want.verdict, want.code)
			s.wantMessages(0)
			s.clock.pass(failPause)
			if got := s.send("lisi")[0]; got.Err != nil {
				t.Errorf("got %v once the fault is over, want it sent", got.Err)
			}
		})
	}
}

func TestUntrustedAddressIsKeptForTheAdministrator(t *testing.T) {
	s := newStand(t)
	s.goesWrong("ip_not_trusted")
	r, _ := errors.AsType[*notify.Refusal](s.send("lisi")[0].Err)
	want := "not allow to access from your ip, hint: [1763856000_9f0c1a], from ip: 203.0.113.7, more info at https://open.work.weixin.qq.com/devtool/query?e=60020"
	if r == nil || r.Message != want {
		t.Errorf("got %+v, want %q", r, want)
	}
}
