package web

import (
	"net/http"
	"net/url"

	"ticketbell/access"
)

// streamPage has no page: every page listens there for what changes, and ends jobs.
func streamPage() page {
	return page{
		name: "trouble", path: "/live", alone: true,
		routes: []route{
			shows("/live", access.DeliveriesRead, func(v *visit) error { v.pass("/api/v1/stream"); return nil }),
			takes("/live/jobs/{id}/cancel", access.DeliveriesRetry, func(v *visit) error {
				if err := v.ask(http.MethodPost, "/api/v1/jobs/"+url.PathEscape(v.r.PathValue("id"))+":cancel", nil, nil); err != nil {
					return err
				}
				v.w.WriteHeader(http.StatusNoContent)
				return nil
			}),
		},
	}
}
