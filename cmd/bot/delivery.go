package main

import (
	"context"
	"encoding/json"
	"errors"
	"fmt"
	"net/http"
	"net/url"
	"slices"
	"strconv"
	"strings"
	"time"

	"ticketbell/cards"
)

// deliveryCommand holds the commands about deliveries. They ask a service that runs.
type deliveryCommand struct {
	List  deliveryListCommand  `cmd:"" help:"List what was said to whom, the newest first."`
	Show  deliveryShowCommand  `cmd:"" help:"Show one delivery with its attempts, and what to do about them."`
	Retry deliveryRetryCommand `cmd:"" help:"Send again what was given up: some by their ids, or all of a kind."`
}

// picking are the filters that list and retry share.
type picking struct {
	Channel string `help:"feishu, wecom or mail."`
	Class   string `help:"Class of the last failure: config, identity, rate, transient, content or permanent."`
	Code    string `help:"The provider's code of the last failure, such as wecom.60020." placeholder:"CODE"`
	Person  string `help:"Username, else e-mail, else phone." placeholder:"WHO"`
	Ticket  string `help:"The ticket's number on its platform, or its id." placeholder:"TICKET"`
	Project string `help:"Key of the project." placeholder:"KEY"`
	Query   string `help:"Words to look for, as in the list of the pages." placeholder:"WORDS"`
}

func (p picking) check() []error {
	return []error{
		oneOf("channel", p.Channel, "feishu", "wecom", "mail"),
		oneOf("class", p.Class, "config", "identity", "rate", "transient", "content", "permanent"),
	}
}

// oneOf names a flag whose value is none of these; "" is no value.
func oneOf(flag, value string, of ...string) error {
	if value == "" || slices.Contains(of, value) {
		return nil
	}
	return fmt.Errorf("%s: %q is none of %s", flag, value, strings.Join(of, ", "))
}

// values are the filters by the names of the API.
func (p picking) values() map[string]string {
	named := map[string]string{
		"channel": p.Channel, "class": p.Class, "code": p.Code, "person": p.Person, "ticket": p.Ticket, "project": p.Project, "q": p.Query,
	}
	for name, value := range named {
		if value == "" {
			delete(named, name)
		}
	}
	return named
}

func queryOf(named map[string]string) url.Values {
	query := url.Values{}
	for name, value := range named {
		query.Set(name, value)
	}
	return query
}

// deliveryListCommand lists deliveries.
type deliveryListCommand struct {
	calling
	printing
	picking
	Status string        `help:"queued, sending, retrying, accepted, updated, dead, skipped or canceled."`
	Within time.Duration `help:"Only those made within that long, such as 24h." placeholder:"DURATION"`
	Limit  int           `help:"How many at most." default:"50"`
}

// Help shows how the command is used.
func (*deliveryListCommand) Help() string {
	return `Examples:

  bot delivery list --status dead
  bot delivery list --ticket 1024 --channel feishu --lang zh
  bot delivery list --class config --within 24h -o json`
}

func (c *deliveryListCommand) check() []error {
	wrong := append(c.calling.check(), c.picking.check()...)
	wrong = append(wrong, oneOf("status", c.Status, "queued", "sending", "retrying", "accepted", "read", "updated", "failed", "dead", "skipped", "canceled"))
	if c.Limit < 1 {
		wrong = append(wrong, errors.New("limit: must be 1 or more"))
	}
	if c.Within < 0 {
		wrong = append(wrong, errors.New("within: must be more than 0"))
	}
	return wrong
}

// pageSize is how many deliveries one call asks for.
const pageSize = 200

// Run prints the newest of them.
func (c *deliveryListCommand) Run(ctx context.Context, s *streams) error {
	named := c.values()
	if c.Status != "" {
		named["status"] = c.Status
	}
	query := queryOf(named)
	if c.Within > 0 {
		query.Set("since", time.Now().Add(-c.Within).UTC().Format(time.RFC3339))
	}
	list, err := c.pages(ctx, query, c.Limit)
	if err != nil {
		return err
	}
	if done, err := c.raw(s.out, list); done {
		return err
	}
	return c.table(s, list)
}

// deliveryPage is a page as the API answers it; what is in it is passed on as it is.
type deliveryPage struct {
	Items      []json.RawMessage `json:"items"`
	NextCursor string            `json:"next_cursor"`
}

// pages reads the first deliveries that the query picks, at most so many.
func (c calling) pages(ctx context.Context, query url.Values, most int) (deliveryPage, error) {
	list := deliveryPage{Items: []json.RawMessage{}}
	for more := true; more && len(list.Items) < most; more = list.NextCursor != "" {
		query.Set("limit", strconv.Itoa(min(pageSize, most-len(list.Items))))
		query.Set("cursor", list.NextCursor)
		answer, err := c.call(ctx, http.MethodGet, "/deliveries", query, nil)
		if err != nil {
			return list, err
		}
		var page deliveryPage
		if err := json.Unmarshal(answer, &page); err != nil {
			return list, fmt.Errorf("read the list: %w", err)
		}
		list.Items, list.NextCursor = append(list.Items, page.Items...), page.NextCursor
	}
	return list, nil
}

// deliveryRow is what the tables show of a delivery.
type deliveryRow struct {
	ID           string       `json:"id"`
	TicketKey    string       `json:"ticket_key"`
	TicketTitle  string       `json:"ticket_title"`
	Kind         string       `json:"kind"`
	Person       string       `json:"person"`
	Channel      string       `json:"channel"`
	Status       string       `json:"status"`
	Code         string       `json:"code"`
	Class        string       `json:"class"`
	Explanation  string       `json:"explanation"`
	MessageID    string       `json:"message_id"`
	AttemptCount int          `json:"attempt_count"`
	NotBefore    time.Time    `json:"not_before"`
	CreatedAt    time.Time    `json:"created_at"`
	Attempts     []attemptRow `json:"attempts"`
}

