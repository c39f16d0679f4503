package identity

import (
	"context"
	"fmt"
	"runtime"
	"slices"
	"testing"
	"time"

	"github.com/redis/go-redis/v9"

	"ticketbell/identity"
	"ticketbell/notify"
	"ticketbell/ticket"
)

// The limits of the project: half of all people are found faster than this.
const (
	limitInProcess    = time.Microsecond
	limitThroughRedis = 500 * time.Microsecond
	town              = 100_000
)

// book is a Feishu that knows everybody, and the configuration that names it.
type book struct{}

func (book) App() string                                           { return "cli_bench" }
func (book) Feishu(context.Context) (identity.FeishuBook, error)   { return book{}, nil }
func (book) WeCom(context.Context) (identity.WeComBook, error)     { return nil, notify.ErrOff }
func (book) AppOf(context.Context, notify.Channel) (string, error) { return "cli_bench", nil }
func (book) User(context.Context, string) (ticket.User, error)     { return person(0), nil }

func (book) Asks() (emails, phones bool) { return true, true }

func (book) Lookup(_ context.Context, emails, _ []string) (byEmail, byPhone map[string]string, err error) {
	byEmail = make(map[string]string, len(emails))
	for _, e := range emails {
		byEmail[e] = "ou_7d8a6e6df7621556ce0d21922b676706ccs-" + e
	}
	return byEmail, nil, nil
}

func person(i int) ticket.User {
	return ticket.User{Person: ticket.Person{Email: fmt.Sprintf("p%06d@corp.com", i), Phone: fmt.Sprintf("+86138%08d", i)}}
}

func people(n int) []ticket.User {
	all := make([]ticket.User, n)
	for i := range all {
		all[i] = person(i)
	}
	return all
}

func open(b *testing.B, rdb redis.UniversalClient, prefix string) *identity.Directory {
	b.Helper()
	d, err := identity.Open(book{}, book{}, time.Now, identity.Options{
		Redis: rdb, Prefix: prefix, Key: []byte("0123456789abcdef0123456789abcdef"), RedisWait: 5 * time.Second,
	})
	if err != nil {
		b.Fatal(err)
	}
	b.Cleanup(d.Close)
	return d
}

func find(b *testing.B, d *identity.Directory, u ticket.User) {
	b.Helper()
	if _, err := d.Address(b.Context(), notify.Feishu, u); err != nil {
		b.Fatal(err)
	}
}

// fill looks everybody up, as many at a time as calls can carry.
func fill(b *testing.B, d *identity.Directory, staff []ticket.User) {
	b.Helper()
	room := make(chan struct{}, 500)
	failed := make(chan error, 1)
	for _, u := range staff {
		room <- struct{}{}
		go func() {
			defer func() { <-room }()
			if _, err := d.Address(b.Context(), notify.Feishu, u); err != nil {
				select {
				case failed <- err:
				default:
				}
			}
		}()
	}
	for range cap(room) {
		room <- struct{}{}
	}
	select {
	case err := <-failed:
		b.Fatal(err)
	default:
	}
}

// p50 is the middle of how long each took.
func p50(took []time.Duration) time.Duration {
	slices.Sort(took)
	return took[len(took)/2]
}

func report(b *testing.B, took []time.Duration, limit time.Duration) {
	b.Helper()
	if len(took) == 0 {
		return
	}
	middle := p50(took)
	b.ReportMetric(float64(middle.Nanoseconds())/1e3, "p50-µs")
	b.ReportMetric(float64(limit.Nanoseconds())/1e3, "limit-µs")
	if middle > limit {
		b.Errorf("got p50 %s, want at most %s", middle, limit)
	}
}

// BenchmarkResolveInProcess finds somebody this process remembers. The clock is read
// around a hundred at a time: once would be most of what it measures.
func BenchmarkResolveInProcess(b *testing.B) {
	const hundred = 100
	d, staff := open(b, nil, ""), people(1000)
	fill(b, d, staff)
	var took []time.Duration
	ctx := b.Context()
	b.ReportAllocs()
	for n := 0; b.Loop(); n++ {
		start := time.Now()
		for i := range hundred {
			if _, err := d.Address(ctx, notify.Feishu, staff[(n*hundred+i)%len(staff)]); err != nil {
				b.Fatal(err)
			}
		}
		took = append(took, time.Since(start)/hundred)
	}
	b.ReportMetric(float64(b.Elapsed().Nanoseconds())/float64(b.N*hundred), "ns/person")
	report(b, took, limitInProcess)
}

// BenchmarkResolveThroughRedis finds somebody another replica looked up; each is asked
// for once, so that this process does not remember.
func BenchmarkResolveThroughRedis(b *testing.B) {
	rdb, prefix := dial(b), notify.NewID("bench_")+":"
	staff := people(20_000)
	fill(b, open(b, rdb, prefix), staff)
	fresh, next := open(b, rdb, prefix), 0
	var took []time.Duration
	b.ResetTimer()
	for b.Loop() {
		if next == len(staff) {
			b.StopTimer()
			fresh, next = open(b, rdb, prefix), 0
			b.StartTimer()
		}
		start := time.Now()
		find(b, fresh, staff[next])
		took = append(took, time.Since(start))
		next++
	}
	report(b, took, limitThroughRedis)
}

// BenchmarkBareGet is what Redis alone takes: the floor of the benchmark above.
func BenchmarkBareGet(b *testing.B) {
	rdb := dial(b)
	if err := rdb.Set(b.Context(), "bench", "value", time.Minute).Err(); err != nil {
		b.Fatal(err)
	}
	var took []time.Duration
	for b.Loop() {
		start := time.Now()
		if err := rdb.Get(b.Context(), "bench").Err(); err != nil {
			b.Fatal(err)
		}
		took = append(took, time.Since(start))
	}
	report(b, took, limitThroughRedis)
}

// BenchmarkMemoryOf100000People remembers a town of people found by both handles.
func BenchmarkMemoryOf100000People(b *testing.B) {
	staff := people(town)
	for b.Loop() {
		before := heap()
		d := open(b, nil, "")
		fill(b, d, staff)
		b.ReportMetric(float64(heap()-before)/(1<<20), "MiB")
		find(b, d, staff[0]) // keeps d alive
	}
}

func heap() uint64 {
	runtime.GC()
	var m runtime.MemStats
	runtime.ReadMemStats(&m)
	return m.HeapAlloc
}
