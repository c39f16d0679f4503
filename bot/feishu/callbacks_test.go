package feishu

import (
	"context"
	"encoding/json"
	"errors"
	"log/slog"
	"net/http"
	"net/http/httptest"
	"slices"
	"strings"
	"sync"
	"testing"
	"testing/synctest"
	"time"

	larkcore "github.com/larksuite/oapi-sdk-go/v3/core"

	"ticketbell/cards"
	"ticketbell/notify"
)

// desk stands in for those who act: it remembers what reached it.
type desk struct {
	mu     sync.Mutex
	pushed []notify.Press
	heard  []notify.Said
	opened []notify.ReadReceipt
	answer notify.Answer
	deaf   error
	hold   chan struct{} // when not nil, Act waits for it
}

func (d *desk) Act(ctx context.Context, p notify.Press) notify.Answer {
	if d.hold != nil {
		select {
		case <-d.hold:
		case <-ctx.Done():
		}
	}
	d.mu.Lock()
	defer d.mu.Unlock()
	d.pushed = append(d.pushed, p)
	return d.answer
}

func (d *desk) Hear(_ context.Context, s notify.Said) error {
	d.mu.Lock()
	defer d.mu.Unlock()
	d.heard = append(d.heard, s)
	return d.deaf
}

func (d *desk) Opened(_ context.Context, r notify.ReadReceipt) error {
	d.mu.Lock()
	defer d.mu.Unlock()
	d.opened = append(d.opened, r)
	return d.deaf
}

func (d *desk) presses() []notify.Press {
	d.mu.Lock()
	defer d.mu.Unlock()
	return d.pushed
}

func (d *desk) reached() int {
	d.mu.Lock()
	defer d.mu.Unlock()
	return len(d.pushed) + len(d.heard)
}

// apps is an app that is configured so.
type apps struct {
	Config
	err error
}

func (a apps) FeishuApp(context.Context) (Config, error) { return a.Config, a.err }

func guarded() apps {
	return apps{Config: Config{AppID: "cli_x", AppSecret: "s", Callback: CallbackHTTP, EncryptKey: vectorKey, VerificationToken: vectorToken}}
}

// doorAt is the clock of the endpoint's cases in feishu.md 9.3.
func doorAt() time.Time { return time.Date(2026, 10, 4, 10, 23, 46, 0, time.UTC) }

const stampNow = "1791109426" // doorAt as unix time

func newDoor(tb testing.TB, a apps, d *desk, now func() time.Time) http.Handler {
	tb.Helper()
	log := slog.New(slog.DiscardHandler)
	inbox := NewInbox(d, d, d, now, log)
	tb.Cleanup(inbox.Close)
	return NewCallbacks(a, inbox, now, log)
}

// request is what Feishu, or somebody who would like to be it, posts.
type request struct {
	method, body, stamp, nonce, signature string
}

// seal encrypts plain as the SDK does.
func seal(tb testing.TB, plain string) string {
	tb.Helper()
	sealed, err := larkcore.EncryptedEventMsg(tb.Context(), json.RawMessage(plain), vectorKey)
	if err != nil {
		tb.Fatal(err)
	}
	return `{"encrypt":"` + sealed + `"}`
}

// signed is a request as Feishu makes it.
func signed(body, stamp string) request {
	return request{body: body, stamp: stamp, nonce: "n", signature: signatureOf(stamp, "n", vectorKey, []byte(body))}
}

func (q request) post(tb testing.TB, door http.Handler) (status int, answer string) {
	tb.Helper()
	method := q.method
	if method == "" {
		method = http.MethodPost
	}
	r := httptest.NewRequestWithContext(tb.Context(), method, "/callbacks/feishu", strings.NewReader(q.body))
	r.Header.Set("Content-Type", "application/json")
	for name, value := range map[string]string{
		"X-Lark-Request-Timestamp": q.stamp, "X-Lark-Request-Nonce": q.nonce, "X-Lark-Signature": q.signature,
	} {
		if value != "" {
			r.Header.Set(name, value)
		}
	}
	w := httptest.NewRecorder()
	door.ServeHTTP(w, r)
	return w.Code, strings.TrimSpace(w.Body.String())
}

