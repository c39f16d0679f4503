package web

import (
	"errors"
	"net/http"
	"net/url"
	"slices"
	"time"

	"ticketbell/ticket"
)

// heard is what somebody was told, and of which tickets they want no more news.
type heard struct {
	Rows  []heardRow
	Mutes []mutedRow
	// Done is what was just done, nil for nothing; Refusal is why it was not.
	Done    *muteDone
	Refusal *refusal
}

// heardRow is a delivery to whoever looks.
type heardRow struct {
	toldRow

	// Mutable is set in the newest row of a ticket that can be muted.
	Mutable bool
}

// mutedRow is a ticket that whoever looks has muted.
type mutedRow struct {
	ID      string    `json:"ticket_id"`
	Key     string    `json:"ticket_key"`
	Title   string    `json:"ticket_title"`
	Project string    `json:"project"`
	MutedAt time.Time `json:"muted_at"`
}

// muteDone says what became of a ticket's news: a key of the page's words.
type muteDone struct{ Word, Ticket string }

func (v *visit) heard() (heard, error) {
	var h heard
	var told struct {
		Items []toldRow `json:"items"`
	}
	if err := v.ask(http.MethodGet, "/api/v1/me/deliveries?limit=20", nil, &told); err != nil {
		return h, err
	}
	var muted struct {
		Items []mutedRow `json:"items"`
	}
	if err := v.ask(http.MethodGet, "/api/v1/me/mutes", nil, &muted); err != nil {
		return h, err
	}
	h.Mutes = muted.Items
	seen := map[string]bool{}
	for _, m := range muted.Items {
		seen[m.ID] = true
	}
	for _, row := range told.Items {
		h.Rows = append(h.Rows, heardRow{row, !seen[row.TicketID] && !ends(row.Kind)})
		seen[row.TicketID] = true
	}
	return h, nil
}

// ends reports whether a ticket is over with what the kind tells.
func ends(k ticket.Kind) bool {
	return k == ticket.KindSucceeded || k == ticket.KindCompleted || k == ticket.KindCanceled
}

func muteTicket(v *visit) error {
	id := v.r.PathValue("ticket")
	err := v.ask(http.MethodPut, "/api/v1/me/mutes/"+url.PathEscape(id), nil, nil)
	no, ok := errors.AsType[*refusal](err)
	if err != nil && (!ok || no.Status >= http.StatusInternalServerError) {
		return err
	}
	h, err := v.heard()
	if err != nil {
		return err
	}
	if no != nil {
		h.Refusal = no
		return v.refused("heard", meView{Heard: h})
	}
	h.Done = &muteDone{"me.muted.now", named(h.Mutes, id)}
	return v.part("heard", meView{Heard: h})
}

func unmuteTicket(v *visit) error {
	id := v.r.PathValue("ticket")
	before, err := v.heard()
	if err != nil {
		return err
	}
	if err := v.ask(http.MethodDelete, "/api/v1/me/mutes/"+url.PathEscape(id), nil, nil); err != nil {
		return err
	}
	h, err := v.heard()
	if err != nil {
		return err
	}
	h.Done = &muteDone{"me.unmuted.now", named(before.Mutes, id)}
	return v.part("heard", meView{Heard: h})
}

// named is the number of a ticket as people read it.
func named(muted []mutedRow, id string) string {
	i := slices.IndexFunc(muted, func(m mutedRow) bool { return m.ID == id })
	if i < 0 {
		return ""
	}
	return "#" + muted[i].Key
}
