package main

import (
	"context"
	"errors"
	"flag"
	"fmt"
	"os"
	"path/filepath"
	"time"

	"ticketbell/bench/rig"
)

// patience is how long one measurement may take.
const patience = 5 * time.Minute

func main() {
	var o options
	flag.IntVar(&o.events, "events", 1000, "how many events a run posts")
	flag.IntVar(&o.runs, "runs", 5, "how many runs of them")
	flag.IntVar(&o.notices, "notices", 60, "how many notices a latency is taken from")
	flag.IntVar(&o.presses, "presses", 300, "how many presses the toasts are timed of, and a tenth as many cards of a team")
	flag.Parse()
	rig.Main("speed", func(ctx context.Context) error { return measure(ctx, o) })
}

// options is how much is measured.
type options struct{ events, runs, notices, presses int }

// errMissed says that a goal was missed; what was printed tells which.
var errMissed = errors.New("a goal is missed")

func measure(ctx context.Context, o options) (err error) {
	dir, binary, err := rig.Place(ctx)
	defer func() { err = errors.Join(err, os.RemoveAll(dir)) }()
	if err != nil {
		return err
	}
	missed := false
	for i, take := range []func(context.Context, options, rig.Binary) (goals, error){throughput, fewPeople, manyPeople, toasts, copies} {
		ctx, cancel := context.WithTimeout(ctx, patience)
		binary.Dir = filepath.Join(dir, fmt.Sprint("run-", i))
		got, err := take(ctx, o, binary)
		cancel()
		if err != nil {
			return err
		}
		got.print(os.Stdout)
		missed = missed || got.missed()
	}
	if missed {
		return errMissed
	}
	return nil
}
