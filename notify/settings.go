package notify

import (
	"cmp"
	"encoding/json"
	"strings"
	"time"

	"ticketbell/cards"
	"ticketbell/ticket"
)

// Settings are what an administrator sets for the whole installation.
type Settings struct {
	// BrandName is what pages and messages call the installation; "" is our own name.
	BrandName string `json:"brand_name,omitempty"`
	// URLPrefix is where the ticket platform lives, without a slash at the end; a
	// ticket's path is joined to it. "" leaves the link button out.
	URLPrefix string `json:"url_prefix"`
	// PublicURL is where people reach us, without a slash at the end, as an administrator
	// saved it; "" is wherever their requests say.
	PublicURL string `json:"public_url,omitempty"`
	// LinkTemplate is the path of a ticket that brings none, see [cards.Setting].
	LinkTemplate string `json:"link_template"`
	// DefaultLanguage is read by everybody who chose none.
	DefaultLanguage cards.Language `json:"default_language"`
	// Timezone is the IANA name of the zone times are written in.
	Timezone string `json:"timezone"`
	// RetentionDays is how long settled deliveries are kept.
	RetentionDays int `json:"retention_days"`
	// AuditDays is how long the audit log is kept; 0 is for ever.
	AuditDays int `json:"audit_days"`
	// TellCreatorOnPass is whether the creator hears of each passed step.
	TellCreatorOnPass bool `json:"tell_creator_on_pass"`
	// ChannelPolicy is on how many channels people are told who chose nothing themselves.
	ChannelPolicy ticket.Policy `json:"channel_policy"`
	// ChannelOrder is the order in which channels are tried then, as [ticket.Ways] has it.
	ChannelOrder string `json:"channel_order"`
	// NextChannelMinutes is for how many minutes a channel is tried before the next.
	NextChannelMinutes int `json:"next_channel_minutes"`
	// QuietHours are those of everybody who has none.
	QuietHours ticket.Quiet `json:"quiet_hours,omitzero"`
	// ConfirmAddresses has people confirm a new e-mail address or phone number of theirs
	// with a code that is sent there.
	ConfirmAddresses bool `json:"confirm_addresses,omitempty"`
	// LockedFields are those of "phone", "email" and "wecom_userid" that people cannot change
	// themselves, with commas between them.
	LockedFields string `json:"locked_fields,omitempty"`
}

// Locked lists the fields that people cannot change themselves.
func (s Settings) Locked() []string {
	return strings.FieldsFunc(s.LockedFields, func(r rune) bool { return r == ',' })
}

func (s Settings) ways() ways {
	return ways{s.ChannelOrder, s.ChannelPolicy, time.Duration(cmp.Or(s.NextChannelMinutes, DefaultNextAfter)) * time.Minute}
}

// DefaultSettings is what a fresh installation starts with.
func DefaultSettings() Settings {
	return Settings{
		DefaultLanguage: cards.Chinese, Timezone: "Asia/Shanghai", RetentionDays: 30, AuditDays: 365, TellCreatorOnPass: true,
		ChannelPolicy: ticket.EveryWay, NextChannelMinutes: DefaultNextAfter,
	}
}

// Location returns the zone times are written in, UTC when the name is unknown here.
func (s Settings) Location() *time.Location {
	loc, err := time.LoadLocation(s.Timezone)
	if err != nil {
		return time.UTC
	}
	return loc
}

// Cards is what cards say for the installation.
func (s Settings) Cards() cards.Setting {
	return cards.Setting{Location: s.Location(), URLPrefix: s.URLPrefix, LinkTemplate: s.LinkTemplate, Brand: s.BrandName}
}

// CardsFor is what cards say to u: times are in the zone of u's own, where there is one.
func (s Settings) CardsFor(u ticket.User) cards.Setting {
	set := s.Cards()
	if own, err := time.LoadLocation(u.Timezone); err == nil && u.Timezone != "" {
		set.Location = own
	}
	return set
}

// Brand is the name of the installation as readers know it.
func (s Settings) Brand() cards.Text { return cards.Brand(s.BrandName) }

// ChannelRecord is a channel's configuration as it is kept.
type ChannelRecord struct {
	Channel Channel
	// Version rises with every change; a saved change must name the version it was made from.
	Version int64
	Enabled bool
	// Fields is a JSON object of what is no secret.
	Fields json.RawMessage
	// Secrets are kept sealed and never leave the process.
	Secrets map[string]Secret
	// Paused says why nothing is sent although the channel is enabled; "" when it is not paused.
	Paused   string
	PausedAt time.Time
	// SwitchedAt and SwitchedBy tell who enabled or disabled the channel last, zero where
	// nobody did.
	SwitchedAt time.Time
	SwitchedBy string
}

// Secret is a value that is written and never read back.
type Secret struct {
	Value string
	SetAt time.Time
	SetBy string
}

// String hides the value, so that no log line or error can show it.
func (Secret) String() string { return "<set>" }

// GoString hides the value from %#v as well.
func (Secret) GoString() string { return "<set>" }

// MarshalJSON hides the value from encoders.
func (Secret) MarshalJSON() ([]byte, error) { return []byte(`"<set>"`), nil }
