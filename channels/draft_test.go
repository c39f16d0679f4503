package channels_test

import (
	"testing"

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
