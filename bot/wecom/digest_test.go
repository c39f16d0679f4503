package wecom

import (
	"flag"
	"fmt"
	"path/filepath"
	"strings"
	"testing"

	"ticketbell/cards"
)

// digestCard speaks of n tickets; one of them has no link.
func digestCard(n int) cards.Card {
	all := make([]cards.Card, n)
	for i := range all {
		all[i] = withLink(fmt.Sprintf("https://sqle.example.com/sqle/project/1/exec-workflow/%d", i+1))
		all[i].Number = fmt.Sprintf("#%d", i+1)
	}
	if n > 1 {
		all[1].Buttons = nil
	}
	return cards.Digest(all)
}

func TestPayloadsOfDigests(t *testing.T) {
	update := flag.Lookup("update").Value.String() == "true"
	for _, lang := range cards.Languages() {
		s := newStand(t)
		m := messageTo(digestCard(40), "lisi")
		m.Language = lang
		got := s.Send(t.Context(), m)[0]
		if got.Err != nil {
			t.Fatal(got.Err)
		}
		compare(t, filepath.Join("testdata", "digest."+string(lang)+".json"), got.Payload, update)
	}
}

func TestADigestNamesAsManyTicketsAsATextHolds(t *testing.T) {
	for _, n := range []int{1, 3, 12, 1000} {
		got := plainText(digestCard(n), cards.Chinese, "通知 c3d4e5f6")
		if len(got) > maxText {
			t.Errorf("%d tickets: got %d bytes, want at most %d", n, len(got), maxText)
		}
		named := strings.Count(got, "待你审核：订单表加索引")
		if open, closed := strings.Count(got, "<a href="), strings.Count(got, "</a>"); open != closed || open != named-min(1, n-1) {
			t.Errorf("%d tickets: got %d links begun and %d ended for %d lines, want one for each but one", n, open, closed, named)
		}
		if n == named {
			continue
		}
		if left := maxText - len(got); n < 10 || named < 12 || left > 200 || !strings.Contains(got, fmt.Sprintf("还有 %d 条", n-named)) {
			t.Errorf("%d tickets: got %d named and %d bytes left, want as many as fit, and the rest counted:\n%s", n, named, left, got)
		}
	}
}

func TestALongOrHostileTitleLeavesRoomForOthersInADigest(t *testing.T) {
	long, evil := withLink("https://t/1"), withLink("https://t/2")
	long.Subject = strings.Repeat("工", 900)
	evil.Subject = `</a><a href="https://evil.example">查看`
	endless := withLink("https://t/" + strings.Repeat("x", 1500))
	got := plainText(cards.Digest([]cards.Card{long, evil, endless, withLink("https://t/4")}), cards.Chinese, "")
	for _, want := range []string{`<a href="https://t/1">#1024 待你审核：工工`, `<a href="https://t/2">#1024 待你审核：＜/a＞`, `<a href="https://t/4">`} {
		if !strings.Contains(got, want) {
			t.Errorf("got %q, want %q in it", got, want)
		}
	}
	if n := strings.Count(got, "<a "); n != 3 {
		t.Errorf("got %d links, want 3: a link that takes the place of ten others is left out", n)
	}
}
