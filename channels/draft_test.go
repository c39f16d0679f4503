package channels_test

import (
	"slices"
	"testing"
	"time"

	"ticketbell/notify"
)

func TestADraftIsTriedAndNotSaved(t *testing.T) {
	h := open(t)
	before := h.view(notify.Mail)
	draft := h.fields[notify.Mail]
	if r := h.test(notify.Mail, zhangsan(), draft); !r.Success {
		t.Fatalf("got %+v, want success", r.Error)
	}
	if after := h.view(notify.Mail); after["host"] != before["host"] || after["enabled"] != false || isSet(t, after, "password") {
		t.Errorf("got %v, want nothing saved", after)
	}
}

func TestADraftLiesOverWhatIsSaved(t *testing.T) {
	h := open(t)
	h.configure(notify.WeCom)
	if r := h.test(notify.WeCom, zhangsan(), map[string]any{"style": "text"}); !r.Success {
		t.Errorf("got %+v, want the saved secret used for the saved destination", r.Error)
	}
	if r := h.test(notify.WeCom, zhangsan(), map[string]any{"corp_secret": "wrong"}); r.Success || r.Error.Code != "wecom.40001" {
		t.Errorf("got %+v, want the secret of the draft refused", r.Error)
	}
	if r := h.test(notify.WeCom, zhangsan(), nil); !r.Success {
		t.Errorf("got %+v, want what is saved as it was", r.Error)
	}
}

// TestADraftCannotBorrowASecret: whoever may test must not have the saved secret
// sent to a server of their own.
func TestADraftCannotBorrowASecret(t *testing.T) {
	for ch, elsewhere := range map[notify.Channel]map[string]any{
		notify.Mail:   {"host": "localhost"},
		notify.WeCom:  {"api_base_url": "http://127.0.0.1:1/"},
		notify.Feishu: {"api_base_url": "http://127.0.0.1:1"},
	} {
		h := open(t)
		h.configure(ch)
		_, err := h.Test(t.Context(), ch, notify.TestRequest{To: zhangsan(), Draft: raw(t, elsewhere)})
		secret := map[notify.Channel]string{notify.Mail: "password", notify.WeCom: "corp_secret", notify.Feishu: "app_secret"}[ch]
		wantWrong(t, err, "draft."+secret)
	}
}

func TestASuccessReleasesAPause(t *testing.T) {
	for _, ch := range notify.Channels() {
		h := open(t)
		h.configure(ch)
		paused := func() bool { return h.view(ch)["paused"] != nil }
		if err := h.Pause(t.Context(), ch, h.line(ch).Version, notify.Refusal{Code: "x.1"}); err != nil {
			t.Fatal(err)
		}
		if h.test(ch, notify.TestTarget{Email: "nobody@corp.com"}, nil); !paused() {
			t.Errorf("got %s released by a failure, want it paused", ch)
		}
		if r := h.test(ch, zhangsan(), h.fields[ch]); !r.Success || !paused() {
			t.Errorf("got %s released by a draft, want it paused: the draft is not saved", ch)
		}
		if r := h.test(ch, zhangsan(), nil); !r.Success || paused() {
			t.Errorf("got %s paused after a success, want it released", ch)
		}
		h.line(ch)
	}
}

func TestADraftNamesItsWrongFieldsAtOnce(t *testing.T) {
	h := open(t)
	_, err := h.Test(t.Context(), notify.Mail, notify.TestRequest{To: zhangsan(), Draft: raw(t, map[string]any{
		"host": "a b", "port": "S3CR3T", "colour": "red", "from": "bell@corp.com",
	})})
	wantWrong(t, err, "draft.colour", "draft.host", "draft.port")
	h.wantNoSecrets("the error", err.Error())
}

func (h *house) health(ch notify.Channel) notify.Health {
	h.t.Helper()
	got, err := h.Health(h.t.Context(), ch)
	if err != nil {
		h.t.Fatal(err)
	}
	return got
}

