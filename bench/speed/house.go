package main

import (
	"context"
	"fmt"
	"net/http"
	"os"
	"time"

	"ticketbell/bench/rig"
)

// house is a bot on SQLite with the world its channels are connected to.
type house struct {
	world *rig.World
	bot   *rig.Bot
	door  *rig.Door
}

func openHouse(ctx context.Context, binary rig.Binary, latency time.Duration, channels ...string) (h *house, err error) {
	if err := os.Mkdir(binary.Dir, 0o700); err != nil {
		return nil, fmt.Errorf("make a data directory: %w", err)
	}
	h = &house{}
	if h.world, err = rig.Open(ctx, latency); err != nil {
		return nil, err
	}
	if h.bot, err = binary.Start(ctx); err != nil {
		h.close()
		return nil, err
	}
	token, err := binary.Token(ctx)
	if err != nil {
		h.close()
		return nil, err
	}
	h.world.Answers(h.bot.URL)
	h.door = rig.NewDoor(h.bot.URL, token)
	if err := h.door.Connect(ctx, h.world, channels...); err != nil {
		h.close()
		return nil, err
	}
	return h, nil
}

// employ gives people from to to-1 an account, so that nobody has to be looked up.
func (h *house) employ(ctx context.Context, from, to int) error {
	for n := from; n < to; n++ {
		h.world.Hire(n)
		if _, err := h.door.Do(ctx, http.MethodPost, "/api/v1/users", rig.Account(n), nil); err != nil {
			return err
		}
	}
	return nil
}

// rest waits until ticketbell has written down that everything arrived.
func (h *house) rest(ctx context.Context) error {
	return rig.Until(ctx, "everything is settled", 20*time.Millisecond, func() bool {
		settled, err := h.door.Settled(ctx)
		return err == nil && settled
	})
}

func (h *house) close() {
	if h.door != nil {
		h.door.Close()
	}
	if h.bot != nil {
		h.bot.Stop()
	}
	h.world.Close()
}
