package server

import (
	"log/slog"
	"net/http"
	"time"
)

// introduce gives every request its id, counts it, and writes one line about it when
// it is answered. The line holds no query, no header and no body: secrets travel there.
func introduce(c Config, next http.Handler) http.Handler {
	return http.HandlerFunc(func(w http.ResponseWriter, r *http.Request) {
		x, start := meet(r), c.Now()
		x.from = clientOf(r, c.TrustedProxies)
		_, x.inside = r.Context().Value(exchangeKey{}).(*exchange)
		rec := &recorder{ResponseWriter: w}
		r = r.WithContext(x.in(r.Context()))
		rec.Header().Set("X-Request-Id", x.id)
		defer func() {
			logLine(c.Log, r, x, rec, c.Now().Sub(start))
			c.Usage.count(x.token.ID, rec.answered(), start)
		}()
		next.ServeHTTP(rec, r)
	})
}

func logLine(log *slog.Logger, r *http.Request, x *exchange, rec *recorder, took time.Duration) {
	attrs := []slog.Attr{
		slog.String("method", r.Method),
		slog.String("path", r.URL.Path),
		slog.Int("status", rec.answered()),
		slog.Int64("bytes", rec.bytes),
		slog.Float64("duration_ms", float64(took.Microseconds())/1000),
		slog.String("request_id", x.id),
	}
	if x.token.Name != "" {
		attrs = append(attrs, slog.String("token", x.token.Name))
	}
	if x.cause != nil {
		attrs = append(attrs, slog.String("error", x.cause.Error()))
	}
	log.LogAttrs(r.Context(), level(r.URL.Path, rec.answered(), x), "request", attrs...)
}

// level keeps probes and what our own pages ask out of the way, and failures in sight.
func level(path string, status int, x *exchange) slog.Level {
	switch {
	case status >= http.StatusInternalServerError || x.cause != nil:
		return slog.LevelError
	case x.inside || path == "/healthz" || path == "/livez" || path == "/readyz" || path == "/metrics":
		return slog.LevelDebug
	default:
		return slog.LevelInfo
	}
}

// recorder notes what is answered.
type recorder struct {
	http.ResponseWriter
	status int // 0 until something is answered
	bytes  int64
}

// Unwrap lets http.ResponseController reach the connection.
func (r *recorder) Unwrap() http.ResponseWriter { return r.ResponseWriter }

// WriteHeader notes the final status; an informational one goes by.
func (r *recorder) WriteHeader(status int) {
	if r.status == 0 && status >= http.StatusOK {
		r.status = status
	}
	r.ResponseWriter.WriteHeader(status)
}

// Write counts what goes out.
func (r *recorder) Write(b []byte) (int, error) {
	if r.status == 0 {
		r.status = http.StatusOK
	}
	n, err := r.ResponseWriter.Write(b)
	r.bytes += int64(n)
	return n, err
}

// Flush lets a mounted handler stream.
func (r *recorder) Flush() {
	if r.status == 0 {
		r.status = http.StatusOK
	}
	_ = http.NewResponseController(r.ResponseWriter).Flush()
}

func (r *recorder) answered() int {
	if r.status == 0 {
		return http.StatusOK
	}
	return r.status
}
