package channels_test

import (
	"fmt"
	"strings"
	"testing"

	"ticketbell/notify"
)

func TestASecretIsShownOnlyAsSet(t *testing.T) {
	h := open(t)
	for ch, secret := range map[notify.Channel]string{notify.Feishu: "app_secret", notify.WeCom: "corp_secret", notify.Mail: "password"} {
		before := h.view(ch)
		if isSet(t, before, secret) {
			t.Errorf("got %s set on a fresh channel, want it unset", secret)
		}
		view := h.configure(ch)
		h.wantNoSecrets("the view", view)
		shown, ok := view[secret].(map[string]any)
		if !ok || shown["set_by"] != "tester" || shown["set_at"] == nil || len(fmt.Sprint(shown["fingerprint"])) != 6 || len(shown) != 4 {
			t.Errorf("got %s %v, want set, fingerprint, set_at and set_by", secret, view[secret])
		}
	}
	h.wantNoSecrets("the log", h.log.String())
}

func TestAFingerprintTellsSecretsApart(t *testing.T) {
	h := open(t)
	mark := func(secret string) any {
		view, ok := h.patch(notify.Mail, map[string]any{"password": secret})["password"].(map[string]any)
		if !ok {
			t.Fatal("got no object, want one")
		}
		return view["fingerprint"]
	}
	if a, b := mark("one"), mark("two"); a == b || a != mark("one") {
		t.Errorf("got fingerprints %v and %v, want them to differ, and to be the same for the same secret", a, b)
	}
}

func TestTheSecretIsSentAsItWasTyped(t *testing.T) {
	h := open(t)
	h.configure(notify.Mail)
	rec, err := h.store.Channel(t.Context(), notify.Mail)
	if err != nil || rec.Secrets["password"].Value != password {
		t.Errorf("got the password kept: %v, %v, want it as given", rec.Secrets["password"].Value == password, err)
	}
}

func TestChangingWhereASecretIsSentDropsIt(t *testing.T) {
	for _, row := range []struct {
		ch     notify.Channel
		field  string
		value  any
		secret string
		drops  bool
	}{
		{notify.Mail, "host", "smtp.evil.example", "password", true},
		{notify.Mail, "port", 2525, "password", true},
		{notify.Mail, "security", "none", "password", true},
		{notify.Mail, "username", "other@corp.com", "password", true},
		{notify.Mail, "skip_verify", true, "password", true},
		{notify.Mail, "from_name", "x", "password", false},
		{notify.Mail, "security", "", "password", false},       // what it was without being said
		{notify.Mail, "skip_verify", false, "password", false}, // as well
		{notify.WeCom, "corp_id", "ww_other", "corp_secret", true},
		{notify.WeCom, "proxy_url", "http://10.0.0.1:3128", "corp_secret", true},
		{notify.WeCom, "api_base_url", "https://evil.example", "corp_secret", true},
		{notify.WeCom, "agent_id", 7, "corp_secret", false},
		{notify.WeCom, "proxy_url", "", "corp_secret", false},
		{notify.Feishu, "app_id", "cli_other", "app_secret", true},
		{notify.Feishu, "api_base_url", "https://evil.example", "app_secret", true},
		{notify.Feishu, "api_base_url", nil, "app_secret", true},
		{notify.Feishu, "callback", "off", "app_secret", false},
	} {
		t.Run(fmt.Sprintf("%s %s %v", row.ch, row.field, row.value), func(t *testing.T) {
			h := open(t)
			h.configure(row.ch)
			h.patch(row.ch, map[string]any{"enabled": false})
			view := h.patch(row.ch, map[string]any{row.field: row.value})
			if got := !isSet(t, view, row.secret); got != row.drops {
				t.Errorf("got the secret dropped: %v, want %v", got, row.drops)
			}
		})
	}
}

func TestADestinationMayChangeTogetherWithItsSecret(t *testing.T) {
	h := open(t)
	h.configure(notify.Mail)
	view := h.patch(notify.Mail, map[string]any{"host": "localhost", "password": "another"})
	if view["host"] != "localhost" || !isSet(t, view, "password") {
		t.Errorf("got %v, want the new host with the new password", view)
	}
}

func TestAnEnabledChannelKeepsItsDestinationWithoutTheSecret(t *testing.T) {
	h := open(t)
	h.configure(notify.Mail)
	wantWrong(t, h.try(notify.Mail, map[string]any{"host": "smtp.evil.example"}), "password")
	if view := h.view(notify.Mail); !isSet(t, view, "password") || view["host"] == "smtp.evil.example" {
		t.Errorf("got %v, want the old host with its password", view)
	}
}

func TestAProxysPasswordIsNotShown(t *testing.T) {
	h := open(t)
	proxied := h.fields[notify.WeCom]
	proxied["proxy_url"] = "http://user:S3CR3T@10.0.0.1:3128"
	view := h.configure(notify.WeCom)
	h.wantNoSecrets("the view", view)
	// What was shown may come back in a form: it changes nothing.
	again := h.patch(notify.WeCom, map[string]any{"proxy_url": view["proxy_url"]})
	if !isSet(t, again, "corp_secret") {
		t.Error("got the secret dropped, want it kept: the proxy is the same")
	}
	rec, err := h.store.Channel(t.Context(), notify.WeCom)
	if err != nil {
		t.Fatal(err)
	}
	if got := rec.Secrets["proxy_url"].Value; got != proxied["proxy_url"] {
		t.Error("got another proxy kept, want the one with its password")
	}
	if strings.Contains(string(rec.Fields), "S3CR3T") {
		t.Error("got the password among the fields, want it sealed with the secrets")
	}
}

func TestAPauseTellsWhatTheProviderSaid(t *testing.T) {
	h := open(t)
	h.configure(notify.WeCom)
	why := notify.Refusal{Code: "wecom.60020", Message: "not allow to access from your ip, hint: [1], from ip: 203.0.113.7, more info at e=60020"}
	if err := h.Pause(t.Context(), notify.WeCom, h.line(notify.WeCom).Version, why); err != nil {
		t.Fatal(err)
	}
	health, err := h.Health(t.Context(), notify.WeCom)
	if err != nil {
		t.Fatal(err)
	}
	e := health.LastError
	if health.Reason != why.Code || e.Message != why.Message || e.Extract["ip"] != "203.0.113.7" || !strings.Contains(e.Advice.ZH, "203.0.113.7") {
		t.Errorf("got %+v with %+v, want the provider's words and the address to allow", health, e)
	}
}
