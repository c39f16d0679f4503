package e2e

import (
	"crypto/rand"
	"fmt"
	"net/http"
	"slices"
	"testing"
)

// Secrets come in by the API and never out again: not in an answer, not in the log,
// not in the database, whatever goes wrong with them.
func TestNoSecretIsEverShown(t *testing.T) {
	t.Parallel()
	dir, w := t.TempDir(), openWorld(t)
	b := serve(t, dir, w)
	v := &vault{}
	v.keep("token", b.token)
	weak := b.door
	weak.token = v.keep("weak token", newToken(t, dir, "deliveries:read"))

	v.configure(b, w)
	b.post(submitted("1", byEmail("p1@corp.com"))) // what works
	b.devices.hears("p1", "待审核")
	v.failInEveryWay(b, w)
	weak.must(http.StatusForbidden, request{method: "GET", path: "/api/v1/channels/mail"})
	weak.token = v.keep("foreign token", "tb_"+rand.Text()+rand.Text())
	weak.must(http.StatusUnauthorized, request{method: "GET", path: "/api/v1/deliveries"})
	b.askEverything()

	v.search(t, "the API's answers", b.heard.String())
	searchCredentials(t, "the API's answers", b.heard.String())
	if code := b.stopWithin(graceful); code != 0 {
		t.Errorf("exit code: got %d, want 0", code)
	}
	v.search(t, "the log", b.said.String())
	searchCredentials(t, "the log", b.said.String())
	v.searchFiles(t, dir)
}

// secretFields are the fields of api.md 3 that carry a star.
func secretFields() map[string][]string {
	return map[string][]string{
		mail:   {"password"},
		wecom:  {"corp_secret", "callback_token", "callback_aes_key"},
		feishu: {"app_secret", "encrypt_key", "verification_token"},
	}
}

// configure connects the channels to the world, with every secret there is set.
func (v *vault) configure(b *bot, w *world) {
	b.connect(w)
	for channel, names := range secretFields() {
		missing := map[string]any{}
		for _, name := range names {
			if given, ok := w.channels[channel][name].(string); ok {
				v.keep(channel+" "+name, given)
				continue
			}
			missing[name] = v.keep(channel+" "+name, fresh(name))
		}
		b.patch(channel, missing)
	}
}

// fresh makes a secret of the field's shape: an EncodingAESKey has 43 characters
// (wecom.md), a token at most 32.
func fresh(name string) string {
	secret := rand.Text() + rand.Text()
	if name == "callback_aes_key" {
		return secret[:43]
	}
	return secret[:32]
}

// failInEveryWay makes the channels fail in a few ways, while sending and while
// being tested, with secrets that are wrong and with hosts that are not there.
func (v *vault) failInEveryWay(b *bot, w *world) {
	b.door.t.Helper()
	for _, fault := range []string{"unavailable", "timeout"} {
		for _, channel := range everyChannel() {
			w.breaks(channel, fault)
		}
		b.post(submitted(fault, byEmail("p3@corp.com")))
		b.fails(fault)
		for _, channel := range everyChannel() {
			w.mends(channel)
		}
	}
	for _, channel := range everyChannel() {
		v.useWrongSecrets(b, channel)
	}
}

func (v *vault) useWrongSecrets(b *bot, channel string) {
	b.door.t.Helper()
	secret, to := secretFields()[channel][0], byEmail("p2@corp.com")
	b.try(channel, to, map[string]any{secret: v.keep(channel+" wrong draft", rand.Text())})
	b.try(channel, to, nowhere(channel, secret, v.keep(channel+" secret for nobody", rand.Text())))
	b.must(http.StatusBadRequest, request{method: "PATCH", path: "/api/v1/channels/" + channel, body: map[string]any{
		secret: []string{v.keep(channel+" secret of a wrong type", rand.Text())},
	}})
	b.patch(channel, map[string]any{secret: v.keep(channel+" wrong secret", rand.Text())})
	b.post(submitted("wrong "+channel, byEmail("p4@corp.com")))
	b.fares(channel, "paused", wrongSecret(channel))
}

// nowhere is a draft that sends the secret where nobody listens.
func nowhere(channel, name, secret string) map[string]any {
	if channel == mail {
		return map[string]any{"host": "127.0.0.1", "port": 9, name: secret}
	}
	return map[string]any{"api_base_url": "http://127.0.0.1:9", name: secret}
}

// wrongSecret is what each provider says to a wrong secret.
func wrongSecret(channel string) string {
	return map[string]string{mail: "mail.535", wecom: "wecom.40001", feishu: "feishu.10014"}[channel]
}

// fails waits until an attempt for the ticket has failed on every channel.
func (b *bot) fails(ticket string) {
	b.door.t.Helper()
	eventually(b.door.t, "attempts for "+ticket+" fail on every channel", func() error {
		all := b.deliveries("ticket=" + ticket)
		failed := slices.DeleteFunc(slices.Clone(all), func(d delivery) bool { return d.Code == "" })
		if len(failed) != 3 {
			return fmt.Errorf("got %+v", all)
		}
		return nil
	})
}

// askEverything reads all there is to read.
func (b *bot) askEverything() {
	b.door.t.Helper()
	paths := []string{"/api/v1/users", "/api/v1/settings", "/api/v1/tokens", "/metrics", "/version", "/openapi.json"}
	for _, ch := range everyChannel() {
		paths = append(paths, "/api/v1/channels/"+ch, "/api/v1/channels/"+ch+"/health")
	}
	for _, d := range b.deliveries("") {
		paths = append(paths, "/api/v1/deliveries/"+d.ID)
	}
	for _, path := range paths {
		b.must(http.StatusOK, request{method: "GET", path: path})
	}
}
