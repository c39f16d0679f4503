package mail

import (
	"context"
	"errors"
	"net/textproto"
	"sync"
)

// signInDesk lets one connection sign in at a time. Whoever was on the way when the
// server refused the credentials takes that answer: a wrong password is tried once,
// however many mails wait, before the server bars us.
type signInDesk struct {
	turn chan struct{}

	mu     sync.Mutex
	count  int   // of refusals so far
	latest error // the last of them
}

func newSignInDesk() *signInDesk { return &signInDesk{turn: make(chan struct{}, 1)} }

// refusals counts how often the credentials were refused so far.
func (d *signInDesk) refusals() int {
	d.mu.Lock()
	defer d.mu.Unlock()
	return d.count
}

// signIn tries the credentials, unless they were refused since came refusals.
func (d *signInDesk) signIn(ctx context.Context, came int, try func() error) error {
	select {
	case d.turn <- struct{}{}:
	case <-ctx.Done():
		return ctx.Err()
	}
	defer func() { <-d.turn }()
	d.mu.Lock()
	refused := d.latest
	if d.count == came {
		refused = nil
	}
	d.mu.Unlock()
	if refused != nil {
		return refused
	}
	err := try()
	if r, ok := errors.AsType[*textproto.Error](err); ok && r.Code >= 500 {
		d.mu.Lock()
		defer d.mu.Unlock()
		d.count, d.latest = d.count+1, err
	}
	return err
}