type attemptRow struct {
	Number     int       `json:"number"`
	StartedAt  time.Time `json:"started_at"`
	DurationMS int64     `json:"duration_ms"`
	Outcome    string    `json:"outcome"`
	Code       string    `json:"code"`
	Message    string    `json:"message"`
	RequestID  string    `json:"request_id"`
	Advice     *struct {
		Title cards.Text   `json:"title"`
		Steps []cards.Text `json:"steps"`
	} `json:"advice"`
}

func (c *deliveryListCommand) table(s *streams, list deliveryPage) error {
	rows := [][]string{strings.Split(c.in(cards.Text{
		ZH: "编号 时间 工单 事件 接收人 渠道 状态 尝试 错误码", EN: "ID CREATED TICKET EVENT PERSON CHANNEL STATUS TRIES CODE",
	}), " ")}
	for _, item := range list.Items {
		var d deliveryRow
		if err := json.Unmarshal(item, &d); err != nil {
			return fmt.Errorf("read a delivery: %w", err)
		}
		rows = append(rows, []string{
			d.ID, moment(d.CreatedAt), dash(d.TicketKey), dash(d.Kind), dash(d.Person), d.Channel, d.Status, strconv.Itoa(d.AttemptCount), dash(d.Code),
		})
	}
	if err := printTable(s.out, rows); err != nil {
		return err
	}
	if list.NextCursor != "" {
		fmt.Fprintln(s.err, "bot: "+c.in(cards.Text{ZH: "还有更多，用 --limit 多列一些", EN: "there are more; --limit lists them"}))
	}
	return nil
}

// deliveryShowCommand shows one delivery.
type deliveryShowCommand struct {
	calling
	printing
	ID string `arg:"" help:"Id of the delivery: dlv_…"`
}

// Help shows how the command is used.
func (*deliveryShowCommand) Help() string {
	return `Examples:

  bot delivery show dlv_01J8
  bot delivery show dlv_01J8 -o yaml --lang zh`
}

// Run prints what is known of it.
func (c *deliveryShowCommand) Run(ctx context.Context, s *streams) error {
	answer, err := c.call(ctx, http.MethodGet, "/deliveries/"+url.PathEscape(c.ID), nil, nil)
	if err != nil {
		return err
	}
	if done, err := c.raw(s.out, json.RawMessage(answer)); done {
		return err
	}
	var d deliveryRow
	if err := json.Unmarshal(answer, &d); err != nil {
		return fmt.Errorf("read delivery %s: %w", c.ID, err)
	}
	return c.describe(s, d)
}

func (c *deliveryShowCommand) describe(s *streams, d deliveryRow) error {
	lines := [][]string{}
	for _, line := range []struct {
		name  cards.Text
		value string
	}{
		{cards.Text{ZH: "编号", EN: "id"}, d.ID},
		{cards.Text{ZH: "工单", EN: "ticket"}, strings.TrimSpace("#" + d.TicketKey + " " + d.TicketTitle)},
		{cards.Text{ZH: "事件", EN: "event"}, d.Kind},
		{cards.Text{ZH: "接收人", EN: "person"}, d.Person},
		{cards.Text{ZH: "渠道", EN: "channel"}, d.Channel},
		{cards.Text{ZH: "状态", EN: "status"}, d.Status},
		{cards.Text{ZH: "原因", EN: "reason"}, d.Explanation},
		{cards.Text{ZH: "错误码", EN: "code"}, strings.TrimSpace(d.Code + " " + d.Class)},
		{cards.Text{ZH: "消息编号", EN: "message"}, d.MessageID},
		{cards.Text{ZH: "创建时间", EN: "created"}, moment(d.CreatedAt)},
		{cards.Text{ZH: "下次尝试", EN: "next try"}, moment(d.NotBefore)},
	} {
		if line.value != "" && line.value != "-" {
			lines = append(lines, []string{c.in(line.name), line.value})
		}
	}
	if err := printTable(s.out, lines); err != nil {
		return err
	}
	return c.attempts(s, d.Attempts)
}

// attempts are printed one by one, and the advice once, for the last that failed.
func (c *deliveryShowCommand) attempts(s *streams, tries []attemptRow) error {
	if len(tries) == 0 {
		return nil
	}
	rows := [][]string{strings.Split(c.in(cards.Text{ZH: "尝试 时间 耗时 结果 错误码 请求编号 说明", EN: "TRY STARTED TOOK OUTCOME CODE REQUEST MESSAGE"}), " ")}
	for _, t := range tries {
		rows = append(rows, []string{
			strconv.Itoa(t.Number), moment(t.StartedAt), fmt.Sprintf("%d ms", t.DurationMS), t.Outcome, dash(t.Code), dash(t.RequestID), dash(t.Message),
		})
	}
	fmt.Fprintln(s.out)
	if err := printTable(s.out, rows); err != nil {
		return err
	}
	if last := tries[len(tries)-1]; last.Advice != nil {
		fmt.Fprintf(s.out, "\n%s: %s\n", last.Code, c.in(last.Advice.Title))
		for i, step := range last.Advice.Steps {
			fmt.Fprintf(s.out, "%d. %s\n", i+1, c.in(step))
		}
	}
	return nil
}
