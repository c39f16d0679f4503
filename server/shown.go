package server

import (
	"bytes"
	"context"
	"encoding/base64"
	"encoding/json"
	"errors"
	"io"
	"mime"
	"mime/multipart"
	"mime/quotedprintable"
	"net/http"
	"net/mail"
	"strings"

	"github.com/danielgtaylor/huma/v2"

	"ticketbell/access"
	"ticketbell/cards"
	"ticketbell/notify"
)

// maxPart is how much of a mail's part is read.
const maxPart = 1 << 20

// shownPolicy goes with everything that somebody else wrote: nothing in it runs, and
// nothing is loaded from anywhere.
const shownPolicy = "default-src 'none'; style-src 'unsafe-inline'; img-src data:; frame-ancestors 'self'; sandbox"

type shownInput struct {
	ID       string         `path:"id" doc:"Id of the delivery."`
	Format   string         `query:"format" enum:"card,html,text,json" default:"card" doc:"card: what was sent, taken apart; html, text: as a person may read it; json: exactly what went over the wire."`
	Language cards.Language `query:"language" enum:"zh,en" doc:"Draws the message anew as it reads in that language today; absent: what was sent."`
}

// shownCard is a message taken apart, for whoever draws it.
type shownCard struct {
	Channel notify.Channel `json:"channel" enum:"feishu,wecom,mail"`
	// Payload is the provider's own format; a mail's is html, text, headers and raw.
	Payload any `json:"payload" doc:"A card as the provider takes it; a mail as headers, html, text and raw."`
}

func (a *api) registerShown() {
	register(a, route{
		method: http.MethodGet, path: "/api/v1/deliveries/{id}/preview", id: "preview-delivery", scope: access.DeliveriesRead, tag: tagDeliveries,
		title: "What was sent", text: "The message as it went over the wire last. 404 with code not_found also while nothing went yet. HTML comes with a policy under which nothing runs and nothing is loaded.",
		fails: []int{400, 404},
	}, a.showDelivery)
}

func (a *api) showDelivery(ctx context.Context, in *shownInput) (*huma.StreamResponse, error) {
	d, _, err := a.Deliveries.Delivery(ctx, in.ID)
	if err != nil {
		return nil, err
	}
	if d.Payload == "" {
		return nil, notify.ErrNotFound
	}
	if in.Language != "" {
		if d.Payload, err = a.Channels.Draw(ctx, d.Channel, notify.Drawing{DeliveryID: d.ID, Language: in.Language}); err != nil {
			return nil, err
		}
	}
	media, body, err := shown(d, in.Format)
	if err != nil {
		return nil, err
	}
	return &huma.StreamResponse{Body: func(w huma.Context) {
		w.SetHeader("Content-Type", media)
		w.SetHeader("Content-Security-Policy", shownPolicy)
		w.SetHeader("X-Frame-Options", "SAMEORIGIN")
		w.SetStatus(http.StatusOK)
		_, _ = w.BodyWriter().Write(body) // the caller may be gone
	}}, nil
}

// shown is what was sent, in a format.
func shown(d notify.Delivery, format string) (media string, body []byte, err error) {
	switch format {
	case "card":
		body, err = json.Marshal(shownCard{d.Channel, takenApart(d)})
		return "application/json", body, err
	case "json":
		if json.Valid([]byte(d.Payload)) {
			return "application/json", []byte(d.Payload), nil
		}
		return "message/rfc822", []byte(d.Payload), nil
	case "html":
		if l := readLetter(d.Payload); d.Channel == notify.Mail && l.HTML != "" {
			return "text/html; charset=utf-8", []byte(l.HTML), nil
		}
		return "", nil, notify.ErrNotFound
	default:
		if d.Channel == notify.Mail {
			return "text/plain; charset=utf-8", []byte(readLetter(d.Payload).Text), nil
		}
		return "text/plain; charset=utf-8", []byte(strings.Join(wordsOf(d.Payload), "\n")), nil
	}
}

func takenApart(d notify.Delivery) any {
	if d.Channel == notify.Mail {
		return readLetter(d.Payload)
	}
	if json.Valid([]byte(d.Payload)) {
		return json.RawMessage(d.Payload)
	}
	return map[string]string{"text": d.Payload}
}

