package store

import (
	"context"
	"fmt"
	"strconv"

	"ticketbell/audit"
	"ticketbell/notify"
)

const auditColumns = `id, at, actor, via, action, object, fields, failed`

func scanEntry(r row) (e audit.Entry, err error) {
	return e, r.Scan(&e.ID, stamp{&e.At}, &e.Actor, &e.Via, &e.Action, &e.Object, document{&e.Fields}, &e.Failed)
}

// Note implements [audit.Log]. An entry without an id or a time gets them.
func (s *Store) Note(ctx context.Context, e audit.Entry) error {
	if e.ID == "" {
		e.ID = notify.NewID("aud_")
	}
	if e.At.IsZero() {
		e.At = s.now()
	}
	err := s.change(ctx,
		`INSERT INTO audit (`+auditColumns+`) VALUES ($1, $2, $3, $4, $5, $6, $7, $8)`,
		e.ID, millis(e.At), clean(e.Actor), e.Via, e.Action, clean(e.Object), document{e.Fields}, e.Failed)
	if err != nil {
		return fmt.Errorf("note %s of %s: %w", e.Action, e.Actor, err)
	}
	return nil
}

// auditPage begins the cursors of [Store.AuditEntries].
const auditPage = "audit"

// AuditEntries lists what f picks, the newest first. next is the cursor of the page
// after this one, "" on the last.
func (s *Store) AuditEntries(ctx context.Context, f audit.Filter) (entries []audit.Entry, next string, err error) {
	where, err := auditWhere(f)
	if err != nil {
		return nil, "", fmt.Errorf("list the audit log: %w", err)
	}
	limit := pageSize(f.Limit)
	entries, err = all(ctx, s.read, scanEntry,
		`SELECT `+auditColumns+` FROM audit `+where.sql()+` ORDER BY at DESC, id DESC LIMIT `+strconv.Itoa(limit+1), where.args...)
	if err != nil {
		return nil, "", fmt.Errorf("list the audit log: %w", err)
	}
	if len(entries) <= limit {
		return entries, "", nil
	}
	last := entries[limit-1]
	return entries[:limit], cursor(auditPage, strconv.FormatInt(millis(last.At), 10), last.ID), nil
}

func auditWhere(f audit.Filter) (*conditions, error) {
	where := &conditions{}
	where.equal(`actor = ?`, f.Actor)
	where.equal(`action = ?`, f.Action)
	where.equal(`object = ?`, f.Object)
	if !f.Since.IsZero() {
		where.add(`at >= ?`, millis(f.Since))
	}
	if !f.Before.IsZero() {
		where.add(`at < ?`, millis(f.Before))
	}
	if f.Cursor == "" {
		return where, nil
	}
	parts, err := readCursor(f.Cursor, 3)
	if err != nil {
		return nil, err
	}
	at, err := strconv.ParseInt(parts[1], 10, 64)
	if err != nil || parts[0] != auditPage {
		return nil, notify.ErrCursor
	}
	where.add(`at <= ?`, at)
	where.add(`(at < ? OR id < `+where.bind(parts[2])+`)`, at)
	return where, nil
}
