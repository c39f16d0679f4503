package store

import (
	"context"
	"log/slog"
	"strings"
	"time"

	"github.com/jackc/pgx/v5"

	"ticketbell/notify"
)

// topic is what the replicas LISTEN to; its payload is the channels to wake.
const topic = "ticketbell_deliveries"

// maxPause bounds the wait before a lost connection is made again.
const maxPause = 10 * time.Second

// listener rings this process's bells for what other replicas wrote.
type listener struct {
	config *pgx.ConnConfig
	bells  bells
	news   *news
	self   string // the name of this process's own herald
	log    *slog.Logger
}

// run listens until ctx ends, connecting again when the connection is lost.
func (l *listener) run(ctx context.Context) {
	pause := 100 * time.Millisecond
	for again := false; ctx.Err() == nil; again = true {
		began := time.Now()
		err := l.listen(ctx, again)
		if ctx.Err() != nil {
			return
		}
		if time.Since(began) > maxPause {
			pause = 100 * time.Millisecond
		}
		l.log.WarnContext(ctx, "lost the connection that hears of new deliveries", "error", err, "again_in", pause)
		wait(ctx, pause)
		pause = min(2*pause, maxPause)
	}
}

func wait(ctx context.Context, d time.Duration) {
	t := time.NewTimer(d)
	defer t.Stop()
	select {
	case <-t.C:
	case <-ctx.Done():
	}
}

// listen rings until the connection is lost. Something may have been said while nobody
// listened: whoever waits for work looks at once, and whoever looks on does when the
// connection was there before.
func (l *listener) listen(ctx context.Context, again bool) error {
	conn, err := pgx.ConnectConfig(ctx, l.config.Copy())
	if err != nil {
		return err
	}
	defer func() { _ = conn.Close(context.WithoutCancel(ctx)) }()
	if _, err := conn.Exec(ctx, "LISTEN "+topic+"; LISTEN "+newsTopic); err != nil {
		return err
	}
	l.bells.ring(notify.Channels())
	if again {
		l.news.flood()
	}
	for {
		n, err := conn.WaitForNotification(ctx)
		if err != nil {
			return err
		}
		if n.Channel == newsTopic {
			l.hear(n.Payload)
			continue
		}
		l.bells.ring(channelsIn(n.Payload))
	}
}

// hear takes the news of another process.
func (l *listener) hear(payload string) {
	name, ids, _ := strings.Cut(payload, " ")
	switch {
	case name == l.self:
	case ids == "":
		l.news.flood()
	default:
		l.news.add(strings.Split(ids, ","))
	}
}

func channelsIn(payload string) []notify.Channel {
	var channels []notify.Channel
	for name := range strings.SplitSeq(payload, ",") {
		channels = append(channels, notify.Channel(name))
	}
	return channels
}
