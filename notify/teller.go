package notify

import (
	"cmp"
	"context"
	"errors"
	"fmt"
	"time"
)

// Teller writes to one person outside of any delivery: what they asked for, or what
// became of what they pressed. It keeps the limits that deliveries keep.
type Teller struct {
	Channels Switchboard
	// Pacer keeps the provider's limits; nil is [Unlimited].
	Pacer Pacer
	// Daybook keeps the limit of a day; nil keeps none.
	Daybook Daybook
}

// errCrowded says that a limit leaves no room for an answer while somebody waits for it.
var errCrowded = errors.New("the limit of the channel leaves no room now")

// Tell sends m to the address on the channel, once. m.Notice names the message, so
// that a provider can recognise a repeat. Where a limit leaves no room it waits as long as
// a call may take.
func (t *Teller) Tell(ctx context.Context, ch Channel, address string, m Message) error {
	m.To, m.Answer = []Recipient{{Key: m.Notice, Address: address}}, true
	err := t.Reach(ctx, ch, address, func(ctx context.Context, s Sender) error {
		return whole(s.Send(ctx, m), 1)[0].Err
	})
	if err != nil {
		return fmt.Errorf("write on %s: %w", ch, err)
	}
	return nil
}

// Reach has send write to the address on the channel once there is room for it.
func (t *Teller) Reach(ctx context.Context, ch Channel, address string, send func(context.Context, Sender) error) error {
	line, err := t.Channels.Line(ctx, ch)
	if err != nil {
		return err
	}
	ctx, cancel := context.WithTimeout(ctx, SendTime)
	defer cancel()
	spent, err := t.enter(ctx, ch, address, line.Limits)
	if err != nil {
		return err
	}
	err = send(ctx, line.Sender)
	if err != nil && !Unknown(err) && spent.N > 0 {
		return errors.Join(err, t.Daybook.Unspend(context.WithoutCancel(ctx), ch, spent, spent.N))
	}
	return err
}

// enter waits for a place with the channel and the person, and enters the message on
// the day.
func (t *Teller) enter(ctx context.Context, ch Channel, address string, lim Limits) (Spent, error) {
	for {
		wait := t.ask(ctx, ch, address, lim)
		if wait == 0 {
			break
		}
		if end, ok := ctx.Deadline(); ok && time.Until(end) < wait {
			return Spent{}, After(wait, errCrowded)
		}
		select {
		case <-time.After(wait):
		case <-ctx.Done():
			return Spent{}, ctx.Err()
		}
	}
	if lim.PerDay <= 0 || t.Daybook == nil {
		return Spent{}, nil
	}
	spent, err := t.Daybook.Spend(ctx, ch, lim.PerDay, 1)
	if err == nil && spent.N == 0 {
		err = After(spent.Wait, errCrowded)
	}
	if err != nil {
		t.pacer().Return(ctx, ch, lim, 1)
	}
	return spent, err
}

// ask takes a place, or returns how long to wait for one.
func (t *Teller) ask(ctx context.Context, ch Channel, address string, lim Limits) (wait time.Duration) {
	granted, wait := t.pacer().Calls(ctx, ch, lim, 1)
	if granted == 0 {
		return wait
	}
	if granted, wait = t.pacer().Person(ctx, ch, address, lim, 1); granted == 0 {
		t.pacer().Return(ctx, ch, lim, 1)
		return wait
	}
	return 0
}

func (t *Teller) pacer() Pacer { return cmp.Or[Pacer](t.Pacer, Unlimited{}) }
