package rig

import (
	"encoding/json"
	"testing"
	"time"

	"github.com/google/go-cmp/cmp"

	"ticketbell/sandbox"
)

func mail(ticket int) Errand { return Errand{Channel: "mail", Person: ticket, Ticket: ticket} }

func TestWhatArrivedIsCounted(t *testing.T) {
	wecom := Errand{Channel: "wecom", Person: 1, Ticket: 1}
	tests := []struct {
		name    string
		wanted  []Errand
		arrived []Arrival
		want    Tally
	}{
		{"everything once", []Errand{mail(1), wecom}, []Arrival{{Errand: wecom, ID: "a"}, {Errand: mail(1), ID: "a"}}, Tally{}},
		{"nothing was wanted", nil, nil, Tally{}},
		{"lost", []Errand{mail(1), mail(2)}, []Arrival{{Errand: mail(2), ID: "a"}}, Tally{Lost: 1}},
		{"another channel is no comfort", []Errand{mail(1)}, []Arrival{{Errand: wecom, ID: "a"}}, Tally{Lost: 1, Strange: 1}},
		{"twice under two ids", []Errand{mail(1)}, []Arrival{{Errand: mail(1), ID: "a"}, {Errand: mail(1), ID: "b"}}, Tally{Twice: 1}},
		{"twice under one id", []Errand{mail(1)}, []Arrival{{Errand: mail(1), ID: "a"}, {Errand: mail(1), ID: "a"}}, Tally{SameID: 1}},
		{
			"four times under two ids",
			[]Errand{mail(1)},
			[]Arrival{{Errand: mail(1), ID: "a"}, {Errand: mail(1), ID: "b"}, {Errand: mail(1), ID: "b"}, {Errand: mail(1), ID: "a"}},
			Tally{Twice: 1, SameID: 2},
		},
		{"one twice does not make up for one lost", []Errand{mail(1), mail(2)}, []Arrival{{Errand: mail(1), ID: "a"}, {Errand: mail(1), ID: "b"}}, Tally{Lost: 1, Twice: 1}},
		{"the wrong person", []Errand{mail(1)}, []Arrival{{Errand: mail(1), ID: "a"}, {Errand: Errand{"mail", 2, 1}, ID: "b"}}, Tally{Strange: 1}},
	}
	for _, test := range tests {
		t.Run(test.name, func(t *testing.T) {
			if diff := cmp.Diff(test.want, Count(test.wanted, test.arrived)); diff != "" {
				t.Errorf("got another count (-want +got):\n%s", diff)
			}
		})
	}
}

func TestAnArrivalIsReadFromWhatADeviceShows(t *testing.T) {
	at := time.Unix(7, 0)
	got := arrivalOf(sandbox.Message{
		Channel: "wecom", ID: "m1", Person: PersonOf(12), ReceivedAt: at,
		Text: "待审核\n" + TitleOf(345), Payload: json.RawMessage(`{}`),
	})
	want := Arrival{Errand: Errand{Channel: "wecom", Person: 12, Ticket: 345}, ID: "m1", At: at}
	if diff := cmp.Diff(want, got); diff != "" {
		t.Errorf("got another arrival (-want +got):\n%s", diff)
	}
	if got := arrivalOf(sandbox.Message{Text: "a test message", Person: "admin"}); got.Ticket != -1 || got.Person != -1 {
		t.Errorf("got %+v, want a message that is none of ours", got)
	}
}

func TestAPercentileIsOneOfTheValues(t *testing.T) {
	hundred := make([]time.Duration, 0, 100)
	for i := 100; i > 0; i-- {
		hundred = append(hundred, time.Duration(i))
	}
	tests := []struct {
		name string
		all  []time.Duration
		p    int
		want time.Duration
	}{
		{"the middle", hundred, 50, 50},
		{"the slow end", hundred, 99, 99},
		{"the slowest", hundred, 100, 100},
		{"of a few it is the slowest", []time.Duration{3, 1, 2}, 99, 3},
		{"of one", []time.Duration{5}, 50, 5},
		{"of none", nil, 50, 0},
	}
	for _, test := range tests {
		if got := Percentile(test.all, test.p); got != test.want {
			t.Errorf("%s: got %d, want %d", test.name, got, test.want)
		}
	}
}
