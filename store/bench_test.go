package store_test

import (
	"fmt"
	"os"
	"sync/atomic"
	"testing"
	"time"

	"ticketbell/notify"
	"ticketbell/store"
)

// benchURLs makes databases on SQLite and, when [serverEnv] names one, on a
// PostgreSQL set up like a real one: the private server of the tests does not wait
// for its disk.
func benchURLs() map[string]func(testing.TB) string {
	urls := map[string]func(testing.TB) string{"sqlite": sqliteURL}
	if os.Getenv(serverEnv) != "" {
		urls["postgres"] = postgresURL
	}
	return urls
}

// BenchmarkRecord accepts events of different tickets, three deliveries each, from
// many goroutines at once. Each is on disk before the next of its goroutine.
func BenchmarkRecord(b *testing.B) {
	for engine, url := range benchURLs() {
		b.Run(engine, func(b *testing.B) {
			s := open(b, url(b))
			var n atomic.Int64
			b.SetParallelism(32)
			b.ResetTimer()
			b.RunParallel(func(pb *testing.PB) {
				for pb.Next() {
					if err := recordNumber(b, s, n.Add(1)); err != nil {
						b.Error(err)
					}
				}
			})
			b.ReportMetric(float64(b.N)/b.Elapsed().Seconds(), "events/s")
		})
	}
}

func recordNumber(b *testing.B, s *store.Store, n int64) error {
	b.Helper()
	e := entry(fmt.Sprint(n))
	e.Event.Ticket.Key = e.Event.ID
	_, err := s.Record(b.Context(), e, planned(e,
		delivery(e, "lisi", notify.Feishu), delivery(e, "lisi", notify.WeCom), delivery(e, "lisi", notify.Mail)))
	return err
}

// BenchmarkClaimSettle takes deliveries out of a full queue and settles them one by
// one, as the workers of a channel do: some claim while others settle.
func BenchmarkClaimSettle(b *testing.B) {
	for engine, url := range benchURLs() {
		b.Run(engine, func(b *testing.B) {
			s := open(b, url(b))
			fill(b, s, b.N)
			var left atomic.Int64
			left.Store(int64(b.N))
			b.SetParallelism(8)
			b.ResetTimer()
			b.RunParallel(func(pb *testing.PB) {
				lease := notify.NewID("")
				for left.Load() > 0 {
					left.Add(-int64(claimSettle(b, s, lease)))
				}
				for pb.Next() { // the counting was done above
				}
			})
			b.ReportMetric(float64(b.N)/b.Elapsed().Seconds(), "deliveries/s")
		})
	}
}

// fill queues n deliveries, a thousand to an event.
func fill(b *testing.B, s *store.Store, n int) {
	b.Helper()
	for first := 0; first < n; first += 1000 {
		var people []string
		for i := first; i < min(first+1000, n); i++ {
			people = append(people, fmt.Sprint("p", i))
		}
		recordTo(b, s, fmt.Sprint(first), people...)
	}
}

func claimSettle(b *testing.B, s *store.Store, lease string) int {
	b.Helper()
	notices, err := s.Claim(b.Context(), notify.Feishu, 16, lease, time.Minute)
	if err != nil {
		b.Error(err)
		return 0
	}
	for _, n := range notices {
		if err := s.Settle(b.Context(), lease, []notify.Settlement{sent(n.Delivery)}); err != nil {
			b.Error(err)
		}
	}
	return len(notices)
}
