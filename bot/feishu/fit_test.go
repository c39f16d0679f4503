package feishu

import (
	"encoding/json"
	"math/rand/v2"
	"strings"
	"testing"
	"unicode/utf8"

	larkim "github.com/larksuite/oapi-sdk-go/v3/service/im/v1"

	"ticketbell/cards"
	simulator "ticketbell/sandbox/feishu"
)

// feishuLimit is what Feishu allows for a request (feishu.md 5.1).
const feishuLimit = 30 * 1024

// hostile returns up to n characters of the kinds that hurt: markup, quotes that
// escape twice, control characters, broken and wide ones.
func hostile(r *rand.Rand, n int) string {
	bits := []string{
		"<at id=all></at>", "[x](https://evil.example)", `"\"`, "&&&", "\x00\x01", "\xff\xfe", "订单", "🚨", "\u2028", "\n",
		"{{template}}", "**", "a", "</text>", `{"tag":"action"}`,
	}
	var s strings.Builder
	for range r.IntN(n + 1) {
		s.WriteString(bits[r.IntN(len(bits))])
	}
	return s.String()
}

func hostileText(r *rand.Rand, n int) cards.Text {
	if r.IntN(2) == 0 {
		return cards.Same(hostile(r, n))
	}
	return text2(hostile(r, n), hostile(r, n))
}

// hostileCard is a card in which everything people can type is wrong somehow.
func hostileCard(r *rand.Rand) cards.Card {
	scale := []int{0, 10, 300, 6000}[r.IntN(4)]
	c := reviewCard()
	c.Subject, c.Project, c.Number = "T"+hostile(r, scale), hostile(r, scale), "#"+hostile(r, scale)
	c.Description, c.Footer = hostile(r, scale), hostileText(r, scale)
	for range r.IntN(300) {
		c.Rows = append(c.Rows, cards.Row{Name: "field", Label: hostileText(r, scale/50), Value: hostileText(r, scale/10)})
	}
	if r.IntN(2) == 0 {
		c.Reason = &cards.Row{Name: "reason", Label: text2("原因", "Reason"), Value: hostileText(r, scale)}
	}
	for range r.IntN(40) {
		c.Trail = append(c.Trail, hostileText(r, scale/10))
	}
	return c
}

func TestHostileCardsFitAndKeepWhatMatters(t *testing.T) {
	r := rand.New(rand.NewPCG(1, 2))
	for i := range 60 {
		c := hostileCard(r)
		card := render(c, "")
		if size := requestSize(t, card); size > feishuLimit {
			t.Fatalf("card %d: got a request of %d bytes, want at most %d", i, size, feishuLimit)
		}
		doc := decode(t, []byte(card))
		if n := tagged(doc); n > 200 {
			t.Fatalf("card %d: got %d elements, want at most 200", i, n)
		}
		plainTextOnly(t, doc)
		if err := simulator.Lint(json.RawMessage(card)); err != nil {
			t.Fatalf("card %d: got a card Feishu would not take: %v", i, err)
		}
		mustContain(t, "card", card, `"待审核"`, `"生产"`, `"PROD"`, c.Link(), "待你审核：T")
	}
}

// requestSize is how long the SDK makes the request that carries card.
func requestSize(t *testing.T, card string) int {
	t.Helper()
	body, err := json.Marshal(larkim.NewCreateMessageReqBodyBuilder().
		ReceiveId("ou_" + strings.Repeat("7", 40)).MsgType("interactive").Content(card).Uuid(strings.Repeat("u", 50)).Build())
	if err != nil {
		t.Fatal(err)
	}
	return len(body)
}

// tagged counts the objects with a tag at every depth, as Feishu does.
func tagged(v any) int {
	n := 0
	walk(v, func(o map[string]any) {
		if _, ok := o["tag"]; ok {
			n++
		}
	})
	return n
}

