package channels_test

import (
	"errors"
	"testing"

	"ticketbell/bot/feishu"
	"ticketbell/notify"
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
