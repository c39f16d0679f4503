package notify

import (
	"context"
	"fmt"
)

// Teller writes to one person outside of any delivery: what they asked for, or what
// became of what they pressed.
type Teller struct{ Channels Switchboard }

// Tell sends m to the address on the channel, once. m.Notice names the message, so
// that a provider can recognise a repeat.
func (t *Teller) Tell(ctx context.Context, ch Channel, address string, m Message) error {
	line, err := t.Channels.Line(ctx, ch)
	if err != nil {
		return fmt.Errorf("write on %s: %w", ch, err)
	}
	m.To, m.Answer = []Recipient{{Key: m.Notice, Address: address}}, true
	ctx, cancel := context.WithTimeout(ctx, SendTime)
	defer cancel()
	if err := whole(line.Sender.Send(ctx, m), 1)[0].Err; err != nil {
		return fmt.Errorf("write on %s: %w", ch, err)
	}
	return nil
}
