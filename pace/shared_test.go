package pace

import (
	"crypto/rand"
	"fmt"
	"log/slog"
	"slices"
	"strings"
	"sync"
	"testing"
	"time"

	"github.com/redis/go-redis/v9"

	"ticketbell/notify"
)

// aKey is what a test shares with nobody.
func aKey() []byte {
	key := make([]byte, 32)
	rand.Read(key)
	return key
}

// replicas are several Shared, as in several processes, that use one Redis. They wait for
// it as long as it takes: on a machine that stands still for a moment each would keep the
// limit by itself.
func replicas(t *testing.T, n int) []*Shared {
	t.Helper()
	url, key := anyRedis(t), aKey()
	all := make([]*Shared, n)
	for i := range all {
		all[i] = NewShared(patient(t, url), New(time.Now), key, slog.New(slog.DiscardHandler))
		all[i].askTime = time.Minute
	}
	return all
}

// patient returns a client that waits for Redis.
func patient(t *testing.T, url string) redis.UniversalClient {
	t.Helper()
	opt, err := redis.ParseURL(url)
	if err != nil {
		t.Fatal(err)
	}
	opt.ReadTimeout, opt.WriteTimeout, opt.DialTimeout, opt.PoolTimeout = time.Minute, time.Minute, time.Minute, time.Minute
	rdb := redis.NewClient(opt)
	t.Cleanup(func() { rdb.Close() })
	return rdb
}

// saturate lets every replica ask for more than there is, for as long as d.
func saturate(t *testing.T, all []*Shared, ws windows, d time.Duration) []grant {
	t.Helper()
	var mu sync.Mutex
	var grants []grant
	var wg sync.WaitGroup
	begin := time.Now()
	for _, s := range all {
		wg.Go(func() {
			for time.Since(begin) < d {
				asked := time.Now()
				n, wait := s.ask(t.Context(), someone("a"), ws, 1000)
				mu.Lock()
				grants = append(grants, grant{asked, time.Now(), n})
				mu.Unlock()
				<-time.After(wait)
			}
		})
	}
	wg.Wait()
	slices.SortFunc(grants, func(a, b grant) int { return a.answered.Compare(b.answered) })
	return grants
}

func TestReplicasKeepOneLimitTogether(t *testing.T) {
	for name, ws := range map[string]windows{
		"a burst":             {{10, time.Second}},
		"no burst":            {{3, time.Second}},
		"two windows":         {{5, 500 * time.Millisecond}, {12, 1500 * time.Millisecond}},
		"one window is ample": {{10, time.Second}, {1000, 2 * time.Second}},
	} {
		t.Run(name, func(t *testing.T) {
			t.Parallel() // it waits most of the time
			const lasts = 3 * time.Second
			got, want := 0, 1<<30
			for range 3 { // a busy machine uses less than it may
				all := saturate(t, replicas(t, 3), ws, lasts)
				for _, w := range ws {
					wantStrict(t, all, w)
					if !w.unlimited() {
						want = min(want, int(lasts/w.per)*w.limit*3/4)
					}
				}
				if got = max(got, total(all)); got >= want {
					return
				}
			}
			t.Errorf("got %d messages in %v at best, want at least %d", got, lasts, want)
		})
	}
}

func TestEveryLimitGrantsItsBurstAndNoMore(t *testing.T) {
	all := replicas(t, 2)
	for _, per := range []time.Duration{time.Second, time.Minute, time.Hour} {
		for limit := 1; limit <= 60; limit++ {
			w := window{limit, per}
			p := someone(fmt.Sprint(limit, per))
			n, _ := all[0].ask(t.Context(), p, windows{w}, 1000)
			if want := w.bucket().burst; n != want {
				t.Errorf("%d in %v: got %d places at once, want %d", limit, per, n, want)
			}
			if per == time.Second {
				continue // may have passed
			}
			if n, wait := all[1].ask(t.Context(), p, windows{w}, 1); n != 0 || wait <= 0 || wait > per*5/4 {
				t.Errorf("%d in %v: got %d places more and a wait of %v, want 0 and at most %v", limit, per, n, wait, per*5/4)
			}
		}
	}
}

func TestWhatOneReplicaUsedTheOtherLacks(t *testing.T) {
	all := replicas(t, 2)
	lim := notify.Limits{PersonPerMinute: 30, PersonPerHour: 1000}
	first, _ := all[0].Person(t.Context(), notify.WeCom, "a", lim, 4)
	second, wait := all[1].Person(t.Context(), notify.WeCom, "a", lim, 4)
	if first != 4 || second != 2 {
		t.Errorf("got %d and %d places, want 4 and 2", first, second)
	}
	if wait <= 0 || wait > 2500*time.Millisecond {
		t.Errorf("got a wait of %v, want at most 2.5s", wait)
	}
	none, wait := all[0].Person(t.Context(), notify.WeCom, "a", lim, 1)
	if none != 0 || wait <= 0 || wait > 2500*time.Millisecond {
		t.Errorf("got %d places and a wait of %v, want 0 and at most 2.5s", none, wait)
	}
	other, _ := all[1].Person(t.Context(), notify.WeCom, "b", lim, 4)
	if other != 4 {
		t.Errorf("somebody else: got %d places, want 4", other)
	}
}

