package feishu_test

import (
	"encoding/json"
	"testing"

	"github.com/google/go-cmp/cmp"

	"ticketbell/sandbox"
	"ticketbell/sandbox/feishu"
)

func TestAReaderSeesTheCardFromTopToBottom(t *testing.T) {
	got, err := feishu.Readable(sample(t, "pending"), "")
	if err != nil {
		t.Fatal(err)
	}
	want := feishu.View{
		Title: "工单待审核",
		Lines: []string{
			"工单待审核", "待审核", "P1", "T20261122-0042",
			"标题：prod-orders 加索引", "申请人：张三", "实例：prod-mysql-01", "提交时间：2026-11-22 10:03",
			"状态变更：草稿 → 待审核", "请在 24 小时内处理。",
			"查看工单", "通过", "驳回原因", "请输入驳回原因（必填，500 字以内）", "驳回",
		},
		Links: []string{"https://ticket.example.com/t/T20261122-0042"},
		Buttons: []sandbox.Button{
			{Text: "查看工单", Action: "view"},
			{Text: "通过", Action: "approve"},
			{Text: "驳回", Action: "reject_submit"},
		},
	}
	if diff := cmp.Diff(want, got); diff != "" {
		t.Errorf("got a different view (-want +got):\n%s", diff)
	}
}

func TestEachReaderSeesTheirLanguage(t *testing.T) {
	card := json.RawMessage(`{"schema":"2.0","header":{
	  "title":{"tag":"plain_text","content":"待审核","i18n_content":{"en_us":"Review"}},
	  "text_tag_list":[{"tag":"text_tag","text":{"tag":"plain_text","content":"生产"}}],
	  "i18n_text_tag_list":{"en_us":[{"tag":"text_tag","text":{"tag":"plain_text","content":"PROD"}}]}},
	 "body":{"elements":[{"tag":"div","text":{"tag":"plain_text","content":"没有翻译"}}]}}`)
	for lang, want := range map[string]string{
		"":      "待审核\n生产\n没有翻译",
		"zh_cn": "待审核\n生产\n没有翻译",
		"en_us": "Review\nPROD\n没有翻译",
		"fr_fr": "待审核\n生产\n没有翻译",
	} {
		got, err := feishu.Readable(card, lang)
		if err != nil {
			t.Fatal(err)
		}
		if got.Text() != want {
			t.Errorf("%q: got %q, want %q", lang, got.Text(), want)
		}
	}
}

func TestMarkupFallsAwayAndPlainTextStays(t *testing.T) {
	tests := []struct{ name, element, want string }{
		{"markdown", `{"tag":"markdown","content":"<font color='green'>**3 &#42; 3**</font> [more](https://a.example/x) <at id=all></at>"}`, "3 * 3 more @all"},
		{"lark_md", `{"tag":"div","text":{"tag":"lark_md","content":"**bold**"}}`, "bold"},
		{"plain_text", `{"tag":"div","text":{"tag":"plain_text","content":"**a** <at id=all></at> &lt;"}}`, "**a** <at id=all></at> &lt;"},
	}
	for _, test := range tests {
		t.Run(test.name, func(t *testing.T) {
			got, err := feishu.Readable(json.RawMessage(`{"schema":"2.0","body":{"elements":[`+test.element+`]}}`), "")
			if err != nil {
				t.Fatal(err)
			}
			if got.Text() != test.want {
				t.Errorf("got %q, want %q", got.Text(), test.want)
			}
		})
	}
}

func TestLinksOfTextAndCardAreListedOnce(t *testing.T) {
	card := json.RawMessage(`{"schema":"2.0","card_link":{"url":"https://a.example/t"},"body":{"elements":[
	  {"tag":"markdown","content":"[log](https://a.example/log)"},
	  {"tag":"button","text":{"tag":"plain_text","content":"view"},"behaviors":[{"type":"open_url","default_url":"https://a.example/t"}]},
	  {"tag":"button","text":{"tag":"plain_text","content":"off"},"disabled":true}]}}`)
	got, err := feishu.Readable(card, "")
	if err != nil {
		t.Fatal(err)
	}
	if diff := cmp.Diff([]string{"https://a.example/log", "https://a.example/t"}, got.Links); diff != "" {
		t.Errorf("got different links (-want +got):\n%s", diff)
	}
	if diff := cmp.Diff([]sandbox.Button{{Text: "view", Action: "view"}}, got.Buttons); diff != "" {
		t.Errorf("got different buttons, a disabled one cannot be pressed (-want +got):\n%s", diff)
	}
}

func TestABrokenCardIsNotRead(t *testing.T) {
	if got, err := feishu.Readable(json.RawMessage(`{"schema":"1.0"}`), ""); err == nil {
		t.Errorf("got %v, want an error", got)
	}
}
