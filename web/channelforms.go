package web

import (
	"encoding/json"
	"fmt"
	"maps"
	"net/url"
	"slices"
	"strconv"
	"strings"
	"time"
)

// formField is one field of a channel's form.
type formField struct {
	Name string
	// Kind is "text", "number", "switch", "choice", "radio", "secret" or "area".
	Kind    string
	Choices []string
	// Sent marks where a secret is sent: changing it drops the secrets.
	Sent bool
	// Wide takes a row of its own; Advanced is folded away.
	Wide, Advanced bool
	Placeholder    string
	// Hints are values that are offered while one types.
	Hints []string
}

// fieldsOf are a channel's fields in the order of its form (ux.md 4.4).
func fieldsOf(channel string) []formField {
	switch channel {
	case "mail":
		return []formField{
			{Name: "host", Kind: "text", Sent: true, Placeholder: "smtp.163.com"},
			{Name: "port", Kind: "number", Sent: true, Placeholder: "465"},
			{Name: "security", Kind: "choice", Choices: []string{"auto", "tls", "starttls", "none"}, Sent: true},
			{Name: "auth", Kind: "choice", Choices: []string{"auto", "none"}},
			{Name: "username", Kind: "text", Sent: true, Placeholder: "notify@example.com"},
			{Name: "password", Kind: "secret"},
			{Name: "from", Kind: "text"},
			{Name: "from_name", Kind: "text"},
			{Name: "skip_verify", Kind: "switch", Sent: true, Wide: true, Advanced: true},
			{Name: "ca_pem", Kind: "area", Sent: true, Wide: true, Advanced: true, Placeholder: "-----BEGIN CERTIFICATE-----"},
			{Name: "proxy_url", Kind: "text", Sent: true, Advanced: true, Placeholder: "socks5://10.0.0.1:1080"},
			{Name: "max_connections", Kind: "number", Advanced: true, Placeholder: "4"},
			{Name: "limits.per_minute", Kind: "number", Advanced: true},
		}
	case "wecom":
		return []formField{
			{Name: "corp_id", Kind: "text", Sent: true, Placeholder: "ww1234567890abcdef"},
			{Name: "agent_id", Kind: "number", Placeholder: "1000002"},
			{Name: "corp_secret", Kind: "secret", Wide: true},
			{Name: "style", Kind: "radio", Wide: true, Choices: []string{"card", "textcard", "markdown", "text"}},
			{Name: "confidential", Kind: "switch"},
			{Name: "proxy_url", Kind: "text", Sent: true, Placeholder: "http://10.0.0.1:3128"},
			{Name: "lookup_mobile", Kind: "switch"},
			{Name: "lookup_email", Kind: "switch"},
			{Name: "headcount", Kind: "number"},
			{Name: "api_base_url", Kind: "text", Sent: true, Advanced: true, Placeholder: "https://qyapi.weixin.qq.com/"},
			{Name: "callback_token", Kind: "secret", Advanced: true},
			{Name: "callback_aes_key", Kind: "secret", Advanced: true},
			{Name: "limits.per_day", Kind: "number", Advanced: true, Placeholder: "10000"},
		}
	default:
		return []formField{
			{Name: "app_id", Kind: "text", Sent: true, Placeholder: "cli_a1b2c3d4e5f6"},
			{Name: "app_secret", Kind: "secret"},
			{Name: "api_base_url", Kind: "text", Sent: true, Wide: true, Placeholder: "https://open.feishu.cn", Hints: []string{"https://open.feishu.cn", "https://open.larksuite.com"}},
			{Name: "callback", Kind: "choice", Choices: []string{"off", "http", "long_connection"}},
			{Name: "style", Kind: "radio", Wide: true, Choices: []string{"card", "post", "text"}},
			{Name: "update_cards", Kind: "switch"},
			{Name: "read_receipts", Kind: "switch"},
			{Name: "lookup_email", Kind: "switch"},
			{Name: "lookup_mobile", Kind: "switch"},
			{Name: "encrypt_key", Kind: "secret"},
			{Name: "verification_token", Kind: "secret"},
		}
	}
}

// channelView is a channel as the API shows it.
type channelView map[string]any

// secretView is what is shown of a secret.
type secretView struct {
	Set         bool      `json:"set"`
	Fingerprint string    `json:"fingerprint"`
	SetAt       time.Time `json:"set_at"`
	SetBy       string    `json:"set_by"`
}

