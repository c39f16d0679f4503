package cards

import "strconv"

// Mention is one of the tickets a card speaks of, in a line.
type Mention struct {
	// Text is the ticket's number and what happened: #1024 待你审核：订单表加索引.
	Text Text `json:"text"`
	// URL is the link of the ticket's own card, "" when it has none.
	URL string `json:"url,omitempty"`
}

// Digest says many cards to one reader at once: a line for each. A channel that has no
// room for all of them names the first ones, see [Card.Naming].
func Digest(all []Card) Card {
	c := Card{
		Tone:     ToneReady,
		Chip:     Text{"合并通知", "Digest"},
		Verb:     Text{"工单变更", "Ticket changes"},
		Subject:  strconv.Itoa(len(all)),
		Mentions: make([]Mention, 0, len(all)),
		Footer: Text{
			"短时间内变更较多，为免被平台限频丢弃，合并为一条。",
			"Many changes came at once; they are said together, so that the platform's limit drops none.",
		},
	}
	for _, one := range all {
		c.Brand = one.Brand // it is the same on all of them
		c.Mentions = append(c.Mentions, mention(one))
	}
	return c
}

// AfterQuiet is [Digest] for what waited until the reader's quiet hours were over.
func AfterQuiet(all []Card) Card {
	c := Digest(all)
	c.Footer = Text{
		"这些是你免打扰期间的通知，合并为一条。",
		"These notices waited for your quiet hours to end.",
	}
	return c
}

func mention(c Card) Mention {
	title := c.Title()
	return Mention{Text: Text{c.Number + " " + title.ZH, c.Number + " " + title.EN}, URL: c.Link()}
}

// Naming returns c with its first n mentions; the others are counted as unnamed.
func (c Card) Naming(n int) Card {
	n = max(0, min(n, len(c.Mentions)))
	c.Unnamed += len(c.Mentions) - n
	c.Mentions = c.Mentions[:n:n]
	return c
}

// Rest counts the tickets c speaks of and does not name; it is zero when there are none.
func (c Card) Rest() Text {
	if c.Unnamed == 0 {
		return Text{}
	}
	n := strconv.Itoa(c.Unnamed)
	return Text{"还有 " + n + " 条，请到工单系统查看", n + " more; see the ticket platform"}
}
