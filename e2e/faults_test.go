package e2e

import (
	"crypto/rand"
	"fmt"
	"net/http"
	"slices"
	"strconv"
	"testing"
	"time"

	"github.com/google/go-cmp/cmp"
)

// The faults that bench/faults measures with 1,000 events, each as a short story: nothing is lost and
// nobody is told twice. What a kill does to work in flight is told in kill_test.go.
const (
	few     = 30
	barrage = 300 // more refusals than a sender may ever meet
)

// posts hands in the events from first up to, not including, end: each asks one person, p<n>.
func (b *bot) posts(first, end int) {
	b.door.t.Helper()
	for n := first; n < end; n++ {
		b.post(crowded(n))
	}
}

// crowdOf is the first n people, each to be told once.
func crowdOf(n int) map[string]int {
	people := map[string]int{}
	for i := range n {
		people["p"+strconv.Itoa(i)] = 1
	}
	return people
}

// receives waits until n messages have arrived on the channel.
func (d devices) receives(channel string, n int) {
	d.t.Helper()
	eventually(d.t, fmt.Sprintf("%d messages arrive on %s", n, channel), func() error {
		if got := len(d.messages(channel, "")); got < n {
			return fmt.Errorf("%d have", got)
		}
		return nil
	})
}

// toldOrRepeated checks that everybody has one message on every channel. A mail whose acceptance
// nobody knew may be there again under the Message-ID of the first, at most so often.
func (b *bot) toldOrRepeated(people map[string]int, atMost int) (repeats int) {
	b.door.t.Helper()
	b.rest()
	seen, tally := map[string]bool{}, map[string]int{}
	for _, m := range b.devices.messages("", "") {
		key := m.Person + " " + m.Channel
		if m.Channel == mail && seen[key+m.ID] {
			repeats++
			continue
		}
		seen[key+m.ID] = true
		tally[key]++
	}
	if diff := cmp.Diff(onAll(people), tally); diff != "" {
		b.door.t.Errorf("messages by person and channel (-want +got):\n%s", diff)
	}
	if repeats > atMost {
		b.door.t.Errorf("mails repeated: got %d, want at most %d", repeats, atMost)
	}
	return repeats
}

// Feishu names its wait, one second here. (That of WeCom is a minute: see below.)
func TestRateLimitsAreWaitedForAndNothingIsLost(t *testing.T) {
	t.Parallel()
	dir, w := t.TempDir(), openWorld(t)
	b := serve(t, dir, w)
	b.connect(w)
	w.strikes(feishu, "rate_limited", 3)
	b.posts(0, few)
	b.told(crowdOf(few))

	waited := 0
	for _, d := range b.deliveries("channel=" + feishu) {
		tries := read[delivery](t, b.must(http.StatusOK, request{method: "GET", path: "/api/v1/deliveries/" + d.ID})).Attempts
		for i := range len(tries) - 1 {
			if tries[i].Outcome != "rate" {
				continue
			}
			waited++
			over := tries[i].StartedAt.Add(time.Duration(tries[i].DurationMS) * time.Millisecond)
			if gap := tries[i+1].StartedAt.Sub(over); gap < 990*time.Millisecond { // both are told in whole milliseconds
				t.Errorf("%s was tried again %v after the refusal, want a second", d.Person, gap)
			}
		}
	}
	if waited == 0 || w.ahead(feishu) > 0 {
		t.Errorf("refusals waited for: got %d with %d still ahead, want some and none", waited, w.ahead(feishu))
	}
}

// WeCom refuses the whole app for a minute, which bench/faults sits out. Here: once it has said so,
// nobody calls any more, everything is kept, and the other channels do not notice.
func TestAnAppThatWasTooFastLeavesWeComAlone(t *testing.T) {
	t.Parallel()
	dir, w := t.TempDir(), openWorld(t)
	b := serve(t, dir, w)
	b.connect(w)
	w.strikes(wecom, "rate_limited", barrage)
	b.posts(0, few)
	w.receives(feishu, few)
	w.receives(mail, few)
	const underWay = 68 // calls (4) and look-ups (64) that may have begun before the first refusal
	met := barrage - w.ahead(wecom)
	if met < 1 || met > underWay {
		t.Errorf("refusals: got %d, want 1 to %d", met, underWay)
	}

	b.posts(few, few+10)
	w.receives(feishu, few+10)
	w.receives(mail, few+10)
	if now := barrage - w.ahead(wecom); now != met {
		t.Errorf("calls within the minute: got %d refusals after %d, want no more", now, met)
	}
	kept := slices.DeleteFunc(b.deliveries("channel="+wecom), func(d delivery) bool { return d.Status != "queued" && d.Status != "retrying" })
	if len(kept) != few+10 {
		t.Errorf("deliveries that wait: got %d, want %d", len(kept), few+10)
	}
}

