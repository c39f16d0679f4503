package feishu_test

import (
	"encoding/json"
	"errors"
	"io"
	"net/http"
	"net/http/httptest"
	"slices"
	"strconv"
	"strings"
	"sync"
	"testing"
	"time"

	"github.com/google/go-cmp/cmp"

	"ticketbell/sandbox"
	"ticketbell/sandbox/feishu"
)

// house is where callbacks go: it remembers them and answers as it is told.
type house struct {
	mu     sync.Mutex // guards the fields below
	got    []handedIn
	status int
	answer string
}

type handedIn struct {
	header http.Header
	body   string
	event  struct {
		Schema string
		Header struct {
			EventID    string `json:"event_id"`
			EventType  string `json:"event_type"`
			CreateTime string `json:"create_time"`
			Token      string
			AppID      string `json:"app_id"`
		}
		Event json.RawMessage
	}
}

func (h *house) ServeHTTP(w http.ResponseWriter, r *http.Request) {
	body, _ := io.ReadAll(r.Body)
	in := handedIn{header: r.Header, body: string(body)}
	_ = json.Unmarshal(body, &in.event) // what is sealed is looked at as text
	h.mu.Lock()
	defer h.mu.Unlock()
	h.got = append(h.got, in)
	w.WriteHeader(h.status)
	_, _ = io.WriteString(w, h.answer)
}

func (h *house) handed() []handedIn {
	h.mu.Lock()
	defer h.mu.Unlock()
	return h.got
}

func (h *house) say(status int, answer string) {
	h.mu.Lock()
	defer h.mu.Unlock()
	h.status, h.answer = status, answer
}

// withDoor is a rig whose callbacks go to a house, in plain unless there is a key.
func withDoor(t *testing.T, change ...func(*feishu.Config)) (*rig, *house) {
	t.Helper()
	h := &house{status: 200, answer: `{"toast":{"type":"success","content":"好"}}`}
	server := httptest.NewServer(h)
	t.Cleanup(server.Close)
	plain := func(c *feishu.Config) { c.VerificationToken = "vtok" }
	r := newRig(t, append([]func(*feishu.Config){plain}, change...)...)
	t.Cleanup(r.sim.Close)
	r.sim.SetDoor(server.URL + "/callbacks/feishu")
	return r, h
}

func (r *rig) press(action string, form map[string]string) (sandbox.Carried, error) {
	r.Helper()
	return r.sim.Press(r.Context(), sandbox.Press{Channel: "feishu", MessageID: r.shown()[0].ID, Person: "lisi", Action: action, Form: form})
}

func TestOpeningAMessageTellsWhoReadWhatWhen(t *testing.T) {
	r, h := withDoor(t)
	id := r.sent()
	for range 2 { // the first time counts
		if done, err := r.sim.Read(t.Context(), sandbox.Reading{MessageID: id}); err != nil || done.Status != 200 {
			t.Fatalf("got %+v, %v; want it handed in", done, err)
		}
	}
	at := r.shown()[0].ReadAt
	for _, in := range h.handed() {
		var event struct {
			Reader struct {
				ID struct {
					OpenID string `json:"open_id"`
				} `json:"reader_id"`
				At string `json:"read_time"`
			}
			Messages []string `json:"message_id_list"`
		}
		if err := json.Unmarshal(in.event.Event, &event); err != nil {
			t.Fatal(err)
		}
		if in.event.Header.EventType != "im.message.message_read_v1" || event.Reader.ID.OpenID != r.shown()[0].To || event.Reader.At != strconv.FormatInt(at.UnixMilli(), 10) || !slices.Equal(event.Messages, []string{id}) {
			t.Errorf("got %s %s, want who read %s when", in.event.Header.EventType, in.event.Event, id)
		}
	}
	if got := len(h.handed()); got != 2 || at.IsZero() || r.shown()[0].Updates != 0 {
		t.Errorf("got %d events, read at %s; want two, and the message itself unchanged", got, at)
	}
	if _, err := r.sim.Read(t.Context(), sandbox.Reading{MessageID: "om_nobody"}); !errors.Is(err, sandbox.ErrNotPressable) {
		t.Errorf("got %v, want no such message", err)
	}
}

