package e2e

import (
	"errors"
	"strconv"
	"testing"
	"time"
)

// Asked to stop, the bot finishes what is in flight and loses and repeats nothing.
func TestAStoppedBotGoesOnWhereItWas(t *testing.T) {
	t.Parallel()
	dir, w := t.TempDir(), openWorld(t)
	b := serve(t, dir, w)
	b.connect(w)
	for _, ch := range everyChannel() {
		w.breaks(ch, "slow")
	}
	const people = 40
	accepted := b.postUntil(people, people, func() {})
	eventually(t, "some are on their way", func() error {
		if len(b.deliveries("status=sending")) == 0 {
			return errors.New("none is")
		}
		return nil
	})
	asked := time.Now()
	if code := b.stopWithin(graceful); code != 0 {
		t.Errorf("exit code: got %d, want 0", code)
	}
	t.Logf("stopping took %v", time.Since(asked))
	atStop := len(w.messages("", ""))
	if atStop == 3*people {
		t.Errorf("stopped too late: all %d messages had arrived", atStop)
	}
	t.Logf("stopped after %d of %d messages", atStop, 3*people)

	for _, ch := range everyChannel() {
		w.mends(ch)
	}
	b = serve(t, dir, w)
	everybody := map[string]int{}
	for n := range accepted {
		everybody["p"+strconv.Itoa(n)] = 1
	}
	b.told(everybody)
}

// A provider that never answers holds up no stop.
func TestAStopDoesNotWaitForAProviderThatHangs(t *testing.T) {
	t.Parallel()
	dir, w := t.TempDir(), openWorld(t)
	b := serve(t, dir, w)
	b.connect(w)
	for _, ch := range everyChannel() {
		w.breaks(ch, "timeout")
	}
	b.postUntil(40, 40, func() {})
	eventually(t, "all channels are at work", func() error {
		for _, ch := range everyChannel() {
			if len(b.deliveries("status=sending&channel="+ch)) == 0 {
				return errors.New(ch + " is not")
			}
		}
		return nil
	})
	asked := time.Now()
	if code := b.stopWithin(graceful); code != 0 {
		t.Errorf("exit code: got %d, want 0", code)
	}
	t.Logf("stopping took %v", time.Since(asked))
}

// Without work the bot stops at once, whichever command it runs.
func TestAnIdleBotStopsAtOnce(t *testing.T) {
	t.Parallel()
	for name, p := range map[string]*process{
		"demo": demo(t).process, "serve": serve(t, t.TempDir(), openWorld(t)).process,
	} {
		if code := p.stopWithin(graceful / 4); code != 0 {
			t.Errorf("exit code of %s: got %d, want 0", name, code)
		}
	}
}
