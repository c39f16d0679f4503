package main

import (
	"context"
	"errors"
	"fmt"
	"net/http"
	"slices"
	"sync"
	"time"

	"ticketbell/bench/rig"
)

// batchSize is how many events one POST carries.
const batchSize = 100

// pass is one run of so many events.
type pass struct {
	rig.Tally

	arrived, settled, bare time.Duration
	cpu                    time.Duration // the bot's
}

// throughput posts so many events, each for one other person, who hears of it on
// WeCom and by mail, with providers that answer at once.
func throughput(ctx context.Context, o options, binary rig.Binary) (goals, error) {
	var passes []pass
	var peak, tokens, dials int
	for i := range o.runs {
		binary := binary
		binary.Dir = fmt.Sprint(binary.Dir, "-", i)
		h, err := openHouse(ctx, binary, 0, "wecom", "mail")
		if err != nil {
			return goals{}, err
		}
		p, err := h.flood(ctx, o.events)
		peak, tokens, dials = max(peak, h.bot.PeakMB()), max(tokens, h.world.TokenCalls()), max(dials, h.world.Dials())
		h.close()
		if err != nil {
			return goals{}, err
		}
		passes = append(passes, p)
	}
	return summary(o, passes, peak, tokens, dials), nil
}

func summary(o options, passes []pass, peak, tokens, dials int) goals {
	slices.SortFunc(passes, func(a, b pass) int { return int(a.arrived - b.arrived) })
	middle := passes[len(passes)/2]
	var lost, twice int
	for _, p := range passes {
		lost, twice = lost+p.Lost, twice+p.Twice+p.SameID
	}
	return goals{
		fmt.Sprintf("%d events to %d WeCom messages and %d mails, providers that answer at once (the middle of %d runs)", o.events, o.events, o.events, o.runs),
		[]goal{
			{"first POST to last message", middle.arrived.Seconds(), 1.3, "s"},
			{"first POST to everything written down", middle.settled.Seconds(), 0, "s"},
			{"CPU of the bot", middle.cpu.Seconds(), 0, "s"},
			{"best run", passes[0].arrived.Seconds(), 0, "s"},
			{"a bare loop of the same requests", middle.bare.Seconds(), 0, "s"},
			{"times the bare loop", middle.arrived.Seconds() / middle.bare.Seconds(), 0, ""},
			{"peak RSS", float64(peak), 60, "MB"},
			{"gettoken", float64(tokens), 1, ""},
			{"SMTP connections", float64(dials), 8, ""},
			{"lost", float64(lost), none, ""},
			{"twice", float64(twice), none, ""},
		},
	}
}

// flood posts the events and waits for the last message; then the same messages are
// sent once more without ticketbell.
func (h *house) flood(ctx context.Context, events int) (p pass, err error) {
	if err := h.employ(ctx, 0, events); err != nil {
		return p, err
	}
	began, worked := time.Now(), h.bot.CPU()
	if err := h.post(ctx, events); err != nil {
		return p, err
	}
	err = rig.Until(ctx, "everything arrived", 20*time.Millisecond, func() bool { return h.world.Shown() >= 2*events })
	if err == nil {
		err = h.rest(ctx)
	}
	p.settled, p.cpu = time.Since(began), h.bot.CPU()-worked
	if err != nil {
		return p, err
	}
	arrivals := h.world.Arrivals("wecom", "mail")
	p.arrived = arrivals[len(arrivals)-1].At.Sub(began)
	p.Tally = rig.Count(wanted(events), arrivals)
	p.bare, err = bareLoop(ctx, h.world)
	return p, err
}

func wanted(events int) (all []rig.Errand) {
	for n := range events {
		all = append(all, rig.Errand{Channel: "wecom", Person: n, Ticket: n}, rig.Errand{Channel: "mail", Person: n, Ticket: n})
	}
	return all
}

// post hands the events in, in batches side by side.
func (h *house) post(ctx context.Context, events int) error {
	var work sync.WaitGroup
	errs := make([]error, (events+batchSize-1)/batchSize)
	for i := range errs {
		work.Go(func() {
			var batch []any
			for n := i * batchSize; n < min((i+1)*batchSize, events); n++ {
				batch = append(batch, rig.Event(n, n))
			}
			errs[i] = h.postBatch(ctx, batch)
		})
	}
	work.Wait()
	return errors.Join(errs...)
}

func (h *house) postBatch(ctx context.Context, batch []any) error {
	var answer struct {
		Results []struct {
			Status int `json:"status"`
		} `json:"results"`
	}
	_, err := h.door.Do(ctx, http.MethodPost, "/api/v1/events:batch", map[string]any{"events": batch}, &answer)
	for i, r := range answer.Results {
		if r.Status != http.StatusAccepted {
			err = errors.Join(err, fmt.Errorf("event %d of a batch: got status %d, want 202", i, r.Status))
		}
	}
	return err
}
