package store_test

import (
	"slices"
	"testing"
	"time"

	"ticketbell/notify"
	"ticketbell/store"
	"ticketbell/ticket"
)

// manyDeliveries is how many the search is measured with.
const manyDeliveries = 1_000_000

// mostSearch is how long a question may take, its summary included, once it was asked.
const mostSearch = 100 * time.Millisecond

// BenchmarkSearch asks what people ask of the list of deliveries, with a million of
// them on record. It prints each query's plan, and fails when a question takes longer
// than it may: on a machine that does nothing else.
func BenchmarkSearch(b *testing.B) {
	for engine, url := range benchURLs() {
		b.Run(engine, func(b *testing.B) { benchSearch(b, open(b, url(b))) })
	}
}

func benchSearch(b *testing.B, s *store.Store) {
	b.Helper()
	store.Crowd(b, s, manyDeliveries)
	day := time.UnixMilli(0).Add(manyDeliveries / 2 * time.Second)
	for _, tc := range []struct {
		name string
		f    notify.DeliveryFilter
	}{
		{"everything", notify.DeliveryFilter{}},
		{"slowest", notify.DeliveryFilter{Order: notify.Slowest}},
		{"slowest,mail", notify.DeliveryFilter{Order: notify.Slowest, Channel: notify.Mail}},
		{"slowest,person", notify.DeliveryFilter{Order: notify.Slowest, Person: "user77"}},
		{"most tries,dead", notify.DeliveryFilter{Order: notify.MostTries, Status: notify.Dead}},
		{"status=dead", notify.DeliveryFilter{Status: notify.Dead}},
		{"status=accepted", notify.DeliveryFilter{Status: notify.Accepted}},
		{"status=read,none", notify.DeliveryFilter{Status: notify.Read}},
		{"channel=mail", notify.DeliveryFilter{Channel: notify.Mail}},
		{"kind=failed", notify.DeliveryFilter{Kind: ticket.KindFailed}},
		{"project=p7", notify.DeliveryFilter{Project: "p7"}},
		{"project=none", notify.DeliveryFilter{Project: "nobody's"}},
		{"person", notify.DeliveryFilter{Person: "user77"}},
		{"ticket", notify.DeliveryFilter{Ticket: "50001"}},
		{"code", notify.DeliveryFilter{Code: "wecom.60020"}},
		{"class", notify.DeliveryFilter{Codes: []string{"wecom.60020", "mail.550"}}},
		{"time", notify.DeliveryFilter{Since: day, Until: day.Add(time.Hour)}},
		{"dead+mail+person", notify.DeliveryFilter{Status: notify.Dead, Channel: notify.Mail, Person: "user77"}},
		{"q=key", notify.DeliveryFilter{Query: "#50001"}},
		{"q=title", notify.DeliveryFilter{Query: "加索引 50001"}},
		{"q=title of many", notify.DeliveryFilter{Query: "索引"}},
		{"q=title of many,dead", notify.DeliveryFilter{Query: "索引", Status: notify.Dead}},
		{"q=name", notify.DeliveryFilter{Query: "张77"}},
		{"q=name of many", notify.DeliveryFilter{Query: "张"}},
		{"q=code", notify.DeliveryFilter{Query: "60020"}},
		{"q=message", notify.DeliveryFilter{Query: "om_123456"}},
		{"q=nothing", notify.DeliveryFilter{Query: "zzz"}},
	} {
		b.Run(tc.name, func(b *testing.B) { benchQuestion(b, s, tc.f) })
	}
}

func benchQuestion(b *testing.B, s *store.Store, f notify.DeliveryFilter) {
	b.Helper()
	var took []time.Duration
	found := 0
	ask := func() time.Duration {
		began := time.Now()
		items, _, err := s.Deliveries(b.Context(), f)
		if err != nil {
			b.Fatal(err)
		}
		if _, err := s.Summary(b.Context(), f); err != nil {
			b.Fatal(err)
		}
		if f.Status == notify.Dead {
			if _, _, err := s.Causes(b.Context(), f); err != nil {
				b.Fatal(err)
			}
		}
		found = len(items)
		return time.Since(began)
	}
	ask()
	for b.Loop() {
		took = append(took, ask())
	}
	slices.Sort(took)
	if worst := took[len(took)-1]; worst > mostSearch {
		b.Errorf("got %s at worst, want at most %s", worst, mostSearch)
	}
	b.ReportMetric(float64(took[len(took)/2].Microseconds())/1000, "p50-ms")
	b.ReportMetric(float64(took[len(took)-1].Microseconds())/1000, "max-ms")
	b.ReportMetric(float64(found), "found")
	b.ReportMetric(0, "ns/op")
	b.Log(store.PlanOf(b, s, f))
}
