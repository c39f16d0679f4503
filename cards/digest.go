package cards

import "fmt"

// maxDigest is how many tickets a digest names before it says "and more".
const maxDigest = 10

// Digest says many cards to one reader at once: a line for each, the first ones by name.
func Digest(all []Card) Card {
	n := len(all)
	c := Card{
		Tone:    ToneReady,
		Chip:    Text{"合并通知", "Digest"},
		Verb:    Text{"工单变更", "Ticket changes"},
		Subject: fmt.Sprintf("%d", n),
		Number:  fmt.Sprintf("#%d", n),
		Footer: Text{
			"短时间内变更较多，为免被平台限频丢弃，合并为一条。",
			"Many changes came at once; they are said together, so that the platform's limit drops none.",
		},
	}
	for _, one := range all[:min(n, maxDigest)] {
		c.Rows = append(c.Rows, Row{Name: "field", Label: Same(one.Number), Value: one.Title()})
	}
	if n > maxDigest {
		c.Rows = append(c.Rows, Row{
			Name: "field", Label: Text{"其余", "More"},
			Value: Text{fmt.Sprintf("还有 %d 条，请到工单系统查看", n-maxDigest), fmt.Sprintf("%d more; see the ticket platform", n-maxDigest)},
		})
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
