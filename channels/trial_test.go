package channels_test

import (
	"context"
	"errors"
	"net/http/httptest"
	"slices"
	"sync"
	"testing"
	"time"

	"ticketbell/cards"
	"ticketbell/notify"
	"ticketbell/sandbox"
	simwecom "ticketbell/sandbox/wecom"
	"ticketbell/ticket"
)

// zhangsan is who gets the tests.
func zhangsan() notify.TestTarget { return notify.TestTarget{Email: "zhangsan@corp.com"} }

func (h *house) goesWrong(ch notify.Channel, fault string) {
	h.faults.Set(sandbox.Fault{Channel: string(ch), Name: fault})
}

func stages(r notify.TestReport) []string {
	var names []string
	for _, s := range r.Stages {
		if s.OK {
			names = append(names, s.Name)
		} else {
			names = append(names, s.Name+" failed")
		}
	}
	return names
}

func TestATestThatWorksShowsEveryStageAndTheMessage(t *testing.T) {
	for _, ch := range notify.Channels() {
		t.Run(string(ch), func(t *testing.T) {
			h := open(t)
			h.configure(ch)
			r := h.test(ch, zhangsan(), nil)
			if !r.Success || r.Error != nil || r.ProviderID == "" {
				t.Fatalf("got %+v %+v, want success with the provider's id", r, r.Error)
			}
			want := []string{"config", "connect", "authenticate", "resolve", "send"}
			if ch == notify.Mail {
				want = []string{"config", "connect", "greeting", "hello", "authenticate", "resolve", "sender", "receiver", "send"}
			}
			if got := stages(r); !slices.Equal(got, want) {
				t.Errorf("got stages %v, want %v", got, want)
			}
			got := h.box.Messages(func(m sandbox.Message) bool { return m.Channel == string(ch) && m.Person == "zhangsan" })
			if len(got) != 1 {
				t.Errorf("got %d messages on the device, want 1", len(got))
			}
		})
	}
}

func TestATestFindsThePersonInEveryWay(t *testing.T) {
	h := open(t)
	for _, ch := range notify.Channels() {
		h.configure(ch)
	}
	known := ticket.User{Person: ticket.Person{Username: "zs", Phone: "+8613800000001"}, Role: ticket.Member, Language: "zh"}
	if err := h.store.CreateUser(t.Context(), known); err != nil {
		t.Fatal(err)
	}
	for name, row := range map[string]struct {
		ch notify.Channel
		to notify.TestTarget
	}{
		"username": {notify.WeCom, notify.TestTarget{Username: "zs"}},
		"phone":    {notify.Feishu, notify.TestTarget{Phone: "+8613800000001"}},
		"userid":   {notify.WeCom, notify.TestTarget{WeComUserID: "zhangsan"}},
		"open_id":  {notify.Feishu, notify.TestTarget{FeishuOpenID: "ou_zhangsan"}},
		"e-mail":   {notify.Mail, zhangsan()},
	} {
		if r := h.test(row.ch, row.to, nil); !r.Success {
			t.Errorf("got %+v by %s, want success", r.Error, name)
		}
	}
	_, err := h.Test(t.Context(), notify.Mail, notify.TestRequest{To: notify.TestTarget{Username: "nobody"}})
	wantWrong(t, err, "to.username")
}

