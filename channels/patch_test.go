package channels_test

import (
	"encoding/json"
	"errors"
	"fmt"
	"strings"
	"sync"
	"testing"
	"time"

	"ticketbell/notify"
)

func TestAPatchChangesOnlyWhatItNames(t *testing.T) {
	h := open(t)
	h.configure(notify.Mail)
	view := h.patch(notify.Mail, map[string]any{"from_name": "工单通知"})
	if view["from_name"] != "工单通知" || view["host"] != h.fields[notify.Mail]["host"] || view["enabled"] != true || !isSet(t, view, "password") {
		t.Errorf("got %v, want the name changed and the rest as before", view)
	}
}

func TestNullClears(t *testing.T) {
	h := open(t)
	h.configure(notify.Mail)
	h.patch(notify.Mail, map[string]any{"from_name": "工单通知", "limits": map[string]any{"per_second": 5}})
	view := h.patch(notify.Mail, map[string]any{"from_name": nil, "limits": nil, "enabled": nil, "password": nil})
	if view["from_name"] != "" || view["enabled"] != false || isSet(t, view, "password") {
		t.Errorf("got %v, want name, switch and password cleared", view)
	}
	if limits, there := view["limits"]; there {
		t.Errorf("got limits %v, want none", limits)
	}
}

func TestAFreshChannelShowsItsDefaults(t *testing.T) {
	h := open(t)
	for ch, want := range map[notify.Channel]map[string]any{
		notify.Mail:   {"enabled": false, "port": 465.0, "security": "auto", "auth": "auto", "max_connections": 4.0},
		notify.WeCom:  {"enabled": false, "lookup_mobile": true, "lookup_email": true, "style": "card", "api_base_url": "https://qyapi.weixin.qq.com/"},
		notify.Feishu: {"enabled": false, "app_id": "", "callback": "off", "style": "card", "update_cards": true, "read_receipts": true, "api_base_url": "https://open.feishu.cn"},
	} {
		view := h.view(ch)
		for name, value := range want {
			if view[name] != value {
				t.Errorf("got %s %s %v, want %v", ch, name, view[name], value)
			}
		}
	}
}

func TestEveryWrongFieldIsNamedAtOnceAndNoValue(t *testing.T) {
	h := open(t)
	err := h.try(notify.Mail, map[string]any{
		"enabled": "S3CR3T-yes", "hots": "S3CR3T", "host": "https://S3CR3T", "port": "S3CR3T", "security": "S3CR3T",
		"password": 12345, "limits": map[string]any{"per_second": -1}, "from": "S3CR3T",
	})
	wantWrong(t, err, "enabled", "from", "host", "hots", "limits.per_second", "password", "port", "security")
	h.wantNoSecrets("the error", fmt.Sprint(err))
}

func TestAFieldOfTheWrongTypeIsNamedOnce(t *testing.T) {
	h := open(t)
	h.configure(notify.WeCom)
	wantWrong(t, h.try(notify.WeCom, map[string]any{"agent_id": "1000002", "corp_id": 7}), "agent_id", "corp_id")
}

func TestAWrongPatchChangesNothing(t *testing.T) {
	h := open(t)
	before := h.configure(notify.Mail)
	if err := h.try(notify.Mail, map[string]any{"from_name": "new", "port": 0}); err == nil {
		t.Fatal("got no error, want one for the port")
	}
	if after := h.view(notify.Mail); fmt.Sprint(after) != fmt.Sprint(before) {
		t.Errorf("got %v, want it as before: %v", after, before)
	}
}

func TestAChannelMayHaveGapsOnlyWhileItIsOff(t *testing.T) {
	for ch, gaps := range map[notify.Channel][]string{
		notify.Mail:   {"from", "host"},
		notify.WeCom:  {"agent_id", "corp_id", "corp_secret"},
		notify.Feishu: {"app_id", "app_secret"},
	} {
		t.Run(string(ch), func(t *testing.T) {
			h := open(t)
			empty := map[string]any{}
			for _, name := range gaps {
				empty[name] = ""
			}
			if ch == notify.WeCom {
				empty["agent_id"] = 0
			}
			h.patch(ch, empty)
			wantWrong(t, h.try(ch, map[string]any{"enabled": true}), gaps...)
			if on, err := h.Enabled(t.Context()); err != nil || len(on) != 0 {
				t.Errorf("got channels %v on, %v, want none", on, err)
			}
		})
	}
}

