package feishu_test

import (
	"encoding/json"
	"errors"
	"os"
	"path/filepath"
	"strings"
	"testing"

	"ticketbell/sandbox/feishu"
)

// sample reads a card of feishu.md 7.3 to 7.5: "pending", "success", "handled".
func sample(t *testing.T, name string) json.RawMessage {
	t.Helper()
	card, err := os.ReadFile(filepath.Join("testdata", name+".json"))
	if err != nil {
		t.Fatal(err)
	}
	return card
}

func TestTheCardsOfTheContractPass(t *testing.T) {
	for _, name := range []string{"pending", "success", "handled"} {
		if err := feishu.Lint(sample(t, name)); err != nil {
			t.Errorf("%s: got %v, want no error", name, err)
		}
	}
}

func TestEveryPropertyOfTheContractIsKnown(t *testing.T) {
	card := `{"schema":"2.0",
	 "config":{"update_multi":true,"enable_forward":true,"enable_forward_interaction":false,"width_mode":"compact",
	  "summary":{"content":"s","i18n_content":{"en_us":"s"}},"locales":["zh_cn","en_us"],"use_custom_translation":false,
	  "style":{"text_size":{"cus-0":{"default":"medium","pc":"medium","mobile":"large"}},
	   "color":{"cus-0":{"light_mode":"rgba(0,0,0,1)","dark_mode":"rgba(1,1,1,1)"}}},"streaming_mode":false},
	 "card_link":{"url":"https://a.example","pc_url":"https://a.example","ios_url":"lark://msgcard/unsupported_action","android_url":""},
	 "header":{"title":{"tag":"lark_md","content":"t","i18n_content":{"en_us":"t"}},"subtitle":{"tag":"plain_text","content":"s"},
	  "template":"wathet","padding":"12px","icon":{"tag":"custom_icon","img_key":"img_1"},
	  "text_tag_list":[{"tag":"text_tag","element_id":"chip","text":{"tag":"plain_text","content":"c"},"color":"neutral"}],
	  "i18n_text_tag_list":{"en_us":[{"tag":"text_tag","text":{"tag":"plain_text","content":"c"},"color":"lime"}]}},
	 "body":{"direction":"vertical","padding":"4px 12px","vertical_spacing":"8px","horizontal_spacing":"8px","elements":[
	  {"tag":"markdown","element_id":"md_1","content":"m","i18n_content":{"en_us":"m"}},
	  {"tag":"div","text":{"tag":"plain_text","content":"t","text_size":"notation","text_color":"grey","lines":3}},
	  {"tag":"column_set","flex_mode":"bisect","columns":[{"tag":"column","width":"120px","weight":2,"elements":[{"tag":"hr"}]}]},
	  {"tag":"button","name":"b","text":{"tag":"plain_text","content":"b"},"type":"laser","size":"small","width":"100px","disabled":true,
	   "disabled_tips":{"tag":"plain_text","content":"d"},"hover_tips":{"tag":"plain_text","content":"h"},
	   "icon":{"tag":"standard_icon","token":"approval_colorful"},
	   "behaviors":[{"type":"open_url","default_url":"https://a.example"},{"type":"callback","value":{"act":"approve"}}]},
	  {"tag":"form","name":"f","elements":[
	   {"tag":"input","name":"i","input_type":"password","default_value":"d","i18n_default_value":{"en_us":"d"}},
	   {"tag":"button","name":"r","form_action_type":"reset","text":{"tag":"plain_text","content":"r"}},
	   {"tag":"button","name":"s","form_action_type":"submit","text":{"tag":"plain_text","content":"s"}}]}]}}`
	if err := feishu.Lint(json.RawMessage(card)); err != nil {
		t.Errorf("got %v, want no error", err)
	}
}

