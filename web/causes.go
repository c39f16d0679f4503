package web

import (
	"net/http"
	"net/url"
	"slices"
	"time"

	"ticketbell/notify"
)

// cause is why some of the deliveries that were given up were.
type cause struct {
	Channel notify.Channel `json:"channel"`
	Code    string         `json:"code"`
	Class   string         `json:"class"`
	N       int            `json:"count"`
	Last    time.Time      `json:"last_at"`
	// Mended is "tested" or "accepted" once the channel has passed a test since, or a
	// message went out; "" while nothing is known of it.
	Mended string    `json:"-"`
	At     time.Time `json:"-"` // when that was
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

// causes are why the dead letters of a filter were given up, also those of other pages, and
// whether it is mended.
func (v *visit) causes(asked url.Values) (all []cause, newest int, err error) {
	var found struct {
		Items  []cause `json:"items"`
		Newest int     `json:"newest"`
	}
	if err := v.ask(http.MethodGet, "/api/v1/deliveries:causes?"+asked.Encode(), nil, &found); err != nil {
		return nil, 0, err
	}
	all = slices.DeleteFunc(found.Items, func(c cause) bool { return c.Code == "" }) // each says why itself
	if len(all) == 0 {
		return nil, 0, nil
	}
	var overview struct {
		Channels map[notify.Channel]healthView `json:"channels"`
	}
	if err := v.ask(http.MethodGet, "/api/v1/overview", nil, &overview); err != nil {
		return nil, 0, err
	}
	for i := range all {
		all[i].weigh(overview.Channels[all[i].Channel])
	}
	return all, found.Newest, nil
}
