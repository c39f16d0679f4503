package main

import (
	"fmt"
	"io"
	"time"
)

// goal is a figure and the most it should be; most 0 is no goal, only a figure, and
// none is a goal of zero.
type goal struct {
	name      string
	got, most float64
	unit      string
}

// none is the goal of what must not happen: less than once.
const none = 0.5

// goals is what a measurement came to.
type goals struct {
	title   string
	figures []goal
}

func (g goals) missed() bool {
	for _, f := range g.figures {
		if f.missed() {
			return true
		}
	}
	return false
}

func (f goal) missed() bool { return f.most > 0 && f.got > f.most }

func (g goals) print(out io.Writer) {
	fmt.Fprintf(out, "\n%s\n\n", g.title)
	for _, f := range g.figures {
		fmt.Fprintf(out, "    %-44s %9.4g %s", f.name, f.got, f.unit)
		switch f.most {
		case 0:
		case none:
			fmt.Fprint(out, ", goal 0")
		default:
			fmt.Fprintf(out, ", goal %.4g", f.most)
		}
		if f.missed() {
			fmt.Fprint(out, "  MISSED")
		}
		fmt.Fprintln(out)
	}
}

func millis(d time.Duration) float64 { return float64(d.Microseconds()) / 1000 }
