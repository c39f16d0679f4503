package notify_test

import (
	"errors"
	"testing"

	"ticketbell/notify"
	"ticketbell/ticket"
)

func TestAPreviewTellsWhatAcceptingWouldDoAndStoresNothing(t *testing.T) {
	inHouse(t, func(t *testing.T, h *house) {
		h.board.only(notify.Feishu, notify.Mail)
		r, err := h.desk.Preview(t.Context(), submitted("lisi", "wangwu"))
		if err != nil {
			t.Fatal(err)
		}
		wantFates(t, r, "lisi feishu queued", "lisi mail queued", "wangwu feishu queued", "wangwu mail queued")
		if r.TicketID != "" || r.EventID != "" || r.Deliveries[0].ID != "" {
			t.Errorf("got ids in %+v, want none: nothing is on record", r)
		}
		if known, err := h.Known(t.Context(), submitted().Source, submitted().Ticket.Key); err != nil || known.ID != "" {
			t.Errorf("got ticket %q on record, %v; want none", known.ID, err)
		}
		if got := h.of("lisi", notify.Mail); len(got) != 0 {
			t.Errorf("got %d deliveries, want none", len(got))
		}
	})
}

func TestAPreviewOfAWrongEventNamesItsFields(t *testing.T) {
	inHouse(t, func(t *testing.T, h *house) {
		_, err := h.desk.Preview(t.Context(), ticket.Event{})
		if _, ok := errors.AsType[*ticket.Invalid](err); !ok {
			t.Errorf("got %v, want it invalid", err)
		}
	})
}

func TestEveryIdentityIsSaidInBothLanguages(t *testing.T) {
	tests := []struct {
		name string
		id   notify.Identity
		want string
	}{
		{"entered", notify.Identity{Channel: notify.WeCom, OK: true, Origin: "entered"}, "手填"},
		{"by e-mail", notify.Identity{Channel: notify.Feishu, OK: true, How: "email"}, "按邮箱查到"},
		{"by phone", notify.Identity{Channel: notify.Feishu, OK: true, How: "phone"}, "按手机号查到"},
		{"mail", notify.Identity{Channel: notify.Mail, OK: true}, "按邮箱地址发送"},
		{"budget", notify.Identity{Channel: notify.WeCom, Reason: notify.ReasonLookupBudget}, notify.ReasonWords(notify.ReasonLookupBudget).ZH},
	}
	for _, tt := range tests {
		if got := notify.IdentityWords(tt.id); got.ZH != tt.want || got.EN == "" || got.EN == got.ZH {
			t.Errorf("%s: got %+v, want %q and English", tt.name, got, tt.want)
		}
	}
	feishu := notify.IdentityWords(notify.Identity{Channel: notify.Feishu, Reason: notify.ReasonNotFound})
	wecom := notify.IdentityWords(notify.Identity{Channel: notify.WeCom, Reason: notify.ReasonNotFound})
	off := notify.IdentityWords(notify.Identity{Channel: notify.WeCom, Reason: notify.ReasonChannelOff})
	if feishu == wecom || off == notify.ReasonWords(notify.ReasonChannelOff) {
		t.Errorf("got %+v, %+v and %+v, want each channel's own causes", feishu, wecom, off)
	}
}
