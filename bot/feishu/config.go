package feishu

import (
	"cmp"
	"errors"
	"fmt"
	"net/url"
	"strings"

	"ticketbell/cards"
	"ticketbell/ticket"
)

// DefaultBaseURL is where Feishu's API is; international Lark and private
// deployments have their own address (feishu.md 11).
const DefaultBaseURL = "https://open.feishu.cn"

// Callback is how presses on cards come back to us.
type Callback string

// The ways back. CallbackOff is the default: cards then carry links only.
const (
	CallbackOff            Callback = "off"
	CallbackHTTP           Callback = "http"
	CallbackLongConnection Callback = "long_connection"
)

// Style is how a message looks.
type Style string

// The styles. StyleCard is the default and the only one with buttons that decide: the others
// carry the link.
const (
	StyleCard Style = "card"
	StylePost Style = "post" // rich text
	StyleText Style = "text"
)

// Config is what an administrator enters about the Feishu app. Its JSON form is
// the channel's fields of the API (api.md 3) and never holds a secret.
type Config struct {
	AppID     string `json:"app_id"`
	AppSecret string `json:"-"`
	// APIBaseURL is [DefaultBaseURL] when empty. It must be https, except on loopback.
	APIBaseURL string   `json:"api_base_url"`
	Callback   Callback `json:"callback"`
	// EncryptKey and VerificationToken guard callbacks over HTTP: without the key
	// anybody could forge a press (feishu.md 2.7).
	EncryptKey        string `json:"-"`
	VerificationToken string `json:"-"`
	// Style is [StyleCard] when empty. A message that is out keeps the one it was sent in.
	Style Style `json:"style"`
	// UpdateCards shows each state of a ticket in the messages that are out. Without it they
	// stay as they were sent until the ticket ends, except that their buttons are true.
	UpdateCards bool `json:"update_cards"`
	// LookupEmail and LookupMobile allow asking Feishu who has an address or number. Without
	// both, only ids entered by hand are used.
	LookupEmail  bool `json:"lookup_email"`
	LookupMobile bool `json:"lookup_mobile"`
	// ReadReceipts notes who opened a message, where Feishu is subscribed to tell.
	ReadReceipts bool `json:"read_receipts"`
}

// DefaultConfig is the configuration of an app of which nothing is known yet.
func DefaultConfig() Config {
	return Config{APIBaseURL: DefaultBaseURL, Callback: CallbackOff, Style: StyleCard, UpdateCards: true, LookupEmail: true, LookupMobile: true, ReadReceipts: true}
}

// Validate returns nil, or every wrong field at once as joined [FieldError]s.
func (c Config) Validate() error {
	c = c.Complete()
	callbackOK := c.Callback == CallbackOff || c.Callback == CallbackHTTP || c.Callback == CallbackLongConnection
	styleOK := c.Style == StyleCard || c.Style == StylePost || c.Style == StyleText
	overHTTP := c.Callback == CallbackHTTP
	return errors.Join(
		check(c.AppID != "", "app_id", cards.Text{ZH: "请填写 App ID", EN: "enter the App ID"}),
		check(c.AppSecret != "", "app_secret", cards.Text{ZH: "请填写 App Secret", EN: "enter the App Secret"}),
		check(validBase(c.APIBaseURL), "api_base_url", cards.Text{
			ZH: "须为 https 地址（本机可用 http），不含账号、查询参数与锚点",
			EN: "must be an https address (http on loopback only) without user, query or fragment",
		}),
		check(callbackOK, "callback", cards.Text{
			ZH: "须为 http、long_connection 或 off", EN: "must be http, long_connection or off",
		}),
		check(styleOK, "style", cards.Text{ZH: "须为 card、post 或 text", EN: "must be card, post or text"}),
		check(!overHTTP || c.EncryptKey != "", "encrypt_key", cards.Text{
			ZH: "使用 HTTP 回调时请填写 Encrypt Key", EN: "enter the Encrypt Key to receive callbacks over HTTP",
		}),
		check(!overHTTP || c.VerificationToken != "", "verification_token", cards.Text{
			ZH: "使用 HTTP 回调时请填写 Verification Token", EN: "enter the Verification Token to receive callbacks over HTTP",
		}),
	)
}

// String names the app and hides the secrets from logs and errors.
func (c Config) String() string { return fmt.Sprintf("feishu app %s at %s", c.AppID, c.APIBaseURL) }

// GoString hides the secrets from %#v as well.
func (c Config) GoString() string { return c.String() }

// Complete returns c with defaults filled in and what came along when copying cut
// off. The SDK would turn a trailing slash into "//open-apis" (feishu.md 2.3).
func (c Config) Complete() Config {
	c.AppID = strings.TrimSpace(c.AppID)
	c.AppSecret = strings.TrimSpace(c.AppSecret)
	c.EncryptKey = strings.TrimSpace(c.EncryptKey)
	c.VerificationToken = strings.TrimSpace(c.VerificationToken)
	c.APIBaseURL = strings.TrimRight(strings.TrimSpace(c.APIBaseURL), "/")
	c.APIBaseURL = cmp.Or(c.APIBaseURL, DefaultBaseURL)
	c.Callback = cmp.Or(c.Callback, CallbackOff)
	c.Style = cmp.Or(c.Style, StyleCard)
	return c
}

func validBase(raw string) bool {
	u, err := url.Parse(raw)
	if err != nil || u.Hostname() == "" || u.User != nil || strings.ContainsAny(raw, "?#") {
		return false
	}
	return u.Scheme == "https" || (u.Scheme == "http" && ticket.ThisMachine(u.Hostname()))
}