func TestAPressTellsWhoPressedWhatWhere(t *testing.T) {
	r, h := withDoor(t)
	id := r.sent()
	for _, p := range []struct {
		action string
		form   map[string]string
		want   string
	}{
		{"approve", nil, `{"name":null,"tag":"button","timezone":"Asia/Shanghai","value":{"act":"approve","nonce":"9f2c","rev":"7","ticket":"T20261122-0042","v":"1"}}`},
		{"reject_submit", map[string]string{"reject_reason": "缺少回滚方案"}, `{"form_value":{"reject_reason":"缺少回滚方案"},"name":"reject_submit","tag":"button","timezone":"Asia/Shanghai"}`},
	} {
		done, err := r.press(p.action, p.form)
		if err != nil || done.Status != 200 || string(done.Answer) != h.answer {
			t.Fatalf("%s: got %+v, %v; want what the house said", p.action, done, err)
		}
		last := h.handed()[len(h.handed())-1]
		var event struct {
			Operator struct {
				OpenID string `json:"open_id"`
			}
			Action  json.RawMessage
			Context struct {
				MessageID string `json:"open_message_id"`
			}
		}
		if err := json.Unmarshal(last.event.Event, &event); err != nil {
			t.Fatal(err)
		}
		if event.Operator.OpenID != r.lisi.OpenID || event.Context.MessageID != id || string(event.Action) != p.want {
			t.Errorf("%s: got %s, want lisi on %s with %s", p.action, last.event.Event, id, p.want)
		}
		head := last.event.Header
		if head.EventType != "card.action.trigger" || head.Token != "vtok" || head.AppID != appID || head.CreateTime != "1795341600000000" {
			t.Errorf("%s: got header %+v, want a callback of the app in microseconds", p.action, head)
		}
	}
	if a, b := h.handed()[0].event.Header.EventID, h.handed()[1].event.Header.EventID; a == b || a == "" {
		t.Errorf("got event ids %q and %q, want two", a, b)
	}
}

func TestOnlyWhatTheCardHoldsCanBePressed(t *testing.T) {
	r, h := withDoor(t)
	id := r.sent()
	press := func(p sandbox.Press) error {
		_, err := r.sim.Press(t.Context(), p)
		return err
	}
	whole := func(change func(*sandbox.Press)) sandbox.Press {
		p := sandbox.Press{MessageID: id, Person: "lisi", Action: "reject_submit", Form: map[string]string{"reject_reason": "x"}}
		change(&p)
		return p
	}
	for name, p := range map[string]sandbox.Press{
		"no such person":            whole(func(p *sandbox.Press) { p.Person = "nobody" }),
		"no such card":              whole(func(p *sandbox.Press) { p.MessageID = "om_0" }),
		"no such button":            whole(func(p *sandbox.Press) { p.Action = "remind" }),
		"a button that only links":  whole(func(p *sandbox.Press) { p.Action, p.Form = "view", nil }),
		"a required field is empty": whole(func(p *sandbox.Press) { p.Form = nil }),
		"too long":                  whole(func(p *sandbox.Press) { p.Form["reject_reason"] = strings.Repeat("长", 501) }),
		"no such field":             whole(func(p *sandbox.Press) { p.Form["reason"] = "x" }),
		"a form with no form":       whole(func(p *sandbox.Press) { p.Action = "approve" }),
	} {
		if err := press(p); !errors.Is(err, sandbox.ErrNotPressable) {
			t.Errorf("%s: got %v, want it not pressable", name, err)
		}
	}
	r.wantCode(r.patch(id, string(sample(t, "handled"))), 200, 0)
	if err := press(whole(func(*sandbox.Press) {})); !errors.Is(err, sandbox.ErrNotPressable) {
		t.Errorf("got %v once the buttons are gone, want it not pressable", err)
	}
	r.clock.pass(15 * 24 * time.Hour)
	if err := press(whole(func(*sandbox.Press) {})); !errors.Is(err, sandbox.ErrNotPressable) || !strings.Contains(err.Error(), "14 days") {
		t.Errorf("got %v after 15 days, want it too old", err)
	}
	if n := len(h.handed()); n != 0 {
		t.Errorf("got %d callbacks, want none", n)
	}
}

