package store

import (
	"context"
	"database/sql"
)

// ExecContext implements querier with a statement compiled once.
func (w *writer) ExecContext(ctx context.Context, query string, args ...any) (sql.Result, error) {
	st, err := w.statement(ctx, query) //nolint:sqlclosecheck // kept until the writer is closed
	if err != nil {
		return nil, err
	}
	if st == nil {
		return w.conn.ExecContext(ctx, query, args...)
	}
	return st.ExecContext(ctx, args...)
}

// QueryContext implements querier with a statement compiled once.
func (w *writer) QueryContext(ctx context.Context, query string, args ...any) (*sql.Rows, error) {
	st, err := w.statement(ctx, query) //nolint:sqlclosecheck // kept until the writer is closed
	if err != nil {
		return nil, err
	}
	if st == nil {
		return w.conn.QueryContext(ctx, query, args...)
	}
	return st.QueryContext(ctx, args...)
}

// QueryRowContext implements querier with a statement compiled once.
func (w *writer) QueryRowContext(ctx context.Context, query string, args ...any) *sql.Row {
	st, err := w.statement(ctx, query) //nolint:sqlclosecheck // kept until the writer is closed
	if err != nil || st == nil {       // the error comes again and reaches Scan
		return w.conn.QueryRowContext(ctx, query, args...)
	}
	return st.QueryRowContext(ctx, args...)
}

// statement returns the compiled query, or nil when enough are kept already.
func (w *writer) statement(ctx context.Context, query string) (*sql.Stmt, error) {
	if st, ok := w.statements[query]; ok || len(w.statements) >= maxStatements {
		return st, nil
	}
	st, err := w.conn.PrepareContext(ctx, query)
	if err != nil {
		return nil, err
	}
	w.statements[query] = st
	return st, nil
}
