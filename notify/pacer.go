package notify

import (
	"context"
	"time"
)

// Limits are how much a channel may be asked for. Zero is unlimited.
type Limits struct {
	// PerSecond and PerMinute count messages of the whole app.
	PerSecond, PerMinute int
	// PersonPerSecond, PersonPerMinute and PersonPerHour count messages to one person.
	PersonPerSecond, PersonPerMinute, PersonPerHour int
	// PerDay counts the people messages go to, one by one, in a calendar day, see [Day].
	PerDay int
}

// calls reports whether the calls of the whole app are limited.
func (l Limits) calls() bool { return l.PerSecond > 0 || l.PerMinute > 0 }

// ProviderLimits are the figures the provider itself keeps (feishu.md 5.3, wecom.md 5).
// WeCom drops what exceeds its own without an error, so they are kept by us first. What it
// allows in a day depends on the size of the account, which nobody tells us.
func ProviderLimits(ch Channel) Limits {
	switch ch {
	case Feishu:
		return Limits{PerSecond: 50, PerMinute: 1000, PersonPerSecond: 5}
	case WeCom:
		return Limits{PersonPerMinute: 30, PersonPerHour: 1000}
	default:
		return Limits{}
	}
}

// Pacer keeps a channel's limits, so that the provider need not. A place it grants
// is used up. It never fails: when what it shares with other replicas is out of
// reach it goes on alone.
type Pacer interface {
	// Calls asks for n places on the channel, and gets as many as are free now; when
	// that is none, wait is how long until one is.
	Calls(ctx context.Context, ch Channel, l Limits, n int) (granted int, wait time.Duration)
	// Return gives n places on the channel back that were granted and not used.
	Return(ctx context.Context, ch Channel, l Limits, n int)
	// Person asks for n places with one person of the channel.
	Person(ctx context.Context, ch Channel, address string, l Limits, n int) (granted int, wait time.Duration)
}

// Unlimited is a pacer that grants everything.
type Unlimited struct{}

// Calls grants n places.
func (Unlimited) Calls(_ context.Context, _ Channel, _ Limits, n int) (int, time.Duration) {
	return n, 0
}

// Return does nothing.
func (Unlimited) Return(context.Context, Channel, Limits, int) {}

// Person grants n places.
func (Unlimited) Person(_ context.Context, _ Channel, _ string, _ Limits, n int) (int, time.Duration) {
	return n, 0
}
