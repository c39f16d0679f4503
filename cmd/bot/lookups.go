package main

import (
	"time"

	"github.com/prometheus/client_golang/prometheus"

	"ticketbell/notify"
)

// lookups is what Prometheus reads about finding people.
type lookups struct {
	answers *prometheus.CounterVec
	calls   *prometheus.CounterVec
	redis   *prometheus.HistogramVec
}

func newLookups() lookups {
	return lookups{
		answers: prometheus.NewCounterVec(prometheus.CounterOpts{
			Name: "ticketbell_identity_answers_total", Help: "People whose address was asked for, by where the answer came from: entered, memory, redis or provider.",
		}, []string{"channel", "from"}),
		calls: prometheus.NewCounterVec(prometheus.CounterOpts{
			Name: "ticketbell_identity_lookup_calls_total", Help: "Calls that asked a provider who somebody is; one to Feishu asks for up to 50 people.",
		}, []string{"channel"}),
		redis: prometheus.NewHistogramVec(prometheus.HistogramOpts{
			Name: "ticketbell_identity_redis_seconds", Help: "How long Redis took when people were looked up, in seconds; result is ok or failed.",
			Buckets: []float64{.0005, .001, .0025, .005, .01, .025, .05, .1},
		}, []string{"result"}),
	}
}

func (l lookups) register(r prometheus.Registerer) { r.MustRegister(l.answers, l.calls, l.redis) }

// Answered counts an answer.
func (m *metrics) Answered(ch notify.Channel, from string) {
	m.lookups.answers.WithLabelValues(string(ch), from).Inc()
}

// Asked counts calls to a provider.
func (m *metrics) Asked(ch notify.Channel, calls int) {
	m.lookups.calls.WithLabelValues(string(ch)).Add(float64(calls))
}

// Redis notes how long Redis took.
func (m *metrics) Redis(took time.Duration, err error) {
	result := "ok"
	if err != nil {
		result = "failed"
	}
	m.lookups.redis.WithLabelValues(result).Observe(took.Seconds())
}
