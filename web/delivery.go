package web

import (
	"encoding/json"
	"errors"
	"html/template"
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

// sent is the message as the API shows it in a format.
func (v *visit) sent(format string) (string, error) {
	body, err := v.call(http.MethodGet, "/api/v1/deliveries/"+url.PathEscape(v.r.PathValue("id"))+"/preview?format="+format, "", nil)
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

// framePolicy is for a message in its frame: our own scripts draw it, and nothing is
// asked of any network. The frame has no origin, so 'self' would be nobody.
const framePolicy = "default-src 'none'; script-src %; style-src %; img-src data: %; sandbox allow-scripts; frame-ancestors 'self'"

// showSent is the message alone, in a document for a sandboxed frame.
func showSent(v *visit) error {
	format := v.r.URL.Query().Get("format")
	switch format {
	case "html":
		v.pass("/api/v1/deliveries/" + url.PathEscape(v.r.PathValue("id")) + "/preview?format=html")
		return nil
	case "card":
		return v.drawCard()
	}
	text, err := v.plain(format)
	if err != nil {
		return err
	}
	h := v.w.Header()
	h.Set("Content-Type", "text/plain; charset=utf-8")
	h.Set("Content-Security-Policy", "default-src 'none'; sandbox; frame-ancestors 'self'")
	_, _ = v.w.Write([]byte(text)) //nolint:gosec // plain text, in a frame that runs nothing
	return nil
}

// plain is the message as text: its words, its source, or its payload in lines.
func (v *visit) plain(format string) (string, error) {
	switch format {
	case "source":
		return v.sent("html")
	case "headers":
		card, err := v.sent("card")
		if err != nil {
			return "", err
		}
		var mail struct {
			Payload struct {
				Raw string `json:"raw"`
			} `json:"payload"`
		}
		if err := json.Unmarshal([]byte(card), &mail); err != nil {
			return "", err
		}
		head, _, _ := strings.Cut(mail.Payload.Raw, "\r\n\r\n")
		return head, nil
	case "json":
		raw, err := v.sent("json")
		if err != nil {
			return "", err
		}
		var tree any
		if json.Unmarshal([]byte(raw), &tree) != nil {
			return raw, nil //nolint:nilerr // what is no JSON is shown as it was sent
		}
		pretty, err := json.MarshalIndent(tree, "", "  ")
		return string(pretty), err
	default:
		return v.sent("text")
	}
}

// cardScene is what the frame's document sees.
type cardScene struct {
	Language, Assets, Theme string
	Channel                 notify.Channel
	Card                    template.JS
	Texts                   texts
	HTML                    bool
}

// drawCard writes the document in which a script draws the card.
func (v *visit) drawCard() error {
	card, err := v.sent("card")
	if err != nil {
		return err
	}
	var kind struct {
		Channel notify.Channel `json:"channel"`
	}
	if err := json.Unmarshal([]byte(card), &kind); err != nil {
		return err
	}
	if kind.Channel == notify.Mail {
		v.pass("/api/v1/deliveries/" + url.PathEscape(v.r.PathValue("id")) + "/preview?format=html")
		return nil
	}
	theme := "light"
	if v.r.URL.Query().Get("theme") == "dark" {
		theme = "dark"
	}
	html, err := v.site.draw(v.lang, "deliveries", "sent", cardScene{
		Language: tag(v.lang), Assets: v.site.assets.folder, Theme: theme, Channel: kind.Channel,
		Card: template.JS(card), Texts: loadTexts(), //nolint:gosec // the API's own JSON, in a script that is data
	})
	if err != nil {
		return err
	}
	h := v.w.Header()
	h.Set("Content-Type", "text/html; charset=utf-8")
	h.Set("Cache-Control", "no-store")
	h.Set("X-Frame-Options", "SAMEORIGIN")
	h.Set("Content-Security-Policy", strings.ReplaceAll(framePolicy, "%", v.origin()+v.site.assets.folder))
	_, _ = v.w.Write([]byte(html)) //nolint:gosec // html/template wrote it
	return nil
}
