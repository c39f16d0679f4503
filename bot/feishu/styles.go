package feishu

import (
	"slices"
	"strconv"
	"strings"

	larkim "github.com/larksuite/oapi-sdk-go/v3/service/im/v1"

	"ticketbell/cards"
	"ticketbell/notify"
)

// sentAs is what a message was sent as, whatever the style is by now: each is changed by a
// call of its own. A message without one is a card from before they were kept.
type sentAs string

const (
	asCard     sentAs = "card"
	asLiveCard sentAs = "card_live" // a card with buttons that do something to the ticket
	asPost     sentAs = "post"
	asText     sentAs = "text"
)

// editable reports whether the message is changed by an edit; a card is not (feishu.md 6.1).
func (as sentAs) editable() bool { return as == asPost || as == asText }

// manner is what is kept of a message that is out: what it was sent as, and how often it was
// edited since.
type manner struct {
	as    sentAs
	edits int
}

// String writes m as it is kept: post, and post/3 after three edits.
func (m manner) String() string {
	if m.edits == 0 {
		return string(m.as)
	}
	return string(m.as) + "/" + strconv.Itoa(m.edits)
}

func readManner(kept string) manner {
	as, edits, _ := strings.Cut(kept, "/")
	n, _ := strconv.Atoi(edits) // nothing stands there before the first edit
	return manner{sentAs(as), n}
}

// letter is what goes over the wire of a message.
type letter struct {
	as      sentAs
	content string
}

// kind is the letter's msg_type.
func (l letter) kind() string {
	switch l.as {
	case asPost:
		return larkim.MsgTypePost
	case asText:
		return larkim.MsgTypeText
	default:
		return larkim.MsgTypeInteractive
	}
}

// took is what a message was sent as that Feishu calls by that kind: a repeat gets the answer
// of the first send, whose style may have been another.
func (l letter) took(kind string) sentAs {
	switch {
	case kind == "" || kind == l.kind():
		return l.as
	case kind == larkim.MsgTypePost:
		return asPost
	case kind == larkim.MsgTypeText:
		return asText
	default:
		return asLiveCard
	}
}

// compose lays m out in a style.
func compose(s Style, m notify.Message) letter {
	switch s {
	case StylePost:
		return letter{asPost, fitted(m.Card, post)}
	case StyleText:
		return letter{asText, fitted(m.Card, func(c cards.Card) string { return plainText(c, m.Language) })}
	default:
		return letter{cardAs(m.Card), render(m.Card, m.Notice)}
	}
}

// cardAs is what a card is sent as.
func cardAs(c cards.Card) sentAs {
	if c.Asks() {
		return asLiveCard
	}
	return asCard
}

// styleOf is the style in which a message that was sent so goes on.
func styleOf(as sentAs) Style {
	switch as {
	case asPost:
		return StylePost
	case asText:
		return StyleText
	default:
		return StyleCard
	}
}

// richText is a post in both languages; the reader's client picks the one.
type richText struct {
	Chinese page `json:"zh_cn"`
	English page `json:"en_us"`
}

type page struct {
	Title   string   `json:"title"`
	Content [][]span `json:"content"` // paragraphs
}

// span is a piece of a paragraph: text, or a link (larkim.MessagePostText, MessagePostA).
type span struct {
	Tag  string `json:"tag"`
	Text string `json:"text"`
	Href string `json:"href,omitempty"`
}

func post(c cards.Card) string {
	return encode(richText{pageOf(c, cards.Chinese), pageOf(c, cards.English)})
}

func pageOf(c cards.Card, lang cards.Language) page {
	p := page{Title: heading(c, lang), Content: [][]span{}}
	for _, s := range sentences(c, lang) {
		if s.url != "" {
			p.Content = append(p.Content, []span{{Tag: "a", Text: s.text, Href: s.url}})
		} else {
			p.Content = append(p.Content, []span{{Tag: "text", Text: s.text}})
		}
	}
	return p
}

// plainText is a text in one language. An address in it leads somewhere by itself.
func plainText(c cards.Card, lang cards.Language) string {
	said := []string{heading(c, lang)}
	for _, s := range sentences(c, lang) {
		if s.url != "" {
			s.text += " " + bareAddress.Replace(s.url)
		}
		said = append(said, s.text)
	}
	return encode(map[string]string{"text": strings.Join(said, "\n")})
}

// bareAddress keeps an address one, and nothing else, in the middle of a text.
var bareAddress = strings.NewReplacer(`"`, "%22", "<", "%3C", ">", "%3E", " ", "%20", "](", "%5D(", "\n", "", "\r", "")

// heading is the first line: the state, and what happened or is to be done.
func heading(c cards.Card, lang cards.Language) string {
	chip := c.Chip.In(lang)
	if c.Production {
		chip += " · " + production().In(lang)
	}
	return harmless("[" + chip + "] " + c.Title().In(lang))
}

// sentence is a line of a message that is no card; with an address it leads there.
type sentence struct{ text, url string }

// sentences says c line by line, in the order of a card, without what can be pressed.
func sentences(c cards.Card, lang cards.Language) []sentence {
	said := []sentence{{text: c.Subtitle()}}
	for _, m := range c.Mentions {
		said = append(said, sentence{m.Text.In(lang), m.URL})
	}
	said = append(said, sentence{text: c.Rest().In(lang)})
	for _, r := range c.Rows {
		said = append(said, sentence{text: line(r).In(lang)})
	}
	if c.Reason != nil {
		said = append(said, sentence{text: line(*c.Reason).In(lang)})
	}
	for _, t := range c.Trail {
		said = append(said, sentence{text: t.In(lang)})
	}
	said = append(said, sentence{text: c.Description})
	for _, b := range c.Buttons {
		if b.Action == cards.View && b.URL != "" {
			said = append(said, sentence{b.Text.In(lang), b.URL})
		}
	}
	said = append(said, sentence{text: c.Closing().In(lang)})
	said = slices.DeleteFunc(said, func(s sentence) bool { return s.text == "" })
	for i := range said {
		said[i].text = harmless(said[i].text)
	}
	return said
}

// harmless keeps what people typed from becoming a mention, or a link to somewhere else: a
// text, also one in a post, reads <at user_id="all"></at> (larkim.MessageText), and whether
// a client reads [words](address) is written down nowhere.
func harmless(s string) string { return typed.Replace(s) }

var typed = strings.NewReplacer("<", "＜", ">", "＞", "](", "］(")