// letter is a mail taken apart.
type letter struct {
	Headers map[string]string `json:"headers"`
	HTML    string            `json:"html"`
	Text    string            `json:"text"`
	Raw     string            `json:"raw"`
}

// readLetter takes a mail apart as far as it can be read.
func readLetter(source string) letter {
	l := letter{Headers: map[string]string{}, Raw: source}
	m, err := mail.ReadMessage(strings.NewReader(source))
	if err != nil {
		l.Text = source
		return l
	}
	words := &mime.WordDecoder{}
	for name, values := range m.Header {
		value := strings.Join(values, ", ")
		if plain, err := words.DecodeHeader(value); err == nil {
			value = plain
		}
		l.Headers[name] = value
	}
	l.read(m.Header.Get("Content-Type"), m.Header.Get("Content-Transfer-Encoding"), m.Body)
	return l
}

// read takes the text and the HTML out of a part and the parts within it.
func (l *letter) read(contentType, encoding string, body io.Reader) {
	media, params, err := mime.ParseMediaType(contentType)
	if err != nil {
		media = "text/plain"
	}
	if strings.HasPrefix(media, "multipart/") {
		parts := multipart.NewReader(body, params["boundary"])
		for {
			p, err := parts.NextRawPart()
			if err != nil {
				return // the end, or what cannot be read
			}
			l.read(p.Header.Get("Content-Type"), p.Header.Get("Content-Transfer-Encoding"), p)
		}
	}
	content, err := io.ReadAll(io.LimitReader(decoded(encoding, body), maxPart))
	if err != nil && !errors.Is(err, io.ErrUnexpectedEOF) {
		return
	}
	switch {
	case media == "text/html" && l.HTML == "":
		l.HTML = string(content)
	case media == "text/plain" && l.Text == "":
		l.Text = string(content)
	}
}

func decoded(encoding string, body io.Reader) io.Reader {
	switch strings.ToLower(encoding) {
	case "quoted-printable":
		return quotedprintable.NewReader(body)
	case "base64":
		return base64.NewDecoder(base64.StdEncoding, body)
	default:
		return body
	}
}

// wordsOf are the texts of a message in the order in which it shows them.
func wordsOf(payload string) []string {
	if lines, ok := wordsOfText(payload); ok {
		return lines
	}
	var lines []string
	dec := json.NewDecoder(bytes.NewReader([]byte(payload)))
	var key string
	var depth []bool // true: an object, whose next string is a key
	expectKey := false
	for {
		tok, err := dec.Token()
		if err != nil {
			return lines
		}
		switch v := tok.(type) {
		case json.Delim:
			switch v {
			case '{', '[':
				depth = append(depth, v == '{')
			default:
				depth = depth[:len(depth)-1]
			}
			expectKey = len(depth) > 0 && depth[len(depth)-1]
		case string:
			if expectKey {
				key, expectKey = v, false
				continue
			}
			if says(key) && v != "" {
				lines = append(lines, v)
			}
			expectKey = len(depth) > 0 && depth[len(depth)-1]
		default:
			expectKey = len(depth) > 0 && depth[len(depth)-1]
		}
	}
}

// wordsOfText are the lines of a text on Feishu, or of a post in its first language; false:
// it is neither.
func wordsOfText(payload string) (lines []string, ok bool) {
	var said struct {
		Text    string `json:"text"`
		Chinese *struct {
			Title   string `json:"title"`
			Content [][]struct {
				Text string `json:"text"`
			} `json:"content"`
		} `json:"zh_cn"`
	}
	err := json.Unmarshal([]byte(payload), &said) // a text of WeCom's is an object
	switch {
	case err == nil && said.Text != "":
		return []string{said.Text}, true
	case err != nil || said.Chinese == nil:
		return nil, false
	}
	lines = append(lines, said.Chinese.Title)
	for _, paragraph := range said.Chinese.Content {
		var line strings.Builder
		for _, span := range paragraph {
			line.WriteString(span.Text)
		}
		lines = append(lines, line.String())
	}
	return lines, true
}

// says reports whether a field of a card is read by people: the first language of
// Feishu's texts, and the texts of WeCom's cards.
func says(field string) bool {
	switch field {
	case "content", "title", "desc", "keyname", "value", "quote_text", "sub_title_text", "description":
		return true
	default:
		return false
	}
}
