package pace

import (
	"fmt"
	"math/rand/v2"
	"sync"
	"sync/atomic"
	"testing"
	"time"

	"ticketbell/notify"
)

// limitsToTry are those of the providers, and odd ones.
func limitsToTry() map[string]windows {
	return map[string]windows{
		"feishu, the app":   callWindows(notify.ProviderLimits(notify.Feishu)),
		"feishu, a person":  personWindows(notify.ProviderLimits(notify.Feishu)),
		"wecom, a person":   personWindows(notify.ProviderLimits(notify.WeCom)),
		"one a second":      {{1, time.Second}},
		"two a minute":      {{2, time.Minute}},
		"three an hour":     {{3, time.Hour}},
		"four a second":     {{4, time.Second}},
		"nine a second":     {{9, time.Second}},
		"an idle window":    {{100, time.Second}, {7, time.Minute}, {100_000, time.Hour}},
		"all three at once": {{3, time.Second}, {20, time.Minute}, {60, time.Hour}},
	}
}

func TestNeverMoreThanTheLimitInAnyWindow(t *testing.T) {
	for name, ws := range limitsToTry() {
		t.Run(name, func(t *testing.T) {
			for seed := range uint64(10) {
				all := arrivals(rand.New(rand.NewPCG(seed, 0)), func(*rand.Rand) windows { return ws })
				for _, w := range ws {
					wantStrict(t, all, w)
				}
				if total(all) == 0 {
					t.Error("got nothing granted, want something")
				}
			}
		})
	}
}

func TestAChangeNeverLetsMoreThroughThanTheLargerLimit(t *testing.T) {
	for seed := range uint64(30) {
		change := func(r *rand.Rand) windows {
			return windows{{1 + r.IntN(30), time.Second}, {1 + r.IntN(300), time.Minute}, {1 + r.IntN(3000), time.Hour}}
		}
		all := arrivals(rand.New(rand.NewPCG(seed, 1)), change)
		for _, w := range (windows{{30, time.Second}, {300, time.Minute}, {3000, time.Hour}}) {
			wantStrict(t, all, w)
		}
	}
}

// arrivals asks 2,000 times: in bursts, at random, and right when told to come back.
func arrivals(r *rand.Rand, limits func(*rand.Rand) windows) []grant {
	var all []grant
	c := newClock()
	l := New(c.Now)
	ws := limits(r)
	for range 2000 {
		if r.IntN(20) == 0 {
			ws = limits(r)
		}
		n, wait := l.ask(someone("a"), ws, 1+r.IntN(40))
		all = append(all, grant{c.Now(), c.Now(), n})
		switch r.IntN(6) {
		case 0: // at once
		case 1:
			c.add(time.Duration(r.Int64N(int64(time.Minute))))
		case 2:
			c.add(time.Duration(r.Int64N(int64(time.Second))))
		default:
			c.add(wait)
		}
	}
	return all
}

func TestFourFifthsOfALimitAreUsed(t *testing.T) {
	const spans = 20
	for limit := 1; limit <= 120; limit++ {
		c := newClock()
		l, start, sum := New(c.Now), c.Now(), 0
		for c.Now().Sub(start) < spans*time.Minute {
			n, wait := l.ask(someone("a"), windows{1: {limit, time.Minute}}, 1000)
			sum += n
			c.add(wait)
		}
		if want := limit * spans * 3 / 4; sum < want {
			t.Errorf("%d a minute: got %d messages in %d minutes, want at least %d", limit, sum, spans, want)
		}
	}
}

