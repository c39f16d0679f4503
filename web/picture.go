package web

import (
	"encoding/json"
	"html/template"
	"strings"

	"ticketbell/access"
	"ticketbell/notify"
)

// picturePolicy is for a message in its frame: our own scripts draw and measure it, and
// nothing is asked of any network. The frame has no origin, so 'self' would be nobody.
const picturePolicy = "default-src 'none'; script-src %; style-src %; img-src data: %; sandbox allow-scripts; frame-ancestors 'self'"

// letterPolicy is for a mail, which says how it looks in every tag.
const letterPolicy = "default-src 'none'; script-src %; style-src 'unsafe-inline'; img-src data:; sandbox allow-scripts; frame-ancestors 'self'"

// picture is what the document of a frame shows: a card, or text.
type picture struct {
	Language, Assets, Theme string
	Channel                 notify.Channel
	Card                    template.JS
	Texts                   texts
	Text                    string
}

// showSent is the message alone, in a document for a sandboxed frame.
func showSent(v *visit) error {
	format := v.r.URL.Query().Get("format")
	if format != "card" {
		text, err := v.plain(format)
		if err != nil {
			return err
		}
		return v.draw(picture{Text: text})
	}
	card, err := v.sent("card")
	if err != nil {
		return err
	}
	return v.drawCard(card)
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

// drawCard draws a card as the API tells it: {channel, payload}.
func (v *visit) drawCard(card string) error {
	var kind struct {
		Channel notify.Channel `json:"channel"`
		Payload struct {
			HTML string `json:"html"`
		} `json:"payload"`
	}
	if err := json.Unmarshal([]byte(card), &kind); err != nil {
		return err
	}
	if kind.Channel == notify.Mail {
		v.framed(letterPolicy, lit(kind.Payload.HTML, v.light())+`<script type="module" crossorigin src="`+v.site.assets.folder+`height.js"></script>`)
		return nil
	}
	return v.draw(picture{Channel: kind.Channel, Card: template.JS(card), Texts: loadTexts()}) //nolint:gosec // the API's own JSON, in a script that is data
}

// draw writes the document in which a script draws p.
func (v *visit) draw(p picture) error {
	p.Language, p.Assets, p.Theme = tag(v.lang), v.site.assets.folder, v.light()
	html, err := v.site.draw(v.lang, "deliveries", "sent", p)
	if err != nil {
		return err
	}
	v.framed(picturePolicy, html)
	return nil
}

// framed writes a document for a sandboxed frame, under a policy in which % stands for
// where our files are: such a frame has no origin of its own. The visitor may have come by
// another address than the one people are told of.
func (v *visit) framed(policy, html string) {
	h := v.w.Header()
	h.Set("Content-Type", "text/html; charset=utf-8")
	h.Set("Cache-Control", "no-store")
	h.Set("X-Frame-Options", "SAMEORIGIN")
	h.Set("Content-Security-Policy", strings.ReplaceAll(policy, "%", v.files()))
	_, _ = v.w.Write([]byte(html)) //nolint:gosec,nolintlint // html/template wrote it, or it is a mail of ours; gosec finds it only now and then
}

// files are the places where the visitor's browser may find our files.
func (v *visit) files() string {
	folder := v.site.assets.folder
	if here, asked := v.origin(), access.Asked(v.r); here != asked {
		return here + folder + " " + asked + folder
	}
	return v.origin() + folder
}

// light is the light in which a picture is asked for.
func (v *visit) light() string {
	if v.r.URL.Query().Get("theme") == "dark" {
		return "dark"
	}
	return "light"
}

// lit is a mail as a program shows it that is set to the theme, whatever the browser is
// set to.
func lit(html, theme string) string {
	media := "@media not all"
	if theme == "dark" {
		media = "@media all"
	}
	return strings.NewReplacer("@media (prefers-color-scheme: dark)", media, `content="light dark"`, `content="`+theme+`"`).Replace(html)
}
