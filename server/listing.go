package server

import (
	"cmp"
	"context"
	"encoding/csv"
	"io"
	"net/http"
	"slices"
	"strconv"
	"strings"
	"time"

	"github.com/danielgtaylor/huma/v2"

	"ticketbell/access"
	"ticketbell/cards"
	"ticketbell/notify"
	"ticketbell/ticket"
)

// maxExported is how many deliveries one export holds.
const maxExported = 100_000

// Advice knows the providers' codes.
type Advice interface {
	// Explain says of what class a failure is and what to do about it.
	Explain(code, message string) *notify.TestError
}

// Picked are the filters of everything that speaks of many deliveries.
type Picked struct {
	Ticket  string         `query:"ticket" doc:"Id of the ticket, or its key on the platform."`
	Person  string         `query:"person" doc:"Key of the person: username, else e-mail, else phone."`
	Channel notify.Channel `query:"channel" enum:"feishu,wecom,mail"`
	Status  notify.Status  `query:"status" enum:"queued,sending,retrying,accepted,read,updated,failed,dead,skipped,canceled"`
	EventID string         `query:"event_id" doc:"Id of the event in ticketbell."`
	Code    string         `query:"code" maxLength:"128" doc:"The provider's code of the last failure." example:"wecom.60020"`
	Class   string         `query:"class" enum:"config,identity,rate,transient,content,permanent" doc:"The class of that code."`
	Reason  string         `query:"reason" maxLength:"64" doc:"Why it is skipped, canceled, dead or waiting."`
	Kind    ticket.Kind    `query:"kind" enum:"submitted,resubmitted,passed,rejected,executing,succeeded,failed,completed,canceled,reminded" doc:"What happened to the ticket."`
	Project string         `query:"project" maxLength:"128" doc:"Key of the ticket's project."`
	Since   time.Time      `query:"since" doc:"Made at this time or later." example:"2026-10-01T00:00:00+08:00"`
	Until   time.Time      `query:"until" doc:"Made before this time." example:"2026-10-02T00:00:00+08:00"`
	Query   string         `query:"q" maxLength:"200" doc:"Looked for where words begin in the ticket's key and title and in the person's key and name (Chinese at every character), within the provider's code, and as the whole id of a message or a delivery. #1024 is 1024."`
}

// filter is in as the store understands it.
func (a *api) filter(ctx context.Context, in Picked) (notify.DeliveryFilter, error) {
	f := notify.DeliveryFilter{
		Ticket: in.Ticket, Person: in.Person, Channel: in.Channel, Status: in.Status, EventID: in.EventID, Code: in.Code, Reason: in.Reason,
		Kind: in.Kind, Project: in.Project, Since: in.Since, Until: in.Until, Query: in.Query,
	}
	if in.Class == "" {
		return f, nil
	}
	codes, err := a.Deliveries.Codes(ctx)
	if err != nil {
		return f, err
	}
	f.Codes = slices.DeleteFunc(slices.Clone(codes), func(code string) bool { return a.Advice.Explain(code, "").Class != in.Class })
	if f.Codes == nil {
		f.Codes = []string{}
	}
	return f, nil
}

type countsInput struct{ Picked }

type countsOutput struct {
	Body struct {
		Counts map[notify.Status]int `json:"counts" doc:"How many there are in each status; those without any are left out."`
		More   []notify.Status       `json:"more" doc:"Statuses of which there are more than was counted."`
		Newest int                   `json:"newest,omitempty" doc:"Present when only so many of the newest were looked at."`
	}
}

func (a *api) registerListing() {
	register(a, route{
		method: http.MethodGet, path: "/api/v1/deliveries:count", id: "count-deliveries", scope: access.DeliveriesRead, tag: tagDeliveries,
		title: "Count deliveries by status", text: "Takes the filters of the list; `status` is left aside. A count never takes longer than the list: it stops at 10,000 of a status, or at the newest that one page looks through, and says so.",
		fails: []int{400},
	}, a.countDeliveries)
	register(a, route{
		method: http.MethodGet, path: "/api/v1/deliveries:causes", id: "list-causes", scope: access.DeliveriesRead, tag: tagDeliveries,
		title: "Why deliveries were given up", text: "The codes of the dead ones that the filters of the list pick, the most frequent first; `status` is left aside. No more of the newest are looked at than one page looks through, and it says so.",
		fails: []int{400},
	}, a.listCauses)
	register(a, route{
		method: http.MethodGet, path: "/api/v1/deliveries:export", id: "export-deliveries", scope: access.DeliveriesRead, tag: tagDeliveries,
		title: "Take deliveries out as CSV", text: "Takes the filters of the list; the newest 100,000, streamed. UTF-8 with a byte order mark. A spreadsheet runs none of its cells.",
		fails: []int{400},
	}, a.exportDeliveries)
}