// Text is a field as it is typed. A limit of 0 is one; elsewhere 0 is nothing.
func (c channelView) Text(name string) string {
	_, typed := c[name]
	if limit, ok := strings.CutPrefix(name, "limits."); ok && !typed {
		limits, _ := c["limits"].(map[string]any)
		if v, ok := limits[limit].(float64); ok {
			return strconv.FormatFloat(v, 'f', -1, 64)
		}
		return ""
	}
	switch v := c[name].(type) {
	case nil:
		return ""
	case float64:
		if v == 0 {
			return ""
		}
		return strconv.FormatFloat(v, 'f', -1, 64)
	default:
		return fmt.Sprint(v)
	}
}

// On reports whether a switch is on.
func (c channelView) On(name string) bool { on, _ := c[name].(bool); return on }

// Secret is what is known of a secret.
func (c channelView) Secret(name string) secretView {
	var s secretView
	raw, err := json.Marshal(c[name])
	if err != nil || json.Unmarshal(raw, &s) != nil {
		return secretView{}
	}
	return s
}

// switchView is who enabled or disabled a channel last.
type switchView struct {
	At time.Time `json:"switched_at"`
	By string    `json:"switched_by"`
}

// Switched is that of the channel, nil where nobody did.
func (c channelView) Switched() *switchView {
	var s switchView
	raw, err := json.Marshal(c)
	if err != nil || json.Unmarshal(raw, &s) != nil || s.At.IsZero() {
		return nil
	}
	return &s
}

// Became is what a bare address of a proxy is taken for, "" when it is no bare one.
func (c channelView) Became() string {
	if p := c.Text("proxy_url"); p != "" && !strings.Contains(p, "://") {
		return "http://" + p
	}
	return ""
}

// patchOf is what a sent form changes: an empty secret is kept, a cleared field is null.
// Of the limits, those that no form shows stay as they are now.
func patchOf(channel string, sent url.Values, now channelView) map[string]any {
	patch := map[string]any{}
	for _, f := range fieldsOf(channel) {
		said := strings.TrimSpace(sent.Get(f.Name))
		switch limit, isLimit := strings.CutPrefix(f.Name, "limits."); {
		case isLimit:
			patch["limits"] = limited(now, limit, said)
		case f.Kind == "switch":
			patch[f.Name] = said == "on"
		case f.Kind == "secret" && said == "":
			if sent.Get("clear-"+f.Name) == "on" {
				patch[f.Name] = nil
			}
		case said == "":
			patch[f.Name] = nil
		case f.Kind == "number":
			n, err := strconv.Atoi(said)
			if err != nil {
				patch[f.Name] = said // the API says what it must be
				continue
			}
			patch[f.Name] = n
		default:
			patch[f.Name] = said
		}
	}
	return patch
}

// limited are the limits with one of them as it was typed; nil when none is left.
func limited(now channelView, name, said string) any {
	kept, _ := now["limits"].(map[string]any)
	limits := maps.Clone(kept)
	if limits == nil {
		limits = map[string]any{}
	}
	delete(limits, name)
	if n, err := strconv.Atoi(said); err == nil {
		limits[name] = n
	} else if said != "" {
		limits[name] = said // the API says what it must be
	}
	if len(limits) == 0 {
		return nil
	}
	return limits
}

// twoSides is one field that two people changed.
type twoSides struct{ Name, Yours, Theirs string }

// changedMeanwhile compares a sent form with what somebody else saved meanwhile; secrets
// only by whether they were typed.
func changedMeanwhile(channel string, sent url.Values, now channelView) []twoSides {
	var list []twoSides
	for _, f := range fieldsOf(channel) {
		yours, theirs := strings.TrimSpace(sent.Get(f.Name)), now.Text(f.Name)
		switch f.Kind {
		case "secret":
			continue
		case "switch":
			yours, theirs = strconv.FormatBool(yours == "on"), strconv.FormatBool(now.On(f.Name))
		}
		if yours != theirs {
			list = append(list, twoSides{f.Name, yours, theirs})
		}
	}
	return list
}

// typed is a form written back as it was sent, over what is saved.
func typed(channel string, saved channelView, sent url.Values) channelView {
	view := maps.Clone(saved)
	for _, f := range fieldsOf(channel) {
		switch f.Kind {
		case "secret":
		case "switch":
			view[f.Name] = sent.Get(f.Name) == "on"
		default:
			view[f.Name] = sent.Get(f.Name)
		}
	}
	return view
}

// isChannel guards paths.
func isChannel(name string) bool { return slices.Contains(channelNames(), name) }

// channelNames are the channels in the order of the page.
func channelNames() []string { return []string{"mail", "wecom", "feishu"} }
