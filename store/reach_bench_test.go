package store_test

import (
	"fmt"
	"testing"

	"ticketbell/notify"
	"ticketbell/ticket"
)

// BenchmarkCensus counts whom no channel reaches among 10,000 people, every tenth of whom
// a provider did not find, as each overview and each open page does every few seconds.
func BenchmarkCensus(b *testing.B) {
	for engine, url := range benchURLs() {
		b.Run(engine, func(b *testing.B) {
			s := open(b, url(b))
			switchOn(b, s, notify.Feishu, notify.WeCom)
			var misses []notify.Miss
			for i := range 10_000 {
				u := ticket.User{Person: ticket.Person{Username: fmt.Sprintf("u%05d", i), Email: fmt.Sprintf("u%05d@corp.com", i)}, Role: ticket.Member}
				createUser(b, s, u)
				for _, ch := range []notify.Channel{notify.Feishu, notify.WeCom} {
					if i%10 == 0 {
						misses = append(misses, notify.Miss{Channel: ch, App: "app", Kind: "email", Value: u.Email, At: noon, Times: 1})
					}
				}
			}
			if err := s.KeepMisses(b.Context(), misses); err != nil {
				b.Fatal(err)
			}
			for b.Loop() {
				if c, err := s.Census(b.Context()); err != nil || c.Unreachable != 1000 {
					b.Fatalf("got %+v, %v; want 1,000 whom nothing reaches", c, err)
				}
			}
		})
	}
}
