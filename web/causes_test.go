package web

import (
	"testing"
	"time"

	"ticketbell/notify"
)

func TestACauseIsMendedByWhatCameAfterIt(t *testing.T) {
	at := func(minute int) time.Time { return time.Date(2026, 10, 1, 10, minute, 0, 0, time.UTC) }
	for _, tc := range []struct {
		name   string
		health healthView
		want   string
	}{
		{"nothing since", healthView{LastTestedAt: at(4), LastAcceptedAt: at(5)}, ""},
		{"a test since", healthView{LastTestedAt: at(6)}, "tested"},
		{"a message since", healthView{LastTestedAt: at(2), LastAcceptedAt: at(7)}, "accepted"},
	} {
		all := []cause{
			{Channel: notify.WeCom, Code: "wecom.60020", Class: "config", N: 2, Last: at(5)},
			{Channel: notify.Mail, Code: "mail.550", Class: "identity", N: 1, Last: at(1)},
		}
		for i := range all {
			all[i].weigh(tc.health)
		}
		if all[0].Mended != tc.want || all[1].Mended != "" {
			t.Errorf("%s: got %q and, of one person, %q, want %q and nothing", tc.name, all[0].Mended, all[1].Mended, tc.want)
		}
	}
}
