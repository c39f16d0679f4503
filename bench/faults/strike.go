package main

import (
	"context"
	"fmt"
	"os/exec"
	"strconv"
	"time"

	"ticketbell/bench/rig"
	"ticketbell/sandbox"
)

// strike breaks something while a run goes on.
type strike func(ctx context.Context, r *run) error

// third is how much has arrived when a strike begins.
const third = 1.0 / 3

// fault lets a provider misbehave.
func fault(f sandbox.Fault) strike {
	return func(ctx context.Context, r *run) error {
		if err := r.arrived(ctx, f.Channel, third); err != nil {
			return err
		}
		r.world.Faults.Set(f)
		return nil
	}
}

// silence lets the mail server take connections and never answer, until WeCom has
// received everything: what it does to the others shows in WeCom's p99.
func silence(ctx context.Context, r *run) error {
	if err := r.arrived(ctx, "mail", third); err != nil {
		return err
	}
	r.world.Faults.Set(sandbox.Fault{Channel: "mail", Name: "timeout"})
	if err := r.arrived(ctx, "wecom", 1); err != nil {
		return err
	}
	r.notef("%d mails had arrived when WeCom had everything", r.world.Received("mail"))
	r.world.Faults.Clear("mail")
	return nil
}

// appLimit lets WeCom refuse the whole app for a minute (45009), as the provider does. A
// sender who waits meets only what it had under way; one who goes on meets hundreds.
func appLimit(ctx context.Context, r *run) error {
	if err := r.arrived(ctx, "wecom", third); err != nil {
		return err
	}
	r.world.Faults.Set(sandbox.Fault{Channel: "wecom", Name: "rate_limited", Times: limitHits})
	refused := func() int { return limitHits - leftOf(r.world.Faults, "wecom") }
	if err := rig.Until(ctx, "WeCom refuses the app", time.Millisecond, func() bool { return refused() > 0 }); err != nil {
		return err
	}
	if err := wait(ctx, limitLasts-time.Second); err != nil { // the sender's minute began a little later
		return err
	}
	met := refused()
	r.world.Faults.Clear("wecom")
	r.notef("%d calls refused within the minute, at most %d", met, atOnce)
	r.mustf(met <= atOnce, "calls while the whole app had to wait: %d refused, at most %d", met, atOnce)
	return nil
}

// leftOf is how often the channel's fault will still strike.
func leftOf(faults *sandbox.Faults, channel string) int {
	for _, f := range faults.Active() {
		if f.Channel == channel {
			return f.Times
		}
	}
	return 0
}

// wrongSecret lets WeCom refuse the secret (40001) for a while; then the right one is
// saved, and what waited must go out.
func wrongSecret(ctx context.Context, r *run) error {
	if err := r.arrived(ctx, "wecom", third); err != nil {
		return err
	}
	before := r.world.TokenCalls()
	r.world.Faults.Set(sandbox.Fault{Channel: "wecom", Name: "wrong_secret"})
	if err := wait(ctx, 5*time.Second); err != nil {
		return err
	}
	asked := r.world.TokenCalls() - before
	r.notef("%d gettoken/2 while the secret was wrong", asked)
	r.mustf(asked >= 1 && asked <= 2, "gettoken while the secret was wrong: %d, 1 or 2 expected", asked)
	there := r.world.Received("wecom")
	r.mustf(there < r.events, "everything had arrived before the secret was wrong")

	r.world.Faults.Clear("wecom")
	began := time.Now()
	if err := r.door(0).Connect(ctx, r.world, "wecom"); err != nil {
		return err
	}
	if err := rig.Until(ctx, "WeCom hears of it again", time.Millisecond, func() bool { return r.world.Received("wecom") > there }); err != nil {
		return err
	}
	first := time.Since(began)
	if err := r.arrived(ctx, "wecom", 1); err != nil {
		return err
	}
	all := time.Since(began)
	r.notef("mended: %d waiting, the first out after %s, the last after %s", r.events-there, millis(first), millis(all))
	r.mustf(first <= mended, "the first message after the mending: %s, at most %s", millis(first), millis(mended))
	return nil
}