// TestATestExplainsWhatWentWrong goes through what a provider can find wrong.
func TestATestExplainsWhatWentWrong(t *testing.T) {
	for _, row := range []struct {
		ch    notify.Channel
		fault string
		stage string
		class string
		code  string
	}{
		{notify.Feishu, "wrong_secret", "authenticate", "config", "feishu.10014"},
		{notify.Feishu, "invalid_param", "authenticate", "config", "feishu.10003"},
		{notify.Feishu, "ip_not_trusted", "resolve", "config", "feishu.99991401"},
		{notify.Feishu, "scope_missing", "resolve", "config", "feishu.99991672"},
		{notify.Feishu, "rate_limited", "resolve", "rate", "feishu.99991400"},
		{notify.Feishu, "not_in_range", "send", "identity", "feishu.230013"},
		{notify.Feishu, "content_rejected", "send", "content", "feishu.230028"},
		{notify.Feishu, "unavailable", "authenticate", "transient", "feishu.http_502"},
		{notify.WeCom, "wrong_secret", "authenticate", "config", "wecom.40001"},
		{notify.WeCom, "wrong_corp", "authenticate", "config", "wecom.40013"},
		{notify.WeCom, "ip_not_trusted", "resolve", "config", "wecom.60020"},
		{notify.WeCom, "not_permitted", "resolve", "config", "wecom.48002"},
		{notify.WeCom, "app_disabled", "resolve", "config", "wecom.50003"},
		{notify.WeCom, "agent_mismatch", "send", "config", "wecom.301002"},
		{notify.WeCom, "rate_limited", "resolve", "rate", "wecom.45009"},
		{notify.WeCom, "unlicensed", "send", "identity", "wecom.unlicensed"},
		{notify.WeCom, "unavailable", "authenticate", "transient", "wecom.http_502"},
		{notify.Mail, "wrong_secret", "authenticate", "config", "mail.535"},
		{notify.Mail, "unavailable", "greeting", "transient", "mail.421"},
		{notify.Mail, "bounce_sender", "sender", "config", "mail.553"},
		{notify.Mail, "unknown_person", "receiver", "identity", "mail.550"},
		{notify.Mail, "rate_limited", "receiver", "rate", "mail.450"},
		{notify.Mail, "spam", "send", "content", "mail.554"},
	} {
		t.Run(string(row.ch)+" "+row.fault, func(t *testing.T) {
			h := open(t)
			h.configure(row.ch)
			h.goesWrong(row.ch, row.fault)
			r := h.test(row.ch, zhangsan(), nil)
			names := stages(r)
			if r.Success || r.Error == nil || names[len(names)-1] != row.stage+" failed" {
				t.Fatalf("got stages %v and %+v, want %s to fail last", names, r.Error, row.stage)
			}
			wantExplained(t, r.Error, row.class, row.code)
			if last := r.Stages[len(r.Stages)-1]; last.Detail == "" {
				t.Error("got no detail of the stage that failed, want one line")
			}
		})
	}
}

func wantExplained(t *testing.T, e *notify.TestError, class, code string) {
	t.Helper()
	if e.Class != class || e.Code != code || e.Message == "" || e.Advice.ZH == "" || e.Advice.EN == "" {
		t.Errorf("got %+v, want %s %s with the provider's words and advice", e, class, code)
	}
}

func TestAnUntrustedAddressIsPickedOutForTheAdministrator(t *testing.T) {
	h := open(t)
	h.configure(notify.WeCom)
	h.goesWrong(notify.WeCom, "ip_not_trusted")
	e := h.test(notify.WeCom, zhangsan(), nil).Error
	if e.Extract["ip"] != simwecom.EgressIP {
		t.Errorf("got %v, want the address %s", e.Extract, simwecom.EgressIP)
	}
	for _, said := range []string{e.Advice.ZH, e.Advice.EN} {
		wantContain(t, said, simwecom.EgressIP)
	}
}

func TestMissingScopesComeWithTheLinkThatGrantsThem(t *testing.T) {
	h := open(t)
	h.configure(notify.Feishu)
	h.goesWrong(notify.Feishu, "scope_missing")
	e := h.test(notify.Feishu, zhangsan(), nil).Error
	wantContain(t, e.Extract["url"], "https://")
	wantContain(t, e.Message, "contact:user.id:readonly")
}

func TestWhoeverIsNotFoundIsExplained(t *testing.T) {
	h := open(t)
	for _, ch := range notify.Channels() {
		h.configure(ch)
	}
	for name, row := range map[string]struct {
		ch   notify.Channel
		to   notify.TestTarget
		code string
	}{
		"nobody at Feishu":       {notify.Feishu, notify.TestTarget{Email: "nobody@corp.com"}, "identity.not_found"},
		"nobody at WeCom":        {notify.WeCom, notify.TestTarget{Phone: "+8613899999999"}, "identity.not_found"},
		"no such userid":         {notify.WeCom, notify.TestTarget{WeComUserID: "nobody"}, "wecom.81013"},
		"no such mailbox":        {notify.Mail, notify.TestTarget{Email: "nobody@corp.com"}, "mail.550"},
		"a phone for mail":       {notify.Mail, notify.TestTarget{Phone: "+8613800000001"}, "identity.no_email"},
		"an open_id for WeCom":   {notify.WeCom, notify.TestTarget{FeishuOpenID: "ou_zhangsan"}, "identity.no_contact"},
		"nothing to be found by": {notify.Feishu, notify.TestTarget{}, "identity.no_contact"},
	} {
		t.Run(name, func(t *testing.T) { wantExplained(t, h.test(row.ch, row.to, nil).Error, "identity", row.code) })
	}
}

