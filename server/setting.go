package server

import (
	"context"
	"crypto/sha256"
	"encoding/hex"
	"fmt"
	"net/http"
	"strconv"
	"strings"
	"unicode"

	"ticketbell/access"
	"ticketbell/cards"
	"ticketbell/notify"
	"ticketbell/ticket"
)

// Settings keeps what holds for the whole installation.
type Settings interface {
	Settings(ctx context.Context) (notify.Settings, error)
	PutSettings(ctx context.Context, s notify.Settings) error
}

// settings is what is set, as the API spells it.
type settings struct {
	BrandName         string         `json:"brand_name" doc:"What pages and messages call this installation. Empty: ticketbell's own name, 工单通知 to readers of Chinese." example:"变更通知"`
	URLPrefix         string         `json:"url_prefix" doc:"Where the ticket platform lives; a ticket's path is joined to it. Empty: no link button." example:"https://sqle.example.com"`
	PublicURL         string         `json:"public_url" doc:"Where people reach this service: links to it begin with it, and company accounts come back to it. What --public-url says wins. Empty: where a request says it came." example:"https://bell.example.com"`
	LinkTemplate      string         `json:"link_template" doc:"Path of the page of a ticket that comes without url and path, joined to url_prefix; {project} and {ticket} stand for their keys. Empty: no link button." example:"/sqle/project/{project}/exec-workflow/{ticket}"`
	DefaultLanguage   cards.Language `json:"default_language" enum:"zh,en" doc:"Read by everybody who chose none."`
	Timezone          string         `json:"timezone" doc:"IANA name of the zone times are written in." example:"Asia/Shanghai"`
	RetentionDays     int            `json:"retention_days" doc:"How long settled deliveries are kept." example:"30"`
	AuditDays         int            `json:"audit_days" doc:"How long the audit log is kept; 0 is for ever." example:"365"`
	TellCreatorOnPass bool           `json:"tell_creator_on_pass" doc:"Whether the creator hears of each passed step."`

	ChannelPolicy      ticket.Policy    `json:"channel_policy" enum:"all,first" doc:"On how many channels people are told who chose nothing themselves: on all, or on the first that gets through."`
	ChannelOrder       []notify.Channel `json:"channel_order" enum:"feishu,wecom,mail" doc:"In which order channels are tried then. It names all of them."`
	NextChannelMinutes int              `json:"next_channel_minutes" doc:"For how many minutes one channel is tried before the next." example:"10"`
	QuietHours         quietHours       `json:"quiet_hours,omitzero" doc:"Of everybody who has none of their own."`

	ConfirmAddresses bool     `json:"confirm_addresses" doc:"Whether people confirm a new e-mail address or phone number of theirs with a code that is sent there."`
	LockedFields     []string `json:"locked_fields" enum:"phone,email,wecom_userid" doc:"What people cannot change of themselves, because it comes from elsewhere."`
}

type settingsPatch struct {
	BrandName         *string         `json:"brand_name,omitempty" maxLength:"30" doc:"One line, or empty."`
	URLPrefix         *string         `json:"url_prefix,omitempty" maxLength:"2048" doc:"Absolute http or https link, or empty."`
	PublicURL         *string         `json:"public_url,omitempty" maxLength:"512" doc:"Scheme and host, or empty."`
	LinkTemplate      *string         `json:"link_template,omitempty" maxLength:"512" doc:"A path that names {ticket}, or empty."`
	DefaultLanguage   *cards.Language `json:"default_language,omitempty" enum:"zh,en"`
	Timezone          *string         `json:"timezone,omitempty" minLength:"1" maxLength:"64"`
	RetentionDays     *int            `json:"retention_days,omitempty" minimum:"1" maximum:"3650"`
	AuditDays         *int            `json:"audit_days,omitempty" minimum:"0" maximum:"3650"`
	TellCreatorOnPass *bool           `json:"tell_creator_on_pass,omitempty"`

	ChannelPolicy      *ticket.Policy    `json:"channel_policy,omitempty" enum:"all,first"`
	ChannelOrder       *[]notify.Channel `json:"channel_order,omitempty" maxItems:"3" uniqueItems:"true" enum:"feishu,wecom,mail" doc:"Those it leaves out follow."`
	NextChannelMinutes *int              `json:"next_channel_minutes,omitempty" minimum:"1" maximum:"1440"`
	QuietHours         quietHours        `json:"quiet_hours,omitzero" doc:"null is none."`

	ConfirmAddresses *bool     `json:"confirm_addresses,omitempty"`
	LockedFields     *[]string `json:"locked_fields,omitempty" maxItems:"3" uniqueItems:"true" enum:"phone,email,wecom_userid"`
}

type settingsInput struct {
	IfMatch string `header:"If-Match" doc:"ETag of the state the change was made from; 412 when it is no longer current."`
	Body    form[settingsPatch]
}

type settingsOutput struct {
	ETag string `header:"ETag"`
	Body settings
}

func shownSettings(s notify.Settings) *settingsOutput {
	return &settingsOutput{strconv.Quote(markOf(s)), settings{
		BrandName: s.BrandName, URLPrefix: s.URLPrefix, PublicURL: s.PublicURL, LinkTemplate: s.LinkTemplate, DefaultLanguage: s.DefaultLanguage, Timezone: s.Timezone,
		RetentionDays: s.RetentionDays, AuditDays: s.AuditDays, TellCreatorOnPass: s.TellCreatorOnPass,
		ChannelPolicy: s.ChannelPolicy, ChannelOrder: s.Order(ticket.User{}), NextChannelMinutes: s.NextChannelMinutes,
		QuietHours: quietHours{Quiet: s.QuietHours}, ConfirmAddresses: s.ConfirmAddresses, LockedFields: s.Locked(),
	}}
}

