package wecom

import (
	"strings"
	"testing"
	"unicode/utf8"

	"ticketbell/cards"
)

func TestLongCardStaysWithinTheAdvisedLengths(t *testing.T) {
	long := strings.Repeat("很长", 200)
	c := withLink("https://t/1")
	c.Subject, c.Project, c.Description = long, long, long
	c.Rows[4].Name = "field" // the audit's value has only one part here
	c.Rows = append(c.Rows, cards.Row{Name: "audit"})
	c.Chip, c.Footer = cards.Same(long), cards.Same(long)
	c.Reason = &cards.Row{Label: cards.Same("驳回原因"), Value: cards.Same(long)}
	for i := range c.Rows {
		c.Rows[i].Label, c.Rows[i].Value = cards.Same(long), cards.Same(long)
	}
	card := newTemplateCard(c, cards.Chinese, "")
	for what, row := range map[string]struct {
		got string
		max int
	}{
		"title": {card.MainTitle.Title, 36}, "desc": {card.MainTitle.Desc, 44}, "sub_title_text": {card.SubTitle, 160},
		"source": {card.Source.Desc, 20}, "emphasis": {card.Emphasis.Title, 14}, "emphasis desc": {card.Emphasis.Desc, 22},
		"english value": {newTemplateCard(c, cards.English, "").Rows[0].Value, 50},
		"keyname":       {card.Rows[0].KeyName, 5}, "value": {card.Rows[0].Value, 30},
	} {
		if n := utf8.RuneCountInString(row.got); n > row.max || !strings.HasSuffix(row.got, "…") {
			t.Errorf("%s: got %d characters (%q), want at most %d with an ellipsis", what, n, row.got, row.max)
		}
	}
	if len(card.Rows) != 6 {
		t.Errorf("got %d rows, want 6", len(card.Rows))
	}
}

func TestColourOfEachTone(t *testing.T) {
	for tone, want := range map[cards.Tone]int{
		cards.ToneReview: 0, cards.ToneReady: 1, cards.ToneRunning: 1, cards.ToneSucceeded: 3,
		cards.ToneFailed: 2, cards.ToneRejected: 2, cards.ToneClosed: 0,
	} {
		if got := colour(tone); got != want {
			t.Errorf("%s: got %d, want %d", tone, got, want)
		}
	}
}

func TestCardWithoutAnAuditHasNoEmphasis(t *testing.T) {
	c := withLink("https://t/1")
	c.Rows = c.Rows[:2]
	if got := newTemplateCard(c, cards.Chinese, ""); got.Emphasis != nil || len(got.Rows) != 2 {
		t.Errorf("got %+v, want no emphasis and two rows", got)
	}
}

func TestAuditThatStandsLargeIsNotSaidTwice(t *testing.T) {
	c := withLink("https://t/1")
	c.Rows = []cards.Row{{Name: "audit", Label: cards.Same("审核结果"), Value: cards.Same("92 分")}}
	if got := newTemplateCard(c, cards.Chinese, ""); got.Emphasis.Title != "92 分" || len(got.Rows) != 0 {
		t.Errorf("got %+v, want the score large and no row", got)
	}
}

func TestReasonComesFirstBelowTheTitle(t *testing.T) {
	c := withLink("https://t/1")
	c.Reason = &cards.Row{Label: cards.Text{ZH: "驳回原因"}, Value: cards.Same("索引\n过多")}
	got := newTemplateCard(c, cards.Chinese, "").SubTitle
	if want := "驳回原因：索引 过多\n为慢查询 #881 增加联合索引\n工单待审批，你是「DBA 审核」步骤的处理人。"; got != want {
		t.Errorf("got %q, want %q", got, want)
	}
}

func TestFooterAndReasonOutliveALongDescription(t *testing.T) {
	c := withLink("https://t/1")
	c.Reason = &cards.Row{Label: cards.Text{ZH: "驳回原因"}, Value: cards.Same("索引过多")}
	c.Description = strings.Repeat("说", 300)
	got := newTemplateCard(c, cards.Chinese, "").SubTitle
	if !strings.HasPrefix(got, "驳回原因：索引过多\n说说") || !strings.HasSuffix(got, "说…\n"+c.Footer.ZH) || utf8.RuneCountInString(got) != 160 {
		t.Errorf("got %q, want 160 characters that keep both", got)
	}
}

func TestProductionIsMarkedBesideTheState(t *testing.T) {
	c := withLink("https://t/1")
	c.Production = true
	if got := newTemplateCard(c, cards.Chinese, "").Source.Desc; got != "待审核 · 生产 · 变更台" {
		t.Errorf("got %q, want production marked", got)
	}
	if got := plainText(c, cards.English, ""); !strings.HasPrefix(got, "[Pending review · PROD] ") {
		t.Errorf("got %.40q, want production marked", got)
	}
}

func TestWhatStandsLargeOfTheAuditIsNotRepeated(t *testing.T) {
	card := newTemplateCard(sampleCard(), cards.Chinese, "")
	if card.Emphasis.Title != "92 分" || (card.Rows[4] != pair{"审核结果", "告警 · 12 条 SQL"}) {
		t.Errorf("got %+v and %+v, want the score large and the rest as a row", card.Emphasis, card.Rows[4])
	}
}
