package web

import (
	"encoding/csv"
	"net/http"
	"net/url"
	"strings"
	"time"

	"ticketbell/access"
)

// auditPage is 审计日志: who changed what.
func auditPage() page {
	return page{
		name: "audit", path: "/audit", scope: access.AuditRead, letter: "l",
		routes: []route{
			shows("/audit", access.AuditRead, showAudit),
			shows("/audit.csv", access.AuditRead, exportAudit),
		},
	}
}

// auditRow is an entry as the API lists it.
type auditRow struct {
	At     time.Time `json:"at"`
	Actor  string    `json:"actor"`
	Via    string    `json:"via"`
	Action string    `json:"action"`
	Object string    `json:"object"`
	Fields []string  `json:"fields"`
	Failed bool      `json:"failed"`
}

// auditAsk is what is looked for.
type auditAsk struct {
	Actor, Action, Object, Since, Before, Cursor string
}

// parameters are what the API is asked for; days are whole ones of that zone.
func (a auditAsk) parameters(zone *time.Location) url.Values {
	q := url.Values{"actor": {a.Actor}, "action": {a.Action}, "object": {a.Object}, "cursor": {a.Cursor}}
	if day, err := time.ParseInLocation(time.DateOnly, a.Since, zone); err == nil {
		q.Set("since", day.Format(time.RFC3339))
	}
	if day, err := time.ParseInLocation(time.DateOnly, a.Before, zone); err == nil {
		q.Set("before", day.AddDate(0, 0, 1).Format(time.RFC3339)) // the day itself is wanted too
	}
	return q
}

// Wrong reports which days are none that can be read: "since" and "before".
func (a auditAsk) Wrong() map[string]bool {
	wrong := map[string]bool{}
	for name, day := range map[string]string{"since": a.Since, "before": a.Before} {
		if _, err := time.Parse(time.DateOnly, day); day != "" && err != nil {
			wrong[name] = true
		}
	}
	return wrong
}

// Narrow reports whether anything in particular is looked for.
func (a auditAsk) Narrow() bool { return a != auditAsk{} }

// With is the address of another page of the same list, CSV that of the file.
func (a auditAsk) With(cursor string) string { return "/audit?" + a.query(cursor) }

// CSV is the address of the list as a file.
func (a auditAsk) CSV() string { return "/audit.csv?" + a.query("") }

func (a auditAsk) query(cursor string) string {
	q := url.Values{}
	for name, value := range map[string]string{
		"actor": a.Actor, "action": a.Action, "object": a.Object, "since": a.Since, "before": a.Before, "cursor": cursor,
	} {
		if value != "" {
			q.Set(name, value)
		}
	}
	return q.Encode()
}

type auditView struct {
	Ask     auditAsk
	Entries []auditRow
	Next    string
	Actions []string
	Kept    auditKept
}

// auditKept is how the log is kept, as far as the visitor may read that.
type auditKept struct {
	// Days is how long, 0 for ever; Told is false when the visitor may not know.
	Days int `json:"audit_days"`
	Told bool
	// Zone is whose days are asked for.
	Zone string `json:"timezone"`
}

func (k auditKept) location() *time.Location {
	if zone, err := time.LoadLocation(k.Zone); err == nil {
		return zone
	}
	return time.UTC
}

// Last is the address of what was done in the last days, today included.
func (a auditView) Last(days int) string {
	ask := a.Ask
	ask.Since, ask.Before = time.Now().In(a.Kept.location()).AddDate(0, 0, 1-days).Format(time.DateOnly), ""
	return ask.With("")
}

func auditAsked(q url.Values) auditAsk {
	return auditAsk{
		strings.TrimSpace(q.Get("actor")), q.Get("action"), strings.TrimSpace(q.Get("object")),
		strings.TrimSpace(q.Get("since")), strings.TrimSpace(q.Get("before")), q.Get("cursor"),
	}
}

func showAudit(v *visit) error {
	view := auditView{Ask: auditAsked(v.r.URL.Query()), Actions: v.site.words.list("audit.action.")}
	var err error
	if view.Kept, err = v.auditKept(); err != nil {
		return err
	}
	if view.Entries, view.Next, err = v.entries(view.Ask, view.Kept, "50"); err != nil {
		return err
	}
	if v.htmx() {
		return v.part("entries", view)
	}
	return v.show(view)
}

func (v *visit) auditKept() (auditKept, error) {
	kept := auditKept{Zone: "UTC"}
	if !v.who.Allows(access.ConfigRead) {
		return kept, nil
	}
	err := v.ask(http.MethodGet, "/api/v1/settings", nil, &kept)
	kept.Told = err == nil
	return kept, err
}

func (v *visit) entries(ask auditAsk, kept auditKept, limit string) ([]auditRow, string, error) {
	var list struct {
		Items []auditRow `json:"items"`
		Next  string     `json:"next_cursor"`
	}
	q := ask.parameters(kept.location())
	q.Set("limit", limit)
	err := v.ask(http.MethodGet, "/api/v1/audit?"+q.Encode(), nil, &list)
	return list.Items, list.Next, err
}

// exportAudit writes the whole list as a file, page by page. What a spreadsheet would
// run as a formula is written as text.
func exportAudit(v *visit) error {
	ask := auditAsked(v.r.URL.Query())
	kept, err := v.auditKept()
	if err != nil {
		return err
	}
	entries, next, err := v.entries(ask, kept, "200")
	if err != nil {
		return err
	}
	v.w.Header().Set("Content-Type", "text/csv; charset=utf-8")
	v.w.Header().Set("Content-Disposition", `attachment; filename="audit.csv"`)
	v.w.Header().Set("Cache-Control", "no-store")
	_, _ = v.w.Write([]byte("\ufeff")) // tells Excel the encoding
	file := csv.NewWriter(v.w)
	_ = file.Write([]string{"at", "actor", "via", "action", "object", "fields", "failed"})
	for {
		for _, e := range entries {
			failed := ""
			if e.Failed {
				failed = "true"
			}
			_ = file.Write([]string{
				e.At.Format(time.RFC3339), harmless(e.Actor), e.Via, e.Action, harmless(e.Object), harmless(strings.Join(e.Fields, " ")), failed,
			})
		}
		file.Flush()
		if next == "" || file.Error() != nil {
			return nil //nolint:nilerr // a reader who left is no fault of ours
		}
		ask.Cursor = next
		if entries, next, err = v.entries(ask, kept, "200"); err != nil {
			panic(http.ErrAbortHandler) // half a file must not look like a whole one
		}
	}
}

// harmless is a cell no spreadsheet runs.
func harmless(cell string) string {
	if cell != "" && strings.ContainsRune("=+-@\t\r", rune(cell[0])) {
		return "'" + cell
	}
	return cell
}
