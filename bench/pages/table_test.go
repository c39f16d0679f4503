package main

import (
	"errors"
	"slices"
	"strings"
	"testing"
	"time"
)

func TestAPageBeyondABoundShows(t *testing.T) {
	quick, slow := slices.Repeat([]time.Duration{20 * time.Millisecond}, 98), []time.Duration{99 * time.Millisecond, 180 * time.Millisecond}
	tests := []struct {
		name   string
		seen   figures
		broken string
	}{
		{"within", figures{page{"/overview", true}, slices.Concat(quick, slow), 10 << 10, 200 << 10}, ""},
		{"slow twice in a hundred", figures{page{"/overview", true}, slices.Concat(quick[1:], slow, slow[1:]), 10 << 10, 200 << 10}, "p99: 180.0 ms, at most 100.0"},
		{"heavy", figures{page{"/overview", true}, quick, 10 << 10, 200<<10 + 1}, "first visit: 201 KiB, at most 200"},
	}
	for _, test := range tests {
		t.Run(test.name, func(t *testing.T) {
			var out strings.Builder
			err := show(&out, "a title", []figures{test.seen})
			if got := errors.Is(err, errBroken); got != (test.broken != "") || !strings.Contains(out.String(), test.broken) {
				t.Errorf("got broken %v, want %q in\n%s", got, test.broken, out.String())
			}
		})
	}
}
