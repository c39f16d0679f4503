package ticket

import (
	"fmt"
	"net/mail"
	"net/url"
	"strings"
	"unicode/utf8"
)

// The limits of an event, in characters where nothing else is said.
const (
	MaxSource      = 64
	MaxEventID     = 128
	MaxKey         = 128
	MaxTitle       = 256
	MaxDescription = 10_000
	MaxReason      = 2_000
	MaxName        = 128 // names of people, steps, projects, targets and the labels beside them
	MaxAddress     = 254 // an e-mail address
	MaxLink        = 2_048
	MaxLabel       = 64
	MaxValue       = 512
	MaxFields      = 20
	MaxTargets     = 100
	MaxPeople      = 1_000 // in each list of people
	MaxSteps       = 20
)

// FieldError is one wrong field.
type FieldError struct {
	// Field is the path of the field: "ticket.step.assignees[1].email".
	Field string
	// Code is "required", "unknown_value", "too_long", "too_many" or "invalid".
	Code string
	// Message says what would be right, in English; Chinese the same in Chinese,
	// where the wording is particular to the field.
	Message, Chinese string
}

// Invalid names every wrong field of what was given.
type Invalid struct{ Fields []FieldError }

func (e *Invalid) Error() string {
	parts := make([]string, 0, len(e.Fields))
	for _, f := range e.Fields {
		parts = append(parts, f.Field+" "+f.Message)
	}
	return strings.Join(parts, "; ")
}

// Validate checks ev and returns an [*Invalid] that names every wrong field at
// once, or nil. Source, id and time may still be empty: whoever accepts the event
// fills them in.
func (ev Event) Validate() error {
	var c checker
	c.length("source", ev.Source, MaxSource)
	c.length("id", ev.ID, MaxEventID)
	c.oneOf("kind", string(ev.Kind), ev.Kind.Valid(), Kinds())
	if y := ev.OccurredAt.Year(); !ev.OccurredAt.IsZero() && (y < 2000 || y > 2200) {
		c.add("occurred_at", "invalid", "must lie between the years 2000 and 2200")
	}
	c.optionalPerson("actor", ev.Actor)
	c.length("reason", ev.Reason, MaxReason)
	c.ticket("ticket", ev.Ticket)
	c.people("audience", ev.Audience)
	return c.result()
}

// checker gathers what is wrong.
type checker struct{ fields []FieldError }

func (c *checker) add(field, code, message string) {
	c.fields = append(c.fields, FieldError{Field: field, Code: code, Message: message})
}

func (c *checker) result() error {
	if len(c.fields) == 0 {
		return nil
	}
	return &Invalid{Fields: c.fields}
}

func (c *checker) ticket(at string, t Ticket) {
	c.required(at+".key", t.Key, MaxKey)
	c.required(at+".title", t.Title, MaxTitle)
	c.length(at+".description", t.Description, MaxDescription)
	c.length(at+".project.key", t.Project.Key, MaxName)
	c.length(at+".project.name", t.Project.Name, MaxName)
	c.length(at+".type", t.Type, MaxLabel)
	c.oneOf(at+".status", string(t.Status), t.Status.Valid(), Statuses())
	if t.Revision < 0 {
		c.add(at+".revision", "invalid", "must not be negative")
	}
	c.link(at+".url", t.URL)
	c.path(at+".path", t.Path)
	c.optionalPerson(at+".creator", t.Creator)
	if t.Step != nil {
		c.step(at+".step", *t.Step)
	}
	c.people(at+".executors", t.Executors)
	c.targets(at+".targets", t.Targets)
	if t.Audit != nil {
		c.audit(at+".audit", *t.Audit)
	}
	c.extra(at+".fields", t.ExtraFields)
}

func (c *checker) step(at string, s Step) {
	if s.Index < 0 || s.Index > MaxSteps {
		c.add(at+".index", "invalid", fmt.Sprintf("must be a number from 1 to %d", MaxSteps))
	}
	if s.Total < 0 || s.Total > MaxSteps || (s.Total > 0 && s.Index > s.Total) {
		c.add(at+".total", "invalid", fmt.Sprintf("must be a number from index to %d", MaxSteps))
	}
	c.length(at+".name", s.Name, MaxName)
	if s.Kind != "" && !s.Kind.Valid() {
		c.add(at+".kind", "unknown_value", "must be one of review, execute")
	}
	c.people(at+".assignees", s.Assignees)
	c.patience(at, s.RemindAfter, s.EscalateAfter, s.EscalateTo)
}

func (c *checker) audit(at string, a Audit) {
	if a.Score != nil && (*a.Score < 0 || *a.Score > 100) {
		c.add(at+".score", "invalid", "must be a number from 0 to 100")
	}
	c.length(at+".level", a.Level, MaxLabel)
	if a.Statements < 0 {
		c.add(at+".statements", "invalid", "must not be negative")
	}
}