func TestTheVectorReachesTheDesk(t *testing.T) {
	d := &desk{answer: notify.Answer{Tone: notify.ToneDone, Text: text2("已通过", "Approved")}}
	door := newDoor(t, guarded(), d, func() time.Time { return time.Unix(1700000000, 0) })
	status, answer := request{body: string(vectorBody()), stamp: vectorTimestamp, nonce: vectorNonce, signature: vectorSignature}.post(t, door)
	want := `{"toast":{"type":"success","content":"已通过","i18n":{"zh_cn":"已通过","en_us":"Approved"}}}`
	if status != 200 || answer != want {
		t.Errorf("got %d %s, want 200 %s", status, answer, want)
	}
	got := d.presses()
	// The vector is a form called reject_submit whose reason has another name than ours.
	wantPress := notify.Press{
		ID: "ev1", Channel: notify.Feishu, Address: "ou_op", MessageID: "om_1", Action: cards.Reject, At: time.UnixMicro(1603977298000000),
	}
	if len(got) != 1 || got[0] != wantPress {
		t.Errorf("got %+v, want %+v", got, wantPress)
	}
}

func TestWhatFeishuSendsIsLetIn(t *testing.T) {
	plainApp := guarded()
	plainApp.EncryptKey = ""
	for _, tc := range []struct {
		name    string
		app     apps
		request request
		answer  string
		presses int
	}{
		{"unix time", guarded(), signed(seal(t, aPress), stampNow), `{}`, 1},
		{"a time as Go prints it", guarded(), signed(seal(t, aPress), "2026-10-04 18:23:46.052290112 +0800 CST m=+3612.1"), `{}`, 1},
		{"four minutes late", guarded(), signed(seal(t, aPress), "1791109186"), `{}`, 1},
		{"an unknown form of time, made just now", guarded(), signed(seal(t, made(aPress, "1791109426000000")), "Sun Oct 4"), `{}`, 1},
		{"a challenge, unsigned", guarded(), request{body: seal(t, `{"challenge":"c1","token":"vtok","type":"url_verification"}`)}, `{"challenge":"c1"}`, 0},
		{"an event we do not know", guarded(), signed(seal(t, strings.Replace(aPress, cardAction, "foo.bar", 1)), stampNow), `{}`, 0},
		{"an app without a key", plainApp, request{body: aPress}, `{}`, 1},
	} {
		t.Run(tc.name, func(t *testing.T) {
			d := &desk{}
			status, answer := tc.request.post(t, newDoor(t, tc.app, d, doorAt))
			if status != 200 || answer != tc.answer || d.reached() != tc.presses {
				t.Errorf("got %d %s with %d presses, want 200 %s with %d", status, answer, d.reached(), tc.answer, tc.presses)
			}
		})
	}
}

// made is the event with another create_time.
func made(event, stamp string) string { return strings.Replace(event, "1603977298000000", stamp, 1) }

// message is an event that Feishu hands in again for hours.
func aMessage(content string) string {
	quoted, _ := json.Marshal(content)
	return `{"schema":"2.0","header":{"event_id":"ev9","token":"vtok","create_time":"1791109420000","event_type":"im.message.receive_v1","app_id":"cli_x"},` +
		`"event":{"sender":{"sender_id":{"open_id":"ou_op"},"sender_type":"user"},"message":{"message_id":"om_9","create_time":"1791109420000",` +
		`"chat_type":"group","message_type":"text","content":` + string(quoted) + `,"mentions":[{"key":"@_user_1"},{"key":"@_user_10"}]}}}`
}

