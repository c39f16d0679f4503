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

// patience is how long one engine may take.
const patience = 10 * time.Minute

// options is what can be asked for.
type options struct {
	engine               string
	deliveries, requests int
}

func main() {
	var o options
	flag.StringVar(&o.engine, "engine", "", "sqlite or postgres; both when empty")
	flag.IntVar(&o.deliveries, "deliveries", 100_000, "how many deliveries are on record")
	flag.IntVar(&o.requests, "requests", 100, "how often each page is asked for, one request at a time")
	flag.Parse()
	rig.Main("pages", func(ctx context.Context) error { return measure(ctx, o) })
}

// errBroken says that a page is beyond a bound; the table tells which.
var errBroken = errors.New("a bound is broken")

func measure(ctx context.Context, o options) (err error) {
	dir, binary, err := rig.Place(ctx)
	defer func() { err = errors.Join(err, os.RemoveAll(dir)) }()
	if err != nil {
		return err
	}
	var broken error
	for _, e := range []string{"sqlite", "postgres"} {
		if o.engine != "" && o.engine != e {
			continue
		}
		binary.Dir = filepath.Join(dir, e)
		if err := onEngine(ctx, o, e, binary); errors.Is(err, errBroken) {
			broken = err
		} else if err != nil {
			return fmt.Errorf("%s: %w", e, err)
		}
	}
	return broken
}

// onEngine fills a database of the engine, and looks at the pages.
func onEngine(ctx context.Context, o options, engine string, binary rig.Binary) (err error) {
	ctx, cancel := context.WithTimeout(ctx, patience)
	defer cancel()
	if err := os.Mkdir(binary.Dir, 0o700); err != nil {
		return fmt.Errorf("make a data directory: %w", err)
	}
	if engine == "postgres" {
		server, err := rig.StartPostgres(ctx, binary.Dir+"-server")
		if err != nil {
			return err
		}
		defer func() { _ = server.Stop(ctx) }() // nothing is kept
		binary.DatabaseURL = server.URL
	}
	if err := furnish(ctx, binary); err != nil {
		return err
	}
	if err := fill(ctx, binary, o.deliveries); err != nil {
		return err
	}
	bot, err := binary.Start(ctx)
	if err != nil {
		return err
	}
	defer bot.Stop()
	seen, err := look(ctx, bot.URL, o.requests)
	if err != nil {
		return err
	}
	return show(os.Stdout, fmt.Sprintf("%s: %d deliveries on record, each page asked for %d times", engine, o.deliveries, o.requests), seen)
}

// furnish makes the tables, an administrator, and channels that are on.
func furnish(ctx context.Context, binary rig.Binary) error {
	if err := binary.Administrator(ctx, username, password); err != nil {
		return err
	}
	world, err := rig.Open(ctx, 0)
	if err != nil {
		return err
	}
	defer world.Close()
	bot, err := binary.Start(ctx)
	if err != nil {
		return err
	}
	defer bot.Stop()
	token, err := binary.Token(ctx)
	if err != nil {
		return err
	}
	door := rig.NewDoor(bot.URL, token)
	defer door.Close()
	return door.Connect(ctx, world, "feishu", "wecom", "mail")
}
