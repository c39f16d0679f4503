package main

import (
	"fmt"
	"io"
	"time"

	"ticketbell/bench/rig"
)

// The bounds of every page.
const (
	mostTime  = 100 * time.Millisecond
	mostBytes = 200 << 10
)

// broken names what of a page is beyond its bound.
func (f figures) broken() []string {
	var broken []string
	if p99 := rig.Percentile(f.took, 99); p99 > mostTime {
		broken = append(broken, fmt.Sprintf("p99: %s ms, at most %s", millis(p99), millis(mostTime)))
	}
	if f.visit > mostBytes {
		broken = append(broken, fmt.Sprintf("first visit: %d KiB, at most %d", kib(f.visit), kib(mostBytes)))
	}
	return broken
}

// show prints a line for each page: milliseconds from the request to the last byte of the
// answer, and KiB as they travel. It returns [errBroken] when a bound is broken.
func show(out io.Writer, title string, seen []figures) (err error) {
	fmt.Fprintf(out, "\n%s\n\n%-38s %8s %8s %8s %8s %12s\n", title, "", "p50 ms", "p99 ms", "worst", "KiB", "first visit")
	for _, f := range seen {
		visit := "-"
		if f.first {
			visit = fmt.Sprint(kib(f.visit))
		}
		fmt.Fprintf(out, "%-38s %8s %8s %8s %8d %12s\n", f.path, millis(rig.Percentile(f.took, 50)), millis(rig.Percentile(f.took, 99)),
			millis(rig.Percentile(f.took, 100)), kib(f.bytes), visit)
		for _, b := range f.broken() {
			fmt.Fprintf(out, "    BROKEN %s\n", b)
			err = errBroken
		}
	}
	return err
}

func millis(d time.Duration) string { return fmt.Sprintf("%.1f", float64(d.Microseconds())/1000) }

// kib rounds up.
func kib(bytes int) int { return (bytes + 1023) >> 10 }
