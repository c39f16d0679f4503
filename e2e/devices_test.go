package e2e

import (
	"errors"
	"fmt"
	"net/http"
	"net/url"
	"slices"
	"strings"
)

// The channels.
const (
	feishu = "feishu"
	wecom  = "wecom"
	mail   = "mail"
)

// everyChannel lists them.
func everyChannel() []string { return []string{feishu, wecom, mail} }

// devices are the simulated phones and mailboxes (api.md 6).
type devices struct{ door }

// message is what a device shows now.
type message struct {
	Channel string   `json:"channel"`
	ID      string   `json:"id"`
	To      string   `json:"to"`
	Person  string   `json:"person"`
	Updates int      `json:"updates"`
	Title   string   `json:"title"`
	Text    string   `json:"text"`
	Links   []string `json:"links"`
	Buttons []struct {
		Text   string `json:"text"`
		Action string `json:"action"`
	} `json:"buttons"`
}

// offers lists the actions of the message's buttons.
func (m message) offers() []string {
	var actions []string
	for _, b := range m.Buttons {
		actions = append(actions, b.Action)
	}
	return actions
}

// carried is what came back to a device from our own door.
type carried struct {
	Status int `json:"status"`
	Answer struct {
		Toast struct {
			Type    string            `json:"type"`
			Content string            `json:"content"`
			I18n    map[string]string `json:"i18n"`
		} `json:"toast"`
	} `json:"answer"`
	TookMS int64 `json:"took_ms"`
}

// press presses a button of a message as somebody, with what is filled in.
func (d devices) press(m message, who, action string, form map[string]string) carried {
	d.t.Helper()
	return read[carried](d.t, d.must(http.StatusOK, request{method: "POST", path: "/sandbox/press", body: map[string]any{
		"channel": m.Channel, "message_id": m.ID, "person": who, "action": action, "form": form,
	}}))
}

// say writes to the bot as somebody, or chooses from its menu when menu is not "".
func (d devices) say(channel, who, text, menu string) {
	d.t.Helper()
	got := read[carried](d.t, d.must(http.StatusOK, request{method: "POST", path: "/sandbox/say", body: map[string]any{
		"channel": channel, "person": who, "text": text, "menu": menu,
	}}))
	if got.Status != http.StatusOK {
		d.t.Errorf("%s said %q%q on %s: got status %d, want it taken", who, text, menu, channel, got.Status)
	}
}

// card waits until the newest message of somebody on the channel offers that action.
func (d devices) card(channel, who, action string) message {
	d.t.Helper()
	var newest message
	eventually(d.t, fmt.Sprintf("%s can %s on %s", who, action, channel), func() error {
		got := d.messages(channel, who)
		if len(got) == 0 {
			return errors.New("nothing arrived")
		}
		if newest = got[len(got)-1]; !slices.Contains(newest.offers(), action) {
			return fmt.Errorf("it offers %q", newest.offers())
		}
		return nil
	})
	return newest
}

// messages lists what arrived for somebody on a channel, oldest first; "" is any.
func (d devices) messages(channel, to string) []message {
	d.t.Helper()
	query := url.Values{"channel": {channel}, "to": {to}}
	got := d.must(http.StatusOK, request{method: "GET", path: "/sandbox/messages?" + query.Encode()})
	return read[struct{ Items []message }](d.t, got).Items
}

// hears waits until the newest message of somebody says all the words, on every channel.
func (d devices) hears(who string, words ...string) {
	d.t.Helper()
	for _, ch := range everyChannel() {
		d.hearsOn(ch, who, words...)
	}
}

// hearsOn waits until the newest message of somebody on the channel says all the words.
func (d devices) hearsOn(channel, who string, words ...string) {
	d.t.Helper()
	eventually(d.t, fmt.Sprintf("%s reads %q on %s", who, words, channel), func() error {
		got := d.messages(channel, who)
		if len(got) == 0 {
			return errors.New("nothing arrived")
		}
		return got[len(got)-1].says(words...)
	})
}

// changed waits until the oldest Feishu card of somebody was brought up to date and
// says all the words.
func (d devices) changed(who string, words ...string) {
	d.t.Helper()
	eventually(d.t, fmt.Sprintf("the card of %s says %q", who, words), func() error {
		got := d.messages(feishu, who)
		if len(got) == 0 || got[0].Updates == 0 {
			return fmt.Errorf("no card was changed: %v", got)
		}
		return got[0].says(words...)
	})
}

func (m message) says(words ...string) error {
	for _, w := range words {
		if !strings.Contains(m.Text, w) {
			return fmt.Errorf("%q is missing from %q", w, m.Text)
		}
	}
	return nil
}

// tally counts the messages that arrived, by "who channel".
func (d devices) tally() map[string]int {
	d.t.Helper()
	count := map[string]int{}
	for _, m := range d.messages("", "") {
		count[m.Person+" "+m.Channel]++
	}
	return count
}

// onAll is what tally counts when each of people got n messages on every channel.
func onAll(people map[string]int) map[string]int {
	count := map[string]int{}
	for who, n := range people {
		for _, ch := range everyChannel() {
			count[who+" "+ch] = n
		}
	}
	return count
}

// breaks makes a channel fail until it is mended.
func (d devices) breaks(channel string, faults ...string) {
	d.t.Helper()
	for _, fault := range faults {
		d.must(http.StatusOK, request{method: "POST", path: "/sandbox/faults", body: map[string]any{"channel": channel, "fault": fault}})
	}
}

// strikes makes that many requests of a channel fail.
func (d devices) strikes(channel, fault string, times int) {
	d.t.Helper()
	d.must(http.StatusOK, request{method: "POST", path: "/sandbox/faults", body: map[string]any{"channel": channel, "fault": fault, "times": times}})
}

// ahead is how many requests of the channel will still fail.
func (d devices) ahead(channel string) (n int) {
	d.t.Helper()
	got := d.must(http.StatusOK, request{method: "GET", path: "/sandbox/faults"})
	type fault struct {
		Channel string
		Times   int
	}
	for _, f := range read[struct{ Items []fault }](d.t, got).Items {
		if f.Channel == channel {
			n += f.Times
		}
	}
	return n
}

// mends ends every fault of a channel.
func (d devices) mends(channel string) {
	d.t.Helper()
	d.must(http.StatusNoContent, request{method: "DELETE", path: "/sandbox/faults?channel=" + channel})
}