func (a *api) countDeliveries(ctx context.Context, in *countsInput) (*countsOutput, error) {
	f, err := a.filter(ctx, in.Picked)
	if err != nil {
		return nil, err
	}
	counts, err := a.Deliveries.Summary(ctx, f)
	if err != nil {
		return nil, err
	}
	out := &countsOutput{}
	out.Body.Counts, out.Body.More, out.Body.Newest = counts.Of, counts.More, counts.Newest
	if out.Body.More == nil {
		out.Body.More = []notify.Status{}
	}
	return out, nil
}

type causesOutput struct {
	Body struct {
		Items  []cause `json:"items"`
		Newest int     `json:"newest,omitempty" doc:"Present when only so many of the newest were looked at."`
	}
}

// cause is a code for which deliveries were given up.
type cause struct {
	Channel notify.Channel `json:"channel" enum:"feishu,wecom,mail"`
	Code    string         `json:"code" doc:"The provider's code; empty where we gave up ourselves." example:"wecom.60020"`
	Class   string         `json:"class" doc:"Of what class the code is."`
	Count   int            `json:"count"`
	LastAt  time.Time      `json:"last_at" doc:"When one was given up for it last."`
}

func (a *api) listCauses(ctx context.Context, in *countsInput) (*causesOutput, error) {
	f, err := a.filter(ctx, in.Picked)
	if err != nil {
		return nil, err
	}
	found, newest, err := a.Deliveries.Causes(ctx, f)
	if err != nil {
		return nil, err
	}
	out := &causesOutput{}
	out.Body.Newest = newest
	out.Body.Items = mapped(found, func(c notify.Cause) cause {
		class := ""
		if c.Code != "" {
			class = a.Advice.Explain(c.Code, "").Class
		}
		return cause{c.Channel, c.Code, class, c.Count, c.Last}
	})
	return out, nil
}

type csvInput struct{ Picked }

// exportDeliveries streams page after page. What fails after the first page breaks
// the answer off: half a file must not look whole.
func (a *api) exportDeliveries(ctx context.Context, in *csvInput) (*huma.StreamResponse, error) {
	f, err := a.filter(ctx, in.Picked)
	if err != nil {
		return nil, err
	}
	f.Limit = notify.MaxLimit
	items, next, err := a.Deliveries.Deliveries(ctx, f)
	if err != nil {
		return nil, err
	}
	lang := current(ctx).language()
	return &huma.StreamResponse{Body: func(w huma.Context) {
		w.SetHeader("Content-Type", "text/csv; charset=utf-8")
		w.SetHeader("Content-Disposition", `attachment; filename="deliveries.csv"`)
		w.SetStatus(http.StatusOK)
		rows := csv.NewWriter(w.BodyWriter())
		_, _ = io.WriteString(w.BodyWriter(), "\ufeff")
		_ = rows.Write(csvHead())
		for n := 0; ; {
			for _, d := range items {
				_ = rows.Write(csvRow(d, lang)) // a caller who left shows at Flush
			}
			rows.Flush()
			n += len(items)
			if next == "" || n >= maxExported || rows.Error() != nil {
				return
			}
			f.Cursor = next
			if items, next, err = a.Deliveries.Deliveries(ctx, f); err != nil {
				current(ctx).cause = err
				panic(http.ErrAbortHandler)
			}
		}
	}}, nil
}

func csvHead() []string {
	return []string{
		"created_at", "ticket", "title", "project", "kind", "person", "name", "channel", "status", "reason", "explanation",
		"code", "attempts", "took_ms", "message_id", "id", "event_id", "updated_at",
	}
}

func csvRow(d notify.Delivery, lang cards.Language) []string {
	explanation := ""
	if d.Reason != "" {
		explanation = d.Words().In(lang)
	}
	row := []string{
		d.CreatedAt.Format(time.RFC3339), d.About.TicketKey, d.About.TicketTitle, d.About.Project, string(d.About.Kind), d.Person,
		cmp.Or(d.To.Name, d.Person), string(d.Channel), string(d.Status), d.Reason, explanation,
		d.Code, strconv.Itoa(d.Attempts), strconv.FormatInt(d.About.Took.Milliseconds(), 10), d.MessageID, d.ID, d.Event, d.UpdatedAt.Format(time.RFC3339),
	}
	for i, cell := range row {
		row[i] = plainCell(cell)
	}
	return row
}

// plainCell marks a cell as text that a spreadsheet would otherwise run.
func plainCell(cell string) string {
	if strings.IndexAny(cell, "=+-@\t\r") == 0 {
		return "'" + cell
	}
	return cell
}
