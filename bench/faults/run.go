package main

import (
	"context"
	"errors"
	"fmt"
	"sync"
	"time"

	"ticketbell/bench/rig"
)

// patience is how long a row may take before what is missing counts as lost.
const patience = 5 * time.Minute

// channels are all on in every row.
func channels() []string { return []string{"wecom", "feishu", "mail"} }

// run is one row being played.
type run struct {
	row    row
	engine engine
	events int
	binary rig.Binary

	world    *rig.World
	database *rig.Server // nil: SQLite
	redis    *rig.Server // nil: none
	token    string

	mu      sync.Mutex // guards the fields below while posters work
	bots    []*rig.Bot
	doors   []*rig.Door
	posted  map[int]time.Time // when the POST began that was answered with yes
	refused map[int]int       // other answers, by status; 0 is none
	peakMB  int

	notes, broken []string // the strike's, then the run's
}

// play plays the row from an empty house to the last message.
func (r *run) play(parent context.Context) (result, error) {
	ctx, cancel := context.WithTimeout(parent, patience)
	defer cancel()
	r.posted, r.refused = map[int]time.Time{}, map[int]int{}
	if err := r.furnish(ctx); err != nil {
		return result{}, errors.Join(err, r.close(ctx))
	}
	began := time.Now()
	var work sync.WaitGroup
	work.Go(func() { r.post(ctx) })
	var struck error
	if r.row.strike != nil {
		work.Go(func() { struck = r.row.strike(ctx, r) })
	}
	work.Wait()
	for _, err := range []error{struck, r.rest(ctx)} {
		if err != nil { // what is missing is counted; an error says what was waited for
			r.broken = append(r.broken, err.Error())
		}
	}
	got := r.result(time.Since(began))
	return got, errors.Join(parent.Err(), r.close(ctx))
}

// rest waits until everything arrived, and until ticketbell knows it.
func (r *run) rest(ctx context.Context) error {
	asked := time.Now()
	return rig.Until(ctx, "everything is settled", 20*time.Millisecond, func() bool {
		if r.world.Received(channels()...) < len(channels())*r.events && time.Since(asked) < time.Second {
			return false // who works is not to be disturbed
		}
		asked = time.Now()
		settled, err := r.door(0).Settled(ctx)
		return err == nil && settled
	})
}

// arrived waits until a share of what a channel must receive is there.
func (r *run) arrived(ctx context.Context, channel string, share float64) error {
	want := int(share * float64(r.events))
	return rig.Until(ctx, fmt.Sprintf("%d messages arrived on %s", want, channel), 5*time.Millisecond, func() bool {
		return r.world.Received(channel) >= want
	})
}

// notef adds a remark to the row, mustf one that breaks it unless ok.
func (r *run) notef(format string, args ...any) {
	r.notes = append(r.notes, fmt.Sprintf(format, args...))
}

func (r *run) mustf(ok bool, format string, args ...any) {
	if !ok {
		r.broken = append(r.broken, fmt.Sprintf(format, args...))
	}
}
