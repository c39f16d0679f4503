package store

import (
	"context"
	"database/sql"
	"errors"
	"sync"
)

// maxStatements is how many compiled statements are kept.
const maxStatements = 256

// connection is what statements are compiled on: one connection, or a pool of them.
type connection interface {
	querier
	PrepareContext(ctx context.Context, query string) (*sql.Stmt, error)
}

// compiled runs SQL with statements compiled once for each connection, which SQLite
// takes about as long for as for running them. pgx does the same by itself.
type compiled struct {
	on connection

	mu         sync.Mutex // guards statements
	statements map[string]*sql.Stmt
}

func newCompiled(on connection) *compiled {
	return &compiled{on: on, statements: map[string]*sql.Stmt{}}
}

// ExecContext implements querier.
func (c *compiled) ExecContext(ctx context.Context, query string, args ...any) (sql.Result, error) {
	st, err := c.statement(ctx, query) //nolint:sqlclosecheck // kept until close
	if err != nil {
		return nil, err
	}
	if st == nil {
		return c.on.ExecContext(ctx, query, args...)
	}
	return st.ExecContext(ctx, args...)
}

// QueryContext implements querier.
func (c *compiled) QueryContext(ctx context.Context, query string, args ...any) (*sql.Rows, error) {
	st, err := c.statement(ctx, query) //nolint:sqlclosecheck // kept until close
	if err != nil {
		return nil, err
	}
	if st == nil {
		return c.on.QueryContext(ctx, query, args...)
	}
	return st.QueryContext(ctx, args...)
}

// QueryRowContext implements querier. One row is there before anybody could change
// their mind: to watch for it, the driver would start goroutines for each query.
func (c *compiled) QueryRowContext(ctx context.Context, query string, args ...any) *sql.Row {
	if ctx.Err() == nil {
		ctx = context.WithoutCancel(ctx)
	}
	st, err := c.statement(ctx, query) //nolint:sqlclosecheck // kept until close
	if err != nil || st == nil {       // the error comes again and reaches Scan
		return c.on.QueryRowContext(ctx, query, args...)
	}
	return st.QueryRowContext(ctx, args...)
}

// statement returns the compiled query, or nil when enough are kept already.
func (c *compiled) statement(ctx context.Context, query string) (*sql.Stmt, error) {
	c.mu.Lock()
	defer c.mu.Unlock()
	if st, ok := c.statements[query]; ok || len(c.statements) >= maxStatements {
		return st, nil
	}
	st, err := c.on.PrepareContext(ctx, query) //nolint:sqlclosecheck // kept until close
	if err != nil {
		return nil, err
	}
	c.statements[query] = st
	return st, nil
}

// close frees the statements. Nothing may be run afterwards.
func (c *compiled) close() error {
	c.mu.Lock()
	defer c.mu.Unlock()
	var errs []error
	for _, st := range c.statements {
		errs = append(errs, st.Close())
	}
	return errors.Join(errs...)
}