func TestAClientShowsWhatIsWrongWithAnAnswer(t *testing.T) {
	r, h := withDoor(t)
	r.sent()
	for answer, want := range map[string]string{
		`null`: "200672", `[]`: "200672", `{"toast":{"type":"loud"}}`: "200672",
		`{"card":{"type":"raw","data":"{}"}}`: "200673", `{"card":{"type":"raw","data":{"schema":"2.0","note":1}}}`: "200673",
	} {
		h.say(200, answer)
		if _, err := r.press("approve", nil); err == nil || !strings.Contains(err.Error(), want) {
			t.Errorf("%s: got %v, want the client to show %s", answer, err, want)
		}
	}
	h.say(200, `{"card":{"type":"raw","data":`+string(sample(t, "handled"))+`}}`)
	if _, err := r.press("approve", nil); err != nil || r.shown()[0].Title != "工单已驳回" {
		t.Errorf("got %v and %q, want the card that came in the answer", err, r.shown()[0].Title)
	}
}

func TestWithoutACallbackTheClientSaysSo(t *testing.T) {
	r := newRig(t)
	r.sent()
	if _, err := r.press("approve", nil); err == nil || !strings.Contains(err.Error(), "200340") {
		t.Errorf("got %v, want 200340", err)
	}
}

func TestWhatIsHandedInIsSealedAndSigned(t *testing.T) {
	r, h := withDoor(t, func(c *feishu.Config) { c.EncryptKey = "ekey" })
	r.sent()
	forms := map[bool]int{}
	for range 2 {
		if _, err := r.press("approve", nil); err != nil {
			t.Fatal(err)
		}
	}
	for _, in := range h.handed() {
		stamp := in.header.Get("X-Lark-Request-Timestamp")
		want := feishu.Sign(stamp, in.header.Get("X-Lark-Request-Nonce"), "ekey", []byte(in.body))
		if in.header.Get("X-Lark-Signature") != want || !strings.HasPrefix(in.body, `{"encrypt":"`) || strings.Contains(in.body, "approve") {
			t.Errorf("got %v %s, want it sealed and signed", in.header, in.body)
		}
		forms[strings.Contains(stamp, "CST")]++
	}
	if forms[true] != 1 || forms[false] != 1 {
		t.Errorf("got timestamps %v, want one of each form", forms)
	}
}

func TestAForgeryLooksLikeOne(t *testing.T) {
	r, h := withDoor(t, func(c *feishu.Config) { c.EncryptKey = "ekey" })
	r.sent()
	last := func(fault string) handedIn {
		r.fail(fault)
		if _, err := r.press("approve", nil); err != nil {
			t.Fatal(err)
		}
		return h.handed()[len(h.handed())-1]
	}
	if in := last("callback_unsigned"); in.header.Get("X-Lark-Signature") != "" {
		t.Error("unsigned: got a signature")
	}
	if in := last("callback_plain"); !strings.Contains(in.body, "approve") {
		t.Errorf("plain: got %s", in.body)
	}
	for _, fault := range []string{"callback_wrong_signature", "callback_stale"} {
		in := last(fault)
		stamp := in.header.Get("X-Lark-Request-Timestamp")
		right := in.header.Get("X-Lark-Signature") == feishu.Sign(stamp, in.header.Get("X-Lark-Request-Nonce"), "ekey", []byte(in.body))
		if right != (fault == "callback_stale") {
			t.Errorf("%s: got the right signature: %v", fault, right)
		}
	}
	before := len(h.handed())
	if last("callback_replayed"); len(h.handed()) != before+2 {
		t.Errorf("replayed: got %d callbacks, want two", len(h.handed())-before)
	}
	plain, house := withDoor(t)
	plain.sent()
	for _, fault := range []string{"callback_wrong_token", "callback_wrong_app"} {
		plain.fail(fault)
		if _, err := plain.press("approve", nil); err != nil {
			t.Fatal(err)
		}
	}
	if a, b := house.handed()[0].event.Header, house.handed()[1].event.Header; a.Token == "vtok" || b.AppID == appID {
		t.Errorf("got %+v and %+v, want a wrong token and a wrong app", a, b)
	}
}

