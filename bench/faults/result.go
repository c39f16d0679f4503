package main

import (
	"fmt"
	"io"
	"maps"
	"slices"
	"strings"
	"time"

	"ticketbell/bench/rig"
)

// result is what a row came to.
type result struct {
	rig.Tally

	tokens, dials int
	took          time.Duration
	wecomP99      time.Duration
	peakMB        int
	notes, broken []string
}

func (r *run) result(took time.Duration) result {
	var wanted []rig.Errand
	for _, n := range slices.Sorted(maps.Keys(r.posted)) {
		for _, ch := range channels() {
			wanted = append(wanted, rig.Errand{Channel: ch, Person: n, Ticket: n})
		}
	}
	for _, bot := range r.bots {
		r.peakMB = max(r.peakMB, bot.PeakMB())
	}
	r.mustf(len(r.posted) == r.events, "%d events were never accepted", r.events-len(r.posted))
	for _, f := range r.world.Faults.Active() {
		r.mustf(f.Times == 0, "%s %s has %d times left: the run was too short for it", f.Channel, f.Name, f.Times)
	}
	for _, status := range slices.Sorted(maps.Keys(r.refused)) {
		r.notef("%d POSTs answered %d", r.refused[status], status)
	}
	return result{
		Tally: rig.Count(wanted, r.world.Arrivals(channels()...)), tokens: r.world.TokenCalls(), dials: r.world.Dials(),
		took: took, wecomP99: rig.Percentile(r.waits("wecom"), 99), peakMB: r.peakMB, notes: r.notes, broken: r.broken,
	}
}

// waits is how long each message of the channel took from its POST to the provider.
func (r *run) waits(channel string) []time.Duration {
	var waits []time.Duration
	for _, a := range r.world.Arrivals(channel) {
		waits = append(waits, a.At.Sub(r.posted[a.Ticket]))
	}
	return waits
}

// check names every figure of got beyond its bound.
func (b bound) check(got, quiet result) []string {
	broken := slices.Clone(got.broken)
	for _, figure := range []struct {
		name      string
		got, most int
	}{
		{"lost", got.Lost, 0},
		{"twice", got.Twice, 0},
		{"strange", got.Strange, 0},
		{"same id", got.SameID, b.sameID},
		{"gettoken", got.tokens, b.tokens},
		{"SMTP connections", got.dials, b.dials},
		{"seconds", int(got.took.Seconds()), b.seconds},
	} {
		if figure.got > figure.most {
			broken = append(broken, fmt.Sprintf("%s: %d, at most %d", figure.name, figure.got, figure.most))
		}
	}
	if most := 3*quiet.wecomP99 + 250*time.Millisecond; b.calm && quiet.wecomP99 > 0 && got.wecomP99 > most {
		broken = append(broken, fmt.Sprintf("WeCom p99: %s, at most %s", millis(got.wecomP99), millis(most)))
	}
	return broken
}

func printHead(out io.Writer, e engine, events int) {
	fmt.Fprintf(out, "\n%s: %d events, one person each, on %s\n\n", e, events, strings.Join(channels(), ", "))
	fmt.Fprintf(out, "%-34s %5s %5s %9s %9s %9s %11s %9s %5s\n",
		"", "lost", "twice", "same id", "gettoken", "SMTP", "seconds", "WeCom p99", "MB")
}

// printRow prints figures with their bounds behind a slash, then remarks, then what is broken.
func printRow(out io.Writer, w row, got result, broken []string) {
	of := func(n, most int) string { return fmt.Sprintf("%d/%d", n, most) }
	fmt.Fprintf(out, "%-34s %5s %5s %9s %9s %9s %11s %9s %5d\n",
		w.name, of(got.Lost, 0), of(got.Twice, 0), of(got.SameID, w.bound.sameID), of(got.tokens, w.bound.tokens),
		of(got.dials, w.bound.dials), fmt.Sprintf("%.1f/%d", got.took.Seconds(), w.bound.seconds), millis(got.wecomP99), got.peakMB)
	for _, note := range got.notes {
		fmt.Fprintf(out, "    %s\n", note)
	}
	for _, b := range broken {
		fmt.Fprintf(out, "    BROKEN %s\n", b)
	}
}

func millis(d time.Duration) string { return fmt.Sprintf("%d ms", d.Milliseconds()) }