// 502 says nothing about the message: it is tried again until it is through.
func TestABadGatewayLosesNothing(t *testing.T) {
	t.Parallel()
	dir, w := t.TempDir(), openWorld(t)
	b := serve(t, dir, w)
	b.connect(w)
	w.strikes(wecom, "unavailable", 10)
	b.posts(0, few)
	b.told(crowdOf(few))
	if left := w.ahead(wecom); left > 0 {
		t.Errorf("faults that struck nobody: got %d, want none", left)
	}
}

// A token that ends in mid-run is fetched anew once, however many calls find out.
func TestATokenThatEndsIsFetchedOnce(t *testing.T) {
	t.Parallel()
	for code, fault := range map[string]string{"40014": "token_revoked", "42001": "token_expired"} {
		t.Run(code, func(t *testing.T) {
			t.Parallel()
			dir, w := t.TempDir(), openWorld(t)
			b := serve(t, dir, w)
			b.connect(w)
			toll := b.atWeCom(w)
			b.posts(0, few/2)
			w.receives(wecom, few/2)
			w.strikes(wecom, fault, 1)
			b.postUntil(few, few, func() {}) // the first half are known, and change nothing
			b.told(crowdOf(few))
			if got := toll.tokens.Load(); got != 2 {
				t.Errorf("calls to gettoken: got %d, want 2", got)
			}
		})
	}
}

// A mail server that takes its time gets no more connections for it.
func TestASlowMailServerIsNotCrowded(t *testing.T) {
	t.Parallel()
	dir, w := t.TempDir(), openWorld(t)
	b := serve(t, dir, w)
	b.connect(w)
	gate := b.atMail(w, false)
	w.breaks(mail, "slow") // 20 ms for each reply
	b.postUntil(few, few, func() {})
	b.told(crowdOf(few))
	if got := gate.connections(); got < 1 || got > 8 {
		t.Errorf("connections: got %d, want 1 to 8", got)
	}
}

// The mail server takes a mail and is gone before it says so: the mail goes out again, and its
// Message-ID says that it is the same.
func TestAMailNobodyAnsweredForIsRepeatedUnderItsID(t *testing.T) {
	t.Parallel()
	dir, w := t.TempDir(), openWorld(t)
	b := serve(t, dir, w)
	b.connect(w)
	const dropped = 3
	w.strikes(mail, "drop_after_data", dropped)
	b.posts(0, few)
	if got := b.toldOrRepeated(crowdOf(few), dropped); got != dropped {
		t.Errorf("mails repeated: got %d, want %d", got, dropped)
	}
}

// A mail server that accepts and never answers delays mails, and nothing else.
func TestASilentMailServerDelaysNoOtherChannel(t *testing.T) {
	t.Parallel()
	dir, w := t.TempDir(), openWorld(t)
	b := serve(t, dir, w)
	b.connect(w)
	gate := b.atMail(w, true)
	began := time.Now()
	b.posts(0, few)
	w.receives(wecom, few)
	w.receives(feishu, few)
	t.Logf("WeCom and Feishu had everything after %v", time.Since(began))
	if got := len(w.messages(mail, "")); got > 0 {
		t.Errorf("mails: got %d, want none yet", got)
	}
	if got := gate.connections(); got < 1 || got > 8 {
		t.Errorf("connections: got %d, want 1 to 8", got)
	}
	gate.open()
	b.told(crowdOf(few))
}

// A wrong secret is tried twice at most, and what waited for the right one goes out at once.
func TestAWrongSecretIsNotHammered(t *testing.T) {
	t.Parallel()
	dir, w := t.TempDir(), openWorld(t)
	b := serve(t, dir, w)
	b.connect(w)
	toll := b.atWeCom(w)
	b.patch(wecom, map[string]any{"corp_secret": rand.Text()})
	b.posts(0, few)
	b.fares(wecom, "paused", "wecom.40001")
	b.posts(few, few+10)
	w.receives(feishu, few+10)
	w.receives(mail, few+10)
	if got := toll.tokens.Load(); got < 1 || got > 2 {
		t.Errorf("calls while the secret is wrong: got %d, want 1 or 2", got)
	}

	began := time.Now()
	b.patch(wecom, map[string]any{"corp_secret": w.channels[wecom]["corp_secret"]})
	w.receives(wecom, 1)
	if took := time.Since(began); took > 2*time.Second {
		t.Errorf("first message after the fix: got it after %v, want it within 2 s", took)
	}
	b.told(crowdOf(few + 10))
}
