package wecom

import (
	"encoding/json"
	"strings"
	"testing"

	"ticketbell/cards"
)

func TestAStyleKeepsToItsBounds(t *testing.T) {
	c := sampleCard()
	c.Subject = strings.Repeat("很长的标题", 60)
	c.Description = strings.Repeat("很长的说明\n", 300)
	c.Reason = &cards.Row{Name: "reason", Label: cards.Same("原因"), Value: cards.Same(strings.Repeat("很长的原因", 300))}
	for _, lang := range cards.Languages() {
		card, ok := newTextCard(c, lang, "通知 12345678")
		if !ok || len(card.Title) > maxTextCardTitle || len(card.Description) > maxTextCard || !strings.Contains(card.Description, "通知 12345678") {
			t.Errorf("%s: got a title of %d and a description of %d bytes: %s", lang, len(card.Title), len(card.Description), card.Description)
		}
		if got := newMarkdown(c, lang, "通知 12345678").Content; len(got) > maxText || !strings.Contains(got, "("+c.Link()+")") || !strings.HasSuffix(got, "通知 12345678</font>") {
			t.Errorf("%s: got %d bytes of markdown, want at most %d with the link and the reference: %s", lang, len(got), maxText, got)
		}
	}
}

func TestWhatPeopleTypedIsNoMarkup(t *testing.T) {
	c := sampleCard()
	c.Subject = "[点我](https://evil.example) **x** `y`<div>"
	c.Description = "# heading\n> quote <br>"
	marks := newMarkdown(c, cards.Chinese, "").Content
	for _, bad := range []string{"](https://evil", "**x**", "`", "<div", "\n# ", "<br>"} {
		if strings.Contains(marks, bad) {
			t.Errorf("got %q in %s", bad, marks)
		}
	}
	card, _ := newTextCard(c, cards.Chinese, "")
	if raw, _ := json.Marshal(card); strings.Contains(card.Title, "<div") || strings.Contains(card.Description, "quote <") {
		t.Errorf("got tags that somebody typed: %s", raw)
	}
}

func TestALinkThatIsTooLongMakesItAText(t *testing.T) {
	c := sampleCard()
	for i := range c.Buttons {
		if c.Buttons[i].Action == cards.View {
			c.Buttons[i].URL = "https://sqle.example.com/" + strings.Repeat("x", 2100)
		}
	}
	for _, style := range []Style{StyleTextCard, StyleMarkdown} {
		if got := (Config{Style: style}).compose(messageTo(c, "lisi"), false); got.MsgType != "text" {
			t.Errorf("%s: got %s, want a text", style, got.MsgType)
		}
	}
}

// The name of the installation is on every message, however much else there is to say.
func TestEveryStyleSaysWhoSendsIt(t *testing.T) {
	c := sampleCard()
	c.Brand = cards.Brand("变更 <台>")
	c.Description, c.Footer = strings.Repeat("很长的说明\n", 300), cards.Same(strings.Repeat("很长的原因", 100))
	for _, style := range []Style{StyleCard, StyleTextCard, StyleMarkdown, StyleText} {
		said, err := Draw(Config{Style: style}, messageTo(c, "lisi"))
		if err != nil || !strings.Contains(said, "变更 ＜台＞") && !strings.Contains(said, `"desc":"待审核 · 变更 <台>"`) {
			t.Errorf("%s: got %s, %v, want the name in it", style, said, err)
		}
	}
}