func TestAFailedTestMakesAChannelFailingUntilSomethingWorks(t *testing.T) {
	h := open(t)
	h.configure(notify.WeCom)
	h.goesWrong(notify.WeCom, "ip_not_trusted")
	if r := h.test(notify.WeCom, zhangsan(), nil); r.Success {
		t.Fatal("got a success, want the address refused")
	}
	got := h.health(notify.WeCom)
	if got.State != "failing" || got.Reason != "wecom.60020" || got.Since.IsZero() || got.LastError == nil || got.LastError.Code != "wecom.60020" {
		t.Errorf("got %+v, want it failing for wecom.60020 although nothing else was sent", got)
	}
	if got.SeenIP == "" || got.SeenIP != got.LastError.Extract["ip"] || got.SeenIPAt.IsZero() {
		t.Errorf("got address %q at %s, want the one the provider named", got.SeenIP, got.SeenIPAt)
	}
	if a, err := h.store.Attention(t.Context(), time.Time{}); err != nil || !slices.Equal(a.Failing, []notify.Channel{notify.WeCom}) {
		t.Errorf("got %+v, %v, want WeCom to be looked at", a, err)
	}
	h.faults.Clear(string(notify.WeCom))
	if r := h.test(notify.WeCom, zhangsan(), nil); !r.Success {
		t.Fatalf("got %+v, want the test to succeed", r.Error)
	}
	if got := h.health(notify.WeCom); got.State != "ok" || got.SeenIP == "" {
		t.Errorf("got %+v, want the state cleared and the address still known", got)
	}
}

func TestWhatIsNoFaultOfTheChannelIsNotHeldAgainstIt(t *testing.T) {
	for _, row := range []struct {
		fault string
		draft map[string]any
	}{
		{fault: "unknown_person"},
		{fault: "rate_limited"},
		{fault: "wrong_secret", draft: map[string]any{"from_name": "草稿"}},
	} {
		h := open(t)
		h.configure(notify.Mail)
		h.goesWrong(notify.Mail, row.fault)
		if r := h.test(notify.Mail, zhangsan(), row.draft); r.Success {
			t.Fatalf("got a success after %s", row.fault)
		}
		if got := h.health(notify.Mail); got.State != "unknown" {
			t.Errorf("got %s after %s, want it unknown", got.State, row.fault)
		}
	}
}

func TestSavingOtherSettingsForgetsTheFailedTest(t *testing.T) {
	h := open(t)
	h.configure(notify.Mail)
	h.goesWrong(notify.Mail, "wrong_secret")
	h.test(notify.Mail, zhangsan(), nil)
	h.patch(notify.Mail, map[string]any{"enabled": false})
	h.patch(notify.Mail, map[string]any{"enabled": true})
	if got := h.health(notify.Mail); got.State != "failing" {
		t.Errorf("got %s after it was only switched, want it failing: the password is the same", got.State)
	}
	h.patch(notify.Mail, map[string]any{"password": password})
	if got := h.health(notify.Mail); got.State != "unknown" {
		t.Errorf("got %s, want it unknown until what is saved now is tried", got.State)
	}
}

func TestACheckTakesBackOnlyWhatACheckFinds(t *testing.T) {
	check := func(h *house) {
		h.t.Helper()
		if _, err := h.Test(h.t.Context(), notify.Mail, notify.TestRequest{CheckOnly: true}); err != nil {
			h.t.Fatal(err)
		}
	}
	for fault, want := range map[string]string{"wrong_secret": "unknown", "bounce_sender": "failing"} {
		h := open(t)
		h.configure(notify.Mail)
		h.goesWrong(notify.Mail, fault)
		h.test(notify.Mail, zhangsan(), nil)
		h.faults.Clear(string(notify.Mail))
		check(h)
		if got := h.health(notify.Mail); got.State != want {
			t.Errorf("got %s after %s and a check that passed, want %s", got.State, fault, want)
		}
	}
}

func TestWhoSwitchedAChannelIsShown(t *testing.T) {
	h := open(t)
	h.configure(notify.Mail)
	view := h.patch(notify.Mail, map[string]any{"enabled": false})
	if view["switched_by"] != "tester" || view["switched_at"] == nil {
		t.Errorf("got %v, want who disabled it and when", view)
	}
}
