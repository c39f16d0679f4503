package main

import (
	"context"
	"sync"
	"time"

	"ticketbell/bench/rig"
)

// posters is how many clients hand events in side by side.
const posters = 16

// post hands every event in, each again until it is accepted.
func (r *run) post(ctx context.Context) {
	next := make(chan int)
	var work sync.WaitGroup
	for i := range posters {
		work.Go(func() {
			for n := range next {
				r.insist(ctx, i, n)
			}
		})
	}
	for n := range r.events {
		next <- n
	}
	close(next)
	work.Wait()
}

// insist posts event n until it is accepted. One that never is, is not in r.posted.
func (r *run) insist(ctx context.Context, poster, n int) {
	_ = rig.Until(ctx, "an event is accepted", 50*time.Millisecond, func() bool {
		d, began := r.door(poster), time.Now()
		if d == nil {
			return false
		}
		accepted, status := d.Accept(ctx, rig.Event(n, n))
		r.mu.Lock()
		defer r.mu.Unlock()
		if accepted {
			r.posted[n] = began
		} else {
			r.refused[status]++
		}
		return accepted
	})
}