func TestThereIsAPlaceAfterTheWaitAndNotBefore(t *testing.T) {
	for name, ws := range limitsToTry() {
		t.Run(name, func(t *testing.T) {
			c := newClock()
			l := New(c.Now)
			for range 500 {
				n, wait := l.ask(someone("a"), ws, 1000)
				if n == 1000 || wait <= 0 {
					t.Fatalf("got %d places and a wait of %v, want fewer than asked and a wait", n, wait)
				}
				c.add(wait - 3*time.Microsecond)
				if n, _ := l.ask(someone("a"), ws, 1); n != 0 {
					t.Fatalf("got %d places before the wait of %v was over, want 0", n, wait)
				}
				c.add(3 * time.Microsecond)
				if n, _ := l.ask(someone("a"), ws, 1); n != 1 {
					t.Fatalf("got %d places after a wait of %v, want 1", n, wait)
				}
			}
		})
	}
}

func TestAPersonWaitsForNobodyElse(t *testing.T) {
	l := New(newClock().Now)
	lim := notify.ProviderLimits(notify.WeCom)
	l.Person(t.Context(), notify.WeCom, "busy", lim, 1000)
	if n, _ := l.Person(t.Context(), notify.WeCom, "busy", lim, 1); n != 0 {
		t.Fatalf("the busy one: got %d places, want 0", n)
	}
	if n, _ := l.Person(t.Context(), notify.WeCom, "calm", lim, 1); n != 1 {
		t.Errorf("somebody else: got %d places, want 1", n)
	}
	if n, _ := l.Person(t.Context(), notify.Feishu, "busy", lim, 1); n != 1 {
		t.Errorf("the same address on another channel: got %d places, want 1", n)
	}
	if n, _ := l.Person(t.Context(), notify.WeCom, "", notify.Limits{PersonPerMinute: 1}, 1); n != 1 {
		t.Errorf("nobody: got %d places, want 1", n)
	}
	if n, _ := l.Calls(t.Context(), notify.WeCom, notify.Limits{PerMinute: 1}, 1); n != 1 {
		t.Errorf("the channel: got %d places, want 1", n)
	}
}

func TestZeroIsUnlimited(t *testing.T) {
	l := New(newClock().Now)
	for range 3 {
		if n, wait := l.Calls(t.Context(), notify.Feishu, notify.Limits{PersonPerSecond: 1}, 1_000_000); n != 1_000_000 || wait != 0 {
			t.Errorf("calls: got %d and a wait of %v, want 1000000 and none", n, wait)
		}
		if n, wait := l.Person(t.Context(), notify.Feishu, "a", notify.Limits{PerSecond: 1}, 1_000_000); n != 1_000_000 || wait != 0 {
			t.Errorf("a person: got %d and a wait of %v, want 1000000 and none", n, wait)
		}
	}
	if n, wait := l.Calls(t.Context(), notify.Feishu, notify.Limits{PerSecond: 1}, 0); n != 0 || wait != 0 {
		t.Errorf("no places: got %d and a wait of %v, want 0 and none", n, wait)
	}
}

func TestChangedLimitsTakeEffectAtOnce(t *testing.T) {
	c := newClock()
	l := New(c.Now)
	ask := func(limit, n int) (int, time.Duration) {
		return l.Person(t.Context(), notify.WeCom, "a", notify.Limits{PersonPerHour: limit}, n)
	}
	ask(1, 1)
	if _, wait := ask(1, 1); wait < time.Hour {
		t.Fatalf("one an hour: got a wait of %v, want an hour or more", wait)
	}
	if _, wait := ask(1000, 1); wait > 5*time.Second {
		t.Errorf("raised to 1000: got a wait of %v, want at most 5s", wait)
	}
	if n, _ := ask(0, 5000); n != 5000 {
		t.Errorf("switched off: got %d places, want 5000", n)
	}
	c.add(time.Hour)
	if n, _ := ask(10, 1000); n != 2 {
		t.Errorf("lowered to 10: got %d places at once, want 2", n)
	}
}

