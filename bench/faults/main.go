package main

import (
	"context"
	"errors"
	"flag"
	"fmt"
	"os"
	"path/filepath"
	"strings"

	"ticketbell/bench/rig"
)

// options is what can be asked for.
type options struct {
	engine, row string
	events      int
	keep        bool
}

func main() {
	var o options
	flag.StringVar(&o.engine, "engine", "", "sqlite or postgres; both when empty")
	flag.StringVar(&o.row, "row", "", "only rows whose name contains this")
	flag.IntVar(&o.events, "events", 1000, "how many events a row posts")
	flag.BoolVar(&o.keep, "keep", false, "keep the data and logs of every row, and say where")
	flag.Parse()
	rig.Main("faults", func(ctx context.Context) error { return measure(ctx, o) })
}

// errBroken says that a figure is beyond its bound; the table tells which.
var errBroken = errors.New("a bound is broken")

func measure(ctx context.Context, o options) (err error) {
	dir, binary, err := rig.Place(ctx)
	if o.keep {
		fmt.Fprintln(os.Stderr, "faults: everything is kept in", dir)
	} else {
		defer func() { err = errors.Join(err, os.RemoveAll(dir)) }()
	}
	if err != nil {
		return err
	}
	var broken error
	for _, e := range []engine{sqlite, postgres} {
		if o.engine != "" && o.engine != string(e) {
			continue
		}
		if err := table(ctx, o, e, binary, dir); errors.Is(err, errBroken) {
			broken = err
		} else if err != nil {
			return err
		}
	}
	return broken
}

// table plays every row on the engine and prints each as it ends.
func table(ctx context.Context, o options, e engine, binary rig.Binary, dir string) error {
	printHead(os.Stdout, e, o.events)
	var quiet result // the row without faults, which others are compared with
	failed := false
	for i, w := range rows() {
		if (w.engine != "" && w.engine != e) || !strings.Contains(w.name, o.row) {
			continue
		}
		r := &run{row: w, engine: e, events: o.events, binary: binary}
		r.binary.Dir = filepath.Join(dir, fmt.Sprintf("%s-%d", e, i))
		got, err := r.play(ctx)
		if err != nil {
			return fmt.Errorf("%s, %s: %w", e, w.name, err)
		}
		if w.strike == nil && w.name == noFault {
			quiet = got
		}
		broken := w.bound.check(got, quiet)
		printRow(os.Stdout, w, got, broken)
		failed = failed || len(broken) > 0
	}
	if failed {
		return errBroken
	}
	return nil
}