func TestABrokenCardIsRefusedWhereItIsBroken(t *testing.T) {
	const body = "ROOT -> body -> elements"
	const formAt = body + " -> [4](tag: form)"
	tests := []struct {
		name     string
		old, new string // what changes in the pending card
		code     int
		path     string
	}{
		{"schema 1.0", `"schema": "2.0"`, `"schema": "1.0"`, 200621, "ROOT -> schema"},
		{"no schema", `"schema": "2.0",`, ``, 200621, "ROOT"},
		{"root property of 1.0", `"schema": "2.0",`, `"schema": "2.0", "elements": [],`, 200621, "ROOT"},
		{"shared card switched off", `"update_multi": true`, `"update_multi": false`, 200621, "ROOT -> config -> update_multi"},
		{"unknown config", `"width_mode"`, `"wide_screen_mode"`, 200621, "ROOT -> config"},
		{"unknown width mode", `"width_mode": "default"`, `"width_mode": "wide"`, 200621, "ROOT -> config -> width_mode"},
		{"flag as text", `"enable_forward": false`, `"enable_forward": "false"`, 200621, "ROOT -> config -> enable_forward"},
		{"unknown template", `"template": "orange"`, `"template": "pink"`, 200621, "ROOT -> header -> template"},
		{"empty title", `"content": "工单待审核"`, `"content": ""`, 200621, "ROOT -> header -> title -> content"},
		{"unknown tag colour", `"color": "orange" }`, `"color": "grey" }`, 200621, "ROOT -> header -> text_tag_list -> [0](tag: text_tag) -> color"},
		{"unknown language", `"en_us": "Ticket pending review"`, `"en": "Ticket pending review"`, 200621, "ROOT -> header -> title -> i18n_content"},
		{"note", `{ "tag": "hr" }`, `{ "tag": "note", "elements": [] }`, 200861, body + " -> [2](tag: note)"},
		{"action", `{ "tag": "hr" }`, `{ "tag": "action", "actions": [] }`, 200861, body + " -> [2](tag: action)"},
		{"component that is not listed", `{ "tag": "hr" }`, `{ "tag": "chart" }`, 200621, body + " -> [2](tag: chart)"},
		{"unknown property", `{ "tag": "hr" }`, `{ "tag": "hr", "margin": "1px" }`, 200621, body + " -> [2](tag: hr)"},
		{"element id with a dash", `{ "tag": "hr" }`, `{ "tag": "hr", "element_id": "a-b" }`, 200621, body + " -> [2](tag: hr) -> element_id"},
		{"element id too long", `{ "tag": "hr" }`, `{ "tag": "hr", "element_id": "a23456789012345678901" }`, 200621, body + " -> [2](tag: hr) -> element_id"},
		{"text colour on lark_md", `{ "tag": "hr" }`, `{ "tag": "div", "text": {"tag": "lark_md", "content": "", "text_color": "red"} }`, 200621, body + " -> [2](tag: div) -> text"},
		{"text without content", `{ "tag": "hr" }`, `{ "tag": "div", "text": {"tag": "plain_text"} }`, 200621, body + " -> [2](tag: div) -> text"},
		{"a component that is no object", `{ "tag": "hr" }`, `"hr"`, 200621, body + " -> [2]"},
		{"unknown button type", `"type": "danger"`, `"type": "warning"`, 200621, formAt + " -> elements -> [1](tag: button) -> type"},
		{"column too narrow", `"width": "auto"`, `"width": "15px"`, 200621, body + " -> [3](tag: column_set) -> columns -> [0](tag: column) -> width"},
		{"callback with a number", `"rev": "7"`, `"rev": 7`, 200621, body + " -> [3](tag: column_set) -> columns -> [1](tag: column) -> elements -> [0](tag: button) -> behaviors -> [0] -> value -> rev"},
		{"confirm without title", `"title": { "tag": "plain_text", "content": "确认驳回？" },`, ``, 200621, formAt + " -> elements -> [1](tag: button) -> confirm"},
		{"form without name", `"name": "reject_form"`, `"name": ""`, 200530, formAt},
		{"form without submit", `"form_action_type": "submit"`, `"form_action_type": "reset"`, 200530, formAt},
		{"input without name", `"name": "reject_reason",`, ``, 200530, formAt + " -> elements -> [0](tag: input)"},
		{"two of one name", `"name": "reject_submit"`, `"name": "reject_reason"`, 200530, formAt + " -> elements -> [1](tag: button)"},
		{"submit with behaviors", `"form_action_type": "submit",`, `"form_action_type": "submit", "behaviors": [],`, 200530, formAt + " -> elements -> [1](tag: button)"},
		{"submit of 1.0", `"form_action_type": "submit",`, `"action_type": "form_submit",`, 200621, formAt + " -> elements -> [1](tag: button)"},
		{"max_length of nothing", `"max_length": 500`, `"max_length": 0`, 200621, formAt + " -> elements -> [0](tag: input) -> max_length"},
		{"max_length too long", `"max_length": 500`, `"max_length": 1001`, 200621, formAt + " -> elements -> [0](tag: input) -> max_length"},
		{"a broken number", `"max_length": 500`, `"max_length": 1.5`, 200621, formAt + " -> elements -> [0](tag: input) -> max_length"},
		{
			"submit outside a form", `{ "tag": "hr" }`, `{ "tag": "button", "form_action_type": "submit", "text": {"tag": "plain_text", "content": "b"} }`,
			200530, body + " -> [2](tag: button)",
		},
		{
			"form within a column", `"elements": [
              {
                "tag": "button",
                "text": { "tag": "plain_text", "content": "查看工单" },`,
			`"elements": [ {"tag": "form", "name": "f", "elements": []},
              {
                "tag": "button",
                "text": { "tag": "plain_text", "content": "查看工单" },`,
			200530, body + " -> [3](tag: column_set) -> columns -> [0](tag: column) -> elements -> [0](tag: form)",
		},
		{
			"four tags", `"text_tag_list": [`, `"text_tag_list": [` + strings.Repeat(`{"tag":"text_tag","text":{"tag":"plain_text","content":"c"}},`, 2),
			200621, "ROOT -> header -> text_tag_list",
		},
		{
			"button text too long", `"content": "驳回" }`, `"content": "` + strings.Repeat("驳", 101) + `" }`,
			200621, formAt + " -> elements -> [1](tag: button) -> text",
		},
		{"too many elements", `{ "tag": "hr" }`, strings.Repeat(`{ "tag": "hr" },`, 170) + `{ "tag": "hr" }`, 11310, "ROOT"},
	}
	for _, test := range tests {
		t.Run(test.name, func(t *testing.T) {
			card := strings.Replace(string(sample(t, "pending")), test.old, test.new, 1)
			if card == string(sample(t, "pending")) {
				t.Fatalf("the card does not contain %s", test.old)
			}
			err := feishu.Lint(json.RawMessage(card))
			fault, ok := errors.AsType[*feishu.CardError](err)
			if !ok {
				t.Fatalf("got %v, want a card error", err)
			}
			if fault.Code != test.code || fault.Path != test.path {
				t.Errorf("got %d at %s (%s), want %d at %s", fault.Code, fault.Path, fault.Msg, test.code, test.path)
			}
		})
	}
}

