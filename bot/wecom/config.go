package wecom

import (
	"cmp"
	"errors"
	"fmt"
	"net/url"
	"regexp"
	"strings"

	"ticketbell/cards"
	"ticketbell/ticket"
)

// DefaultBaseURL is where WeCom's API is.
const DefaultBaseURL = "https://qyapi.weixin.qq.com/"

// Style is how a message looks in dialog mode.
type Style string

// The styles. A confidential message is always a text.
const (
	StyleCard     Style = "card"
	StyleTextCard Style = "textcard"
	StyleMarkdown Style = "markdown"
	StyleText     Style = "text"
)

// Valid reports whether s is one of the styles.
func (s Style) Valid() bool {
	return s == StyleCard || s == StyleTextCard || s == StyleMarkdown || s == StyleText
}

// Config is what an administrator enters about the WeCom app. Its JSON form is
// the channel's fields of the API (api.md 3) and never holds a secret.
type Config struct {
	CorpID     string `json:"corp_id"`
	AgentID    int    `json:"agent_id"`
	CorpSecret string `json:"-"`
	// Confidential sends notices that cannot be shared (the manual's 加密传输, safe=1);
	// off, messages look like lines of a chat.
	Confidential bool `json:"confidential"`
	// Style is [StyleCard] when empty.
	Style Style `json:"style"`
	// ProxyURL is a forward proxy, http, https or socks5; a bare host:port is an http
	// one. With a proxy nothing ever goes out directly.
	ProxyURL string `json:"proxy_url"`
	// APIBaseURL is [DefaultBaseURL] when empty. Whoever answers there sees secret,
	// token and content: it must be https, except on loopback.
	APIBaseURL string `json:"api_base_url"`
	// LookupMobile and LookupEmail allow asking WeCom who has a number or address.
	// Too many misses close that call for a day (wecom.md 6).
	LookupMobile bool `json:"lookup_mobile"`
	LookupEmail  bool `json:"lookup_email"`
	// Headcount is how many members the corp has, 0 when unknown. It bounds how many
	// look-ups a day may find nobody.
	Headcount int `json:"headcount"`
	// CallbackToken and CallbackAESKey guard callbacks; both or neither.
	CallbackToken  string `json:"-"`
	CallbackAESKey string `json:"-"`
}

// DefaultConfig is what a new channel starts with.
func DefaultConfig() Config {
	return Config{Style: StyleCard, APIBaseURL: DefaultBaseURL, LookupMobile: true, LookupEmail: true}
}

var (
	corpIDPattern = regexp.MustCompile(`^[0-9A-Za-z_-]{1,64}$`)
	tokenPattern  = regexp.MustCompile(`^[0-9A-Za-z]{1,32}$`)
	aesKeyPattern = regexp.MustCompile(`^[0-9A-Za-z]{43}$`)
)

// Validate returns nil, or every wrong field at once as joined [FieldError]s.
func (c Config) Validate() error {
	c = c.complete()
	_, proxyErr := parseProxy(c.ProxyURL)
	return errors.Join(
		check(corpIDPattern.MatchString(c.CorpID), "corp_id", cards.Text{
			ZH: "请填写企业ID（我的企业 › 企业信息）", EN: "enter the CorpID (My Company › Company information)",
		}),
		check(c.AgentID > 0, "agent_id", cards.Text{ZH: "请填写应用的 AgentId（正整数）", EN: "enter the app's AgentId, a positive number"}),
		check(c.CorpSecret != "", "corp_secret", cards.Text{ZH: "请填写应用的 Secret", EN: "enter the app's Secret"}),
		check(c.Style.Valid(), "style", cards.Text{ZH: "须为 card、textcard、markdown 或 text", EN: "must be card, textcard, markdown or text"}),
		check(proxyErr == nil, "proxy_url", cards.Text{
			ZH: "须为 http、https 或 socks5 代理地址并带端口，例如 http://10.0.0.1:3128",
			EN: "must be an http, https or socks5 proxy with a port, such as http://10.0.0.1:3128",
		}),
		check(validBase(c.APIBaseURL), "api_base_url", cards.Text{
			ZH: "须为 https 地址（本机可用 http），不含账号、查询参数与锚点",
			EN: "must be an https address (http on loopback only) without user, query or fragment",
		}),
		check(c.Headcount >= 0, "headcount", cards.Text{ZH: "不能为负数", EN: "must not be negative"}),
		check(c.CallbackToken == "" || tokenPattern.MatchString(c.CallbackToken), "callback_token", cards.Text{
			ZH: "Token 为不超过 32 位的字母与数字", EN: "a Token is at most 32 letters and digits",
		}),
		check(c.CallbackAESKey == "" || aesKeyPattern.MatchString(c.CallbackAESKey), "callback_aes_key", cards.Text{
			ZH: "EncodingAESKey 为 43 位字母与数字", EN: "an EncodingAESKey is 43 letters and digits",
		}),
		check((c.CallbackToken == "") == (c.CallbackAESKey == ""), "callback_token", cards.Text{
			ZH: "Token 与 EncodingAESKey 须同时填写", EN: "enter Token and EncodingAESKey together, or neither",
		}),
	)
}

// Keys are those of the app's callbacks; ok is false when none are set.
func (c Config) Keys() (k Keys, ok bool) {
	c = c.complete()
	k = Keys{CorpID: c.CorpID, AgentID: c.AgentID, Token: c.CallbackToken, AESKey: c.CallbackAESKey}
	return k, k.Token != "" && k.AESKey != ""
}

// Decides reports whether cards carry buttons that decide: only cards have buttons, and
// WeCom refuses them from an app without a callback (wecom.md 4.3).
func (c Config) Decides() bool {
	_, ok := c.Keys()
	return ok && c.complete().Style == StyleCard && !c.Confidential
}

// String names the app and hides the secrets from logs and errors.
func (c Config) String() string { return fmt.Sprintf("wecom app %d of corp %s", c.AgentID, c.CorpID) }

// GoString hides the secrets from %#v as well.
func (c Config) GoString() string { return c.String() }

// complete returns c with defaults filled in and what came along when copying cut
// off. Without a slash at its end the SDK drops a path of the base (wecom.md 2.2).
func (c Config) complete() Config {
	c.CorpID = strings.TrimSpace(c.CorpID)
	c.CorpSecret = strings.TrimSpace(c.CorpSecret)
	c.CallbackToken = strings.TrimSpace(c.CallbackToken)
	c.CallbackAESKey = strings.TrimSpace(c.CallbackAESKey)
	c.Style = cmp.Or(c.Style, StyleCard)
	base := cmp.Or(strings.TrimSpace(c.APIBaseURL), DefaultBaseURL)
	c.APIBaseURL = strings.TrimRight(base, "/") + "/"
	return c
}

func validBase(raw string) bool {
	u, err := url.Parse(raw)
	if err != nil || u.Hostname() == "" || u.User != nil || strings.ContainsAny(raw, "?#") {
		return false
	}
	return u.Scheme == "https" || (u.Scheme == "http" && ticket.ThisMachine(u.Hostname()))
}