func (c *checker) targets(at string, targets []Target) {
	if len(targets) > MaxTargets {
		c.add(at, "too_many", fmt.Sprintf("must hold at most %d targets", MaxTargets))
		return
	}
	for i, t := range targets {
		c.length(fmt.Sprintf("%s[%d].instance", at, i), t.Instance, MaxName)
		c.length(fmt.Sprintf("%s[%d].schema", at, i), t.Schema, MaxName)
		c.length(fmt.Sprintf("%s[%d].environment", at, i), t.Environment, MaxName)
	}
}

func (c *checker) extra(at string, fields []Field) {
	if len(fields) > MaxFields {
		c.add(at, "too_many", fmt.Sprintf("must hold at most %d fields", MaxFields))
		return
	}
	for i, f := range fields {
		c.required(fmt.Sprintf("%s[%d].label", at, i), f.Label, MaxLabel)
		c.length(fmt.Sprintf("%s[%d].value", at, i), f.Value, MaxValue)
	}
}

func (c *checker) people(at string, people []Person) {
	if len(people) > MaxPeople {
		c.add(at, "too_many", fmt.Sprintf("must hold at most %d people", MaxPeople))
		return
	}
	for i, p := range people {
		c.person(fmt.Sprintf("%s[%d]", at, i), p)
	}
}

func (c *checker) optionalPerson(at string, p Person) {
	if !p.IsZero() {
		c.person(at, p)
	}
}

func (c *checker) person(at string, p Person) {
	if p.IsZero() {
		c.add(at, "required", "must name a person by username, email, phone or name")
		return
	}
	c.length(at+".username", p.Username, MaxName)
	c.length(at+".name", p.Name, MaxName)
	if p.Email != "" && !ValidEmail(p.Email) {
		c.add(at+".email", "invalid", "must be an e-mail address such as lisi@corp.com")
	}
	if p.Phone != "" {
		if _, err := NormalizePhone(p.Phone); err != nil {
			c.add(at+".phone", "invalid", err.Error())
		}
	}
}

func (c *checker) required(field, value string, limit int) {
	if strings.TrimSpace(value) == "" {
		c.add(field, "required", "is required")
		return
	}
	c.length(field, value, limit)
}

func (c *checker) length(field, value string, limit int) {
	switch {
	case !utf8.ValidString(value):
		c.add(field, "invalid", "must be valid UTF-8")
	case utf8.RuneCountInString(value) > limit:
		c.add(field, "too_long", fmt.Sprintf("must be at most %d characters", limit))
	}
}

func (c *checker) link(field, value string) {
	if value == "" {
		return
	}
	c.length(field, value, MaxLink)
	if _, err := WebURL(value); err != nil {
		c.add(field, "invalid", "must be an absolute http or https link")
	}
}

func (c *checker) path(field, value string) {
	if value == "" {
		return
	}
	c.length(field, value, MaxLink)
	if u, err := url.Parse(value); err != nil || u.IsAbs() || u.Host != "" || !strings.HasPrefix(value, "/") {
		c.add(field, "invalid", "must be a path that begins with /")
	}
}

// oneOf checks a required word against its list.
func (c *checker) oneOf(field, value string, valid bool, list any) {
	switch {
	case value == "":
		c.add(field, "required", "is required: one of "+words(list))
	case !valid:
		c.add(field, "unknown_value", "must be one of "+words(list))
	}
}

func words(list any) string {
	return strings.Join(strings.Fields(strings.Trim(fmt.Sprint(list), "[]")), ", ")
}

// WebURL parses an absolute http or https link. One that carries a password is refused.
func WebURL(s string) (*url.URL, error) {
	u, err := url.Parse(s)
	if err != nil {
		return nil, fmt.Errorf("parse link: %w", err)
	}
	if (u.Scheme != "http" && u.Scheme != "https") || u.Host == "" || u.User != nil {
		return nil, fmt.Errorf("parse link: %q is no absolute http or https link", u.Redacted())
	}
	return u, nil
}

// ValidOrigin reports whether s is where a site is: a scheme and a host, without a path.
func ValidOrigin(s string) bool {
	u, err := WebURL(s)
	return err == nil && strings.Trim(u.Path, "/") == "" && u.RawQuery == "" && !u.ForceQuery && u.Fragment == ""
}

// ValidEmail reports whether s is one bare e-mail address, without a display name.
func ValidEmail(s string) bool {
	a, err := mail.ParseAddress(s)
	return err == nil && a.Address == s && len(s) <= MaxAddress && !strings.ContainsAny(s, "\r\n")
}
