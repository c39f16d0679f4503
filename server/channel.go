package server

import (
	"context"
	"encoding/json"
	"errors"
	"net/http"
	"slices"
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
	// Test sends a test message. A draft that changes where a saved secret is sent
	// must bring the secret: a token that may test is not one that may read.
	Test(ctx context.Context, ch notify.Channel, r notify.TestRequest) (notify.TestReport, error)
	Health(ctx context.Context, ch notify.Channel) (notify.Health, error)
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

type testInput struct {
	Channel notify.Channel `path:"channel" enum:"feishu,wecom,mail"`
	Body    form[testFields]
}

// testFields is a test somebody asks for.
type testFields struct {
	To    testTarget                 `json:"to" doc:"Who gets the test message: exactly one of the fields."`
	Draft map[string]json.RawMessage `json:"draft,omitempty" doc:"Fields not saved yet, laid over the saved ones for this test."`
}

// testTarget is who gets a test message.
type testTarget struct {
	Username     string `json:"username,omitempty" maxLength:"128" example:"lisi"`
	Email        string `json:"email,omitempty" maxLength:"254"`
	Phone        string `json:"phone,omitempty" maxLength:"32"`
	WeComUserID  string `json:"wecom_userid,omitempty" maxLength:"64"`
	FeishuOpenID string `json:"feishu_open_id,omitempty" maxLength:"128"`
}

type testOutput struct{ Body notify.TestReport }

type healthOutput struct{ Body notify.Health }

const channelFields = "Fields (`*` is a secret: written, never read back; GET shows `{\"set\":true,\"fingerprint\",\"set_at\",\"set_by\"}`):\n\n" +
	"- mail: `enabled` `host` `port` `security` (`auto` `tls` `starttls` `none`) `auth` (`auto` `none`) `username` `password`* `from` `from_name` `skip_verify` `ca_pem` `max_connections`\n" +
	"- wecom: `enabled` `corp_id` `agent_id` `corp_secret`* `confidential` `style` (`card` `text`) `proxy_url` `api_base_url` `lookup_mobile` `lookup_email` `callback_token`* `callback_aes_key`*\n" +
	"- feishu: `enabled` `app_id` `app_secret`* `api_base_url` `callback` (`http` `long_connection` `off`) `encrypt_key`* `verification_token`*\n" +
	"- each: `limits` (`per_second` `per_minute` `person_per_second` `person_per_minute` `person_per_hour`; absent: the provider's own figures, 0: unlimited)"

func (a *api) registerChannels() {
	register(a, route{
		method: http.MethodGet, path: "/api/v1/channels/{channel}", id: "get-channel", scope: access.ConfigRead, tag: tagChannels,
		title: "Read a channel's configuration", text: channelFields, fails: []int{400},
	}, a.getChannel)
	register(a, route{
		method: http.MethodPatch, path: "/api/v1/channels/{channel}", id: "patch-channel", scope: access.ConfigWrite, tag: tagChannels,
		title: "Change a channel's configuration",
		text:  "Merges: an absent field stays, `null` clears it. Changing where a secret is sent drops the secret.\n\n" + channelFields,
		fails: []int{400, 409, 412}, example: map[string]any{"enabled": true, "host": "smtp.example.com", "port": 465, "password": "…"},
	}, a.patchChannel)
	register(a, route{
		method: http.MethodPost, path: "/api/v1/channels/{channel}/test", id: "test-channel", scope: access.ChannelsTest, tag: tagChannels,
		title:     "Send a test message",
		text:      "Tries the saved configuration with the draft laid over it, stage by stage. A test that finds a fault did its work: it answers 200 with `success: false`, the fault, and what to do about it.",
		unchecked: true, fails: []int{400}, example: map[string]any{"to": map[string]any{"username": "lisi"}, "draft": map[string]any{"host": "smtp.example.com"}},
	}, a.testChannel)
	register(a, route{
		method: http.MethodGet, path: "/api/v1/channels/{channel}/health", id: "get-channel-health", scope: access.ConfigRead, tag: tagChannels,
		title: "How a channel fares", fails: []int{400},
	}, a.channelHealth)
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

func (a *api) testChannel(ctx context.Context, in *testInput) (*testOutput, error) {
	body, wrong := in.Body.read(a)
	if err := together(wrong, body.To.check()); err != nil {
		return nil, err
	}
	report, err := a.Channels.Test(ctx, in.Channel, notify.TestRequest{
		To: notify.TestTarget(body.To), Draft: body.Draft, Language: current(ctx).language(),
	})
	if err != nil {
		return nil, err
	}
	if report.Stages == nil {
		report.Stages = []notify.TestStage{}
	}
	return &testOutput{report}, nil
}

// check refuses to guess who is meant.
func (t testTarget) check() error {
	named := slices.DeleteFunc([]string{t.Username, t.Email, t.Phone, t.WeComUserID, t.FeishuOpenID}, func(s string) bool { return s == "" })
	switch len(named) {
	case 0:
		return wrongField("to", "required", "must be a person's username, email, phone, wecom_userid or feishu_open_id")
	case 1:
		return nil
	default:
		return wrongField("to", "invalid", "must name one person by one field alone")
	}
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
