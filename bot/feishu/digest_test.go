package feishu

import (
	"encoding/json"
	"fmt"
	"strings"
	"testing"

	"ticketbell/cards"
	simulator "ticketbell/sandbox/feishu"
)

// digestCard speaks of n tickets; their titles try to be more than text.
func digestCard(n int) cards.Card {
	all := make([]cards.Card, n)
	for i := range all {
		all[i] = reviewCard()
		all[i].Number = fmt.Sprintf("#%d", i+1)
		all[i].Subject = "<at id=all></at>[订单表](https://evil.example)"
	}
	if n > 1 {
		all[1].Buttons = nil // has no link
	}
	return cards.Digest(all)
}

func TestADigestNamesAsManyTicketsAsACardHolds(t *testing.T) {
	for _, tc := range []struct{ tickets, least, most int }{{3, 3, 3}, {60, 60, 60}, {1000, 60, 85}} {
		card := render(digestCard(tc.tickets), "")
		doc := decode(t, []byte(card))
		plainTextOnly(t, doc)
		if err := simulator.Lint(json.RawMessage(card)); err != nil {
			t.Fatalf("%d tickets: got a card Feishu would not take: %v", tc.tickets, err)
		}
		if size, tags := requestSize(t, card), tagged(doc); size > feishuLimit || tags > 200 {
			t.Errorf("%d tickets: got %d bytes and %d elements, want at most %d and 200", tc.tickets, size, tags, feishuLimit)
		}
		links := strings.Count(card, `"open_url"`)
		if named := links + 1; named < tc.least || named > tc.most {
			t.Errorf("%d tickets: got %d named, want %d to %d", tc.tickets, named, tc.least, tc.most)
		}
		if rest := tc.tickets - links - 1; rest > 0 {
			mustContain(t, "card", card, fmt.Sprintf("还有 %d 条", rest), fmt.Sprintf("%d more;", rest))
		}
	}
}

func TestALongLineOfADigestFitsItsButton(t *testing.T) {
	one := reviewCard()
	one.Subject = strings.Repeat("长", 300)
	card := render(cards.Digest([]cards.Card{one}), "")
	if err := simulator.Lint(json.RawMessage(card)); err != nil {
		t.Fatalf("got a card Feishu would not take: %v", err)
	}
	mustContain(t, "card", card, "#1024 待你审核：长", "长…")
}
