package main

import (
	"context"
	"errors"
	"fmt"
	"net/http"
	"sync"
	"time"

	"ticketbell/bench/rig"
)

const (
	// crowd is how many events go out while people press, on two channels each.
	crowd = 1000
	// stuffy is how long a provider takes for a message meanwhile, so that the queue
	// stays long.
	stuffy = 100 * time.Millisecond
	// pressEvery is the time between two presses.
	pressEvery = 10 * time.Millisecond
	// team is how many people review a ticket together.
	team = 20
)

// toasts has people approve tickets on their cards, a hundred a second, while a long
// queue waits, and takes the time until each sees the toast.
func toasts(ctx context.Context, o options, binary rig.Binary) (goals, error) {
	h, err := openHouse(ctx, binary, stuffy, "feishu", "mail")
	if err != nil {
		return goals{}, err
	}
	defer h.close()
	if err := h.tickets(ctx, o.presses, 1); err != nil {
		return goals{}, err
	}
	if err := h.post(ctx, crowd); err != nil {
		return goals{}, err
	}
	took, err := h.approveAll(ctx)
	if err != nil {
		return goals{}, err
	}
	waiting, err := h.door.Count(ctx, "queued", crowd)
	return goals{
		fmt.Sprintf("%d presses on Feishu's cards, one each %s, while %d deliveries are in the queue", len(took), pressEvery, 2*crowd),
		[]goal{
			{"press to toast, p99", millis(rig.Percentile(took, 99)), 300, "ms"},
			{"p50", millis(rig.Percentile(took, 50)), 0, "ms"},
			{"slowest", millis(rig.Percentile(took, 100)), 0, "ms"},
			{fmt.Sprintf("deliveries that still wait at the end (of %d looked at)", crowd), float64(waiting), 0, ""},
		},
	}, err
}

// tickets opens tickets that so many people review together, and waits for their cards.
func (h *house) tickets(ctx context.Context, n, people int) error {
	if err := h.employ(ctx, 0, people); err != nil {
		return err
	}
	var members []string
	for p := range people {
		members = append(members, rig.PersonOf(p))
	}
	flow := map[string]any{"key": "bench", "name": "bench", "projects": []string{"bench"}, "steps": []any{
		map[string]any{"name": "review", "kind": "review", "members": members},
		map[string]any{"name": "run", "kind": "execute", "members": members[:1]},
	}}
	if _, err := h.door.Do(ctx, http.MethodPut, "/api/v1/flows/bench", flow, nil); err != nil {
		return err
	}
	for i := range n {
		if err := h.open(ctx, i); err != nil {
			return err
		}
	}
	return rig.Until(ctx, "every card is out", 20*time.Millisecond, func() bool { return len(h.world.Approvable()) == n*people })
}

func (h *house) open(ctx context.Context, n int) error {
	t := map[string]any{"title": rig.TitleOf(n), "project": "bench", "creator": rig.PersonOf(0), "url": "https://tickets.example.com"}
	_, err := h.door.Do(ctx, http.MethodPost, "/api/v1/tickets", t, nil)
	return err
}

// approveAll approves every card there is, one after the other without waiting for the
// toast of the one before.
func (h *house) approveAll(ctx context.Context) ([]time.Duration, error) {
	cards := h.world.Approvable()
	took, errs := make([]time.Duration, len(cards)), make([]error, len(cards))
	tick := time.NewTicker(pressEvery)
	defer tick.Stop()
	var presses sync.WaitGroup
	for i, m := range cards {
		<-tick.C
		presses.Go(func() { took[i], errs[i] = h.world.Approve(ctx, m) })
	}
	presses.Wait()
	return took, errors.Join(errs...)
}

// copies has one of a team approve a ticket, and takes the time until none of their
// cards offers the decision any more.
func copies(ctx context.Context, o options, binary rig.Binary) (goals, error) {
	h, err := openHouse(ctx, binary, latency, "feishu")
	if err != nil {
		return goals{}, err
	}
	defer h.close()
	var took []time.Duration
	for range max(1, o.presses/10) {
		d, err := h.decide(ctx, len(took))
		if err != nil {
			return goals{}, err
		}
		took = append(took, d)
	}
	return goals{
		fmt.Sprintf("one press on a card of %d people, a provider that takes %s, %d times", team, latency, len(took)),
		[]goal{
			{"press to the last copy, slowest", millis(rig.Percentile(took, 100)), 2000, "ms"},
			{"p50", millis(rig.Percentile(took, 50)), 0, "ms"},
		},
	}, nil
}

func (h *house) decide(ctx context.Context, n int) (time.Duration, error) {
	if n == 0 {
		if err := h.tickets(ctx, 1, team); err != nil {
			return 0, err
		}
	} else if err := h.open(ctx, n); err != nil {
		return 0, err
	}
	err := rig.Until(ctx, "every card is out", time.Millisecond, func() bool { return len(h.world.Approvable()) == team })
	if err != nil {
		return 0, err
	}
	began := time.Now()
	if _, err := h.world.Approve(ctx, h.world.Approvable()[0]); err != nil {
		return 0, err
	}
	err = rig.Until(ctx, "every copy is decided", time.Millisecond, func() bool { return len(h.world.Approvable()) == 0 })
	return time.Since(began), errors.Join(err, h.rest(ctx))
}