func TestAWrongFieldIsWrongAlsoWhileTheChannelIsOff(t *testing.T) {
	h := open(t)
	wantWrong(t, h.try(notify.Mail, map[string]any{"host": "a b", "port": 70000}), "host", "port")
	wantWrong(t, h.try(notify.Feishu, map[string]any{"api_base_url": "ftp://x", "callback": "pigeon"}), "api_base_url", "callback")
	wantWrong(t, h.try(notify.WeCom, map[string]any{"proxy_url": "10.0.0.1"}), "proxy_url")
}

func TestOfTwoChangesOfOneVersionOneIsAConflict(t *testing.T) {
	h := open(t)
	h.configure(notify.Mail)
	_, version, err := h.Get(t.Context(), notify.Mail)
	if err != nil {
		t.Fatal(err)
	}
	change := func(name string) error {
		_, _, err := h.Patch(t.Context(), notify.Mail, raw(t, map[string]any{"from_name": name}), version, "tester")
		return err
	}
	errs := make([]error, 8)
	var all sync.WaitGroup
	for i := range errs {
		all.Go(func() { errs[i] = change(fmt.Sprint("name ", i)) })
	}
	all.Wait()
	done := 0
	for _, err := range errs {
		switch {
		case err == nil:
			done++
		case !errors.Is(err, notify.ErrConflict):
			t.Errorf("got %v, want a conflict", err)
		}
	}
	if done != 1 {
		t.Errorf("got %d changes of one version, want 1", done)
	}
}

func TestLimitsAreWholeNumbersFromZeroUp(t *testing.T) {
	h := open(t)
	for limits, want := range map[string]string{
		`{}`: "", `{"per_second":0}`: "", `{"per_minute":60,"person_per_hour":3}`: "", `null`: "",
		`{"per_second":-1}`: "limits.per_second", `{"per_minute":1.5}`: "limits.per_minute", `{"person_per_hour":"3"}`: "limits.person_per_hour",
		`{"per_week":1}`: "limits.per_week", `{"per_day":-1}`: "limits.per_day", `[]`: "limits", `7`: "limits",
	} {
		_, _, err := h.Patch(t.Context(), notify.Mail, map[string]json.RawMessage{"limits": json.RawMessage(limits)}, "", "tester")
		switch {
		case want == "" && err != nil:
			t.Errorf("got %v for limits %s, want them taken", err, limits)
		case want != "" && (err == nil || !strings.Contains(strings.Join(wrong(t, err), " "), want)):
			t.Errorf("got %v for limits %s, want %s named", err, limits, want)
		}
	}
}

func TestWhoSwitchesAChannelOffSaysWhatBecomesOfWhatWaits(t *testing.T) {
	h := open(t)
	h.configure(notify.Mail)
	h.configure(notify.WeCom)
	h.deliver(notify.Settlement{Status: notify.Retrying, Code: "mail.421", Wait: time.Hour})
	for name, fields := range map[string]map[string]any{
		"while it stays on":  {"waiting": "discard"},
		"a word not known":   {"enabled": false, "waiting": "burn"},
		"no word at all":     {"enabled": false, "waiting": 3},
		"while it goes on":   {"enabled": true, "waiting": "keep"},
		"with another wrong": {"enabled": nil, "waiting": nil},
	} {
		t.Run(name, func(t *testing.T) { wantWrong(t, h.try(notify.Mail, fields), "waiting") })
	}
	text, _, err := h.Patch(t.Context(), notify.Mail, raw(t, map[string]any{"enabled": false, "waiting": "reroute"}), "", "tester")
	if err != nil {
		t.Fatal(err)
	}
	var view struct {
		Enabled bool
		Waiting notify.Left
	}
	decode(t, text, &view)
	if view.Enabled || view.Waiting != (notify.Left{Stranded: 1}) {
		t.Errorf("got %+v, want it off, and the one that nobody can be reached by said to be skipped", view)
	}
	if _, said := h.view(notify.Mail)["waiting"]; said {
		t.Error("got the counts again on reading, want them only with the change")
	}
}