func TestNothingForgedReachesTheDesk(t *testing.T) {
	sealed := seal(t, aPress)
	with := func(change func(*request)) request {
		q := signed(sealed, stampNow)
		change(&q)
		return q
	}
	plainApp := guarded()
	plainApp.EncryptKey = ""
	off, long, broken := guarded(), guarded(), guarded()
	off.err, broken.err = notify.ErrOff, errors.New("the database is away")
	long.Callback = CallbackLongConnection
	for _, tc := range []struct {
		name    string
		app     apps
		request request
		status  int
	}{
		{"unsigned", guarded(), request{body: sealed}, 401},
		{"signature 00", guarded(), with(func(q *request) { q.signature = "00" }), 401},
		{"signed with another key", guarded(), with(func(q *request) { q.signature = signatureOf(stampNow, "n", "other", []byte(sealed)) }), 401},
		{"another nonce", guarded(), with(func(q *request) { q.nonce = "m" }), 401},
		{"another time than was signed", guarded(), with(func(q *request) { q.stamp = "1791109427" }), 401},
		{"another body than was signed", guarded(), with(func(q *request) { q.body = seal(t, aPress) }), 401},
		{"one space more than was signed", guarded(), with(func(q *request) { q.body += " " }), 401},
		{"the old signature", guarded(), request{body: string(vectorBody()), stamp: vectorTimestamp, nonce: vectorNonce, signature: vectorSHA1}, 401},
		{"stale", guarded(), signed(sealed, vectorTimestamp), 401},
		{"from the future", guarded(), signed(sealed, "1791109800"), 401},
		{"stale, as Go prints it", guarded(), signed(sealed, "2026-10-04 18:10:46.05 +0800 CST m=+3612.1"), 401},
		{"an unknown form of time, made long ago", guarded(), signed(sealed, "Sun Oct 4"), 401},
		{"no time at all", guarded(), signed(seal(t, made(aPress, "soon")), ""), 401},
		{"an old message in an unknown form of time", guarded(), signed(seal(t, strings.Replace(aMessage("x"), "1791109420000", "1791009420000", 1)), "?"), 401},
		{"plain to the encrypted door, signed", guarded(), signed(aPress, stampNow), 401},
		{"plain beside an empty encrypt", guarded(), signed(`{"encrypt":"",`+aPress[1:], stampNow), 401},
		{"sealed with another key", guarded(), signed(sealedWith(t, "other", aPress), stampNow), 401},
		{"wrong token", guarded(), signed(seal(t, strings.Replace(aPress, "vtok", "nope", 1)), stampNow), 401},
		{"no token", guarded(), signed(seal(t, strings.Replace(aPress, `"token":"vtok",`, "", 1)), stampNow), 401},
		{"another app", guarded(), signed(seal(t, strings.Replace(aPress, "cli_x", "cli_y", 1)), stampNow), 401},
		{"schema 1.0", guarded(), signed(seal(t, strings.Replace(aPress, `"2.0"`, `"1.0"`, 1)), stampNow), 401},
		{"a challenge with a wrong token", guarded(), request{body: seal(t, `{"challenge":"c1","token":"nope","type":"url_verification"}`)}, 401},
		{"a plain challenge", guarded(), request{body: `{"challenge":"c1","token":"vtok","type":"url_verification"}`}, 401},
		{"an event that calls itself a challenge", guarded(), request{body: seal(t, `{"type":"url_verification","token":"vtok",`+aPress[1:])}, 401},
		{"truncated", guarded(), with(func(q *request) { q.body = q.body[:len(q.body)/2] }), 401},
		{"half a block", guarded(), signed(`{"encrypt":"`+vectorSealed[:40]+`"}`, stampNow), 401},
		{"no base64", guarded(), signed(`{"encrypt":"~~~~"}`, stampNow), 401},
		{"sealed, and no JSON in it", guarded(), signed(sealedText(t), stampNow), 401},
		{"no JSON", guarded(), request{body: "zzz"}, 401},
		{"nothing", guarded(), request{}, 401},
		{"oversized", guarded(), request{body: `{"encrypt":"` + strings.Repeat("A", 1<<20) + `"}`}, 413},
		{"an app without a key, wrong token", plainApp, request{body: strings.Replace(aPress, "vtok", "nope", 1)}, 401},
		{"GET", guarded(), with(func(q *request) { q.method = http.MethodGet }), 405},
		{"the channel is off", off, signed(sealed, stampNow), 404},
		{"callbacks come another way", long, signed(sealed, stampNow), 404},
		{"nobody knows the keys", broken, signed(sealed, stampNow), 500},
	} {
		t.Run(tc.name, func(t *testing.T) {
			d := &desk{}
			status, answer := tc.request.post(t, newDoor(t, tc.app, d, doorAt))
			if status != tc.status || answer != `{"msg":"rejected"}` {
				t.Errorf("got %d %s, want %d and not a word of why", status, answer, tc.status)
			}
			if d.reached() != 0 {
				t.Error("it reached the desk")
			}
		})
	}
}

func sealedWith(t *testing.T, key, plain string) string {
	t.Helper()
	sealed, err := larkcore.EncryptedEventMsg(t.Context(), json.RawMessage(plain), key)
	if err != nil {
		t.Fatal(err)
	}
	return `{"encrypt":"` + sealed + `"}`
}

func sealedText(t *testing.T) string {
	t.Helper()
	return seal(t, `"hello world"`)
}

