package main

import (
	"context"
	"log/slog"
	"net/http"
	"strconv"
	"time"

	"github.com/prometheus/client_golang/prometheus"
	"github.com/prometheus/client_golang/prometheus/collectors"
	"github.com/prometheus/client_golang/prometheus/promhttp"

	"ticketbell/channels"
	"ticketbell/notify"
	"ticketbell/ticket"
)

// metrics is what Prometheus reads. Labels are few and fixed: never a person, a
// ticket or an address.
type metrics struct {
	registry *prometheus.Registry
	events   *prometheus.CounterVec
	attempts *prometheus.CounterVec
	duration *prometheus.HistogramVec
	lookups  lookups
}

// counter counts deliveries by channel and status.
type counter interface {
	CountDeliveries(ctx context.Context) (map[notify.Channel]map[notify.Status]int, error)
}

func newMetrics(deliveries counter, log *slog.Logger) *metrics {
	m := &metrics{
		registry: prometheus.NewRegistry(),
		events: prometheus.NewCounterVec(prometheus.CounterOpts{
			Name: "ticketbell_events_received_total", Help: "Events accepted, by kind; repeats count apart.",
		}, []string{"event", "replayed"}),
		attempts: prometheus.NewCounterVec(prometheus.CounterOpts{
			Name: "ticketbell_delivery_attempts_total", Help: "Attempts to deliver, by what came of them: ok, or the class of the failure (config, identity, content, rate, transient).",
		}, []string{"channel", "reason"}),
		duration: prometheus.NewHistogramVec(prometheus.HistogramOpts{
			Name: "ticketbell_delivery_attempt_seconds", Help: "How long an attempt took, in seconds.",
			Buckets: []float64{.005, .01, .025, .05, .1, .25, .5, 1, 2.5, 5, 10, 20},
		}, []string{"channel"}),
	}
	build := prometheus.NewGaugeFunc(prometheus.GaugeOpts{
		Name: "ticketbell_build_info", Help: "1, with the version as label.",
		ConstLabels: prometheus.Labels{"version": version, "commit": commit},
	}, func() float64 { return 1 })
	m.lookups = newLookups()
	m.lookups.register(m.registry)
	m.registry.MustRegister(m.events, m.attempts, m.duration, build, &depth{deliveries, log}, collectors.NewGoCollector(),
		collectors.NewProcessCollector(collectors.ProcessCollectorOpts{}))
	return m
}

func (m *metrics) handler() http.Handler {
	return promhttp.HandlerFor(m.registry, promhttp.HandlerOpts{})
}

// attempted counts one attempt.
func (m *metrics) attempted(ch notify.Channel, a notify.Attempt) {
	m.attempts.WithLabelValues(string(ch), channels.Class(a)).Inc()
	m.duration.WithLabelValues(string(ch)).Observe(a.Duration.Seconds())
}

// countedDesk is a desk whose events are counted.
type countedDesk struct {
	*notify.Desk
	m *metrics
}

// Accept accepts ev and counts it.
func (d countedDesk) Accept(ctx context.Context, ev ticket.Event) (notify.Receipt, error) {
	r, err := d.Desk.Accept(ctx, ev)
	d.count(ev, r, err)
	return r, err
}

// Record records e, the built-in desk's own event, and counts it.
func (d countedDesk) Record(ctx context.Context, e notify.Entry) (notify.Receipt, error) {
	r, err := d.Desk.Record(ctx, e)
	d.count(e.Event, r, err)
	return r, err
}

func (d countedDesk) count(ev ticket.Event, r notify.Receipt, err error) {
	if err == nil {
		d.m.events.WithLabelValues(string(ev.Kind), strconv.FormatBool(r.Replayed)).Inc()
	}
}

// depth counts the deliveries when it is asked.
type depth struct {
	deliveries counter
	log        *slog.Logger
}

func depthDesc() *prometheus.Desc {
	return prometheus.NewDesc("ticketbell_deliveries", "Deliveries on record, by channel and status.", []string{"channel", "status"}, nil)
}

// Describe tells Prometheus what will come.
func (d *depth) Describe(ch chan<- *prometheus.Desc) { ch <- depthDesc() }

// Collect counts. A database that cannot be asked leaves the figures out.
func (d *depth) Collect(out chan<- prometheus.Metric) {
	ctx, cancel := context.WithTimeout(context.Background(), 5*time.Second)
	defer cancel()
	counts, err := d.deliveries.CountDeliveries(ctx)
	if err != nil {
		d.log.Warn("deliveries cannot be counted for the metrics", "error", err)
		return
	}
	for _, ch := range notify.Channels() {
		for _, st := range notify.Statuses() {
			out <- prometheus.MustNewConstMetric(depthDesc(), prometheus.GaugeValue, float64(counts[ch][st]), string(ch), string(st))
		}
	}
}
