package store

import (
	"cmp"
	"context"
	"database/sql"
	"errors"
	"fmt"
	"log/slog"
	"slices"
	"sync"
	"time"

	"github.com/jackc/pgx/v5"
	"github.com/jackc/pgx/v5/pgconn"
	"github.com/jackc/pgx/v5/stdlib"
	"github.com/pressly/goose/v3"

	"ticketbell/notify"
)

// Bounds of PostgreSQL.
const (
	maxConnections = 20
	maxTries       = 10 // of a transaction that others got in the way of
	restTime       = time.Second
	pingTime       = 2 * time.Second
	connectTime    = 10 * time.Second // unless the URL says connect_timeout
	// questionTime bounds a question, and a transaction, of whoever set no bound: nobody
	// waits for a server that takes what is said and answers nothing.
	questionTime = time.Minute
)

// postgres is a database shared by the replicas of ticketbell.
type postgres struct {
	pool   *sql.DB
	crier  *crier
	herald *herald
	stop   context.CancelFunc
	wg     sync.WaitGroup
}

func openPostgres(ctx context.Context, url string, b bells, n *news, log *slog.Logger) (*postgres, error) {
	config, err := parsePostgres(url)
	if err != nil {
		return nil, err
	}
	pool := stdlib.OpenDB(*config, stdlib.OptionShouldPing(dead))
	pool.SetMaxOpenConns(maxConnections)
	pool.SetMaxIdleConns(maxConnections)
	pool.SetConnMaxIdleTime(5 * time.Minute)
	if err := migrateUp(ctx, goose.DialectPostgres, pool); err != nil {
		return nil, errors.Join(err, pool.Close())
	}
	open, stop := context.WithCancel(context.WithoutCancel(ctx))
	db := &postgres{pool: pool, crier: newCrier(pool, log), herald: newHerald(pool, log), stop: stop}
	l := &listener{config: config, bells: b, news: n, self: db.herald.name, log: log}
	db.wg.Go(func() { l.run(open) })
	db.wg.Go(func() { db.crier.run(open) })
	db.wg.Go(func() { db.herald.run(open) })
	return db, nil
}

// parsePostgres reads the URL. Where it does not say otherwise, a server that only reads is none.
func parsePostgres(url string) (*pgx.ConnConfig, error) {
	config, err := pgx.ParseConfig(url)
	if err != nil {
		return nil, errors.New("the database URL cannot be read") // the URL, password included, may be in the error
	}
	config.ConnectTimeout = cmp.Or(config.ConnectTimeout, connectTime)
	config.DialFunc = dialer(config.ConnectTimeout).DialContext
	if config.ValidateConnect == nil {
		config.ValidateConnect = pgconn.ValidateConnectTargetSessionAttrsReadWrite
	}
	return config, nil
}

// reader is the pool for those who only ask.
type reader struct{ *sql.DB }

// limit implements limited.
func (reader) limit(ctx context.Context) (context.Context, context.CancelFunc) { return bounded(ctx) }

// bounded ends ctx after [questionTime], unless it has an end of its own.
func bounded(ctx context.Context) (context.Context, context.CancelFunc) {
	if _, ok := ctx.Deadline(); ok {
		return ctx, func() {}
	}
	return context.WithTimeout(ctx, questionTime)
}

// dead reports whether a connection that rested leads nowhere any more. In a failover
// connections may end without a word, and would keep whoever takes one for a quarter of
// an hour. The ping that follows finds this one closed, and another is taken.
func dead(ctx context.Context, p stdlib.ShouldPingParams) bool {
	if p.IdleDuration <= restTime {
		return false
	}
	ctx, cancel := context.WithTimeout(ctx, pingTime)
	defer cancel()
	return p.Conn.PgConn().Ping(ctx) != nil
}

// write runs do in a transaction, again when another transaction got in its way:
// the second time it sees what the other wrote.
func (db *postgres) write(ctx context.Context, do func(context.Context, querier) error) error {
	ctx, cancel := bounded(ctx)
	defer cancel()
	var err error
	for range maxTries {
		if err = db.once(ctx, do); !inTheWay(err) {
			return err
		}
	}
	return err
}

// writeSoon is write: the transactions of many connections wait for the disk together
// as it is.
func (db *postgres) writeSoon(ctx context.Context, do func(context.Context, querier) error) error {
	return db.write(ctx, do)
}

func (db *postgres) once(ctx context.Context, do func(context.Context, querier) error) error {
	// The locks of Record and Claim count on every statement seeing what was
	// committed before it, whatever the server's default is.
	tx, err := db.pool.BeginTx(ctx, &sql.TxOptions{Isolation: sql.LevelReadCommitted})
	if err != nil {
		return fmt.Errorf("begin: %w", err)
	}
	defer func() { _ = tx.Rollback() }() // does nothing after a commit
	if err := do(ctx, tx); err != nil {
		return err
	}
	if err := tx.Commit(); err != nil {
		return fmt.Errorf("commit: %w", err)
	}
	return nil
}

// inTheWay reports whether err is a deadlock, a failed serialization, a row that
// another transaction inserted first, or a connection ended by a server that
// restarts: nothing of the transaction remains.
func inTheWay(err error) bool {
	pg, ok := errors.AsType[*pgconn.PgError](err)
	return ok && slices.Contains([]string{"40P01", "40001", "23505", "57P01"}, pg.Code)
}

func (db *postgres) tell(woken []notify.Channel) { db.crier.tell(woken) }

func (db *postgres) spread(changed []string) { db.herald.pending.add(changed) }

func (db *postgres) close() error {
	db.stop()
	db.wg.Wait()
	return db.pool.Close()
}
