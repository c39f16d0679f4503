package wecom

import (
	"cmp"
	"regexp"
	"slices"
	"strings"
	"unicode/utf8"

	"ticketbell/sandbox"
)

// maxText is the longest text in bytes. The contract says that longer ones are
// truncated and lists 45002 as well (wecom.md 4.2); the simulator refuses.
const maxText = 2048

var anchor = regexp.MustCompile(`(?is)<a\s+href\s*=\s*["']?([^"'>\s]*)["']?[^>]*>(.*?)</a>`)

// content is the body of a text or markdown message.
type content struct {
	Content string `json:"content"`
}

// textCard is the body of a textcard message (wecom.md 4.2).
type textCard struct {
	Title       string `json:"title"`
	Description string `json:"description"`
	URL         string `json:"url"`
	BtnTxt      string `json:"btntxt"`
}

func (c *content) fault() *reply {
	return firstBroken([]rule{
		{c == nil || c.Content == "", codeEmptyText, "text content is empty"},
		{c != nil && len(c.Content) > maxText, codeTooLong, "message content is over 2048 bytes"},
	})
}

func (c *textCard) fault() *reply {
	if c == nil {
		return refuse(codeBadJSON, "textcard missing")
	}
	return firstBroken([]rule{
		{c.Title == "" || c.Description == "", codeEmptyText, "title or description is empty"},
		{c.URL == "" || len(c.URL) > 2048 || !strings.Contains(c.URL, "://"), codeBadParameter, "url is required, with scheme, at most 2048 bytes"},
		{len(c.Title) > 128 || len(c.Description) > 512, codeTooLong, "title or description too long"},
		{utf8.RuneCountInString(c.BtnTxt) > 4, codeTooLong, "btntxt is at most 4 characters"},
	})
}

// show lays the message out as a device would.
func (req *sendRequest) show() sandbox.Message {
	m := sandbox.Message{Kind: req.MsgType}
	switch req.MsgType {
	case "text":
		req.Text.show(&m)
	case "markdown":
		req.Markdown.showMarks(&m)
	case "textcard":
		m.Text = req.TextCard.Title + "\n" + cardTags.ReplaceAllString(strings.ReplaceAll(req.TextCard.Description, "<br>", "\n"), "")
		m.Links = []string{req.TextCard.URL}
		m.Buttons = []sandbox.Button{{Text: cmp.Or(req.TextCard.BtnTxt, "详情"), Action: "view"}}
	case "template_card":
		req.TemplateCard.show(&m)
	}
	if m.Title == "" {
		m.Title, _, _ = strings.Cut(m.Text, "\n")
	}
	return m
}

// showMarks reads markdown as a client does: links become links, the other marks go.
func (c *content) showMarks(m *sandbox.Message) {
	for _, found := range markedLink.FindAllStringSubmatch(c.Content, -1) {
		m.Links = append(m.Links, found[2])
		m.Buttons = append(m.Buttons, sandbox.Button{Text: found[1], Action: "view"})
	}
	m.Text = otherMarks.ReplaceAllString(markedLink.ReplaceAllString(c.Content, "$1"), "")
}

var (
	markedLink = regexp.MustCompile(`\[([^\]]*)\]\(([^)]*)\)`)
	cardTags   = regexp.MustCompile(`</?div[^>]*>`)
	otherMarks = regexp.MustCompile(`\*\*|</?font[^>]*>|(?m:^> )`)
)

// show reads a text as a client does: anchors become links, everything else is text.
func (c *content) show(m *sandbox.Message) {
	for _, found := range anchor.FindAllStringSubmatch(c.Content, -1) {
		if !slices.Contains(m.Links, found[1]) {
			m.Links = append(m.Links, found[1])
		}
		m.Buttons = append(m.Buttons, sandbox.Button{Text: found[2], Action: "view"})
	}
	m.Text = anchor.ReplaceAllString(c.Content, "$2")
}
