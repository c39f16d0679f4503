package feishu

import (
	"bytes"
	"encoding/json"
	"flag"
	"fmt"
	"os"
	"path/filepath"
	"slices"
	"testing"

	"ticketbell/cards"
	simulator "ticketbell/sandbox/feishu"
)

var update = flag.Bool("update", false, "write the golden files anew")

func text2(zh, en string) cards.Text { return cards.Text{ZH: zh, EN: en} }

func view() []cards.Button {
	return []cards.Button{{Action: cards.View, Text: text2("查看工单", "View ticket"), URL: "https://sqle.example.com/t/1024?a=1&b=2"}}
}

// reviewCard asks a reviewer to act; it has everything such a card can have.
func reviewCard() cards.Card {
	return cards.Card{
		Tone: cards.ToneReview, Chip: text2("待审核", "In review"), Verb: text2("待你审核", "Your review is needed"),
		Subject: "订单表加索引", Number: "#1024", Project: "支付中心", Production: true,
		Rows: []cards.Row{
			{Name: "step", Label: text2("当前步骤", "Step"), Value: cards.Same("2/3 DBA 审核")},
			{Name: "assignees", Label: text2("处理人", "Assignees"), Value: text2("李四、王五", "李四, 王五")},
			{Name: "creator", Label: text2("创建人", "Created by"), Value: cards.Same("张三")},
			{Name: "targets", Label: text2("数据源", "Target"), Value: cards.Same("mysql-prod / orders")},
			{Name: "audit", Label: text2("审核结果", "Audit"), Value: text2("92 分 · 最高告警", "score 92 · worst: warning")},
			{Name: "time", Label: text2("提交于", "Submitted"), Value: cards.Same("10-01 10:00 (+08)")},
			{Name: "field", Label: cards.Same("变更窗口"), Value: cards.Same("周四 02:00，持续约两小时，期间只读；请值班同事留意告警")},
		},
		Description: "为慢查询 #881 增加联合索引\n预计锁表 3 秒",
		Trail:       []cards.Text{text2("已由 赵六 于 09:40 通过", "Approved by 赵六 at 09:40")},
		Buttons: append([]cards.Button{
			{Action: cards.Approve, Text: text2("通过", "Approve")},
			{Action: cards.Reject, Text: text2("驳回", "Reject")},
		}, view()...),
		Footer: text2("你是「DBA 审核」步骤的处理人", "You are an assignee of the step “DBA 审核”"),
		Brand:  cards.Brand("变更台"),
	}
}

func rejectedCard() cards.Card {
	c := reviewCard()
	c.Tone, c.Chip, c.Verb = cards.ToneRejected, text2("已驳回", "Rejected"), text2("已被驳回", "Rejected")
	c.Production, c.Buttons, c.Rows = false, view(), c.Rows[2:4]
	c.Reason = &cards.Row{Name: "reason", Label: text2("驳回原因", "Reason"), Value: cards.Same("缺少回滚方案 <at id=all></at>")}
	c.Trail = append(c.Trail, text2("已由 李四 于 10:12 驳回", "Rejected by 李四 at 10:12"))
	return c
}

// bareCard has only what every card has, and no link.
func bareCard() cards.Card {
	return cards.Card{
		Tone: cards.ToneClosed, Chip: text2("已关闭", "Closed"), Verb: text2("已关闭", "Closed"),
		Subject: "试一试", Number: "#7", Footer: text2("你创建了这张工单", "You created this ticket"), Brand: cards.Brand(""),
	}
}

func succeededCard() cards.Card {
	c := rejectedCard()
	c.Tone, c.Chip, c.Verb, c.Reason = cards.ToneSucceeded, text2("上线成功", "Succeeded"), text2("上线成功", "Executed"), nil
	return c
}

// waitingCard tells the creator that the ticket waits; they may have it hurried.
func waitingCard() cards.Card {
	c := reviewCard()
	c.Verb, c.Production = text2("待审核", "Pending review"), false
	c.Buttons = append([]cards.Button{{Action: cards.Remind, Text: cards.ActionWord(cards.Remind)}}, view()...)
	c.Footer = text2("你创建了这张工单", "You created this ticket")
	return c
}

func muting(a cards.Action) cards.Button { return cards.Button{Action: a, Text: cards.ActionWord(a)} }

// mutedCard is what a reviewer has who muted the ticket: it still asks them to act.
func mutedCard() cards.Card {
	c := reviewCard()
	c.Muted, c.Buttons = true, append(c.Buttons, muting(cards.Unmute))
	return c
}

func TestGoldenCards(t *testing.T) {
	for name, card := range map[string]cards.Card{
		"review": reviewCard(), "rejected": rejectedCard(), "succeeded": succeededCard(), "bare": bareCard(),
		"waiting": waitingCard(), "muted": mutedCard(), "digest": digestCard(3),
	} {
		t.Run(name, func(t *testing.T) {
			var got bytes.Buffer
			if err := json.Indent(&got, []byte(render(card, "")+"\n"), "", "  "); err != nil {
				t.Fatal(err)
			}
			golden(t, filepath.Join("testdata", name+".json"), got.Bytes())
			for lang, client := range map[string]string{"zh": "", "en": "en_us"} {
				golden(t, filepath.Join("testdata", name+"."+lang+".txt"), asRead(t, render(card, ""), client))
			}
		})
	}
}

