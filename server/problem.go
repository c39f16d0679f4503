package server

import (
	"cmp"
	"context"
	"encoding/json"
	"maps"
	"net/http"
	"slices"
	"strings"

	"ticketbell/cards"
	"ticketbell/ticket"
)

// statusGone is what the log shows for a caller who did not wait: nobody reads it. It
// is nginx's number, for HTTP has none.
const statusGone = 499

// maxWrong is how many wrong fields one answer names.
const maxWrong = 100

// problem is an error as a caller reads it (RFC 9457), with a code that does not move.
type problem struct {
	Type      string  `json:"type" format:"uri-reference" doc:"Where the code is explained." example:"/docs#invalid_request"`
	Title     string  `json:"title" doc:"The kind of problem in a few words." example:"Invalid request"`
	Status    int     `json:"status" doc:"The HTTP status." example:"400"`
	Detail    string  `json:"detail" doc:"One sentence on what to do about it." example:"Some fields are wrong; see errors."`
	Code      code    `json:"code" doc:"Stable word for programs." example:"invalid_request"`
	Errors    []wrong `json:"errors,omitempty" doc:"Every wrong field, at most 100."`
	RequestID string  `json:"request_id" doc:"Quote it when you ask for help; it is in the server's log." example:"req_0192f0c1d2e37c40b0a1c2d3e4f5a6b7"`

	scope      string // names the missing scope of a refusal
	address    string // where a refused request comes from
	retryAfter string
	cause      error
}

// wrong is one wrong field. It never holds the value that was sent.
type wrong struct {
	Field   string `json:"field" doc:"Path of the field." example:"ticket.step.assignees[1].email"`
	Code    string `json:"code" doc:"required, unknown_field, unknown_value, too_long, too_many, taken, invalid, locked, unreachable, not_sent, or of a code wrong or expired." example:"required"`
	Message string `json:"message" doc:"What would be right." example:"is required"`

	chinese string // the message in Chinese, where it is particular to the field
}

func newProblem(status int, c code) *problem {
	return &problem{Type: "/docs#" + string(c), Status: status, Code: c}
}

// invalid is the problem of a request with wrong fields.
func invalid(fields []ticket.FieldError) *problem {
	p := newProblem(http.StatusBadRequest, codeInvalid)
	for _, f := range tidy(fields) {
		p.Errors = append(p.Errors, wrong{f.Field, f.Code, f.Message, f.Chinese})
	}
	return p
}

// tidy puts fields in order, names each once and drops what is beyond the limit.
// Of two complaints about a field the first stands.
func tidy(fields []ticket.FieldError) []ticket.FieldError {
	fields = slices.Clone(fields)
	slices.SortStableFunc(fields, func(a, b ticket.FieldError) int { return strings.Compare(a.Field, b.Field) })
	fields = slices.CompactFunc(fields, func(a, b ticket.FieldError) bool { return a.Field == b.Field })
	return fields[:min(len(fields), maxWrong)]
}

// Error says the code alone: a problem may be wrapped and logged.
func (p *problem) Error() string { return string(p.Code) }

// Unwrap returns what is behind an error of ours.
func (p *problem) Unwrap() error { return p.cause }

// GetStatus is the HTTP status; huma asks for it.
func (p *problem) GetStatus() int { return p.Status }

// ContentType is the media type of problems; huma asks for it.
func (*problem) ContentType(string) string { return "application/problem+json" }

// GetHeaders are the headers that belong to the status; huma asks for them.
func (p *problem) GetHeaders() http.Header {
	h := http.Header{}
	if p.Status == http.StatusUnauthorized {
		h.Set("WWW-Authenticate", `Bearer realm="ticketbell"`)
	}
	if p.scope != "" {
		h.Set("WWW-Authenticate", `Bearer realm="ticketbell", error="insufficient_scope", scope="`+p.scope+`"`)
	}
	if p.retryAfter != "" {
		h.Set("Retry-After", p.retryAfter)
	}
	return h
}

// said returns p in the words of the exchange ctx belongs to, and notes its cause
// for the log.
func (p *problem) said(ctx context.Context) *problem {
	x := current(ctx)
	if p.cause != nil {
		x.cause = p.cause
	}
	return p.in(x)
}

// in returns p in the words of x.
func (p *problem) in(x *exchange) *problem {
	lang := x.language()
	q := *p
	q.RequestID = x.id
	q.Title = p.Code.title().In(lang)
	q.Detail = strings.NewReplacer("{scope}", p.scope, "{address}", cmp.Or(p.address, "?")).Replace(p.Code.detail().In(lang))
	q.Errors = slices.Clone(p.Errors)
	for i, w := range q.Errors {
		if q.Errors[i].Message = inLanguage(lang, w.Message); lang == cards.Chinese && w.chinese != "" {
			q.Errors[i].Message = w.chinese
		}
	}
	return &q
}

// writeProblem answers with p where huma is not at work.
func writeProblem(w http.ResponseWriter, r *http.Request, p *problem) {
	maps.Copy(w.Header(), p.GetHeaders())
	w.Header().Set("Content-Type", p.ContentType(""))
	w.WriteHeader(p.Status)
	_ = json.NewEncoder(w).Encode(p.said(r.Context())) // the caller may be gone
}
