package web

import (
	"maps"
	"net/http"
	"net/url"
	"slices"
	"strings"
	"time"

	"ticketbell/cards"
	"ticketbell/notify"
)

// jobView is long work and how far it is.
type jobView struct {
	ID        string         `json:"id"`
	Kind      string         `json:"kind"`
	DryRun    bool           `json:"dry_run"`
	State     string         `json:"state"`
	Done      int            `json:"done"`
	Total     int            `json:"total"`
	Summary   map[string]int `json:"summary"`
	Rows      int            `json:"rows"`
	Error     string         `json:"error"`
	Notes     []string       `json:"notes"`
	StartedAt time.Time      `json:"started_at"`
	// Refusal is set when it could not be started.
	Refusal *refusal `json:"-"`
	Prefix  string   `json:"-"`
}

// Over reports whether nothing more will happen.
func (j jobView) Over() bool { return j.State != "running" && j.State != "paused" }

// outcome is a figure of a job's summary: on a channel, or of all.
type outcome struct {
	Channel notify.Channel
	// What is "ok", "failed", "left_alone", or a reason.
	What string
	N    int
}

// Words say the reason; none for what the catalogue says.
func (o outcome) Words() cards.Text {
	if slices.Contains([]string{"ok", "failed", "left_alone", "created", "updated", "unchanged", "skipped", "wrong", "wrong_cells"}, o.What) {
		return cards.Text{}
	}
	return notify.ReasonWords(o.What)
}

// Outcomes are the summary by channel, what went well first. Channels that are off say nothing.
func (j jobView) Outcomes() []outcome {
	var all []outcome
	for _, key := range slices.Sorted(maps.Keys(j.Summary)) {
		ch, what, of := strings.Cut(key, ".")
		if !of {
			ch, what = "", key
		}
		if what != notify.ReasonChannelOff {
			all = append(all, outcome{notify.Channel(ch), what, j.Summary[key]})
		}
	}
	slices.SortStableFunc(all, func(a, b outcome) int {
		if a.Channel == b.Channel && (a.What == "ok") != (b.What == "ok") {
			if a.What == "ok" {
				return -1
			}
			return 1
		}
		return strings.Compare(string(a.Channel), string(b.Channel))
	})
	return all
}

func showJob(v *visit) error { return v.job(http.MethodGet, v.r.PathValue("id"), "") }

// turnJob pauses a job, lets it go on, or ends it.
func turnJob(v *visit) error {
	verb := v.r.PathValue("verb")
	if !slices.Contains([]string{"pause", "resume", "cancel"}, verb) {
		return &refusal{Status: http.StatusNotFound}
	}
	return v.job(http.MethodPost, v.r.PathValue("id"), ":"+verb)
}

func (v *visit) job(method, id, verb string) error {
	var j jobView
	if err := v.ask(method, "/api/v1/jobs/"+url.PathEscape(id)+verb, nil, &j); err != nil {
		return err
	}
	if j.Over() {
		v.w.Header().Set("HX-Trigger", "people-changed")
	}
	return v.part("job", j)
}
