package store

import (
	"context"
	"errors"
	"fmt"

	"ticketbell/notify"
	"ticketbell/ticket"
)

func scanFlow(r row) (f ticket.Flow, err error) { return f, r.Scan(document{&f}) }

// Flows lists every flow by key.
func (s *Store) Flows(ctx context.Context) ([]ticket.Flow, error) {
	flows, err := all(ctx, s.read, scanFlow, `SELECT body FROM flows ORDER BY key`)
	if err != nil {
		return nil, fmt.Errorf("list flows: %w", err)
	}
	return flows, nil
}

// Flow returns the flow of that key, or [ErrNotFound].
func (s *Store) Flow(ctx context.Context, key string) (ticket.Flow, error) {
	f, err := one(ctx, s.read, scanFlow, `SELECT body FROM flows WHERE key = $1`, clean(key))
	if err != nil {
		return f, fmt.Errorf("read flow %s: %w", key, err)
	}
	return f, nil
}

// FlowOf implements [notify.Flows]. A flow that names neither projects nor types has no row
// in flow_scopes; of several such the first by key is taken.
func (s *Store) FlowOf(ctx context.Context, project, kind string) (f ticket.Flow, ok bool, err error) {
	f, err = one(ctx, s.read, scanFlow,
		`SELECT f.body FROM flows f LEFT JOIN flow_scopes s ON s.flow_key = f.key
		WHERE s.flow_key IS NULL OR (s.project IN ($1, '') AND s.type IN ($2, ''))
		ORDER BY CASE WHEN s.flow_key IS NULL THEN 3 WHEN s.project = '' THEN 2 WHEN s.type = '' THEN 1 ELSE 0 END, f.key
		LIMIT 1`, clean(project), clean(kind))
	if errors.Is(err, ErrNotFound) {
		return ticket.Flow{}, false, nil
	}
	if err != nil {
		return f, false, fmt.Errorf("find the flow of project %s: %w", project, err)
	}
	return f, true, nil
}

// PutFlow adds the flow or replaces the one of its key. Where another flow is for the same
// project and type, they are [*Taken] by that flow.
func (s *Store) PutFlow(ctx context.Context, f ticket.Flow) error {
	err := s.write(ctx, func(ctx context.Context, tx *txn) error {
		_, err := tx.ExecContext(ctx,
			`INSERT INTO flows (key, body, updated_at) VALUES ($1, $2, $3)
			ON CONFLICT (key) DO UPDATE SET body = excluded.body, updated_at = excluded.updated_at`,
			f.Key, document{f}, millis(s.now()))
		if err != nil {
			return err
		}
		return tx.putScope(ctx, f)
	})
	if err != nil {
		return fmt.Errorf("write flow %s: %w", f.Key, err)
	}
	return nil
}

// putScope keeps which tickets f is for: a row for each project and type, in which "" is
// every one.
func (tx *txn) putScope(ctx context.Context, f ticket.Flow) error {
	if _, err := tx.ExecContext(ctx, `DELETE FROM flow_scopes WHERE flow_key = $1`, f.Key); err != nil {
		return err
	}
	if len(f.Projects) == 0 && len(f.Types) == 0 {
		return nil
	}
	for _, project := range orEvery(f.Projects) {
		for _, kind := range orEvery(f.Types) {
			by, err := one(ctx, tx, value[string],
				`INSERT INTO flow_scopes (project, type, flow_key) VALUES ($1, $2, $3)
				ON CONFLICT (project, type) DO UPDATE SET project = excluded.project RETURNING flow_key`, project, kind, f.Key)
			if err != nil {
				return err
			}
			if by != f.Key {
				return &notify.Taken{Field: scopeField(f), By: by}
			}
		}
	}
	return nil
}

// orEvery is names, or, where there are none, the "" that stands for every one.
func orEvery(names []string) []string {
	if len(names) == 0 {
		return []string{""}
	}
	return names
}

// scopeField is the field to change where another flow is for the same tickets.
func scopeField(f ticket.Flow) string {
	if len(f.Projects) > 0 {
		return "projects"
	}
	return "types"
}

// DeleteFlow removes the flow of that key, or returns [ErrNotFound]. Tickets on
// their way along it keep it.
func (s *Store) DeleteFlow(ctx context.Context, key string) error {
	if err := s.change(ctx, `DELETE FROM flows WHERE key = $1`, clean(key)); err != nil {
		return fmt.Errorf("delete flow %s: %w", key, err)
	}
	return nil
}