func TestAReplayIsTheSamePressAgain(t *testing.T) {
	d := &desk{}
	door := newDoor(t, guarded(), d, doorAt)
	q := signed(seal(t, aPress), stampNow)
	for range 2 {
		if status, answer := q.post(t, door); status != 200 {
			t.Fatalf("got %d %s, want 200", status, answer)
		}
	}
	if got := d.presses(); len(got) != 2 || got[0] != got[1] || got[0].ID != "ev1" {
		t.Errorf("got %+v, want the desk to recognise the press by its id", got)
	}
}

func TestAPressSaysWhatWasMeant(t *testing.T) {
	for _, tc := range []struct {
		name, action string
		want         notify.Press
	}{
		{"approved", `{"value":{"act":"approve","notice":"evt_1"},"tag":"button"}`, notify.Press{Action: cards.Approve, Notice: "evt_1"}},
		{"rejected", `{"name":"reject_submit","form_value":{"reject_reason":" 缺少回滚方案\n"}}`, notify.Press{Action: cards.Reject, Reason: "缺少回滚方案"}},
		{"an empty value beside a form", `{"value":{},"name":"reject_submit","form_value":{"reject_reason":"x"}}`, notify.Press{Action: cards.Reject, Reason: "x"}},
		{"a form without its reason", `{"name":"reject_submit","form_value":{"reject_reason":7}}`, notify.Press{Action: cards.Reject}},
	} {
		d := &desk{}
		event := strings.Replace(made(aPress, "1791109426000000"), `{"value":{"act":"approve"},"tag":"button"}`, tc.action, 1)
		status, answer := signed(seal(t, event), stampNow).post(t, newDoor(t, guarded(), d, doorAt))
		tc.want.ID, tc.want.Channel, tc.want.Address, tc.want.MessageID, tc.want.At = "ev1", notify.Feishu, "ou_op", "om_1", time.Unix(1791109426, 0)
		if got := d.presses(); status != 200 || len(got) != 1 || got[0] != tc.want {
			t.Errorf("%s: got %d %s and %+v, want %+v", tc.name, status, answer, got, tc.want)
		}
	}
}

func TestAPressThatNobodyUnderstandsIsAnsweredInWords(t *testing.T) {
	for name, event := range map[string]string{
		"a string as value":   strings.Replace(aPress, `{"act":"approve"}`, `"str"`, 1),
		"no action":           strings.Replace(aPress, `"action"`, `"axtion"`, 1),
		"nobody pressed":      strings.Replace(aPress, "ou_op", "", 1),
		"no message":          strings.Replace(aPress, "om_1", "", 1),
		"no id":               strings.Replace(aPress, "ev1", "", 1),
		"a button of another": aPressOfAnother(),
		"no event":            strings.Replace(aPress, `"event":{`, `"other":{`, 1),
	} {
		d := &desk{}
		status, answer := signed(seal(t, event), stampNow).post(t, newDoor(t, guarded(), d, doorAt))
		if status != 200 || !strings.HasPrefix(answer, `{"toast":{"type":"error","content":"无法识别这次操作`) || d.reached() != 0 {
			t.Errorf("%s: got %d %s and %d at the desk, want an error toast", name, status, answer, d.reached())
		}
	}
}

// aPressOfAnother is the press of the cases on a button that is none of ours.
func aPressOfAnother() string { return strings.Replace(aPress, `"act":"approve"`, `"act":7`, 1) }

func TestWhatTakesLongerIsAnsweredInTimeAndGoesOn(t *testing.T) {
	synctest.Test(t, func(t *testing.T) {
		d := &desk{hold: make(chan struct{})}
		door := newDoor(t, guarded(), d, doorAt)
		began := time.Now()
		status, answer := signed(seal(t, aPress), stampNow).post(t, door)
		if took := time.Since(began); took != patience {
			t.Errorf("answered after %s, want %s, which is within Feishu's 3 s", took, patience)
		}
		if status != 200 || !strings.HasPrefix(answer, `{"toast":{"type":"info","content":"处理中`) {
			t.Errorf("got %d %s, want a toast that says it takes longer", status, answer)
		}
		close(d.hold)
		synctest.Wait()
		if got := len(d.presses()); got != 1 {
			t.Errorf("got %d presses at the desk, want the one that took longer", got)
		}
	})
}

