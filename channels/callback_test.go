package channels_test

import (
	"errors"
	"strings"
	"testing"

	"ticketbell/bot/feishu"
	"ticketbell/notify"
	"ticketbell/ticket"
)

func TestCardsOfferADecisionOnlyWhereAPressComesBack(t *testing.T) {
	h := open(t)
	h.configure(notify.Feishu)
	h.configure(notify.Mail)
	for _, tc := range []struct {
		name  string
		patch map[string]any
		want  bool
	}{
		{"no callback", map[string]any{"callback": "off"}, false},
		{"over HTTP", map[string]any{"callback": "http", "encrypt_key": "ekey", "verification_token": "vtok"}, true},
		{"over a long connection", map[string]any{"callback": "long_connection"}, true},
		{"off again", map[string]any{"callback": nil}, false},
	} {
		h.patch(notify.Feishu, tc.patch)
		if got := h.line(notify.Feishu).Decides; got != tc.want {
			t.Errorf("%s: got decides %v, want %v", tc.name, got, tc.want)
		}
	}
	if h.line(notify.Mail).Decides {
		t.Error("got a decision in a mail, want the link only")
	}
}

func TestWeComCardsOfferADecisionOnlyWhereAPressComesBack(t *testing.T) {
	h := open(t)
	h.configure(notify.WeCom)
	keys := map[string]any{"callback_token": "QDG6eK", "callback_aes_key": strings.Repeat("a", 43)}
	for _, tc := range []struct {
		name  string
		patch map[string]any
		want  bool
	}{
		{"no callback", map[string]any{}, false},
		{"with a callback", keys, true},
		{"confidential", map[string]any{"confidential": true}, false},
		{"as texts", map[string]any{"confidential": false, "style": "text"}, false},
		{"as cards again", map[string]any{"style": "card"}, true},
		{"without a callback again", map[string]any{"callback_token": nil, "callback_aes_key": nil}, false},
	} {
		h.patch(notify.WeCom, tc.patch)
		if got := h.line(notify.WeCom).Decides; got != tc.want {
			t.Errorf("%s: got decides %v, want %v", tc.name, got, tc.want)
		}
	}
}

func TestTheKeysOfWeComAreKnownAsTheyAreConfiguredNow(t *testing.T) {
	h := open(t)
	wantKeys := func(when string, token string, off bool, want error) {
		t.Helper()
		k, err := h.WeComKeys(t.Context())
		if !errors.Is(err, want) || k.Token != token || k.Off != off {
			t.Errorf("%s: got token %q off %t, %v; want %q %t, %v", when, k.Token, k.Off, err, token, off, want)
		}
	}
	wantKeys("before it is configured", "", false, notify.ErrOff)
	h.configure(notify.WeCom)
	wantKeys("without a callback", "", false, notify.ErrOff)
	h.patch(notify.WeCom, map[string]any{"callback_token": "QDG6eK", "callback_aes_key": strings.Repeat("a", 43)})
	wantKeys("with one", "QDG6eK", false, nil)
	if _, err := h.WeComBot(t.Context()); err != nil {
		t.Errorf("got %v, want the app that writes", err)
	}
	h.patch(notify.WeCom, map[string]any{"enabled": false})
	wantKeys("switched off", "QDG6eK", true, nil)
	if _, err := h.WeComBot(t.Context()); !errors.Is(err, notify.ErrOff) {
		t.Errorf("got %v, want off", err)
	}
	h.patch(notify.WeCom, map[string]any{"corp_id": "ww_other"}) // a destination: every secret is dropped
	wantKeys("of another corp", "", false, notify.ErrOff)
}

