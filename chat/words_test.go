package chat

import (
	"testing"

	"ticketbell/cards"
)

func TestWhatPeopleWriteIsUnderstood(t *testing.T) {
	tests := []struct {
		text string
		want request
	}{
		{"待办", request{wish: wantsTodo}},
		{"　待办　", request{wish: wantsTodo}},
		{"@ticketbell TODO", request{wish: wantsTodo}},
		{"＠ticketbell 待办", request{wish: wantsTodo}},
		{"ｔｏｄｏ", request{wish: wantsTodo}},
		{"工单 1024", request{wish: wantsTicket, key: "1024"}},
		{"工单1024", request{wish: wantsTicket, key: "1024"}},
		{"工单　＃１０２４", request{wish: wantsTicket, key: "1024"}},
		{"Ticket #1024", request{wish: wantsTicket, key: "1024"}},
		{"ticket OPS-7", request{wish: wantsTicket, key: "OPS-7"}},
		{"#1024", request{wish: wantsTicket, key: "1024"}},
		{"1024", request{wish: wantsTicket, key: "1024"}},
		{"工单", request{}},
		{"tickets please", request{}},
		{"语言 en", request{wish: wantsLanguage, language: cards.English}},
		{"语言：中文", request{wish: wantsLanguage, language: cards.Chinese}},
		{"LANG zh", request{wish: wantsLanguage, language: cards.Chinese}},
		{"language klingon", request{wish: wantsLanguage}},
		{"帮助", request{}},
		{"help", request{}},
		{"你好", request{}},
		{"@ticketbell", request{}},
		{"", request{}},
	}
	for _, tt := range tests {
		t.Run(tt.text, func(t *testing.T) {
			if got := understand(tt.text); got != tt.want {
				t.Errorf("got %+v, want %+v", got, tt.want)
			}
		})
	}
}
