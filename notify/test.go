package notify

import (
	"encoding/json"
	"time"

	"ticketbell/cards"
	"ticketbell/ticket"
)

// TestRequest asks a channel to send a test message (api.md 3).
type TestRequest struct {
	To TestTarget
	// Draft holds fields of the channel that are not saved yet, by name; they are
	// laid over the saved ones for this test only. It may hold secrets.
	Draft map[string]json.RawMessage
	// Language is what the message and the details of the report are written in.
	Language cards.Language
	// CheckOnly stops before anybody is looked up or told: the configuration is checked,
	// and To says nothing.
	CheckOnly bool
	// Show is what the message says, "" being [ShowTest]: a ticket in State that does not
	// exist, or what the delivery of that id said.
	Show       string
	State      ticket.Status
	DeliveryID string
	// Watch, when not nil, is told of each stage as it begins, Running, and as it ends.
	// It must not block.
	Watch func(TestStage)
}

// What a test message can say.
const (
	ShowTest     = "test"
	ShowSample   = "sample"
	ShowDelivery = "delivery"
)

// TestTarget is who gets a test message, named by one of the fields.
type TestTarget struct {
	Username     string
	Email        string
	Phone        string
	WeComUserID  string
	FeishuOpenID string
}

// TestReport is how a test went, stage by stage (api.md 3). A test that found a
// fault did its work: it is a report without success, never an error. It holds no
// configuration and no secret.
type TestReport struct {
	Success bool        `json:"success" doc:"Whether the provider accepted the message."`
	Stages  []TestStage `json:"stages" nullable:"false" doc:"The stages that were reached, in order; the last one failed when success is false."`
	Error   *TestError  `json:"error,omitempty" doc:"What went wrong, absent on success."`
	// ProviderID is the provider's id of the message it accepted.
	ProviderID string `json:"provider_id,omitempty" doc:"The provider's id of the message."`
	// Permissions is what it showed of the app's rights.
	Permissions []Permission `json:"permissions,omitempty" doc:"Feishu: what the test showed of the app's rights."`
}

// Permission is a right that a provider grants an app.
type Permission struct {
	Name  string `json:"name" enum:"lookup,send,bot,range,update" doc:"What it is for: finding people, sending, being a bot at all, reaching this person, changing cards."`
	Scope string `json:"scope,omitempty" doc:"What the provider calls it."`
	State string `json:"state" enum:"granted,missing,unknown" doc:"unknown: the test did not come that far."`
	URL   string `json:"url,omitempty" doc:"Where it is granted."`
}

// TestStage is one step of a test.
type TestStage struct {
	Name       string `json:"name" doc:"What was tried: config, dns, connect, tls, greeting, hello, authenticate, permissions, resolve, sender, receiver or send."`
	Running    bool   `json:"running,omitempty" doc:"Only while a test is followed live: the stage has begun."`
	OK         bool   `json:"ok" doc:"Whether it worked."`
	DurationMS int64  `json:"duration_ms" doc:"How long it took, in milliseconds."`
	Detail     string `json:"detail,omitempty" doc:"One line for people."`
}

// TestError is a fault explained to whoever can mend it.
type TestError struct {
	// Class is the kind of fault: "config", "identity", "rate", "transient", "content" or "permanent".
	Class string `json:"class" doc:"The kind of fault: config, identity, rate, transient, content or permanent."`
	// Code is stable and begins with the channel: "wecom.ip_not_trusted", "mail.535".
	Code string `json:"code" doc:"Stable code with the channel in front." example:"wecom.60020"`
	// Message is the provider's own text, with secrets taken out.
	Message string `json:"message" doc:"The provider's own words."`
	// Retry is what becomes of a delivery that met it: "auto", "after_fix" or "never".
	Retry string `json:"retry,omitempty" enum:"auto,after_fix,never" doc:"What becomes of a delivery that met it: auto is tried again by itself, after_fix waits until the channel is mended, never is not tried again."`
	// Title, Cause and Steps say it in parts, Advice the cause and the steps in one.
	Title  cards.Text   `json:"title" doc:"The fault in a few words, in both languages."`
	Cause  cards.Text   `json:"cause" doc:"Why it happened."`
	Steps  []cards.Text `json:"steps,omitempty" doc:"What to do about it, one after the other."`
	Links  []Link       `json:"links,omitempty" doc:"Pages to open."`
	Advice cards.Text   `json:"advice" doc:"Cause and steps in one, in both languages."`
	// Extract holds facts picked out of the provider's answer: an address to allow, a link to open.
	Extract map[string]string `json:"extract,omitempty" doc:"Facts picked out of the provider's answer, such as ip or url."`
}