func TestTheLongestWaitIsTold(t *testing.T) {
	all := replicas(t, 2)
	ws := windows{{1, time.Second}, {1, time.Minute}, {1, time.Hour}}
	all[0].ask(t.Context(), someone("a"), ws, 1)
	if n, wait := all[1].ask(t.Context(), someone("a"), ws, 1); n != 0 || wait < time.Hour {
		t.Errorf("got %d places and a wait of %v, want 0 and an hour or more", n, wait)
	}
}

func TestSharedZeroIsUnlimitedAndAsksNobody(t *testing.T) {
	rdb, asked := dial(t, anyRedis(t)), &questions{}
	rdb.AddHook(asked)
	s := NewShared(rdb, New(time.Now), aKey(), slog.New(slog.DiscardHandler))
	if n, wait := s.Calls(t.Context(), notify.Mail, notify.Limits{}, 1_000_000); n != 1_000_000 || wait != 0 {
		t.Errorf("got %d places and a wait of %v, want 1000000 and none", n, wait)
	}
	if got := asked.since(); got != 0 {
		t.Errorf("got %d questions to redis, want 0", got)
	}
}

func TestARaisedLimitTakesEffectAtOnceForAllReplicas(t *testing.T) {
	all := replicas(t, 3)
	ask := func(s *Shared, limit, n int) (int, time.Duration) {
		return s.Person(t.Context(), notify.WeCom, "a", notify.Limits{PersonPerHour: limit}, n)
	}
	ask(all[0], 1, 1)
	if n, wait := ask(all[1], 1, 1); n != 0 || wait < time.Hour {
		t.Fatalf("one an hour: got %d places and a wait of %v, want 0 and an hour or more", n, wait)
	}
	if n, wait := ask(all[2], 1000, 100); n != 100 {
		t.Errorf("raised to 1000: got %d places and a wait of %v, want 100", n, wait)
	}
	ask(all[0], 0, 1)
	if n, _ := ask(all[1], 0, 5000); n != 5000 {
		t.Errorf("switched off: got %d places, want 5000", n)
	}
}

func TestNoAddressIsInRedis(t *testing.T) {
	own := newServer(t)
	rdb := dial(t, own.url())
	s := NewShared(rdb, New(time.Now), aKey(), slog.New(slog.DiscardHandler))
	addresses := []string{"lisi@corp.example", "zhangsan", "ou_7d8a6e6df7621556ce0d21922b676706"}
	for _, a := range addresses {
		s.Person(t.Context(), notify.WeCom, a, notify.Limits{PersonPerMinute: 30, PersonPerHour: 1000}, 1)
	}
	s.Calls(t.Context(), notify.WeCom, notify.Limits{PerMinute: 30}, 1)
	keys := everyKey(t, rdb)
	if got, want := len(keys), 2*len(addresses)+1; got != want {
		t.Errorf("got %d keys, want %d: %q", got, want, keys)
	}
	for _, k := range keys {
		kept := k + " " + rdb.Get(t.Context(), k).Val()
		if !strings.HasPrefix(k, "rate:ticketbell:pace:wecom:") {
			t.Errorf("got the key %s, want it to begin with rate:ticketbell:pace:wecom:", k)
		}
		if slices.ContainsFunc(addresses, func(a string) bool { return strings.Contains(kept, a) }) {
			t.Errorf("got %s, want no address in it", kept)
		}
		if ttl := rdb.TTL(t.Context(), k).Val(); ttl <= 0 || ttl > time.Hour {
			t.Errorf("%s: got a life of %v, want it to end within the hour", k, ttl)
		}
	}
}

func everyKey(t *testing.T, rdb redis.UniversalClient) []string {
	t.Helper()
	var keys []string
	all := rdb.Scan(t.Context(), 0, "*", 100).Iterator()
	for all.Next(t.Context()) {
		keys = append(keys, all.Val())
	}
	if err := all.Err(); err != nil {
		t.Fatal(err)
	}
	return keys
}

func TestInstallationsWithDifferentKeysDoNotMeet(t *testing.T) {
	url := anyRedis(t)
	for i := range 2 {
		s := NewShared(dial(t, url), New(time.Now), aKey(), slog.New(slog.DiscardHandler))
		if n, _ := s.Calls(t.Context(), notify.Feishu, notify.Limits{PerMinute: 1}, 1); n != 1 {
			t.Errorf("installation %d: got %d places, want 1", i, n)
		}
	}
}

func BenchmarkSharedPerson(b *testing.B) {
	rdb := dial(b, anyRedis(b))
	s := NewShared(rdb, New(time.Now), aKey(), slog.New(slog.DiscardHandler))
	lim := notify.ProviderLimits(notify.WeCom)
	b.ReportAllocs()
	for i := 0; b.Loop(); i++ {
		s.Person(b.Context(), notify.WeCom, fmt.Sprint(i), lim, 1)
	}
}