// asRead is what a person reads in the card, and below the line what they can press.
func asRead(t *testing.T, card, client string) []byte {
	t.Helper()
	view, err := simulator.Readable(json.RawMessage(card), client)
	if err != nil {
		t.Fatal(err)
	}
	var text bytes.Buffer
	fmt.Fprintf(&text, "%s\n---\n", view.Text())
	for _, b := range view.Buttons {
		fmt.Fprintf(&text, "[ %s ] %s\n", b.Text, b.Action)
	}
	return text.Bytes()
}

func golden(t *testing.T, file string, got []byte) {
	t.Helper()
	if *update {
		if err := os.WriteFile(file, got, 0o644); err != nil {
			t.Fatal(err)
		}
	}
	want, err := os.ReadFile(file)
	if err != nil {
		t.Fatal(err)
	}
	if !bytes.Equal(got, want) {
		t.Errorf("got %s:\n%s\nwant\n%s", file, got, want)
	}
}

func TestEveryToneHasItsColours(t *testing.T) {
	for tone, want := range map[cards.Tone][2]string{
		cards.ToneReview:    {"orange", "orange"},
		cards.ToneReady:     {"blue", "blue"},
		cards.ToneRunning:   {"indigo", "indigo"},
		cards.ToneSucceeded: {"green", "green"},
		cards.ToneFailed:    {"red", "red"},
		cards.ToneRejected:  {"carmine", "carmine"},
		cards.ToneClosed:    {"grey", "neutral"},
	} {
		c := bareCard()
		c.Tone = tone
		h := layout(c, "").Header
		if got := [2]string{h.Template, h.Tags[0].Color}; got != want {
			t.Errorf("%s: got header and chip %v, want %v", tone, got, want)
		}
	}
}

func TestProductionIsMarkedInRed(t *testing.T) {
	tags := layout(reviewCard(), "").Header.Tags
	if len(tags) != 2 || tags[1].Color != "red" || tags[1].Text.Content != "生产" || tags[1].Text.I18n.English != "PROD" {
		t.Errorf("got tags %+v, want the state and a red 生产/PROD", tags)
	}
	if tags := layout(rejectedCard(), "").Header.Tags; len(tags) != 1 {
		t.Errorf("got %d tags on a card of no production change, want 1", len(tags))
	}
}

func TestWhatCanBeDoneIsWhatTheCardOffers(t *testing.T) {
	remind := cards.Button{Action: "remind", Text: text2("催一下", "Remind")}
	for name, tc := range map[string]struct {
		buttons []cards.Button
		want    []string
	}{
		"a review to mute":   {append(reviewCard().Buttons, muting(cards.Mute)), []string{"line: 通过 查看工单 静音此工单", "form: 驳回"}},
		"a review":           {reviewCard().Buttons, []string{"line: 通过 查看工单", "form: 驳回"}},
		"without a link":     {reviewCard().Buttons[:2], []string{"button: 通过", "form: 驳回"}},
		"a rejection alone":  {reviewCard().Buttons[1:2], []string{"form: 驳回"}},
		"the creator":        {append([]cards.Button{remind}, view()...), []string{"line: 催一下 查看工单"}},
		"nothing to decide":  {view(), []string{"button: 查看工单"}},
		"a link to nowhere":  {[]cards.Button{{Action: cards.View, Text: text2("查看工单", "View ticket")}}, nil},
		"nothing whatsoever": {nil, nil},
	} {
		var got []string
		for _, e := range actions(cards.Card{Buttons: tc.buttons}, "evt_1") {
			got = append(got, spoken(e))
		}
		if !slices.Equal(got, tc.want) {
			t.Errorf("%s: got %q, want %q", name, got, tc.want)
		}
	}
}

// spoken names the buttons of an element by what they say.
func spoken(e element) string {
	switch e := e.(type) {
	case button:
		return "button: " + e.Text.Content
	case form:
		submit, _ := e.Elements[len(e.Elements)-1].(button)
		return "form: " + submit.Text.Content
	case columnSet:
		line := "line:"
		for _, c := range e.Columns {
			b, _ := c.Elements[0].(button)
			line += " " + b.Text.Content
		}
		return line
	}
	return "something else"
}

func TestAnApprovalSaysWhichNoticeItAnswers(t *testing.T) {
	mustContain(t, "card", render(reviewCard(), "evt_7"), `"value":{"act":"approve","notice":"evt_7"}`)
}

func TestShortFactsShareALine(t *testing.T) {
	d, ok := layout(reviewCard(), "").Body.Elements[0].(div)
	if !ok {
		t.Fatal("got no facts at the top of the body")
	}
	for i, want := range []bool{true, true, true, true, true, true, false} {
		if got := d.Fields[i].Short; got != want {
			t.Errorf("%s: got short %v, want %v", d.Fields[i].Text.Content, got, want)
		}
	}
}

func TestALinkSurvivesUnescaped(t *testing.T) {
	mustContain(t, "card", render(reviewCard(), ""), `"default_url":"https://sqle.example.com/t/1024?a=1&b=2"`)
}
