package notify

import (
	"context"
	"log/slog"
	"math"
	"sync"
	"time"
)

// PulseSlot is how long attempts are counted together.
const PulseSlot = 5 * time.Minute

// pulseEvery is how often counts are written down: a replica that dies loses no more.
const pulseEvery = 2 * time.Second

// Beat counts attempts of one kind on a channel within one slot.
type Beat struct {
	Slot    time.Time // its beginning
	Channel Channel
	// Measure is "ok" at the first attempt, "retried" at a later one, "bad:CLASS" for a
	// failure, "code:CODE" for what the provider said, "took:N" for how long it took,
	// see [TookAtMost].
	Measure string
	N       int
}

// Vitals are how a channel fared last.
type Vitals struct {
	Channel  Channel
	OKAt     time.Time // of the last attempt that succeeded
	FailedAt time.Time // of the last that did not
	Code     string    // of the last failure
	Message  string
	Class    string // the verdict's name
	// Streak is how many attempts in a row an administrator would have to do something
	// about; Since is when it began.
	Streak int
	Since  time.Time
	// ClearedAt is when a test succeeded: what was before counts no more.
	ClearedAt time.Time
	// Tested is the last test of what is saved, where it failed.
	Tested FailedTest
	// SeenIP is the address under which the provider last saw us, "" where it never said.
	SeenIP   string
	SeenIPAt time.Time
}

// FailingAfter is how many refusals in a row an administrator has to do something about
// make a channel failing.
const FailingAfter = 3

// FailedTest is a test of the saved configuration that failed by no person's fault. It
// holds against the channel until a test or a message succeeds, or other settings are saved.
type FailedTest struct {
	At      time.Time
	Code    string
	Message string
	Class   string // the verdict's name
	// Early is true when it failed at what a check tries as well, which sends nothing.
	Early bool
}

// PulseKeeper keeps the counts of all replicas.
type PulseKeeper interface {
	// AddPulse adds counts to what is there, and vitals to what is known: a streak
	// goes on unless one of its attempts succeeded (OKAt is set).
	AddPulse(ctx context.Context, beats []Beat, vitals []Vitals) error
}

// Pulse counts attempts without making their writers wait. It is safe for many goroutines.
type Pulse struct {
	Keeper PulseKeeper
	Log    *slog.Logger

	mu     sync.Mutex // guards the fields below
	beats  map[Beat]int
	vitals map[Channel]Vitals
}

// Attempted counts an attempt.
func (p *Pulse) Attempted(ch Channel, a Attempt) {
	at := a.StartedAt.Add(a.Duration)
	beat := Beat{Slot: at.Truncate(PulseSlot), Channel: ch}
	count := func(measure string) {
		beat.Measure = measure
		p.beats[beat]++
	}
	p.mu.Lock()
	defer p.mu.Unlock()
	if p.beats == nil {
		p.beats, p.vitals = map[Beat]int{}, map[Channel]Vitals{}
	}
	count(took(a.Duration))
	v := p.vitals[ch]
	v.Channel = ch
	switch a.Outcome {
	case "accepted", "updated":
		if a.Number > 1 {
			count("retried")
		} else {
			count("ok")
		}
		v.OKAt, v.Streak, v.Since = at, 0, time.Time{}
	default:
		count("bad:" + a.Outcome)
		count("code:" + a.Code)
		v.FailedAt, v.Code, v.Message, v.Class = at, a.Code, a.Message, a.Outcome
		if a.Outcome == VerdictMisconfigured.String() || a.Outcome == VerdictPermanent.String() {
			v.Streak++
			if v.Since.IsZero() {
				v.Since = at
			}
		}
	}
	p.vitals[ch] = v
}

// Run writes the counts down every other second until ctx is done; what is counted
// after that, [Pulse.Flush] writes down.
func (p *Pulse) Run(ctx context.Context) {
	tick := time.NewTicker(pulseEvery)
	defer tick.Stop()
	for {
		select {
		case <-tick.C:
			p.Flush(ctx)
		case <-ctx.Done():
			return
		}
	}
}

// Flush writes down what was counted since the last time.
func (p *Pulse) Flush(ctx context.Context) {
	p.mu.Lock()
	counted, vitals := p.beats, p.vitals
	p.beats, p.vitals = nil, nil
	p.mu.Unlock()
	if len(counted) == 0 {
		return
	}
	beats := make([]Beat, 0, len(counted))
	for b, n := range counted {
		b.N = n
		beats = append(beats, b)
	}
	states := make([]Vitals, 0, len(vitals))
	for _, v := range vitals {
		states = append(states, v)
	}
	if err := p.Keeper.AddPulse(ctx, beats, states); err != nil {
		p.Log.Warn("some attempts are missing in the statistics", "error", err)
	}
}

// took names the bucket of a duration: bucket n holds what took at most
// [TookAtMost](n), each a quarter more than the one before.
func took(d time.Duration) string {
	n := 0
	if ms := float64(d) / float64(time.Millisecond); ms > 1 {
		n = int(math.Ceil(math.Log(ms) / math.Log(1.25)))
	}
	return "took:" + string(rune('A'+min(n/26, 25))) + string(rune('A'+n%26))
}

// TookAtMost is the longest duration a "took:" measure stands for; 0 when it is none.
func TookAtMost(measure string) time.Duration {
	if len(measure) != len("took:AA") || measure[:5] != "took:" {
		return 0
	}
	n := int(measure[5]-'A')*26 + int(measure[6]-'A')
	return time.Duration(math.Pow(1.25, float64(n)) * float64(time.Millisecond))
}