func TestIdlePeopleAreForgottenAndBusyOnesAreNot(t *testing.T) {
	c := newClock()
	l := New(c.Now)
	lim := notify.Limits{PersonPerHour: 10}
	l.Person(t.Context(), notify.WeCom, "busy", lim, 2)
	for i := range 1000 {
		l.Person(t.Context(), notify.WeCom, fmt.Sprint(i), notify.Limits{PersonPerSecond: 5}, 1)
	}
	c.add(2 * tidyEvery)
	if n, _ := l.Person(t.Context(), notify.WeCom, "busy", lim, 1); n != 0 {
		t.Errorf("the busy one: got %d places, want 0", n)
	}
	if got := len(l.meters); got != 1 {
		t.Errorf("got %d people counted, want 1", got)
	}
}

func TestMemoryIsBounded(t *testing.T) {
	c := newClock()
	l := New(c.Now)
	lim := notify.Limits{PersonPerHour: 1}
	granted := 0
	for i := range maxPeople + 1000 {
		n, _ := l.Person(t.Context(), notify.WeCom, fmt.Sprint(i), lim, 1)
		granted += n
	}
	if got := len(l.meters); got != maxPeople || granted != maxPeople {
		t.Errorf("got %d people counted and %d told, want %d of each", got, granted, maxPeople)
	}
	n, wait := l.Person(t.Context(), notify.WeCom, "late", lim, 1)
	if n != 0 || wait != crowdedEvery {
		t.Errorf("one too many: got %d places and a wait of %v, want 0 and %v", n, wait, crowdedEvery)
	}
	if n, _ := l.Calls(t.Context(), notify.WeCom, notify.Limits{PerMinute: 1}, 1); n != 1 {
		t.Errorf("the channel: got %d places, want 1", n)
	}
	c.add(2 * time.Hour)
	if n, _ := l.Person(t.Context(), notify.WeCom, "late", lim, 1); n != 1 {
		t.Errorf("when the others are idle: got %d places, want 1", n)
	}
}

func TestManyAskAtOnceAndNobodyGetsMore(t *testing.T) {
	l := New(newClock().Now)
	var granted atomic.Int64
	var wg sync.WaitGroup
	for range 50 {
		wg.Go(func() {
			n, _ := l.Calls(t.Context(), notify.Feishu, notify.Limits{PerMinute: 1000}, 7)
			granted.Add(int64(n))
		})
	}
	wg.Wait()
	if got := granted.Load(); got != 200 {
		t.Errorf("got %d places at once, want 200", got)
	}
}

func BenchmarkLocalPerson(b *testing.B) {
	l := New(time.Now)
	lim := notify.ProviderLimits(notify.WeCom)
	people := make([]string, 10_000)
	for i := range people {
		people[i] = fmt.Sprintf("person-%d", i)
	}
	b.ReportAllocs()
	for i := 0; b.Loop(); i++ {
		l.Person(b.Context(), notify.WeCom, people[i%len(people)], lim, 1)
	}
}

func TestARestartDoesNotGrantAMinuteOnceMore(t *testing.T) {
	c := newClock()
	lim := notify.Limits{PersonPerMinute: 30, PersonPerHour: 1000}
	grantedIn := func(l *Local, d time.Duration) (all int) {
		for end := c.Now().Add(d); c.Now().Before(end); c.add(100 * time.Millisecond) {
			n, _ := l.Person(t.Context(), notify.WeCom, "a", lim, 100)
			all += n
		}
		return all
	}
	first := grantedIn(New(c.Now), 30*time.Second)
	l := New(c.Now)
	l.Remember(notify.WeCom, Used{At: c.Now(), Person: map[time.Duration]int{time.Minute: first, time.Hour: first}})
	if second := grantedIn(l, 30*time.Second); first+second > 30 || second < 10 {
		t.Errorf("got %d and, after a restart, %d within a minute, want at most 30 and not much less", first, second)
	}
	if n, _ := l.Person(t.Context(), notify.WeCom, "b", lim, 100); n != 6 {
		t.Errorf("got %d for somebody else half a minute later, want the whole burst of 6", n)
	}
}
