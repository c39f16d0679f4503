package store

import (
	"context"
	"database/sql"
	"errors"
	"slices"

	"ticketbell/notify"
)

// querier runs SQL: a pool of readers, or a transaction.
type querier interface {
	ExecContext(ctx context.Context, query string, args ...any) (sql.Result, error)
	QueryContext(ctx context.Context, query string, args ...any) (*sql.Rows, error)
	QueryRowContext(ctx context.Context, query string, args ...any) *sql.Row
}

// limited is a querier that may never answer: what is asked of it by one and all has an end.
type limited interface {
	limit(ctx context.Context) (context.Context, context.CancelFunc)
}

// limit bounds a question to q where it needs a bound.
func limit(ctx context.Context, q querier) (context.Context, context.CancelFunc) {
	if l, ok := q.(limited); ok {
		return l.limit(ctx)
	}
	return ctx, func() {}
}

// engine is one kind of database.
type engine interface {
	// write runs do in a transaction and returns once it is on disk. do may run
	// more than once and must not write by any other way than its querier.
	write(ctx context.Context, do func(context.Context, querier) error) error
	// writeSoon is write for what nobody waits for: it may stay for a moment, so that
	// the disk is waited for together with others.
	writeSoon(ctx context.Context, do func(context.Context, querier) error) error
	// tell passes wake-ups on to the other processes on this database.
	tell(woken []notify.Channel)
	// spread lets them know which deliveries were written.
	spread(changed []string)
	close() error
}

// txn is a transaction in progress.
type txn struct {
	querier
	words dialect
	clock clock
	woken []notify.Channel
	// changed are the deliveries that were written.
	changed []string
	people  *acquaintances
	met     []string // whose terms are on disk once the transaction is
	fresh   *fresh
}

// wake has the workers of ch told once the transaction is on disk.
func (tx *txn) wake(ch notify.Channel) {
	if !slices.Contains(tx.woken, ch) {
		tx.woken = append(tx.woken, ch)
	}
}

// change has those who look on told that the deliveries are not as they were, once
// the transaction is on disk.
func (tx *txn) change(ids ...string) { tx.changed = append(tx.changed, ids...) }

// row is what a scan function reads: a *sql.Row or one row of *sql.Rows.
type row interface{ Scan(dest ...any) error }

// one returns the row the query finds, or [ErrNotFound].
func one[T any](ctx context.Context, q querier, scan func(row) (T, error), query string, args ...any) (T, error) {
	ctx, cancel := limit(ctx, q)
	defer cancel()
	v, err := scan(q.QueryRowContext(ctx, query, args...))
	if errors.Is(err, sql.ErrNoRows) {
		return v, ErrNotFound
	}
	return v, err
}

// all returns every row the query finds.
func all[T any](ctx context.Context, q querier, scan func(row) (T, error), query string, args ...any) ([]T, error) {
	ctx, cancel := limit(ctx, q)
	defer cancel()
	rows, err := q.QueryContext(ctx, query, args...)
	if err != nil {
		return nil, err
	}
	defer func() { _ = rows.Close() }() // its error is that of rows.Err
	var found []T
	for rows.Next() {
		v, err := scan(rows)
		if err != nil {
			return nil, err
		}
		found = append(found, v)
	}
	return found, rows.Err()
}

// value scans a row of one column.
func value[T any](r row) (v T, err error) { return v, r.Scan(&v) }

// mustChange turns "no row changed" into [ErrNotFound].
func mustChange(res sql.Result, err error) error {
	if err != nil {
		return err
	}
	n, err := res.RowsAffected()
	if err == nil && n == 0 {
		return ErrNotFound
	}
	return err
}
