package main

import (
	"strings"
	"testing"
	"time"

	"ticketbell/bench/rig"
)

func TestAFigureBeyondItsBoundIsNamed(t *testing.T) {
	b := bound{tokens: 2, dials: 8, sameID: 1, seconds: 20}.undisturbed()
	quiet := result{wecomP99: 100 * time.Millisecond}
	tests := []struct {
		name string
		got  result
		want string
	}{
		{"all within", result{tokens: 2, dials: 8, took: 20 * time.Second, wecomP99: 500 * time.Millisecond, Tally: rig.Tally{SameID: 1}}, ""},
		{"lost", result{Tally: rig.Tally{Lost: 1}}, "lost: 1, at most 0"},
		{"twice", result{Tally: rig.Tally{Twice: 2}}, "twice: 2, at most 0"},
		{"strange", result{Tally: rig.Tally{Strange: 1}}, "strange: 1, at most 0"},
		{"same id", result{Tally: rig.Tally{SameID: 2}}, "same id: 2, at most 1"},
		{"tokens", result{tokens: 3}, "gettoken: 3, at most 2"},
		{"connections", result{dials: 9}, "SMTP connections: 9, at most 8"},
		{"slow", result{took: 21 * time.Second}, "seconds: 21, at most 20"},
		{"WeCom disturbed", result{wecomP99: 551 * time.Millisecond}, "WeCom p99: 551 ms, at most 550 ms"},
		{"what the strike found", result{broken: []string{"never mended"}}, "never mended"},
		{"several", result{Tally: rig.Tally{Lost: 1}, dials: 9}, "lost: 1, at most 0; SMTP connections: 9, at most 8"},
	}
	for _, test := range tests {
		t.Run(test.name, func(t *testing.T) {
			if got := strings.Join(b.check(test.got, quiet), "; "); got != test.want {
				t.Errorf("got %q, want %q", got, test.want)
			}
		})
	}
}

func TestWithoutAQuietRowWeComIsNotCompared(t *testing.T) {
	b := bound{}.undisturbed()
	if got := b.check(result{wecomP99: time.Hour}, result{}); len(got) > 0 {
		t.Errorf("got %q, want nothing to compare with", got)
	}
}

func TestABoundIsChangedInACopy(t *testing.T) {
	quiet := bound{tokens: 1, dials: 8, seconds: 20}
	_ = quiet.fetching(9).dialling(9).repeating(9).within(9).undisturbed()
	if want := (bound{tokens: 1, dials: 8, seconds: 20}); quiet != want {
		t.Errorf("got %+v, want %+v as before", quiet, want)
	}
}