// powerCut kills the bot in mid-run and starts it again on what it left behind.
func powerCut(ctx context.Context, r *run) error {
	if err := r.arrived(ctx, "mail", third); err != nil {
		return err
	}
	began := time.Now()
	r.kill()
	if err := r.start(ctx); err != nil {
		return err
	}
	return r.back(ctx, began)
}

// replicaKilled kills one of two bots; the other has to do its work too.
func replicaKilled(ctx context.Context, r *run) error {
	if err := r.arrived(ctx, "mail", third); err != nil {
		return err
	}
	began := time.Now()
	r.kill()
	return r.back(ctx, began)
}

// back waits until everything has arrived, and notes how long after the kill that was.
func (r *run) back(ctx context.Context, began time.Time) error {
	up := time.Since(began)
	for _, ch := range channels() {
		if err := r.arrived(ctx, ch, 1); err != nil {
			return err
		}
	}
	all := time.Since(began)
	r.notef("serving again %.1f s after the kill, the last message out after %.1f s/%.0f", up.Seconds(), all.Seconds(), backAtWork.Seconds())
	r.mustf(all <= backAtWork, "the last message after the kill: %.1f s, at most %.0f", all.Seconds(), backAtWork.Seconds())
	return nil
}

// databaseRestart breaks PostgreSQL off and starts it again.
func databaseRestart(ctx context.Context, r *run) error {
	if err := r.arrived(ctx, "mail", third); err != nil {
		return err
	}
	began := time.Now()
	if err := r.database.Restart(ctx); err != nil {
		return err
	}
	r.notef("PostgreSQL was away for %.1f s", time.Since(began).Seconds())
	return nil
}

// redisStopped stops Redis and starts it again, empty. Everything else must have
// gone on meanwhile.
func redisStopped(ctx context.Context, r *run) error {
	if err := r.arrived(ctx, "mail", third); err != nil {
		return err
	}
	began := time.Now()
	if err := r.redis.Stop(ctx); err != nil {
		return err
	}
	for _, ch := range channels() {
		if err := r.arrived(ctx, ch, 1); err != nil {
			return err
		}
	}
	all := time.Since(began)
	r.notef("everything out %.1f s after Redis went, before it came back", all.Seconds())
	r.mustf(all < redisAway, "the messages waited for Redis: the last one out after %.1f s", all.Seconds())
	if err := wait(ctx, redisAway-all); err != nil {
		return err
	}
	return r.redis.Start(ctx)
}

// diskFull lets no file of the bot grow for two seconds: what an event needs cannot
// be written, so it must be refused.
func diskFull(ctx context.Context, r *run) error {
	if err := r.arrived(ctx, "mail", third); err != nil {
		return err
	}
	pid := strconv.Itoa(r.bots[0].PID())
	if err := limitFiles(ctx, pid, "4096"); err != nil {
		return err
	}
	if err := wait(ctx, 2*time.Second); err != nil {
		return err
	}
	r.mu.Lock()
	full, other := r.refused[503], len(r.refused)
	r.mu.Unlock()
	r.mustf(full > 0 && other == 1, "503 was not the one answer while the disk was full")
	return limitFiles(ctx, pid, "unlimited")
}

// limitFiles sets how large a file the process may write (RLIMIT_FSIZE, in bytes).
func limitFiles(ctx context.Context, pid, size string) error {
	out, err := exec.CommandContext(ctx, "prlimit", "--pid", pid, "--fsize="+size+":").CombinedOutput()
	if err != nil {
		return fmt.Errorf("limit the size of files: %w: %s", err, out)
	}
	return nil
}

func wait(ctx context.Context, d time.Duration) error {
	timer := time.NewTimer(d)
	defer timer.Stop()
	select {
	case <-timer.C:
		return nil
	case <-ctx.Done():
		return ctx.Err()
	}
}