func TestWordsReachTheListener(t *testing.T) {
	menu := `{"schema":"2.0","header":{"event_id":"ev8","token":"vtok","create_time":"1791109426000","event_type":"application.bot.menu_v6","app_id":"cli_x"},` +
		`"event":{"operator":{"operator_name":"李四","operator_id":{"open_id":"ou_op"}},"event_key":"todo","timestamp":1791109426}}`
	said := func(id, text string, at int64) notify.Said {
		return notify.Said{ID: id, Channel: notify.Feishu, Address: "ou_op", Text: text, At: time.UnixMilli(at)}
	}
	for _, tc := range []struct {
		name, event string
		want        []notify.Said
	}{
		{"text", aMessage(`{"text":"待办"}`), []notify.Said{said("om_9", "待办", 1791109420000)}},
		{"text with mentions", aMessage(`{"text":"@_user_10 ticket @_user_1 1024"}`), []notify.Said{said("om_9", "ticket   1024", 1791109420000)}},
		{"a picture", strings.Replace(aMessage(`{"image_key":"i"}`), `"message_type":"text"`, `"message_type":"image"`, 1), []notify.Said{said("om_9", "", 1791109420000)}},
		{"text that is none", aMessage(`待办`), []notify.Said{said("om_9", "", 1791109420000)}},
		{"a menu entry", menu, []notify.Said{said("ev8", "todo", 1791109426000)}},
		{"another bot", strings.Replace(aMessage(`{"text":"hi"}`), `"user"}`, `"bot"}`, 1), nil},
		{"a menu entry of nobody", strings.Replace(menu, "ou_op", "", 1), nil},
	} {
		d := &desk{}
		status, answer := signed(seal(t, tc.event), stampNow).post(t, newDoor(t, guarded(), d, doorAt))
		if status != 200 || answer != "{}" || len(d.heard) != len(tc.want) || (len(tc.want) > 0 && d.heard[0] != tc.want[0]) {
			t.Errorf("%s: got %d %s and %+v, want %+v", tc.name, status, answer, d.heard, tc.want)
		}
	}
}

func TestWordsThatWereNotHeardComeAgain(t *testing.T) {
	d := &desk{deaf: errors.New("the provider is away")}
	status, answer := signed(seal(t, aMessage(`{"text":"待办"}`)), stampNow).post(t, newDoor(t, guarded(), d, doorAt))
	if status != 500 || answer != `{"msg":"not taken"}` {
		t.Errorf("got %d %s, want 500, so that Feishu hands it in again", status, answer)
	}
	q := signed(seal(t, aMessage(`{"text":"待办"}`)), "an unknown form") // hours later, made long before
	later := func() time.Time { return doorAt().Add(7 * time.Hour) }
	if status, _ := q.post(t, newDoor(t, guarded(), &desk{}, later)); status != 200 {
		t.Errorf("got %d for the fourth time, want 200", status)
	}
}

func TestWhatWasReadIsNoted(t *testing.T) {
	event := func(body string) string {
		return `{"schema":"2.0","header":{"event_id":"ev9","token":"vtok","create_time":"1791109426000","event_type":"im.message.message_read_v1","app_id":"cli_x"},"event":` + body + `}`
	}
	reader := `"reader":{"reader_id":{"open_id":"ou_op","union_id":"on_1","user_id":"u1"},"read_time":"1791109425123","tenant_key":"t"}`
	for _, tc := range []struct {
		name, event string
		want        []string
		at          int64
	}{
		{"two messages", event(`{` + reader + `,"message_id_list":["om_1","om_2"]}`), []string{"om_1", "om_2"}, 1791109425123},
		{"without a time of its own", event(`{"reader":{},"message_id_list":["om_1"]}`), []string{"om_1"}, 1791109426000},
		{"nothing", event(`{` + reader + `,"message_id_list":[]}`), nil, 0},
		{"no list", event(`{` + reader + `,"message_id_list":[""]}`), nil, 0},
	} {
		d := &desk{}
		status, answer := signed(seal(t, tc.event), stampNow).post(t, newDoor(t, guarded(), d, doorAt))
		if status != 200 || answer != "{}" {
			t.Errorf("%s: got %d %s, want it taken", tc.name, status, answer)
		}
		if tc.want == nil {
			if len(d.opened) != 0 {
				t.Errorf("%s: got %+v noted, want nothing", tc.name, d.opened)
			}
			continue
		}
		if len(d.opened) != 1 || !slices.Equal(d.opened[0].Messages, tc.want) || !d.opened[0].At.Equal(time.UnixMilli(tc.at)) || d.opened[0].Channel != notify.Feishu {
			t.Errorf("%s: got %+v, want %v at %d", tc.name, d.opened, tc.want, tc.at)
		}
	}
	deaf := &desk{deaf: errors.New("the database is away")}
	if status, _ := signed(seal(t, event(`{`+reader+`,"message_id_list":["om_1"]}`)), stampNow).post(t, newDoor(t, guarded(), deaf, doorAt)); status != 500 {
		t.Errorf("got %d, want 500, so that Feishu hands it in again", status)
	}
}

