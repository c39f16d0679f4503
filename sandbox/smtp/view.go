package smtp

import (
	"encoding/json"
	"regexp"
	"slices"
	"strings"

	"golang.org/x/net/html"
	"golang.org/x/net/html/atom"

	"ticketbell/sandbox"
)

var webAddress = regexp.MustCompile(`https?://[^\s<>"]+`)

// anchor is a link of the HTML part and the words it stands under.
type anchor struct{ href, text string }

// readable is what a person reads: the subject, then the plain text, or the words
// of the HTML part when there is none.
func (m *parsed) readable() string {
	if m.text != "" {
		return m.subject + "\n" + m.text
	}
	_, words := m.scan()
	return m.subject + "\n" + words
}

// links lists the links of both parts, each once.
func (m *parsed) links() []string {
	found := []string{}
	for _, link := range webAddress.FindAllString(m.text, -1) {
		found = append(found, strings.TrimRight(link, ".,;:!?)，。；）"))
	}
	anchors, _ := m.scan()
	for _, a := range anchors {
		found = append(found, a.href)
	}
	seen := map[string]bool{}
	return slices.DeleteFunc(found, func(link string) bool {
		again := seen[link]
		seen[link] = true
		return again
	})
}

// buttons returns the first link that stands under words of its own: what a mail
// program shows as a button. A mail can be pressed nowhere else.
func (m *parsed) buttons() []sandbox.Button {
	anchors, _ := m.scan()
	i := slices.IndexFunc(anchors, func(a anchor) bool { return a.text != "" && a.text != a.href })
	if i < 0 {
		return []sandbox.Button{}
	}
	return []sandbox.Button{{Text: anchors[i].text, Action: "view"}}
}

// payload is the mail as api.md 6 shows it, or without its HTML.
func (m *parsed) payload(from string, textOnly bool) json.RawMessage {
	fields := map[string]any{"from": from, "headers": m.headers, "text": m.text, "raw": string(m.raw)}
	if !textOnly {
		fields["html"] = m.html
	}
	data, err := json.Marshal(fields)
	if err != nil { // strings always encode
		panic("ticketbell: encode a mail: " + err.Error())
	}
	return data
}

// scan returns the links and the words of the HTML part, which is read once.
func (m *parsed) scan() ([]anchor, string) {
	if !m.scanned {
		m.anchors, m.words = scan(m.html)
		m.scanned = true
	}
	return m.anchors, m.words
}

// scan returns the links and the words of an HTML text.
func scan(source string) ([]anchor, string) {
	root, err := html.Parse(strings.NewReader(source))
	if err != nil { // a strings.Reader never fails
		return nil, ""
	}
	var anchors []anchor
	for n := range root.Descendants() {
		if n.DataAtom == atom.A && href(n) != "" {
			anchors = append(anchors, anchor{href: href(n), text: words(n)})
		}
	}
	return anchors, words(root)
}

func href(n *html.Node) string {
	for _, a := range n.Attr {
		if a.Key == "href" {
			return a.Val
		}
	}
	return ""
}

// words joins the text below n, without what nobody sees.
func words(n *html.Node) string {
	var said []string
	for d := range n.Descendants() {
		hidden := d.Parent.DataAtom == atom.Style || d.Parent.DataAtom == atom.Script || d.Parent.DataAtom == atom.Title
		if text := strings.TrimSpace(d.Data); d.Type == html.TextNode && text != "" && !hidden {
			said = append(said, text)
		}
	}
	return strings.Join(said, "\n")
}
