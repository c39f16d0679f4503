package web

import "testing"

func TestAChannelThatFailedItsTestIsNotSaidToHaveFailedInARow(t *testing.T) {
	for _, tc := range []struct {
		name   string
		health healthView
		want   string
	}{
		{"a test", healthView{State: "failing"}, "test"},
		{"messages", healthView{State: "failing", Streak: 3}, "failing"},
		{"a pause", healthView{State: "paused"}, "paused"},
	} {
		list := overviewView{Channels: map[string]healthView{"wecom": tc.health}, URLPrefix: true}.Attention()
		if len(list) != 1 || list[0].Kind != tc.want || !list[0].Grave {
			t.Errorf("%s: got %+v, want it to be about %s", tc.name, list, tc.want)
		}
	}
}

func TestTheHoursOfAChannelAreToldAlone(t *testing.T) {
	hours := []hourView{{Channel: "feishu", OK: 3}, {Channel: "wecom", OK: 2, Failed: 1}}
	for of, want := range map[string]hourView{"": {OK: 5, Failed: 1}, "wecom": {OK: 2, Failed: 1}, "mail": {}} {
		o := overviewView{Hours: hours, Of: of}
		if got := o.Day(); got != want {
			t.Errorf("of %q: got %+v, want %+v", of, got, want)
		}
	}
	if got := (overviewView{Hours: hours, Of: "wecom"}).ByHour(); len(got) != 1 || got[0].OK != 2 {
		t.Errorf("got %+v, want the one hour of wecom", got)
	}
}
