package server

import (
	"context"
	"errors"
	"net/http"
	"net/url"
	"slices"
	"time"

	"ticketbell/access"
	"ticketbell/notify"
	"ticketbell/ticket"
)

const (
	// minSecret is how many bytes the secret of a platform has at least: the
	// library that signs would take an empty one (libraries.md, traps).
	minSecret = 24
	// maxTimeout is how long a platform may take to answer a press.
	maxTimeout = 30 * time.Second
)

// Platforms keeps who judges a decision, by source of the ticket.
type Platforms interface {
	// Platform returns who judges the tickets of the source; see [notify.DefaultPlatform].
	Platform(ctx context.Context, source string) (notify.Platform, error)
	PutPlatform(ctx context.Context, p notify.Platform) error
}

// platform is who judges, as it is read: whether there is a secret, never which.
type platform struct {
	Source  string              `json:"source"`
	Kind    notify.PlatformKind `json:"kind" enum:"none,builtin,webhook"`
	URL     string              `json:"url,omitempty"`
	Secret  *secretView         `json:"secret,omitempty"`
	Timeout string              `json:"timeout,omitempty" example:"5s"`
}

// secretView is all that is ever shown of a secret.
type secretView struct {
	Set bool `json:"set" doc:"Whether there is one."`
}

// platformFields is who judges, as it is written.
type platformFields struct {
	Source  string              `json:"source,omitempty" doc:"May repeat the source of the path."`
	Kind    notify.PlatformKind `json:"kind" enum:"none,builtin,webhook" doc:"none: cards carry the link only; builtin: ticketbell's own desk; webhook: a signed call."`
	URL     string              `json:"url,omitempty" maxLength:"2048" doc:"webhook: where the signed call goes." example:"https://tickets.example.com/hooks/ticketbell"`
	Secret  string              `json:"secret,omitempty" writeOnly:"true" maxLength:"1024" doc:"webhook: signs the call, at least 24 bytes. Absent: the present one stays, unless the url changes."`
	Timeout string              `json:"timeout,omitempty" maxLength:"32" doc:"webhook: how long to wait for the answer, at most 30s; default 5s." example:"5s"`
}

type platformInput struct {
	Source string `path:"source" maxLength:"64"`
}

type platformPut struct {
	Source string `path:"source" maxLength:"64"`
	Body   form[platformFields]
}

type platformOutput struct{ Body platform }

func (a *api) registerPlatforms() {
	const path = "/api/v1/platforms/{source}"
	register(a, route{
		method: http.MethodGet, path: path, id: "get-platform", scope: access.ConfigRead, tag: tagPlatforms, title: "Who judges tickets of a source",
		text: "A source that was never configured has the kind `none`; `builtin`, the built-in desk's own, has the kind `builtin`.", fails: []int{400},
	}, a.getPlatform)
	register(a, route{
		method: http.MethodPut, path: path, id: "put-platform", scope: access.ConfigWrite, tag: tagPlatforms, title: "Set who judges tickets of a source",
		text: "A new `url` needs the secret again: it is never sent where it was not meant for.", unchecked: true, fails: []int{400},
		example: map[string]any{"kind": "webhook", "url": "https://tickets.example.com/hooks/ticketbell", "secret": "…", "timeout": "5s"},
	}, a.putPlatform)
}

func (a *api) getPlatform(ctx context.Context, in *platformInput) (*platformOutput, error) {
	p, err := a.platformOf(ctx, in.Source)
	if err != nil {
		return nil, err
	}
	return &platformOutput{platformView(p)}, nil
}

func (a *api) putPlatform(ctx context.Context, in *platformPut) (*platformOutput, error) {
	old, err := a.platformOf(ctx, in.Source)
	if err != nil {
		return nil, err
	}
	body, wrong := in.Body.read(a)
	p, err := body.read(in.Source, old)
	if err := together(wrong, err); err != nil {
		return nil, err
	}
	if err := a.Platforms.PutPlatform(ctx, p); err != nil {
		return nil, err
	}
	return &platformOutput{platformView(p)}, nil
}

func (a *api) platformOf(ctx context.Context, source string) (notify.Platform, error) {
	p, err := a.Platforms.Platform(ctx, source)
	if errors.Is(err, notify.ErrNotFound) {
		return notify.DefaultPlatform(source), nil
	}
	return p, err
}

// read returns what f makes of old, or names what the schema cannot.
func (f platformFields) read(source string, old notify.Platform) (notify.Platform, error) {
	p := notify.Platform{Source: source, Kind: f.Kind}
	var wrong []ticket.FieldError
	if f.Source != "" && f.Source != source {
		wrong = append(wrong, ticket.FieldError{Field: "source", Code: "invalid", Message: "cannot be changed"})
	}
	switch f.Kind {
	case notify.PlatformNone, notify.PlatformBuiltIn:
	case notify.PlatformWebhook:
		wrong = append(wrong, f.readWebhook(&p, old)...)
	default: // what else it needs is not known; what is there may be wrong all the same
		wrong = append(wrong, slices.DeleteFunc(f.readWebhook(&p, old), func(e ticket.FieldError) bool { return e.Code == "required" })...)
	}
	if len(wrong) > 0 {
		return notify.Platform{}, &ticket.Invalid{Fields: wrong}
	}
	return p, nil
}

func (f platformFields) readWebhook(p *notify.Platform, old notify.Platform) (wrong []ticket.FieldError) {
	p.URL, p.Secret = f.URL, f.Secret
	if p.Secret == "" && f.URL == old.URL {
		p.Secret = old.Secret
	}
	var err error
	if p.Timeout, err = readDuration(f.Timeout); err != nil || p.Timeout > maxTimeout {
		wrong = append(wrong, ticket.FieldError{Field: "timeout", Code: "invalid", Message: "must be a duration such as 5s, at most 30s"})
	}
	if u, err := ticket.WebURL(f.URL); err != nil || u.User != nil || u.Fragment != "" || !safe(u) {
		wrong = append(wrong, ticket.FieldError{Field: "url", Code: missing(f.URL), Message: "must be an absolute https link, or an http one to this machine"})
	}
	if len(p.Secret) < minSecret {
		wrong = append(wrong, ticket.FieldError{Field: "secret", Code: missing(f.Secret), Message: "must be at least 24 bytes"})
	}
	return wrong
}

// safe reports whether a decision sent to u can be read by nobody on the way.
func safe(u *url.URL) bool {
	return u.Scheme == "https" || ticket.ThisMachine(u.Hostname())
}

// missing tells a value that was left out from one that is wrong.
func missing(value string) string {
	if value == "" {
		return "required"
	}
	return "invalid"
}

func platformView(p notify.Platform) platform {
	view := platform{Source: p.Source, Kind: p.Kind, URL: p.URL, Timeout: durationText(p.Timeout)}
	if p.Kind == notify.PlatformWebhook {
		view.Secret = &secretView{Set: p.Secret != ""}
	}
	return view
}