func TestExactly200ElementsPass(t *testing.T) {
	card := `{"schema":"2.0","body":{"elements":[` + strings.Repeat(`{"tag":"hr"},`, 199) + `{"tag":"hr"}]}}`
	if err := feishu.Lint(json.RawMessage(card)); err != nil {
		t.Errorf("got %v, want no error", err)
	}
}

func TestContainersEndAtTheFifth(t *testing.T) {
	nested := func(n int) json.RawMessage {
		inner := `{"tag":"hr"}`
		for range n {
			inner = `{"tag":"column_set","columns":[{"tag":"column","elements":[` + inner + `]}]}`
		}
		return json.RawMessage(`{"schema":"2.0","body":{"elements":[` + inner + `]}}`)
	}
	if err := feishu.Lint(nested(5)); err != nil {
		t.Errorf("five deep: got %v, want no error", err)
	}
	if err := feishu.Lint(nested(6)); err == nil {
		t.Error("six deep: got no error, want one")
	}
}

func TestElementIDsAreUnique(t *testing.T) {
	err := feishu.Lint(json.RawMessage(`{"schema":"2.0","body":{"elements":[{"tag":"hr","element_id":"a"},{"tag":"hr","element_id":"a"}]}}`))
	if err == nil || !strings.Contains(err.Error(), "element_id is not unique") {
		t.Errorf("got %v, want a complaint about the second id", err)
	}
}

func TestNoJSONIsNoCard(t *testing.T) {
	for _, card := range []string{"", "null", "[]", `"text"`, "{"} {
		if _, ok := errors.AsType[*feishu.CardError](feishu.Lint(json.RawMessage(card))); !ok {
			t.Errorf("%q: got no card error, want one", card)
		}
	}
}

func TestACardErrorReadsAsTheProviderWritesIt(t *testing.T) {
	err := feishu.Lint(json.RawMessage(`{"schema":"2.0","body":{"elements":[{"tag":"chart"}]}}`))
	want := "ErrCode: 200621; ErrPath: ROOT -> body -> elements -> [0](tag: chart); ErrMsg: unsupported tag; ErrorValue: chart; "
	if err == nil || err.Error() != want {
		t.Errorf("got %v, want %s", err, want)
	}
}
