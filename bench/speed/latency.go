package main

import (
	"context"
	"fmt"
	"time"

	"ticketbell/bench/rig"
)

// latency is how long each provider takes for a message.
const latency = 20 * time.Millisecond

func everyChannel() []string { return []string{"feishu", "wecom", "mail"} }

// fewPeople is a notice as most are: three people on three channels.
func fewPeople(ctx context.Context, o options, binary rig.Binary) (goals, error) {
	return notices(ctx, o, binary, 3, 45)
}

// manyPeople is a notice to a whole team on three channels.
func manyPeople(ctx context.Context, o options, binary rig.Binary) (goals, error) {
	return notices(ctx, o, binary, 20, 90)
}

// notices posts one event after the other, each when the one before has arrived, and
// takes the time from its POST to its last message. Each is for other people: no
// provider would let the same ones be written to as often.
func notices(ctx context.Context, o options, binary rig.Binary, people int, most float64) (goals, error) {
	h, err := openHouse(ctx, binary, latency, everyChannel()...)
	if err != nil {
		return goals{}, err
	}
	defer h.close()
	if err := h.employ(ctx, 0, o.notices*people); err != nil {
		return goals{}, err
	}
	var took []time.Duration
	for n := range o.notices {
		d, err := h.notice(ctx, n, people)
		if err != nil {
			return goals{}, err
		}
		if n >= warmUp {
			took = append(took, d)
		}
	}
	return goals{
		fmt.Sprintf("one event to %d people on 3 channels, providers that take %s, %d times", people, latency, len(took)),
		[]goal{
			{"POST to last message, p50", millis(rig.Percentile(took, 50)), most, "ms"},
			{"p90", millis(rig.Percentile(took, 90)), 0, "ms"},
			{"p99", millis(rig.Percentile(took, 99)), 0, "ms"},
			{"fastest", millis(rig.Percentile(took, 0)), 0, "ms"},
		},
	}, nil
}

// warmUp is how many notices are not counted: the first ones sign in everywhere.
const warmUp = 10

func (h *house) notice(ctx context.Context, n, people int) (time.Duration, error) {
	var reviewers []int
	for p := range people {
		reviewers = append(reviewers, n*people+p)
	}
	want := len(everyChannel()) * people * (n + 1)
	began := time.Now()
	if accepted, status := h.door.Accept(ctx, rig.Event(n, reviewers...)); !accepted {
		return 0, fmt.Errorf("event %d was answered %d", n, status)
	}
	if err := rig.Until(ctx, fmt.Sprintf("notice %d arrived", n), time.Millisecond, func() bool { return h.world.Shown() >= want }); err != nil {
		return 0, err
	}
	arrivals := h.world.Arrivals(everyChannel()...)
	return arrivals[len(arrivals)-1].At.Sub(began), h.rest(ctx)
}
