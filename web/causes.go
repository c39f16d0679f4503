package web

import (
	"net/http"
	"time"

	"ticketbell/notify"
)

// cause is why some of the deliveries on a page were given up.
type cause struct {
	Channel notify.Channel
	Code    string
	Class   string
	N       int
	Last    time.Time // when it was last seen
	// Mended is "tested" or "accepted" once the channel has passed a test since, or a
	// message went out; "" while nothing is known of it.
	Mended string
	At     time.Time // when that was
}

// causesOf are the causes behind rows, in the order they come.
func causesOf(rows []recordRow) []cause {
	type key struct {
		ch   notify.Channel
		code string
	}
	var all []cause
	at := map[key]int{}
	for _, r := range rows {
		if r.Code == "" {
			continue
		}
		i, known := at[key{r.Channel, r.Code}]
		if !known {
			i = len(all)
			at[key{r.Channel, r.Code}] = i
			all = append(all, cause{Channel: r.Channel, Code: r.Code, Class: r.Class})
		}
		all[i].N++
		if r.UpdatedAt.After(all[i].Last) {
			all[i].Last = r.UpdatedAt
		}
	}
	return all
}

// weigh tells by a channel's health whether the cause is mended. Only what lies with the
// configuration can be told so: a person who is not found says nothing of the channel.
func (c *cause) weigh(h healthView) {
	if c.Class != "config" {
		return
	}
	switch {
	case h.LastTestedAt.After(c.Last):
		c.Mended, c.At = "tested", h.LastTestedAt
	case h.LastAcceptedAt.After(c.Last):
		c.Mended, c.At = "accepted", h.LastAcceptedAt
	}
}

// causes are why the dead letters of a page were given up, and whether it is mended.
func (v *visit) causes(rows []recordRow) ([]cause, error) {
	all := causesOf(rows)
	if len(all) == 0 {
		return nil, nil
	}
	var overview struct {
		Channels map[notify.Channel]healthView `json:"channels"`
	}
	if err := v.ask(http.MethodGet, "/api/v1/overview", nil, &overview); err != nil {
		return nil, err
	}
	for i := range all {
		all[i].weigh(overview.Channels[all[i].Channel])
	}
	return all, nil
}