// TestWrongKeysOfACallbackAreNamed: a Token and an EncodingAESKey, or neither.
func TestWrongKeysOfACallbackAreNamed(t *testing.T) {
	for name, tc := range map[string]struct {
		patch map[string]any
		want  string
	}{
		"a token alone":     {map[string]any{"callback_token": "QDG6eK"}, "callback_token"},
		"a token too long":  {map[string]any{"callback_token": strings.Repeat("a", 33), "callback_aes_key": strings.Repeat("a", 43)}, "callback_token"},
		"a key too short":   {map[string]any{"callback_token": "QDG6eK", "callback_aes_key": strings.Repeat("a", 42)}, "callback_aes_key"},
		"a key with a sign": {map[string]any{"callback_token": "QDG6eK", "callback_aes_key": strings.Repeat("a", 42) + "="}, "callback_aes_key"},
	} {
		t.Run(name, func(t *testing.T) {
			h := open(t)
			h.configure(notify.WeCom)
			_, _, err := h.Patch(t.Context(), notify.WeCom, raw(t, tc.patch), "", "admin")
			wrong, ok := errors.AsType[*ticket.Invalid](err)
			if !ok || len(wrong.Fields) != 1 || wrong.Fields[0].Field != tc.want {
				t.Errorf("got %v, want %s named alone", err, tc.want)
			}
		})
	}
}

func TestTheFeishuAppIsKnownAsItIsConfiguredNow(t *testing.T) {
	h := open(t)
	if _, err := h.FeishuApp(t.Context()); !errors.Is(err, notify.ErrOff) {
		t.Errorf("got %v before it is configured, want off", err)
	}
	h.configure(notify.Feishu)
	h.patch(notify.Feishu, map[string]any{"callback": "http", "encrypt_key": "ekey", "verification_token": "vtok"})
	app, err := h.FeishuApp(t.Context())
	if err != nil || app.Callback != feishu.CallbackHTTP || app.EncryptKey != "ekey" || app.VerificationToken != "vtok" {
		t.Errorf("got %s with callback %s, %v; want the keys that were saved", app, app.Callback, err)
	}
	version := h.line(notify.Feishu).Version
	if err := h.Pause(t.Context(), notify.Feishu, version, notify.Refusal{Code: "feishu.10014"}); err != nil {
		t.Fatal(err)
	}
	if _, err := h.FeishuApp(t.Context()); err != nil {
		t.Errorf("got %v while the channel is paused, want it to hear", err)
	}
	h.patch(notify.Feishu, map[string]any{"enabled": false})
	if _, err := h.FeishuApp(t.Context()); !errors.Is(err, notify.ErrOff) {
		t.Errorf("got %v, want off", err)
	}
}

// A message has buttons in one style alone; on Feishu, two of them are in both languages.
func TestALineTellsHowItsMessagesLook(t *testing.T) {
	h := open(t)
	h.configure(notify.Feishu)
	h.configure(notify.WeCom)
	h.patch(notify.WeCom, map[string]any{"callback_token": "QDG6eK", "callback_aes_key": strings.Repeat("a", 43)})
	for _, tc := range []struct {
		on                 notify.Channel
		style, callback    string
		buttons, bilingual bool
	}{
		{notify.Feishu, "card", "long_connection", true, true},
		{notify.Feishu, "card", "off", false, true},
		{notify.Feishu, "post", "long_connection", false, true},
		{notify.Feishu, "text", "long_connection", false, false},
		{notify.WeCom, "card", "", true, false},
		{notify.WeCom, "textcard", "", false, false},
		{notify.WeCom, "markdown", "", false, false},
		{notify.WeCom, "text", "", false, false},
	} {
		fields := map[string]any{"style": tc.style}
		if tc.callback != "" {
			fields["callback"] = tc.callback
		}
		h.patch(tc.on, fields)
		if got := h.line(tc.on); got.Buttons != tc.buttons || got.Bilingual != tc.bilingual {
			t.Errorf("%s in style %s, callback %q: got %+v, want buttons %v, both languages %v", tc.on, tc.style, tc.callback, got, tc.buttons, tc.bilingual)
		}
	}
}