func walk(v any, visit func(map[string]any)) {
	switch v := v.(type) {
	case map[string]any:
		visit(v)
		for _, child := range v {
			walk(child, visit)
		}
	case []any:
		for _, child := range v {
			walk(child, visit)
		}
	}
}

// plainTextOnly checks that nothing but the components we mean is there, none of
// which reads markup, and that every text is valid.
func plainTextOnly(t *testing.T, doc map[string]any) {
	t.Helper()
	known := map[any]bool{
		"plain_text": true, "text_tag": true, "div": true, "hr": true, "button": true,
		"column_set": true, "column": true, "form": true, "input": true,
	}
	walk(doc, func(o map[string]any) {
		if tag, ok := o["tag"]; ok && !known[tag] {
			t.Errorf("got component %v, want none but %v", tag, known)
		}
		if content, ok := o["content"].(string); ok && o["tag"] == "plain_text" && !utf8.ValidString(content) {
			t.Errorf("got broken text %q", content)
		}
	})
}

func TestWhatGivesWayFirst(t *testing.T) {
	long := strings.Repeat("长", 2000)
	full := func() cards.Card {
		c := rejectedCard()
		c.Rows = append(c.Rows, cards.Row{Name: "field", Label: cards.Same("备注"), Value: cards.Same("低峰期执行")})
		return c
	}
	for name, tc := range map[string]struct {
		grow       func(*cards.Card)
		kept, gone []string
	}{
		"the description is shortened before a field goes": {
			func(c *cards.Card) { c.Description = "头" + strings.Repeat(long, 5) },
			[]string{"头长", "备注", "缺少回滚方案", "已由 赵六", "创建人"},
			nil,
		},
		"fields go before the reason": {
			func(c *cards.Card) {
				for range 30 {
					c.Rows = append(c.Rows, cards.Row{Name: "field", Label: cards.Same("附加"), Value: cards.Same(long)})
				}
			},
			[]string{"备注", "缺少回滚方案", "已由 赵六", "创建人"},
			[]string{"慢查询"},
		},
		"the reason is shortened before the trail": {
			func(c *cards.Card) {
				heavy := strings.Repeat("\u2028", 1990) // seven bytes each in a request
				c.Reason.Value = text2("理"+heavy, "Why"+heavy)
			},
			[]string{"驳回原因：理", "已由 赵六", "创建人"},
			[]string{"慢查询", "备注"},
		},
		"the oldest mark goes before the newest, and before the rows": {
			func(c *cards.Card) {
				for range 20 {
					c.Trail = append(c.Trail, text2(strings.Repeat("\u2028", 250), strings.Repeat("\u2028", 249)))
				}
				c.Trail = append(c.Trail, cards.Same("最新"))
			},
			[]string{"最新", "创建人"},
			[]string{"慢查询", "备注", "缺少回滚方案", "已由 赵六"},
		},
	} {
		t.Run(name, func(t *testing.T) {
			c := full()
			tc.grow(&c)
			card := render(c, "")
			mustContain(t, "card", card, append(tc.kept, c.Subject, c.Link(), c.Chip.ZH)...)
			mustNotContain(t, "card", card, tc.gone...)
		})
	}
}

func TestALinkTooLongForAnyCardIsLeftOut(t *testing.T) {
	c := reviewCard()
	c.Buttons = []cards.Button{{Action: cards.View, URL: "https://sqle.example.com/" + strings.Repeat("x", feishuLimit)}}
	card := render(c, "")
	mustContain(t, "card", card, c.Subject)
	mustNotContain(t, "card", card, "xxx")
}

func TestRenderingLeavesTheCardAlone(t *testing.T) {
	c := rejectedCard()
	c.Reason.Value = cards.Same(strings.Repeat("长", 9000))
	c.Description = strings.Repeat("长", 9000)
	before := encode(c)
	render(c, "")
	if got := encode(c); got != before {
		t.Error("got a card changed by rendering it, want it as it was")
	}
}
