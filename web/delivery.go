package web

import (
	"errors"
	"net/http"
	"net/url"
	"strings"

	"ticketbell/cards"
	"ticketbell/notify"
)

// recordDrawer is one delivery with all that is known of it.
type recordDrawer struct {
	recordRow

	// Sent says whether there is a message to look at.
	Sent bool
	// Refusal is why what was asked for was not done.
	Refusal *refusal
	// English says in which language the message is looked at first.
	English bool
	// Diagnosis is what a helper needs, without addresses and secrets.
	Diagnosis string
}

// Views are the ways to look at the message.
func (d recordDrawer) Views() []string {
	if d.Channel == notify.Mail {
		return []string{"card", "text", "source", "json", "headers"}
	}
	return []string{"card", "text", "json"}
}

// showDelivery is the list with the delivery laid open beside it, or, for a script,
// the drawer alone.
func showDelivery(v *visit) error {
	drawer, err := v.delivery()
	if err != nil {
		return err
	}
	if v.htmx() {
		return v.part("drawer", drawer)
	}
	view, err := v.records()
	if err != nil {
		return err
	}
	view.Open = drawer
	return v.show(view)
}

func (v *visit) delivery() (*recordDrawer, error) {
	id := url.PathEscape(v.r.PathValue("id"))
	d := &recordDrawer{}
	if err := v.ask(http.MethodGet, "/api/v1/deliveries/"+id, nil, &d.recordRow); err != nil {
		return nil, err
	}
	_, err := v.sent("json")
	no, refused := errors.AsType[*refusal](err)
	if err != nil && (!refused || no.Status != http.StatusNotFound) {
		return nil, err
	}
	d.Sent, d.English = err == nil, v.lang == cards.English
	d.Diagnosis = diagnosis(d.recordRow, v.site.cfg.Version)
	return d, nil
}

// sent is the message as the API shows it in a format, or drawn anew in the visitor's
// language when the address asks for that.
func (v *visit) sent(format string) (string, error) {
	asked := url.Values{"format": {format}}
	if v.r.URL.Query().Has("anew") {
		asked.Set("language", string(v.lang))
	}
	body, err := v.call(http.MethodGet, "/api/v1/deliveries/"+url.PathEscape(v.r.PathValue("id"))+"/preview?"+asked.Encode(), "", nil)
	if err != nil {
		return "", err
	}
	return body.String(), nil
}

// diagnosis tells a delivery in lines to paste into a request for help.
func diagnosis(d recordRow, version string) string {
	lines := []string{
		"ticketbell " + version,
		"delivery " + d.ID + " event " + d.EventID + " " + string(d.Kind),
		"channel " + string(d.Channel) + " status " + string(d.Status) + " reason " + d.Reason + " code " + d.Code,
		"created " + d.CreatedAt.UTC().Format(stampFormat) + " updated " + d.UpdatedAt.UTC().Format(stampFormat),
	}
	for _, t := range d.Attempts {
		lines = append(lines, strings.Join([]string{
			t.StartedAt.UTC().Format(stampFormat), t.Outcome, t.Code, t.Message, "request " + t.RequestID,
		}, " "))
	}
	return strings.Join(lines, "\n")
}

const stampFormat = "2006-01-02T15:04:05.000Z"

// actOnDelivery sends again or calls off, and shows the delivery as it is then.
func actOnDelivery(verb string) func(*visit) error {
	return func(v *visit) error {
		asked := v.ask(http.MethodPost, "/api/v1/deliveries/"+url.PathEscape(v.r.PathValue("id"))+":"+verb, nil, nil)
		no, refused := errors.AsType[*refusal](asked)
		if asked != nil && (!refused || no.Status != http.StatusConflict) {
			return asked
		}
		if !v.htmx() {
			return v.to("/deliveries/" + url.PathEscape(v.r.PathValue("id")))
		}
		d, err := v.delivery()
		if err != nil {
			return err
		}
		d.Refusal = no
		return v.part("drawer", d)
	}
}

// rerouteDelivery has it said on another channel, and shows the delivery there.
func rerouteDelivery(v *visit) error {
	var made struct {
		ID string `json:"id"`
	}
	err := v.ask(http.MethodPost, "/api/v1/deliveries/"+url.PathEscape(v.r.PathValue("id"))+":reroute", map[string]string{"channel": v.r.PostFormValue("channel")}, &made)
	no, refused := errors.AsType[*refusal](err)
	if err != nil && (!refused || no.Status != http.StatusConflict) {
		return err
	}
	if !refused {
		v.r.SetPathValue("id", made.ID)
	}
	if !v.htmx() {
		return v.to("/deliveries/" + url.PathEscape(v.r.PathValue("id")))
	}
	d, err := v.delivery()
	if err != nil {
		return err
	}
	d.Refusal = no
	return v.part("drawer", d)
}
