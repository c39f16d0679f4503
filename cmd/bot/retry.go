package main

import (
	"cmp"
	"context"
	"encoding/json"
	"errors"
	"fmt"
	"net/http"
	"net/url"
	"slices"
	"strings"

	"ticketbell/cards"
)

// deliveryRetryCommand sends again.
type deliveryRetryCommand struct {
	calling
	printing
	picking
	IDs    []string `arg:"" optional:"" name:"id" help:"Ids of deliveries: dlv_… Without any, all that the filters pick."`
	Status string   `help:"Which of them: dead, failed, skipped or retrying."`
	DryRun bool     `help:"Only tell how many there are."`
}

// Help shows how the command is used.
func (*deliveryRetryCommand) Help() string {
	return `Mend the cause first: what is sent into the same fault is given up again.

Examples:

  bot delivery retry dlv_01J8 dlv_01J9
  bot delivery retry --channel wecom --class config --dry-run
  bot delivery retry --channel wecom --class config
  bot delivery retry --status dead`
}

func (c *deliveryRetryCommand) check() []error {
	wrong := append(c.calling.check(), c.picking.check()...)
	wrong = append(wrong, oneOf("status", c.Status, "dead", "failed", "skipped", "retrying"))
	picked := len(c.values()) > 0 || c.Status != ""
	switch {
	case len(c.IDs) > 0 && picked:
		wrong = append(wrong, errors.New("id: either ids or filters, not both"))
	case len(c.IDs) == 0 && !picked:
		wrong = append(wrong, errors.New("id: which ones? Name ids, or pick with --status dead, --channel, --class, --code, --person, --ticket, --project or --query"))
	}
	return wrong
}

// Run queues them again. It fails when one that was named cannot be sent again.
func (c *deliveryRetryCommand) Run(ctx context.Context, s *streams) error {
	if c.DryRun {
		return c.rehearse(ctx, s)
	}
	var asked any = c.picked()
	if len(c.IDs) > 0 {
		asked = map[string][]string{"ids": c.IDs}
	}
	answer, err := c.call(ctx, http.MethodPost, "/deliveries:retry", nil, asked)
	if err != nil {
		return err
	}
	var done struct {
		Queued  int      `json:"queued"`
		Refused []string `json:"refused"`
	}
	if err := json.Unmarshal(answer, &done); err != nil {
		return fmt.Errorf("read what was queued: %w", err)
	}
	if printed, err := c.raw(s.out, json.RawMessage(answer)); !printed {
		fmt.Fprintf(s.out, c.in(cards.Text{ZH: "已重新排队 %d 条\n", EN: "%d queued again\n"}), done.Queued)
	} else if err != nil {
		return err
	}
	return c.refused(done.Refused)
}

// rehearse counts what would be sent again.
func (c *deliveryRetryCommand) rehearse(ctx context.Context, s *streams) error {
	n, more, refused := 0, false, []string{}
	if len(c.IDs) > 0 {
		for _, id := range c.IDs {
			again, err := c.sendable(ctx, id)
			switch {
			case err != nil:
				return err
			case again:
				n++
			default:
				refused = append(refused, id)
			}
		}
	} else {
		var err error
		if n, more, err = c.count(ctx); err != nil {
			return err
		}
	}
	if printed, err := c.raw(s.out, map[string]any{"dry_run": true, "would_queue": n, "more": more, "refused": refused}); printed {
		return cmp.Or(err, c.refused(refused))
	}
	words := cards.Text{ZH: "试运行，未做任何更改：会重新排队 %d 条\n", EN: "dry run, nothing was changed: %d would be queued again\n"}
	if more {
		words = cards.Text{ZH: "试运行，未做任何更改：会重新排队 %d 条以上\n", EN: "dry run, nothing was changed: more than %d would be queued again\n"}
	}
	fmt.Fprintf(s.out, c.in(words), n)
	return c.refused(refused)
}

// sendable reports whether the delivery's state lets it be sent again.
func (c *deliveryRetryCommand) sendable(ctx context.Context, id string) (bool, error) {
	answer, err := c.call(ctx, http.MethodGet, "/deliveries/"+url.PathEscape(id), nil, nil)
	if err != nil {
		return false, err
	}
	var d deliveryRow
	err = json.Unmarshal(answer, &d)
	return slices.Contains([]string{"dead", "failed", "skipped", "canceled", "retrying"}, d.Status), err
}

// mostCounted is how many a rehearsal counts.
const mostCounted = 10_000

func (c *deliveryRetryCommand) count(ctx context.Context) (n int, more bool, err error) {
	list, err := c.pages(ctx, queryOf(c.picked()), mostCounted)
	return len(list.Items), list.NextCursor != "", err
}

// picked are the filters with the status that is meant when none is named.
func (c *deliveryRetryCommand) picked() map[string]string {
	named := c.values()
	named["status"] = cmp.Or(c.Status, "dead")
	return named
}

func (c *deliveryRetryCommand) refused(ids []string) error {
	if len(ids) == 0 {
		return nil
	}
	return errors.New(c.in(cards.Text{ZH: "无法重新发送（不存在、发送中或已送达）：", EN: "cannot be sent again (unknown, on its way, or arrived): "}) + strings.Join(ids, ", "))
}
