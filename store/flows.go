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

// FlowOf implements [notify.Flows]: the flow that lists the project, else one that
// lists none (the first by key, should there be several).
func (s *Store) FlowOf(ctx context.Context, project string) (f ticket.Flow, ok bool, err error) {
	f, err = one(ctx, s.read, scanFlow,
		`SELECT f.body FROM flows f LEFT JOIN flow_projects p ON p.flow_key = f.key
		WHERE p.project = $1 OR p.project IS NULL
		ORDER BY CASE WHEN p.project IS NULL THEN 1 ELSE 0 END, f.key LIMIT 1`, clean(project))
	if errors.Is(err, ErrNotFound) {
		return ticket.Flow{}, false, nil
	}
	if err != nil {
		return f, false, fmt.Errorf("find the flow of project %s: %w", project, err)
	}
	return f, true, nil
}

// PutFlow adds the flow or replaces the one of its key. A project that belongs to
// another flow is [*Taken] by that flow.
func (s *Store) PutFlow(ctx context.Context, f ticket.Flow) error {
	err := s.write(ctx, func(ctx context.Context, tx *txn) error {
		_, err := tx.ExecContext(ctx,
			`INSERT INTO flows (key, body, updated_at) VALUES ($1, $2, $3)
			ON CONFLICT (key) DO UPDATE SET body = excluded.body, updated_at = excluded.updated_at`,
			f.Key, document{f}, millis(s.now()))
		if err != nil {
			return err
		}
		return tx.putProjects(ctx, f)
	})
	if err != nil {
		return fmt.Errorf("write flow %s: %w", f.Key, err)
	}
	return nil
}

func (tx *txn) putProjects(ctx context.Context, f ticket.Flow) error {
	if _, err := tx.ExecContext(ctx, `DELETE FROM flow_projects WHERE flow_key = $1`, f.Key); err != nil {
		return err
	}
	for _, project := range f.Projects {
		by, err := one(ctx, tx, value[string],
			`INSERT INTO flow_projects (project, flow_key) VALUES ($1, $2)
			ON CONFLICT (project) DO UPDATE SET project = excluded.project RETURNING flow_key`, project, f.Key)
		if err != nil {
			return err
		}
		if by != f.Key {
			return &notify.Taken{Field: "projects", By: by}
		}
	}
	return nil
}

// DeleteFlow removes the flow of that key, or returns [ErrNotFound]. Tickets on
// their way along it keep it.
func (s *Store) DeleteFlow(ctx context.Context, key string) error {
	if err := s.change(ctx, `DELETE FROM flows WHERE key = $1`, clean(key)); err != nil {
		return fmt.Errorf("delete flow %s: %w", key, err)
	}
	return nil
}