func TestWhatIsReadBeforeItsSendIsWrittenDownIsNotedLater(t *testing.T) {
	synctest.Test(t, func(t *testing.T) {
		d := &desk{deaf: notify.ErrNotFound}
		event := `{"schema":"2.0","header":{"event_id":"ev9","token":"vtok","create_time":"1791109426000","event_type":"im.message.message_read_v1","app_id":"cli_x"},` +
			`"event":{"reader":{"read_time":"1791109425123"},"message_id_list":["om_1"]}}`
		if status, _ := signed(seal(t, event), stampNow).post(t, newDoor(t, guarded(), d, doorAt)); status != 200 {
			t.Errorf("got %d, want 200: the message may be no delivery's, and then nobody should ask again", status)
		}
		noted := func() int {
			synctest.Wait()
			d.mu.Lock()
			defer d.mu.Unlock()
			return len(d.opened)
		}
		if got := noted(); got != 1 {
			t.Errorf("got it handed on %d times, want once so far", got)
		}
		time.Sleep(settling) // of the bubble's time
		if got := noted(); got != 2 {
			t.Errorf("got it handed on %d times, want it tried once more", got)
		}
	})
}

func TestNoSecretIsLoggedOrAnswered(t *testing.T) {
	var log strings.Builder
	d := &desk{}
	logger := slog.New(slog.NewTextHandler(&log, &slog.HandlerOptions{Level: slog.LevelDebug}))
	inbox := NewInbox(d, d, d, doorAt, logger)
	door := NewCallbacks(guarded(), inbox, doorAt, logger)
	for _, q := range []request{
		{body: seal(t, aPress)},
		signed(seal(t, strings.Replace(aPress, "cli_x", "cli_y", 1)), stampNow),
		signed(seal(t, aPressOfAnother()), stampNow),
		signed(seal(t, aMessage("x")), stampNow),
	} {
		_, answer := q.post(t, door)
		for _, secret := range []string{vectorKey, vectorToken} {
			if strings.Contains(answer+log.String(), secret) {
				t.Errorf("got %q in\n%s\n%s", secret, answer, log.String())
			}
		}
	}
	mustContain(t, "log", log.String(), "wrong signature", "another app")
}

// FuzzCallback posts what anybody could, and what only Feishu could: sealed and signed.
// Nothing reaches the desk unsigned, and everything is answered in JSON.
func FuzzCallback(f *testing.F) {
	f.Add(true, stampNow, aPress)
	f.Add(true, "2026-10-04 18:23:46.05 +0800 CST m=+3612.1", aMessage(`{"text":"@_user_1 待办"}`))
	f.Add(true, "", `{"challenge":"c1","token":"vtok","type":"url_verification"}`)
	f.Add(true, stampNow, strings.Replace(aPress, `{"value":{"act":"approve"},"tag":"button"}`, `{"name":"reject_submit","form_value":{"reject_reason":"x"}}`, 1))
	f.Add(false, vectorTimestamp, string(vectorBody()))
	f.Add(false, stampNow, aPress)
	f.Fuzz(func(t *testing.T, byFeishu bool, stamp, text string) {
		d := &desk{answer: notify.Answer{Tone: notify.ToneDone, Text: text2("好", "ok")}}
		q := request{body: text, stamp: stamp, nonce: "n", signature: "00"}
		if byFeishu {
			q = signed(sealedBy(vectorKey, text), stamp)
		}
		status, answer := q.post(t, newDoor(t, guarded(), d, doorAt))
		if !json.Valid([]byte(answer)) {
			t.Errorf("got %d %q, want JSON", status, answer)
		}
		if !byFeishu && (status != 401 || d.reached() != 0) {
			t.Errorf("got %d and %d at the desk for something unsigned", status, d.reached())
		}
		if status != 200 && d.reached() != 0 {
			t.Errorf("got %d, and it reached the desk", status)
		}
	})
}