func TestTheDoorIsVerifiedByAChallenge(t *testing.T) {
	r, h := withDoor(t)
	if err := r.sim.Verify(t.Context()); err == nil {
		t.Error("got no error from a door that does not know the challenge")
	}
	var asked struct{ Challenge, Token, Type string }
	if err := json.Unmarshal([]byte(h.handed()[0].body), &asked); err != nil || asked.Challenge == "" || asked.Token != "vtok" || asked.Type != "url_verification" {
		t.Errorf("got %+v, %v; want a challenge with the token", asked, err)
	}
}

func TestWordsAreEventsAndComeAgainUntilTheyAreTaken(t *testing.T) {
	r, h := withDoor(t, func(c *feishu.Config) { c.Again = []time.Duration{time.Millisecond, time.Millisecond, time.Hour} })
	h.say(500, `{}`)
	done, err := r.sim.Say(t.Context(), sandbox.Saying{Person: "lisi", Text: "@_user_1 待办"})
	if err != nil || done.Status != 500 {
		t.Fatalf("got %+v, %v; want what the house said", done, err)
	}
	eventually(t, "it comes three times", func() bool { return len(h.handed()) == 3 })
	ids := map[string]bool{}
	for _, in := range h.handed() {
		var event struct {
			Message struct {
				ID       string `json:"message_id"`
				Content  string
				ChatType string `json:"chat_type"`
				Mentions []struct{ Key string }
			}
		}
		if err := json.Unmarshal(in.event.Event, &event); err != nil {
			t.Fatal(err)
		}
		ids[in.event.Header.EventID] = true
		if diff := cmp.Diff(`{"text":"@_user_1 待办"}`, event.Message.Content); diff != "" || event.Message.ChatType != "group" || len(event.Message.Mentions) != 1 {
			t.Errorf("got %+v (%s), want the text with its mention", event, diff)
		}
	}
	if len(ids) != 3 {
		t.Errorf("got event ids %v, want another one each time", ids)
	}
	h.say(200, `{}`)
	if _, err := r.sim.Say(t.Context(), sandbox.Saying{Person: "lisi", Menu: "todo"}); err != nil {
		t.Fatal(err)
	}
	last := h.handed()[len(h.handed())-1]
	if last.event.Header.EventType != "application.bot.menu_v6" || !strings.Contains(string(last.event.Event), `"event_key":"todo"`) {
		t.Errorf("got %s %s, want the menu entry", last.event.Header.EventType, last.event.Event)
	}
	if _, err := r.sim.Say(t.Context(), sandbox.Saying{Person: "nobody", Text: "x"}); !errors.Is(err, sandbox.ErrNotPressable) {
		t.Errorf("got %v, want nobody there", err)
	}
}

func eventually(t *testing.T, what string, ok func() bool) {
	t.Helper()
	tick := time.NewTicker(2 * time.Millisecond)
	defer tick.Stop()
	for end := time.After(10 * time.Second); !ok(); {
		select {
		case <-tick.C:
		case <-end:
			t.Fatalf("waited in vain: %s", what)
		}
	}
}
