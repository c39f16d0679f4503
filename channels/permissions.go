package channels

import (
	"cmp"
	"context"
	"encoding/json"
	"errors"
	"net/url"
	"slices"
	"strings"

	"ticketbell/notify"
)

// permissions tells what a test of Feishu showed of the app's rights: what a stage needs
// that passed is granted, what the provider named is missing, of the rest nothing is known.
func (t *trial) permissions() []notify.Permission {
	if t.rec.Channel != notify.Feishu || t.checkOnly {
		return nil
	}
	sent := t.passed("send")
	list := []notify.Permission{
		{Name: "lookup", Scope: "contact:user.id:readonly", State: granted(t.passed("resolve") && t.to.FeishuOpenID == "")},
		{Name: "send", Scope: "im:message:send_as_bot", State: granted(sent)},
		{Name: "bot", State: granted(sent)},
		{Name: "range", State: granted(sent)},
		{Name: "update", Scope: "im:message:update", State: cmp.Or(t.update, "unknown")},
	}
	if t.report.Error != nil {
		t.missing(list)
	}
	for i, p := range list {
		if p.Scope != "" && p.State != "granted" {
			list[i].URL = t.grantURL(p.Scope)
		}
		if p.State == "missing" && t.report.Error != nil && t.report.Error.Extract["url"] != "" {
			list[i].URL = t.report.Error.Extract["url"] // the provider's own link
		}
	}
	return list
}

// mayUpdate has the message of a test shown once more as it is: that an app sends is no
// proof that it may change what it sent (feishu.md 6.1). What else befalls it is no fault of
// the test.
func (t *trial) mayUpdate(ctx context.Context, sent notify.Outcome, m notify.Message) string {
	u, ok := t.line.conn.(notify.Updater)
	if !ok {
		return "unknown"
	}
	m.Form = sent.Form
	m.Card.Settled = true // an end is shown even where nothing before it is
	err := u.Update(ctx, sent.MessageID, m).Err
	refusal, _ := errors.AsType[*notify.Refusal](err)
	switch {
	case err == nil:
		return "granted"
	case refusal != nil && refusal.Code == scopeMissing:
		return "missing"
	default:
		return "unknown"
	}
}

// scopeMissing is how Feishu refuses what an app has no right to.
const scopeMissing = "feishu.99991672"

func granted(ok bool) string {
	if ok {
		return "granted"
	}
	return "unknown"
}

func (t *trial) passed(stage string) bool {
	return slices.ContainsFunc(t.report.Stages, func(s notify.TestStage) bool { return s.Name == stage && s.OK })
}

// missing marks what the provider found wanting.
func (t *trial) missing(list []notify.Permission) {
	e := t.report.Error
	for i, p := range list {
		short := strings.TrimSuffix(p.Scope, ":send_as_bot") // either of the two will do
		wanting := e.Code == scopeMissing && p.Scope != "" &&
			(strings.Contains(e.Extract["scopes"], p.Scope) || slices.Contains(strings.Split(e.Extract["scopes"], ", "), short))
		if wanting || e.Code == "feishu.230006" && p.Name == "bot" || e.Code == "feishu.230013" && p.Name == "range" {
			list[i].State = "missing"
		}
	}
}

// grantURL is the page of the developer console on which the app gets a scope; "" on a
// deployment whose console is somewhere else.
func (t *trial) grantURL(scope string) string {
	var base string
	fields, err := fieldsOf(t.rec)
	if err == nil {
		err = json.Unmarshal(fields["api_base_url"], &base)
	}
	host := "open.feishu.cn"
	if u, wrong := url.Parse(base); err == nil && wrong == nil && base != "" {
		host = u.Host
	}
	app := t.facts()["app_id"]
	if app == "" || (host != "open.feishu.cn" && host != "open.larksuite.com") {
		return ""
	}
	return "https://" + host + "/app/" + url.PathEscape(app) + "/auth?q=" + url.QueryEscape(scope)
}
