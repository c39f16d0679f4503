package web

import (
	"errors"
	"net/http"
	"net/url"
	"slices"
	"sync"
	"time"

	"ticketbell/access"
	"ticketbell/ticket"
)

// modes are the ways to play and which of them there are.
type modes struct {
	// Devices: there are simulated ones. Offered: a real channel is on. Real: it is
	// what is looked at.
	Devices, Offered, Real bool
}

// leftTests is how many tests the visitor's hour holds.
type leftTests struct {
	Limit     int `json:"limit"`
	Remaining int `json:"remaining"`
}

// played is what came of a sample ticket in a state.
type played struct {
	State ticket.Status
	At    time.Time
	Ways  []wayPlayed
}

// wayPlayed is what came of it on one channel.
type wayPlayed struct {
	reportView

	Channel    string   `json:"-"`
	ProviderID string   `json:"provider_id"`
	Refusal    *refusal `json:"-"`
}

// realChannels are the channels that are on. In a house with simulated devices, those
// that lead to this machine do not count.
func (v *visit) realChannels() ([]string, error) {
	if v.site.cfg.Playground != nil && !v.who.Allows(access.ConfigRead) {
		return nil, nil // where they lead is not for everybody to know
	}
	all, err := v.healths()
	if err != nil {
		return nil, err
	}
	var on []string
	for _, ch := range channelNames() {
		if h, known := all[ch]; !known || h.State == "off" {
			continue
		}
		if v.site.cfg.Playground != nil {
			p, err := v.unexamined(ch)
			if err != nil {
				return nil, err
			}
			if leadsHere(p.View) {
				continue
			}
		}
		on = append(on, ch)
	}
	return on, nil
}

// leadsHere reports whether a channel sends to this machine.
func leadsHere(c channelView) bool {
	host := c.Text("host")
	if u, err := url.Parse(c.Text("api_base_url")); err == nil && u.Host != "" {
		host = u.Hostname()
	}
	return ticket.ThisMachine(host)
}

// real is the scene with the real channels, offered to whoever may see and test them.
func (v *visit) real() (scene, error) {
	s := scene{Modes: modes{Devices: v.site.cfg.Playground != nil, Real: true}}
	if !v.who.Allows(access.ChannelsTest) {
		return s, nil
	}
	on, err := v.realChannels()
	if err != nil {
		return s, err
	}
	s.Channels, s.Modes.Offered = on, len(on) > 0
	return s, v.ask(http.MethodGet, "/api/v1/tests", nil, &s.Left)
}

// playReal plays a state of the sample ticket to the visitor, and to nobody else,
// through the channels that were ticked. Each is a test of the channel: it takes one of
// the hour's, is audited, and is no delivery.
func playReal(v *visit) error {
	s, err := v.real()
	if err != nil {
		return err
	}
	p := &played{State: ticket.Status(v.r.PostFormValue("state")), At: time.Now()}
	for _, ch := range s.Channels {
		if slices.Contains(v.r.PostForm["channel"], ch) {
			p.Ways = append(p.Ways, wayPlayed{Channel: ch})
		}
	}
	if err := v.playAll(p); err != nil {
		return err
	}
	s.Played = p
	if err := v.ask(http.MethodGet, "/api/v1/tests", nil, &s.Left); err != nil {
		return err
	}
	if v.htmx() {
		return v.part("played-part", s)
	}
	return v.showReal(s)
}

// showReal shows the page without the devices, their style, and the scripts that draw them.
func (v *visit) showReal(s scene) error {
	v.page.styles, v.page.scripts = []string{"channels.css", "base.css", "layout.css"}, nil
	return v.show(s)
}

// playAll tests the channels at once, for a broken one takes its time.
func (v *visit) playAll(p *played) error {
	failed := make([]error, len(p.Ways))
	var wg sync.WaitGroup
	for i := range p.Ways {
		wg.Go(func() { failed[i] = v.play(&p.Ways[i], p.State) })
	}
	wg.Wait()
	return errors.Join(failed...)
}

func (v *visit) play(w *wayPlayed, state ticket.Status) error {
	sample := map[string]any{"to": map[string]string{"username": v.who.Username}, "show": "sample", "state": state}
	err := v.ask(http.MethodPost, "/api/v1/channels/"+w.Channel+"/test", sample, w)
	if no, ok := errors.AsType[*refusal](err); ok && no.Status < http.StatusInternalServerError {
		w.Refusal = no
		return nil
	}
	return err
}
