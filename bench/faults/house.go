package main

import (
	"context"
	"errors"
	"fmt"
	"net/http"
	"os"

	"ticketbell/bench/rig"
)

// furnish opens the world, starts database and bots, and makes everybody known.
func (r *run) furnish(ctx context.Context) (err error) {
	if r.world, err = rig.Open(ctx, 0); err != nil {
		return err
	}
	r.world.Counted = r.row.redis
	if err := os.Mkdir(r.binary.Dir, 0o711); err != nil {
		return fmt.Errorf("make a data directory: %w", err)
	}
	if err := r.startServers(ctx); err != nil {
		return err
	}
	for range max(r.row.replicas, 1) {
		if err := r.start(ctx); err != nil {
			return err
		}
	}
	if err := r.door(0).Connect(ctx, r.world, channels()...); err != nil {
		return err
	}
	return r.introduce(ctx)
}

func (r *run) startServers(ctx context.Context) (err error) {
	if r.engine == postgres {
		if r.database, err = rig.StartPostgres(ctx, r.binary.Dir+"-postgres"); err != nil {
			return err
		}
		r.binary.DatabaseURL = r.database.URL
	}
	if r.row.redis {
		if r.redis, err = rig.StartRedis(ctx, r.binary.Dir+"-redis"); err != nil {
			return err
		}
		r.binary.RedisURL = r.redis.URL
	}
	return nil
}

// start adds a process; all are used with the token of the first.
func (r *run) start(ctx context.Context) error {
	bot, err := r.binary.Start(ctx)
	if err != nil {
		return err
	}
	if r.token == "" {
		if r.token, err = r.binary.Token(ctx); err != nil {
			bot.Kill()
			return err
		}
	}
	r.mu.Lock()
	defer r.mu.Unlock()
	r.bots, r.doors = append(r.bots, bot), append(r.doors, rig.NewDoor(bot.URL, r.token))
	return nil
}

// introduce gives every second person an account; the others stay strangers.
func (r *run) introduce(ctx context.Context) error {
	for n := range r.events {
		r.world.Hire(n)
		if n%2 == 1 {
			continue
		}
		if _, err := r.door(0).Do(ctx, http.MethodPost, "/api/v1/users", rig.Account(n), nil); err != nil {
			return err
		}
	}
	return nil
}

// door is that of one of the bots that live; nil while none does.
func (r *run) door(i int) *rig.Door {
	r.mu.Lock()
	defer r.mu.Unlock()
	if len(r.doors) == 0 {
		return nil
	}
	return r.doors[i%len(r.doors)]
}

// kill ends the first bot without a warning.
func (r *run) kill() {
	r.mu.Lock()
	defer r.mu.Unlock()
	r.peakMB = max(r.peakMB, r.bots[0].PeakMB())
	r.bots[0].Kill()
	r.doors[0].Close()
	r.bots, r.doors = r.bots[1:], r.doors[1:]
}

func (r *run) close(ctx context.Context) error {
	for i, bot := range r.bots {
		r.doors[i].Close()
		bot.Stop()
	}
	if r.world != nil {
		r.world.Close()
	}
	var errs []error
	for _, server := range []*rig.Server{r.database, r.redis} {
		if server != nil {
			errs = append(errs, server.Stop(ctx))
		}
	}
	return errors.Join(errs...)
}
