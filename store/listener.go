package store

import (
	"context"
	"fmt"
	"log/slog"
	"strings"
	"time"

	"github.com/jackc/pgx/v5"
	"github.com/jackc/pgx/v5/pgconn"

	"ticketbell/notify"
)

// topic is what the replicas LISTEN to; its payload is the channels to wake.
const topic = "ticketbell_deliveries"

// The times of listening.
const (
	maxPause  = 10 * time.Second // bounds the wait before a lost connection is made again
	quietTime = 5 * time.Second  // after which the server is asked whether it is there
)

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
		n, err := next(ctx, conn)
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

// next waits for what is said next. A connection may have died without a word: when
// nothing is said for a while, the server has to answer.
func next(ctx context.Context, conn *pgx.Conn) (*pgconn.Notification, error) {
	for {
		quiet, cancel := context.WithTimeout(ctx, quietTime)
		n, err := conn.WaitForNotification(quiet)
		cancel()
		if err == nil || ctx.Err() != nil || !pgconn.Timeout(err) {
			return n, err
		}
		if err := alive(ctx, conn); err != nil {
			return nil, err
		}
	}
}

// alive asks the server for an answer.
func alive(ctx context.Context, conn *pgx.Conn) error {
	ctx, cancel := context.WithTimeout(ctx, pingTime)
	defer cancel()
	if err := conn.Ping(ctx); err != nil {
		return fmt.Errorf("nothing was heard for %s, and nobody answers: %w", quietTime, err)
	}
	return nil
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
