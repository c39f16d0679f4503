package store

import (
	"context"
	"strconv"
	"sync/atomic"
)

// maxFresh is about how many subjects lie unsorted in search_fresh: every search looks
// through all of them.
const maxFresh = 512

// fresh counts what was put into search_fresh since it was sorted in last.
type fresh struct {
	n   atomic.Int64
	max int64
}

// full reports whether one more makes too many, and then counts anew.
func (f *fresh) full() bool {
	if f.n.Add(1) < f.max {
		return false
	}
	f.n.Store(0)
	return true
}

// keepTerms makes the terms lead to the subject. Each has its own place in search_terms,
// so that a ticket of ten changes ten pages there: it waits in search_fresh until there
// are many, most of which share their places with others.
func (tx *txn) keepTerms(ctx context.Context, kind, subject string, terms []string) error {
	if len(terms) == 0 {
		return nil
	}
	_, err := tx.ExecContext(ctx, `INSERT INTO search_fresh (kind, subject, terms) VALUES ($1, $2, $3)`, kind, subject, document{terms})
	if err != nil || !tx.fresh.full() {
		return err
	}
	return tx.sortIn(ctx, `true LIMIT `+strconv.Itoa(2*maxFresh)+tx.words.skipLocked)
}

// sortIn moves what where finds in search_fresh to its places. All who do so go in one
// order, so that nobody waits in a ring.
func (tx *txn) sortIn(ctx context.Context, where string, args ...any) error {
	ids, err := all(ctx, tx, value[int64], `SELECT id FROM search_fresh WHERE `+where, args...)
	if err != nil || len(ids) == 0 {
		return err
	}
	_, err = tx.ExecContext(ctx,
		`INSERT INTO search_terms (kind, term, subject)
		SELECT f.kind, `+tx.words.element+`, f.subject FROM search_fresh f, `+tx.words.elements("f.terms")+`
		WHERE f.id IN `+tx.words.numbered+` ORDER BY 1, 2, 3 ON CONFLICT DO NOTHING`, document{ids})
	if err != nil {
		return err
	}
	_, err = tx.ExecContext(ctx, `DELETE FROM search_fresh WHERE id IN `+tx.words.numbered, document{ids})
	return err
}

// sortLeft sorts in what an earlier process left.
func (s *Store) sortLeft(ctx context.Context) error {
	return s.write(ctx, func(ctx context.Context, tx *txn) error { return tx.sortIn(ctx, `true`+tx.words.skipLocked) })
}

// subjectsOf is a query of the subjects of the kind with a term from the one up to,
// and without, the other.
func (words dialect) subjectsOf(kind, from, to string) string {
	return `SELECT subject FROM search_terms WHERE kind = ` + kind + ` AND term >= ` + from + ` AND term < ` + to + `
		UNION ALL SELECT f.subject FROM search_fresh f, ` + words.elements("f.terms") + `
			WHERE f.kind = ` + kind + ` AND ` + words.element + ` >= ` + from + ` AND ` + words.element + ` < ` + to
}
