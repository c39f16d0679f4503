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
