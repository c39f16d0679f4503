package store

import "ticketbell/notify"

// bells wakes the workers of each channel. The map is never changed once made.
type bells map[notify.Channel]chan struct{}

func newBells() bells {
	b := bells{}
	for _, ch := range notify.Channels() {
		b[ch] = make(chan struct{}, 1)
	}
	return b
}

// ring wakes each channel once; a bell that already rings is enough.
func (b bells) ring(channels []notify.Channel) {
	for _, ch := range channels {
		select {
		case b[ch] <- struct{}{}:
		default:
		}
	}
}

// Wake implements [notify.Queue]. All callers share the bell of a channel: a
// signal reaches one of them.
func (s *Store) Wake(ch notify.Channel) <-chan struct{} { return s.bells[ch] }
