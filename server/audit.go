package server

import (
	"cmp"
	"context"
	"encoding/json"
	"maps"
	"net/http"
	"reflect"
	"slices"
	"time"

	"ticketbell/access"
	"ticketbell/audit"
)

// Audit keeps who did what.
type Audit interface {
	audit.Log
	// AuditEntries lists what f picks, the newest first, and the cursor of the next
	// page, "" at the end.
	AuditEntries(ctx context.Context, f audit.Filter) (entries []audit.Entry, next string, err error)
}

// noting says whether what a route does is written down.
type noting int

const (
	// asUsual: whatever changes something is, apart from the events and tickets that are
	// ticketbell's daily work.
	asUsual noting = iota
	// always: it changes nothing, and somebody may ask one day who did it.
	always
	// never: it is no GET, and changes nothing that anybody asks about.
	never
)

// audited reports whether what a route does is written down.
func (r route) audited() bool {
	if r.noting != asUsual {
		return r.noting == always
	}
	return r.method != http.MethodGet && r.scope != access.EventsWrite && r.scope != access.TicketsWrite
}

// note writes down what was done. What is done is not undone when that fails.
func (a *api) note(ctx context.Context, r route, in any) {
	if dry := field(in, "DryRun"); dry.IsValid() && dry.Kind() == reflect.Bool && dry.Bool() {
		return
	}
	caller := current(ctx).token
	e := audit.Entry{Actor: caller.Name, Via: audit.ViaToken, Action: r.id, Fields: []string{}}
	if caller.ID == "" {
		e.Via = audit.ViaSession
	}
	body := bodyOf(in)
	e.Object = cmp.Or(pathValue(in), text(body["username"]), text(body["key"]), text(body["name"]))
	e.Fields = slices.Sorted(maps.Keys(body))
	if named, ok := in.(interface{ auditFields() []string }); ok {
		e.Fields = named.auditFields()
	}
	if err := a.Audit.Note(context.WithoutCancel(ctx), e); err != nil {
		a.Log.ErrorContext(ctx, "the audit log cannot be written", "action", r.id, "error", err)
	}
}

// field is the field of an input, or nothing.
func field(in any, name string) reflect.Value {
	v := reflect.Indirect(reflect.ValueOf(in))
	if v.Kind() != reflect.Struct {
		return reflect.Value{}
	}
	return v.FieldByName(name)
}

// pathValue is what an input was told by the path: what is done something to.
func pathValue(in any) string {
	v := reflect.Indirect(reflect.ValueOf(in))
	for i := range v.NumField() {
		if v.Type().Field(i).Tag.Get("path") != "" && v.Field(i).Kind() == reflect.String {
			return v.Field(i).String()
		}
	}
	return ""
}

// bodyOf is the JSON object an input came with, or nothing.
func bodyOf(in any) map[string]json.RawMessage {
	b := field(in, "Body")
	if !b.IsValid() {
		return nil
	}
	raw, err := json.Marshal(b.Interface())
	if err != nil {
		return nil
	}
	var object map[string]json.RawMessage
	_ = json.Unmarshal(raw, &object) // anything but an object has no names
	return object
}

func text(raw json.RawMessage) string {
	var s string
	_ = json.Unmarshal(raw, &s) // anything but a string is no name
	return s
}

// auditEntry is one thing somebody did.
type auditEntry struct {
	ID     string    `json:"id"`
	At     time.Time `json:"at"`
	Actor  string    `json:"actor" doc:"Username, or the name of the token." example:"admin"`
	Via    string    `json:"via" enum:"session,token,command,oidc" doc:"On a page, with a token, on the command line, or, of a sign-in, with the company's account."`
	Action string    `json:"action" doc:"What was done, by the operation's name in this document; or sign-in, sign-out, set-up, set-password, invite." example:"patch-channel"`
	Object string    `json:"object,omitempty" doc:"What it was done to." example:"mail"`
	Fields []string  `json:"fields" doc:"Names of what was changed; never the values."`
	Failed bool      `json:"failed,omitempty" doc:"It was tried in vain: a wrong password."`
}

type auditInput struct {
	Actor  string    `query:"actor" maxLength:"128"`
	Action string    `query:"action" maxLength:"64"`
	Object string    `query:"object" maxLength:"256"`
	Since  time.Time `query:"since" doc:"From this moment on."`
	Before time.Time `query:"before" doc:"Before this moment."`
	Limit  int       `query:"limit" minimum:"1" maximum:"200" default:"50"`
	Cursor string    `query:"cursor" doc:"next_cursor of the page before."`
}

type auditOutput struct {
	Body struct {
		Items      []auditEntry `json:"items"`
		NextCursor string       `json:"next_cursor" doc:"Cursor of the next page, empty at the end."`
	}
}

func (a *api) registerAudit() {
	register(a, route{
		method: http.MethodGet, path: "/api/v1/audit", id: "list-audit", scope: access.AuditRead, tag: tagSettings, title: "Who changed what",
		text: "The newest first. Names of what was changed, never the values.", fails: []int{400},
	}, a.listAudit)
}

func (a *api) listAudit(ctx context.Context, in *auditInput) (*auditOutput, error) {
	entries, next, err := a.Audit.AuditEntries(ctx, audit.Filter{
		Actor: in.Actor, Action: in.Action, Object: in.Object, Since: in.Since, Before: in.Before, Limit: in.Limit, Cursor: in.Cursor,
	})
	if err != nil {
		return nil, err
	}
	out := &auditOutput{}
	out.Body.Items, out.Body.NextCursor = mapped(entries, func(e audit.Entry) auditEntry {
		return auditEntry{e.ID, e.At, e.Actor, e.Via, e.Action, e.Object, append([]string{}, e.Fields...), e.Failed}
	}), next
	return out, nil
}
