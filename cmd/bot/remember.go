package main

import (
	"context"
	"time"

	"ticketbell/notify"
	"ticketbell/pace"
	"ticketbell/store"
)

// remembering returns limits that know what went out before the start.
func remembering(ctx context.Context, db *store.Store, now func() time.Time) (*pace.Local, error) {
	own, at := pace.New(now), now()
	for _, ch := range notify.Channels() {
		used := pace.Used{At: at, Person: map[time.Duration]int{}, Calls: map[time.Duration]int{}}
		for _, span := range []time.Duration{time.Second, time.Minute, time.Hour} {
			most, all, err := db.SentTo(ctx, ch, at.Add(-span))
			if err != nil {
				return nil, err
			}
			used.Person[span], used.Calls[span] = most, all
		}
		own.Remember(ch, used)
	}
	return own, nil
}
