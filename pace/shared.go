package pace

import (
	"context"
	"crypto/hmac"
	"crypto/sha256"
	"encoding/hex"
	"fmt"
	"log/slog"
	"math"
	"slices"
	"sync/atomic"
	"time"

	"github.com/go-redis/redis_rate/v10"
	"github.com/redis/go-redis/v9"

	"ticketbell/notify"
)

const (
	// askTime bounds what one question may cost, all its windows together.
	askTime = 100 * time.Millisecond
	// warnEvery is how often a Redis that fails is spoken of.
	warnEvery = time.Minute
)

// Shared is a [notify.Pacer] that counts in Redis, together with every replica
// that uses the same Redis and key. It is safe for use by many goroutines.
//
// Its Local is asked first, so that this replica alone never exceeds a limit, even
// when Redis fails, is slow, or comes back empty. While Redis is out of reach each
// replica keeps the whole limit by itself.
type Shared struct {
	local   *Local
	limiter *redis_rate.Limiter
	key     []byte
	log     *slog.Logger
	askTime time.Duration // what one question may cost

	breaker breaker
	warned  atomic.Int64 // the last warning, Unix nanoseconds
}

var _ notify.Pacer = (*Shared)(nil)

// NewShared returns a Shared on rdb, best from [DialRedis]: only a client with
// ContextTimeoutEnabled gives up in time. Redis keeps an address only as its HMAC
// under key, which all replicas must have in common.
func NewShared(rdb redis.UniversalClient, fallback *Local, key []byte, log *slog.Logger) *Shared {
	return &Shared{local: fallback, limiter: redis_rate.NewLimiter(rdb), key: slices.Clone(key), log: log, askTime: askTime}
}

// Calls asks for n places on the channel. When fewer are granted, wait is how long
// until there is one more, if no other replica takes it.
func (s *Shared) Calls(ctx context.Context, ch notify.Channel, lim notify.Limits, n int) (granted int, wait time.Duration) {
	return s.ask(ctx, place{channel: ch}, callWindows(lim), n)
}

// Person asks for n places with one person of the channel. When fewer are granted,
// wait is how long until there is one more, if no other replica takes it.
func (s *Shared) Person(ctx context.Context, ch notify.Channel, address string, lim notify.Limits, n int) (granted int, wait time.Duration) {
	return s.ask(ctx, place{channel: ch, person: true, address: address}, personWindows(lim), n)
}

// Return gives n places on the channel back that were granted and not used.
func (s *Shared) Return(ctx context.Context, ch notify.Channel, lim notify.Limits, n int) {
	p, ws := place{channel: ch}, callWindows(lim)
	s.local.put(p, n)
	if n <= 0 || ws.unlimited() || !s.breaker.pass(s.local.now()) {
		return
	}
	ctx, cancel := context.WithTimeout(ctx, s.askTime)
	defer cancel()
	for _, w := range ws {
		if err := s.giveBack(ctx, p, w, n); err != nil {
			s.failed(ctx, err)
			return
		}
	}
}

// giveBack asks for less than nothing, which redis_rate reckons as it should, unless
// that would be more than is in use by now: then it keeps everything, and is asked
// again for what is.
func (s *Shared) giveBack(ctx context.Context, p place, w window, n int) error {
	if w.unlimited() {
		return nil
	}
	lim := w.bucket().inRedis()
	each := lim.Period / time.Duration(lim.Rate)
	res, err := s.limiter.AllowN(ctx, s.name(p, w), lim, -n)
	if err != nil || res.ResetAfter > 0 {
		return err
	}
	if used := int((res.ResetAfter + time.Duration(n)*each - 1) / each); used > 0 {
		_, err = s.limiter.AllowN(ctx, s.name(p, w), lim, -used)
	}
	return err
}

func (s *Shared) ask(ctx context.Context, p place, ws windows, n int) (granted int, wait time.Duration) {
	granted, wait = s.local.ask(p, ws, n)
	if granted == 0 || ws.unlimited() || !s.breaker.pass(s.local.now()) {
		return granted, wait
	}
	together, longer, err := s.take(ctx, p, ws, granted)
	if err != nil {
		s.failed(ctx, err)
		return granted, wait
	}
	s.local.put(p, granted-together)
	if s.breaker.worked() {
		s.log.InfoContext(ctx, "redis answers again: limits are kept together")
	}
	return together, max(wait, longer)
}

// take uses up to n places in Redis. The windows are asked one after the other,
// because a place of the next is worth something only if this one grants it; the
// shortest goes first, because what is granted there and refused further on is
// lost, and a short window gains it back soonest. redis_rate reads each answer
// before it returns, so the questions cannot travel together.
func (s *Shared) take(ctx context.Context, p place, ws windows, n int) (granted int, wait time.Duration, err error) {
	ctx, cancel := context.WithTimeout(ctx, s.askTime)
	defer cancel()
	for _, w := range ws {
		if w.unlimited() {
			continue
		}
		lim := w.bucket().inRedis()
		res, err := s.limiter.AllowAtMost(ctx, s.name(p, w), lim, n)
		if err != nil {
			return 0, 0, fmt.Errorf("ask redis for places on %s: %w", p.channel, err)
		}
		if res.Allowed < n { // some: the window is empty now, and tells no time
			wait = max(wait, lim.Period/time.Duration(lim.Rate))
		}
		if res.RetryAfter > 0 { // none
			wait = max(wait, res.RetryAfter)
		}
		n = res.Allowed
	}
	return n, wait, nil
}

// inRedis is the bucket for redis_rate, with the time for one place rounded up to
// whole 2^-20 s. redis_rate reckons in seconds since 2017 as floating point, where
// such times are exact. Otherwise a burst of one can come out as 0.9999999 and is
// refused for ever, as v10.0.1 does at five a second.
func (b bucket) inRedis() redis_rate.Limit {
	const grid = time.Second >> 9 // the smallest power of two that is whole nanoseconds
	each := math.Ceil(float64(1<<20) / b.perSecond())
	return redis_rate.Limit{Burst: b.burst, Rate: 1 << 11, Period: time.Duration(each) * grid}
}

// name is the key of a window in Redis, behind redis_rate's own "rate:". It says
// nothing of who it is for. A small limit is part of it: redis_rate remembers what
// was used as the time it takes to gain it back, and whoever raises one an hour to
// a hundred shall not wait that hour.
func (s *Shared) name(p place, w window) string {
	mac := hmac.New(sha256.New, s.key)
	fmt.Fprintf(mac, "%s\x00%t\x00%s", p.channel, p.person, p.address)
	name := "ticketbell:pace:" + string(p.channel) + ":" + hex.EncodeToString(mac.Sum(nil)) + ":" + w.per.String()
	if w.limit < small {
		name += fmt.Sprintf(":%d", w.limit)
	}
	return name
}

// failed leaves Redis alone for a while. A caller who gave up says nothing of Redis.
func (s *Shared) failed(ctx context.Context, err error) {
	if ctx.Err() != nil {
		return
	}
	now := s.local.now()
	s.breaker.failed(now)
	last := s.warned.Load()
	if last != 0 && now.Sub(time.Unix(0, last)) < warnEvery || !s.warned.CompareAndSwap(last, now.UnixNano()) {
		return
	}
	s.log.WarnContext(ctx, "redis does not answer: each replica keeps the limits by itself", "error", err)
}
