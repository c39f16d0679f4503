package web

import (
	"net/http"
	"net/url"

	"ticketbell/access"
)

// streamPage has no page: every page listens there for what changes, and steers jobs.
func streamPage() page {
	p := page{
		name: "trouble", path: "/live", alone: true,
		routes: []route{
			shows("/live", access.DeliveriesRead, listen),
		},
	}
	for _, verb := range []string{"pause", "resume", "cancel"} {
		p.routes = append(p.routes, takes("/live/jobs/{id}/"+verb, access.DeliveriesRetry, steerJob(verb)))
	}
	return p
}

// listen passes on what changes, and whether anything did since the page was drawn.
func listen(v *visit) error {
	v.pass("/api/v1/stream?" + v.r.URL.RawQuery)
	return nil
}

// steerJob pauses a job, lets it go on, or ends it. How it stands then, the stream tells.
func steerJob(verb string) func(*visit) error {
	return func(v *visit) error {
		if err := v.ask(http.MethodPost, "/api/v1/jobs/"+url.PathEscape(v.r.PathValue("id"))+":"+verb, nil, nil); err != nil {
			return err
		}
		v.w.WriteHeader(http.StatusNoContent)
		return nil
	}
}