// Link is a page to open.
type Link struct {
	URL  string     `json:"url" doc:"Where it leads."`
	Text cards.Text `json:"text" doc:"What it says, in both languages."`
}

// Health is how a channel fares now.
type Health struct {
	// State is "off", "unknown", "ok", "degraded", "failing" or "paused".
	State  string `json:"state" enum:"off,unknown,ok,degraded,failing,paused" doc:"off: not enabled; unknown: nothing was sent for a day; degraded: less than 95 % of the attempts succeed, more than 10 % need another one, or the last one failed; failing: three refusals in a row, or the last test of what is saved failed; paused: waits for an administrator. A test that succeeds clears it."`
	Reason string `json:"reason,omitempty" doc:"The code of what is wrong."`
	// Since is when the state began, zero when that is not known.
	Since      time.Time `json:"since,omitzero" doc:"When the state began."`
	Configured bool      `json:"configured" doc:"Whether anybody ever saved a configuration."`
	// Waiting is how many deliveries wait in the queue.
	Waiting  int       `json:"waiting" doc:"How many deliveries wait in the queue."`
	Retrying int       `json:"retrying" doc:"How many of them failed at least once."`
	OldestAt time.Time `json:"oldest_at,omitzero" doc:"Since when the oldest of them has waited."`
	Dead     int       `json:"dead" doc:"How many were given up."`
	// Of the last 24 hours.
	Accepted    int     `json:"accepted" doc:"Attempts of the last 24 hours that succeeded."`
	Retried     int     `json:"retried" doc:"How many of them were not the first."`
	Failed      int     `json:"failed" doc:"Attempts of the last 24 hours that failed, without those that concern one person or only had to wait."`
	SuccessRate float64 `json:"success_rate" doc:"accepted of both, from 0 to 1; 1 when there were none."`
	P50MS       int64   `json:"p50_ms" doc:"How long half of the attempts took at most, in milliseconds; 0 when there were none."`
	P95MS       int64   `json:"p95_ms" doc:"How long 95 % of the attempts took at most."`
	Streak      int     `json:"streak" doc:"How many refusals came in a row."`

	LastAcceptedAt time.Time `json:"last_accepted_at,omitzero" doc:"When the provider last took a message."`
	LastTestedAt   time.Time `json:"last_tested_at,omitzero" doc:"When a test of the saved configuration last succeeded."`
	LastErrorAt    time.Time `json:"last_error_at,omitzero" doc:"When an attempt last failed."`
	// LastError is the last failure, nil when there was none.
	LastError *TestError `json:"last_error,omitempty" doc:"The last failure."`
	// SeenIP is the address under which the provider last saw us.
	SeenIP   string    `json:"seen_ip,omitempty" doc:"The address under which the provider last saw us, where it said so."`
	SeenIPAt time.Time `json:"seen_ip_at,omitzero" doc:"When it said so."`
	// LongConnection is how that of this process fares, nil where none is configured.
	LongConnection *LongConnection `json:"long_connection,omitempty" doc:"How the long connection of this replica fares, where one is configured."`
}

// LongConnection is a connection over which a provider hands in what people do.
type LongConnection struct {
	Open bool `json:"open" doc:"Whether it is open now."`
	// Since is when it was last opened, or broke.
	Since time.Time `json:"since,omitzero" doc:"When it was opened, or broke."`
	Error string    `json:"error,omitempty" doc:"What keeps it from being open."`
}

// Depth is what waits on a channel and what was given up there.
type Depth struct {
	Waiting  int       `json:"waiting"`
	Retrying int       `json:"retrying"` // of those that wait
	Dead     int       `json:"dead"`
	OldestAt time.Time `json:"oldest_at,omitzero"` // of those that wait
}
