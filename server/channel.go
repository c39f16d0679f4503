package server

import (
	"context"
	"encoding/json"
	"errors"
	"net/http"
	"strconv"
	"strings"

	"ticketbell/access"
	"ticketbell/notify"
	"ticketbell/ticket"
)

// Channels keeps, tests and watches the configuration of the channels.
type Channels interface {
	// Get returns the fields of a channel as api.md 3 names them, each secret only
	// as whether and when it was set, and the ETag of this state.
	Get(ctx context.Context, ch notify.Channel) (view json.RawMessage, etag string, err error)
	// Patch lays fields over the present ones: what is absent stays, null clears. A
	// change of where a secret is sent drops the secret. ifMatch, when not "", must
	// be the ETag of the present state, else [notify.ErrConflict]. Wrong fields come
	// back as a [*ticket.Invalid] that holds no value.
	Patch(ctx context.Context, ch notify.Channel, patch map[string]json.RawMessage, ifMatch, by string) (view json.RawMessage, etag string, err error)
	// Test sends a test message, or only checks the configuration. A draft that changes
	// where a saved secret is sent must bring the secret: a token that may test is not
	// one that may read.
	Test(ctx context.Context, ch notify.Channel, r notify.TestRequest) (notify.TestReport, error)
	Health(ctx context.Context, ch notify.Channel) (notify.Health, error)
	// Draw returns what the channel would send, without sending it.
	Draw(ctx context.Context, ch notify.Channel, d notify.Drawing) (payload string, err error)
	// Overview tells how the whole house fares, by the hour for so many hours.
	Overview(ctx context.Context, hours int) (notify.Overview, error)
}

type channelInput struct {
	Channel notify.Channel `path:"channel" enum:"feishu,wecom,mail"`
}

type channelPatch struct {
	Channel notify.Channel             `path:"channel" enum:"feishu,wecom,mail"`
	IfMatch string                     `header:"If-Match" doc:"ETag of the state the change was made from; 412 when it is no longer current."`
	Body    map[string]json.RawMessage `doc:"The fields to change. Absent: stays. null: cleared."`
}

type channelOutput struct {
	ETag string `header:"ETag"`
	Body json.RawMessage
}

type healthOutput struct{ Body notify.Health }

type overviewInput struct {
	Hours int `query:"hours" minimum:"1" maximum:"72" default:"24" doc:"How many hours back figures by the hour go, and the reasons."`
}

type overviewOutput struct{ Body notify.Overview }

const channelFields = "Fields (`*` is a secret: written, never read back; GET shows `{\"set\":true,\"fingerprint\",\"set_at\",\"set_by\"}`):\n\n" +
	"- mail: `enabled` `host` `port` `security` (`auto` `tls` `starttls` `none`) `auth` (`auto` `none`) `username` `password`* `from` `from_name` `skip_verify` `ca_pem` `proxy_url` `max_connections`\n" +
	"- wecom: `enabled` `corp_id` `agent_id` `corp_secret`* `confidential` `style` (`card` `textcard` `markdown` `text`) `proxy_url` `api_base_url` `lookup_mobile` `lookup_email` `callback_token`* `callback_aes_key`*\n" +
	"- feishu: `enabled` `app_id` `app_secret`* `api_base_url` `callback` (`http` `long_connection` `off`) `style` (`card` `post` `text`) `update_cards` `read_receipts` `lookup_email` `lookup_mobile` `encrypt_key`* `verification_token`*\n" +
	"- each: `limits` (`per_second` `per_minute` `person_per_second` `person_per_minute` `person_per_hour` `per_day`; absent: the provider's own figures, of which none is a day's; 0: unlimited)"

func (a *api) registerChannels() {
	register(a, route{
		method: http.MethodGet, path: "/api/v1/channels/{channel}", id: "get-channel", scope: access.ConfigRead, tag: tagChannels,
		title: "Read a channel's configuration", text: channelFields, fails: []int{400},
	}, a.getChannel)
	register(a, route{
		method: http.MethodPatch, path: "/api/v1/channels/{channel}", id: "patch-channel", scope: access.ConfigWrite, tag: tagChannels,
		title: "Change a channel's configuration",
		text: "Merges: an absent field stays, `null` clears it. Changing where a secret is sent drops the secret.\n\n" +
			"`enabled: false` may come with `waiting`, what becomes of the messages that wait for the channel: `keep` (until it is on again, also when it is left out), " +
			"`reroute` (each goes to the person on another channel that is on, unless they hear of the same event there anyway) or `discard`. The answer then counts them in `waiting`.\n\n" + channelFields,
		fails: []int{400, 409, 412}, example: map[string]any{"enabled": true, "host": "smtp.example.com", "port": 465, "password": "…"},
	}, a.patchChannel)
	a.registerTrials()
	a.registerDrawing()
	register(a, route{
		method: http.MethodGet, path: "/api/v1/channels/{channel}/health", id: "get-channel-health", scope: access.ConfigRead, tag: tagChannels,
		title: "How a channel fares", fails: []int{400},
	}, a.channelHealth)
	register(a, route{
		method: http.MethodGet, path: "/api/v1/overview", id: "get-overview", scope: access.DeliveriesRead, tag: tagChannels,
		title: "How the whole house fares", text: "Each channel's health, the last `hours` one by one, what failed most in them, and whom and what ticketbell knows.",
	}, a.overview)
}

func (a *api) overview(ctx context.Context, in *overviewInput) (*overviewOutput, error) {
	o, err := a.Channels.Overview(ctx, in.Hours)
	if err != nil {
		return nil, err
	}
	return &overviewOutput{o}, nil
}

func (a *api) getChannel(ctx context.Context, in *channelInput) (*channelOutput, error) {
	view, etag, err := a.Channels.Get(ctx, in.Channel)
	if err != nil {
		return nil, err
	}
	return &channelOutput{strconv.Quote(etag), view}, nil
}

func (a *api) patchChannel(ctx context.Context, in *channelPatch) (*channelOutput, error) {
	want := etagOf(in.IfMatch)
	view, etag, err := a.Channels.Patch(ctx, in.Channel, in.Body, want, by(ctx))
	if want != "" && errors.Is(err, notify.ErrConflict) {
		return nil, newProblem(http.StatusPreconditionFailed, codeStale)
	}
	if err != nil {
		return nil, err
	}
	return &channelOutput{strconv.Quote(etag), view}, nil
}

func (a *api) channelHealth(ctx context.Context, in *channelInput) (*healthOutput, error) {
	h, err := a.Channels.Health(ctx, in.Channel)
	if err != nil {
		return nil, err
	}
	return &healthOutput{h}, nil
}

// etagOf takes the mark out of an If-Match header; "*" and nothing match anything.
func etagOf(header string) string {
	mark := strings.Trim(strings.TrimPrefix(strings.TrimSpace(header), "W/"), `"`)
	if mark == "*" {
		return ""
	}
	return mark
}

// wrongField is an error about one field.
func wrongField(field, code, message string) error {
	return &ticket.Invalid{Fields: []ticket.FieldError{{Field: field, Code: code, Message: message}}}
}
