package main

import (
	"strings"
	"testing"
)

func TestAMissedGoalShows(t *testing.T) {
	tests := []struct {
		name   string
		figure goal
		missed bool
		want   string
	}{
		{"reached", goal{"first to last", 1.3, 1.3, "s"}, false, "1.3 s, goal 1.3"},
		{"missed", goal{"first to last", 1.31, 1.3, "s"}, true, "1.31 s, goal 1.3  MISSED"},
		{"only a figure", goal{"best run", 99, 0, "s"}, false, "99 s"},
		{"nothing lost", goal{"lost", 0, none, ""}, false, "0 , goal 0"},
		{"one lost", goal{"lost", 1, none, ""}, true, "1 , goal 0  MISSED"},
	}
	for _, test := range tests {
		t.Run(test.name, func(t *testing.T) {
			g := goals{"a title", []goal{{"before", 1, 2, ""}, test.figure}}
			var out strings.Builder
			g.print(&out)
			line := strings.TrimSpace(out.String()[strings.LastIndex(out.String(), test.figure.name)+len(test.figure.name):])
			if line != test.want || g.missed() != test.missed {
				t.Errorf("got %q and missed %v, want %q and %v", line, g.missed(), test.want, test.missed)
			}
		})
	}
}