func TestAServerThatIsNotThereIsExplained(t *testing.T) {
	h := open(t)
	h.configure(notify.Mail)
	if err := h.mail.Close(); err != nil {
		t.Fatal(err)
	}
	wantExplained(t, h.test(notify.Mail, zhangsan(), nil).Error, "transient", "mail.unreachable")
}

func TestATestAsksForNothingItCouldNotTry(t *testing.T) {
	h := open(t)
	_, err := h.Test(t.Context(), notify.WeCom, notify.TestRequest{To: zhangsan(), Language: cards.English})
	wantWrong(t, err, "draft.agent_id", "draft.corp_id", "draft.corp_secret")
	if invalid, ok := errors.AsType[*ticket.Invalid](err); !ok || invalid.Fields[0].Chinese == "" {
		t.Errorf("got %v, want it in Chinese as well", err)
	}
}

// TestATestIsFollowedLive is told of each stage when it begins and when it ends, in
// the order of the report.
func TestATestIsFollowedLive(t *testing.T) {
	for _, ch := range notify.Channels() {
		t.Run(string(ch), func(t *testing.T) {
			h := open(t)
			h.configure(ch)
			var mu sync.Mutex
			var told []notify.TestStage
			r, err := h.Test(t.Context(), ch, notify.TestRequest{To: zhangsan(), Watch: func(s notify.TestStage) {
				mu.Lock()
				defer mu.Unlock()
				told = append(told, s)
			}})
			if err != nil || !r.Success {
				t.Fatalf("got %+v, %v; want success", r, err)
			}
			var ended []notify.TestStage
			running := map[string]bool{}
			for _, s := range told {
				if !s.Running && !running[s.Name] {
					t.Errorf("got the end of %s before its beginning", s.Name)
				}
				running[s.Name] = s.Running
				if !s.Running {
					ended = append(ended, s)
				}
			}
			if !slices.Equal(ended, r.Stages) {
				t.Errorf("told of %v, want what the report says: %v", ended, r.Stages)
			}
		})
	}
}

func TestATestEndsWhenItsCallerGoesAway(t *testing.T) {
	h := open(t)
	h.configure(notify.Feishu)
	h.goesWrong(notify.Feishu, "timeout")
	ctx, leave := context.WithCancel(t.Context())
	began := time.Now()
	r, err := h.Test(ctx, notify.Feishu, notify.TestRequest{To: zhangsan(), Watch: func(s notify.TestStage) {
		if s.Name == "authenticate" {
			leave()
		}
	}})
	if err != nil || r.Success {
		t.Errorf("got %+v, %v; want a test without success", r, err)
	}
	if took := time.Since(began); took > 5*time.Second {
		t.Errorf("took %s, want it over as soon as nobody waits", took)
	}
}

func TestAServerThatIsNotThereFailsAtTheConnection(t *testing.T) {
	h := open(t)
	gone := httptest.NewServer(nil)
	gone.Close()
	for _, ch := range []notify.Channel{notify.Feishu, notify.WeCom} {
		h.fields[ch]["api_base_url"] = gone.URL
		h.configure(ch)
		r := h.test(ch, zhangsan(), nil)
		if names := stages(r); names[len(names)-1] != "connect failed" {
			t.Errorf("got stages %v, want the connection to fail", names)
		}
		wantExplained(t, r.Error, "transient", string(ch)+".connect")
	}
}

func TestANameIsLookedUpFirst(t *testing.T) {
	h := open(t)
	h.configure(notify.Mail)
	r := h.test(notify.Mail, zhangsan(), map[string]any{"host": "localhost", "password": password})
	if names := stages(r); len(names) < 3 || names[1] != "dns" || names[2] != "connect" {
		t.Errorf("got stages %v, want the name looked up before the connection", names)
	}
}