// markOf tells one state of the settings from another.
func markOf(s notify.Settings) string {
	sum := sha256.Sum256(fmt.Append(nil, s))
	return hex.EncodeToString(sum[:8])
}

func (a *api) registerSettings() {
	register(a, route{
		method: http.MethodGet, path: "/api/v1/settings", id: "get-settings", scope: access.ConfigRead, tag: tagSettings, title: "Read the settings",
	}, a.getSettings)
	register(a, route{
		method: http.MethodPatch, path: "/api/v1/settings", id: "patch-settings", scope: access.ConfigWrite, tag: tagSettings, title: "Change the settings",
		text: "What is absent stays.", unchecked: true, fails: []int{400, 412}, example: map[string]any{"url_prefix": "https://sqle.example.com"},
	}, a.patchSettings)
	a.registerReach()
}

func (a *api) getSettings(ctx context.Context, _ *struct{}) (*settingsOutput, error) {
	s, err := a.Settings.Settings(ctx)
	if err != nil {
		return nil, err
	}
	return shownSettings(s), nil
}

func (a *api) patchSettings(ctx context.Context, in *settingsInput) (*settingsOutput, error) {
	body, wrong := in.Body.read(a)
	if err := together(wrong, body.check()); err != nil {
		return nil, err
	}
	s, err := a.Settings.Settings(ctx)
	if err != nil {
		return nil, err
	}
	if want := etagOf(in.IfMatch); want != "" && want != markOf(s) {
		return nil, newProblem(http.StatusPreconditionFailed, codeStale)
	}
	body.apply(&s)
	if err := a.Settings.PutSettings(ctx, s); err != nil {
		return nil, err
	}
	return shownSettings(s), nil
}

// check names what the schema cannot.
func (p settingsPatch) check() error {
	var wrong []ticket.FieldError
	if p.BrandName != nil && strings.ContainsFunc(*p.BrandName, unicode.IsControl) {
		wrong = append(wrong, ticket.FieldError{Field: "brand_name", Code: "invalid", Message: "must be one line of plain text", Chinese: "必须是一行纯文本"})
	}
	if p.URLPrefix != nil && *p.URLPrefix != "" && !plainLink(*p.URLPrefix) {
		wrong = append(wrong, wrongPrefix())
	}
	if p.PublicURL != nil && *p.PublicURL != "" && !ticket.ValidOrigin(*p.PublicURL) {
		wrong = append(wrong, ticket.FieldError{Field: "public_url", Code: "invalid", Message: "must be https://HOST or http://HOST, without a path", Chinese: "须为 https://主机 或 http://主机，不带路径"})
	}
	if p.LinkTemplate != nil && *p.LinkTemplate != "" && !cards.GoodLinkTemplate(*p.LinkTemplate) {
		wrong = append(wrong, ticket.FieldError{
			Field: "link_template", Code: "invalid",
			Message: "must be a path that begins with / and names {ticket}; {project} may stand in it, and nothing else in braces",
		})
	}
	if p.Timezone != nil && !ticket.ValidZone(*p.Timezone) {
		wrong = append(wrong, ticket.FieldError{Field: "timezone", Code: "invalid", Message: "must be the name of a time zone such as Asia/Shanghai"})
	}
	for _, w := range p.QuietHours.Wrong() {
		w.Field = "quiet_hours." + w.Field
		wrong = append(wrong, w)
	}
	if len(wrong) > 0 {
		return &ticket.Invalid{Fields: wrong}
	}
	return nil
}

func (p settingsPatch) apply(s *notify.Settings) {
	if p.BrandName != nil {
		s.BrandName = strings.TrimSpace(*p.BrandName)
	}
	if p.URLPrefix != nil {
		s.URLPrefix = strings.TrimRight(*p.URLPrefix, "/")
	}
	if p.PublicURL != nil {
		s.PublicURL = strings.TrimRight(*p.PublicURL, "/")
	}
	set(&s.LinkTemplate, p.LinkTemplate)
	set(&s.DefaultLanguage, p.DefaultLanguage)
	set(&s.Timezone, p.Timezone)
	set(&s.RetentionDays, p.RetentionDays)
	set(&s.AuditDays, p.AuditDays)
	set(&s.TellCreatorOnPass, p.TellCreatorOnPass)
	set(&s.ChannelPolicy, p.ChannelPolicy)
	set(&s.NextChannelMinutes, p.NextChannelMinutes)
	set(&s.ConfirmAddresses, p.ConfirmAddresses)
	if p.LockedFields != nil {
		s.LockedFields = strings.Join(*p.LockedFields, ",")
	}
	if p.ChannelOrder != nil {
		s.ChannelOrder = notify.InOrder(*p.ChannelOrder)
	}
	if p.QuietHours.said {
		s.QuietHours = p.QuietHours.Quiet
	}
}

func wrongPrefix() ticket.FieldError {
	return ticket.FieldError{Field: "url_prefix", Code: "invalid", Message: "must be an absolute http or https link"}
}

// plainLink reports whether s is an absolute http or https link to which a path
// can be joined: no user, no query, no fragment.
func plainLink(s string) bool {
	u, err := ticket.WebURL(s)
	return err == nil && u.User == nil && u.RawQuery == "" && !u.ForceQuery && u.Fragment == ""
}
