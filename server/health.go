package server

import (
	"context"
	"encoding/json"
	"fmt"
	"net/http"
	"time"

	"github.com/gin-gonic/gin"

	"ticketbell/access"
)

// checkTime is how long all checks together may take.
const checkTime = 3 * time.Second

// Check is something that must work for the process to be ready: the database, the
// workers. A provider is none: its failing must not restart us.
type Check struct {
	Name string
	Run  func(ctx context.Context) error
	// Soft is something the process goes on without: its failing shows as degraded
	// and leaves the process ready.
	Soft bool
}

// Build tells which ticketbell this is.
type Build struct {
	Version string `json:"version"`
	Commit  string `json:"commit,omitempty"`
	// BuiltAt is RFC 3339.
	BuiltAt string `json:"built_at,omitempty"`
	// Go is the version of Go it was built with.
	Go string `json:"go,omitempty"`
}

// registerPlain puts what needs no token on the engine.
func (a *api) registerPlain(engine *gin.Engine) error {
	doc, err := document(a.huma.OpenAPI())
	if err != nil {
		return err
	}
	page, err := newDocs(a.huma.OpenAPI())
	if err != nil {
		return fmt.Errorf("render the documentation: %w", err)
	}
	shed(a.huma.OpenAPI())
	plain := map[string]http.Handler{
		"/healthz": http.HandlerFunc(alive), "/livez": http.HandlerFunc(alive), "/-/healthy": http.HandlerFunc(alive),
		"/readyz": http.HandlerFunc(a.ready), "/-/ready": http.HandlerFunc(a.ready),
		"/version": http.HandlerFunc(a.version), "/openapi.json": doc,
		"/docs": page, "/docs/style.css": http.HandlerFunc(docsStyle),
	}
	if a.Metrics != nil {
		plain["/metrics"] = a.metrics()
	}
	for path, h := range plain {
		engine.GET(path, gin.WrapH(h))
		engine.HEAD(path, gin.WrapH(h))
	}
	return nil
}

// alive answers as long as the process does. It asks nobody.
func alive(w http.ResponseWriter, _ *http.Request) { writeJSON(w, http.StatusOK, status{"ok", nil}) }

type status struct {
	Status string    `json:"status"`
	Checks []checked `json:"checks,omitempty"`
}

type checked struct {
	Name string `json:"name"`
	OK   bool   `json:"ok"`
	// Status is "degraded" when what failed can be done without.
	Status string `json:"status,omitempty"`
}

// ready runs the checks. What exactly failed is for the log: anybody may ask here.
func (a *api) ready(w http.ResponseWriter, r *http.Request) {
	ctx, cancel := context.WithTimeout(r.Context(), checkTime)
	defer cancel()
	answer, code := status{Status: "ok"}, http.StatusOK
	for _, c := range a.Checks {
		err, state := c.Run(ctx), ""
		switch {
		case err != nil && c.Soft:
			state = "degraded"
		case err != nil:
			answer.Status, code = "unavailable", http.StatusServiceUnavailable
			current(ctx).cause = fmt.Errorf("check %s: %w", c.Name, err)
		}
		answer.Checks = append(answer.Checks, checked{c.Name, err == nil, state})
	}
	if !r.URL.Query().Has("verbose") {
		answer.Checks = nil
	}
	writeJSON(w, code, answer)
}

func (a *api) version(w http.ResponseWriter, _ *http.Request) { writeJSON(w, http.StatusOK, a.Build) }

func (a *api) metrics() http.Handler {
	if a.MetricsToken {
		return a.guarded(access.MetricsRead, a.Metrics)
	}
	return a.Metrics
}

func writeJSON(w http.ResponseWriter, status int, v any) {
	w.Header().Set("Content-Type", "application/json")
	w.Header().Set("Cache-Control", "no-store")
	w.WriteHeader(status)
	_ = json.NewEncoder(w).Encode(v) // the caller may be gone
}
