package sandbox_test

import (
	"context"
	"encoding/json"
	"errors"
	"fmt"
	"io"
	"net/http"
	"net/http/httptest"
	"slices"
	"strings"
	"testing"
	"time"

	"github.com/google/go-cmp/cmp"

	"ticketbell/sandbox"
)

// rig is a sandbox behind a real listener, with two people.
type rig struct {
	*testing.T
	url        string
	box        *sandbox.Box
	faults     *sandbox.Faults
	lisi, wang sandbox.Person
}

func newRig(t *testing.T, change ...func(*sandbox.HandlerConfig)) *rig {
	t.Helper()
	people := sandbox.NewDirectory(false)
	r := &rig{T: t, box: sandbox.NewBox(time.Now), faults: sandbox.NewFaults()}
	r.lisi = people.Add(sandbox.Person{Username: "lisi", Email: "lisi@corp.example", Phone: "+8613800000001"})
	r.wang = people.Add(sandbox.Person{Username: "wang", Email: "wang@corp.example"})
	cfg := sandbox.HandlerConfig{
		Box: r.box, Directory: people, Faults: r.faults, Heartbeat: time.Hour,
		FaultNames: map[string][]string{"feishu": {"slow", "left"}, "wecom": {"slow"}, "mail": {"refused"}},
	}
	for _, c := range change {
		c(&cfg)
	}
	server := httptest.NewServer(sandbox.Handler(cfg))
	t.Cleanup(server.Close)
	r.url = server.URL + "/sandbox/"
	return r
}

func (r *rig) open(ctx context.Context, method, path, body string) *http.Response {
	r.Helper()
	req, err := http.NewRequestWithContext(ctx, method, r.url+path, strings.NewReader(body))
	if err != nil {
		r.Fatal(err)
	}
	resp, err := http.DefaultClient.Do(req)
	if err != nil {
		r.Fatal(err)
	}
	return resp
}

// do sends a request, wants its status and reads the answer into v when it is not nil.
func (r *rig) do(method, path, body string, status int, v any) {
	r.Helper()
	resp := r.open(r.Context(), method, path, body)
	defer func() { _ = resp.Body.Close() }()
	raw, err := io.ReadAll(resp.Body)
	if err != nil {
		r.Fatal(err)
	}
	if resp.StatusCode != status {
		r.Fatalf("%s %s: got HTTP %d %s, want %d", method, path, resp.StatusCode, raw, status)
	}
	if v == nil {
		return
	}
	if err := json.Unmarshal(raw, v); err != nil {
		r.Fatalf("%s %s: got %s, want JSON: %v", method, path, raw, err)
	}
}

// problem is the error answer as a caller reads it.
type problem struct {
	Status       int
	Code, Detail string
	Errors       []struct{ Location, Message string }
}

func (p problem) locations() []string {
	list := []string{}
	for _, e := range p.Errors {
		list = append(list, e.Location)
	}
	return list
}

func TestMessagesAreFoundByChannelAndPerson(t *testing.T) {
	r := newRig(t)
	r.box.Put(sandbox.Message{Channel: "feishu", ID: "1", To: r.lisi.OpenID})
	r.box.Put(sandbox.Message{Channel: "wecom", ID: "2", To: "LiSi"})
	r.box.Put(sandbox.Message{Channel: "mail", ID: "3", To: "lisi@corp.example"})
	r.box.Put(sandbox.Message{Channel: "mail", ID: "4", To: "wang@corp.example"})
	r.box.Put(sandbox.Message{Channel: "mail", ID: "5", To: "guest@other.example"})
	for query, want := range map[string]string{
		"":                        "1 2 3 4 5",
		"?channel=mail":           "3 4 5",
		"?to=lisi":                "1 2 3",
		"?to=LISI@corp.example":   "1 2 3",
		"?to=13800000001":         "1 2 3",
		"?to=" + r.lisi.OpenID:    "1 2 3",
		"?to=guest@other.example": "5",
		"?to=lisi&channel=feishu": "1",
		"?to=nobody":              "",
		"?to=wang&channel=feishu": "",
		"?to=wang&channel=wecom":  "",
	} {
		var got struct{ Items []sandbox.Message }
		r.do("GET", "messages"+query, "", 200, &got)
		ids := []string{}
		for _, m := range got.Items {
			ids = append(ids, m.ID)
		}
		if strings.Join(ids, " ") != want {
			t.Errorf("%s: got %v, want %s", query, ids, want)
		}
	}
}

func TestListsOfAMessageAreNeverNull(t *testing.T) {
	r := newRig(t)
	r.box.Put(sandbox.Message{Channel: "mail", ID: "1"})
	if err := r.box.Change("mail", "1", func(m *sandbox.Message) { m.Links = nil }); err != nil {
		t.Fatal(err)
	}
	var got struct{ Items []map[string]json.RawMessage }
	r.do("GET", "messages", "", 200, &got)
	for _, field := range []string{"links", "buttons"} {
		if string(got.Items[0][field]) != "[]" {
			t.Errorf("%s: got %s, want []", field, got.Items[0][field])
		}
	}
}

func TestDevicesCanBeEmptied(t *testing.T) {
	r := newRig(t)
	r.box.Put(sandbox.Message{Channel: "mail", ID: "1"})
	r.do("DELETE", "messages", "", 204, nil)
	var got struct{ Items []sandbox.Message }
	r.do("GET", "messages", "", 200, &got)
	if len(got.Items) != 0 {
		t.Errorf("got %v, want no message", got.Items)
	}
}

func TestFaultsAreSetListedAndCleared(t *testing.T) {
	r := newRig(t)
	r.do("POST", "faults", `{"channel":"feishu","fault":"left","times":2,"probability":1}`, 200, nil)
	r.do("POST", "faults", `{"channel":"mail","fault":"refused"}`, 200, nil)
	var got struct {
		Items []sandbox.Fault
		Known map[string][]string
	}
	r.do("GET", "faults", "", 200, &got)
	want := []sandbox.Fault{{Channel: "feishu", Name: "left", Times: 2, Probability: 1}, {Channel: "mail", Name: "refused"}}
	if diff := cmp.Diff(want, got.Items); diff != "" {
		t.Errorf("got different faults (-want +got):\n%s", diff)
	}
	if !slices.Contains(got.Known["feishu"], "slow") {
		t.Errorf("got known faults %v, want those of every channel", got.Known)
	}
	r.do("DELETE", "faults?channel=feishu", "", 204, nil)
	if left := r.faults.Active(); len(left) != 1 || left[0].Channel != "mail" {
		t.Errorf("got %v, want only the fault of the mail", left)
	}
	r.do("DELETE", "faults", "", 204, nil)
	if left := r.faults.Active(); len(left) != 0 {
		t.Errorf("got %v, want none", left)
	}
}

func TestEveryWrongFieldIsNamedAtOnce(t *testing.T) {
	r := newRig(t, func(cfg *sandbox.HandlerConfig) { cfg.Press, cfg.Say = pressed(nothing), said(nothing) })
	tests := []struct{ name, method, path, body, want string }{
		{"unknown channel", "GET", "messages?channel=sms", "", "query.channel"},
		{"unknown parameters", "GET", "messages?person=lisi&chanel=feishu", "", "query.chanel query.person"},
		{"parameters where none are", "DELETE", "messages?to=lisi", "", "query.to"},
		{"parameters of people", "GET", "people?q=lisi", "", "query.q"},
		{"parameters of faults", "GET", "faults?channel=feishu", "", "query.channel"},
		{"faults of no channel", "DELETE", "faults?channel=sms", "", "query.channel"},
		{"no JSON", "POST", "faults", "fault", "body"},
		{"no object", "POST", "faults", "null", "body"},
		{"too long", "POST", "faults", strings.Repeat(" ", 65<<10), "body"},
		{"nothing", "POST", "faults", "{}", "body.channel body.fault"},
		{"a fault of another channel", "POST", "faults", `{"channel":"wecom","fault":"left"}`, "body.fault"},
		{"everything", "POST", "faults?x=1", `{"channel":"sms","fault":7,"times":-1,"probability":1.5,"name":"slow"}`, "query.x body.fault body.name body.channel body.times body.probability"},
		{"half a time", "POST", "faults", `{"channel":"mail","fault":"refused","times":0.5}`, "body.times"},
		{"nothing pressed", "POST", "press", `{}`, "body.channel body.message_id body.person body.action"},
		{"nothing read", "POST", "read", `{}`, "body.channel body.message_id"},
		{"nothing said", "POST", "say", `{}`, "body.channel body.person body.text"},
		{"typed and chosen at once", "POST", "say", `{"channel":"feishu","person":"lisi","text":"todo","menu":"todo"}`, "body.text"},
		{"a form of numbers", "POST", "press", `{"channel":"mail","message_id":"1","person":"lisi","action":"approve","form":{"a":1}}`, "body.form"},
	}
	for _, test := range tests {
		t.Run(test.name, func(t *testing.T) {
			var got problem
			r.do(test.method, test.path, test.body, 400, &got)
			if where := strings.Join(got.locations(), " "); where != test.want {
				t.Errorf("got complaints about %s (%s), want %s", where, got.Detail, test.want)
			}
			if got.Status != 400 || got.Code != "invalid" {
				t.Errorf("got status %d code %s, want 400 invalid", got.Status, got.Code)
			}
		})
	}
	if active := r.faults.Active(); len(active) != 0 {
		t.Errorf("got %v, want no fault from a refused request", active)
	}
}

func TestAComplaintNamesTheKnownFaults(t *testing.T) {
	r := newRig(t)
	var got problem
	r.do("POST", "faults", `{"channel":"feishu","fault":"unavialable"}`, 400, &got)
	if !strings.Contains(got.Detail, "slow, left") {
		t.Errorf("got %q, want the faults of the channel", got.Detail)
	}
}

func TestAProblemSaysThatItIsOne(t *testing.T) {
	r := newRig(t)
	resp := r.open(t.Context(), "GET", "messages?channel=sms", "")
	defer func() { _ = resp.Body.Close() }()
	if got := resp.Header.Get("Content-Type"); got != "application/problem+json" {
		t.Errorf("got %s, want application/problem+json", got)
	}
}

func TestPeopleAreListed(t *testing.T) {
	r := newRig(t)
	var got struct{ Items []sandbox.Person }
	r.do("GET", "people", "", 200, &got)
	if diff := cmp.Diff([]sandbox.Person{r.lisi, r.wang}, got.Items); diff != "" {
		t.Errorf("got different people (-want +got):\n%s", diff)
	}
}

// pressed and said let the one simulator of the rig carry things as do does.
func pressed(do func() (sandbox.Carried, error)) map[string]func(context.Context, sandbox.Press) (sandbox.Carried, error) {
	return map[string]func(context.Context, sandbox.Press) (sandbox.Carried, error){
		"feishu": func(context.Context, sandbox.Press) (sandbox.Carried, error) { return do() },
	}
}

func said(do func() (sandbox.Carried, error)) map[string]func(context.Context, sandbox.Saying) (sandbox.Carried, error) {
	return map[string]func(context.Context, sandbox.Saying) (sandbox.Carried, error){
		"feishu": func(context.Context, sandbox.Saying) (sandbox.Carried, error) { return do() },
	}
}

func nothing() (sandbox.Carried, error) { return sandbox.Carried{}, nil }

const (
	aPress  = `{"channel":"feishu","message_id":"om_1","person":"lisi","action":"reject_submit","form":{"reject_reason":"no plan"}}`
	aSaying = `{"channel":"feishu","person":"lisi","text":"todo"}`

	aReading = `{"channel":"feishu","message_id":"om_1"}`
)

func TestAPressIsCarriedOn(t *testing.T) {
	var carried sandbox.Press
	r := newRig(t, func(cfg *sandbox.HandlerConfig) {
		cfg.Press = map[string]func(context.Context, sandbox.Press) (sandbox.Carried, error){
			"feishu": func(_ context.Context, p sandbox.Press) (sandbox.Carried, error) {
				carried = p
				return sandbox.Carried{Status: 200, Answer: json.RawMessage(`{"toast":{}}`), TookMS: 12}, nil
			},
		}
	})
	var got sandbox.Carried
	r.do("POST", "press", aPress, 200, &got)
	want := sandbox.Press{
		Channel: "feishu", MessageID: "om_1", Person: "lisi", Action: "reject_submit",
		Form: map[string]string{"reject_reason": "no plan"},
	}
	if diff := cmp.Diff(want, carried); diff != "" {
		t.Errorf("got a different press (-want +got):\n%s", diff)
	}
	if got.Status != 200 || string(got.Answer) != `{"toast":{}}` || got.TookMS != 12 {
		t.Errorf("got %+v, want what came back to the device", got)
	}
}

func TestASayingIsCarriedOn(t *testing.T) {
	var carried []sandbox.Saying
	r := newRig(t, func(cfg *sandbox.HandlerConfig) {
		cfg.Say = map[string]func(context.Context, sandbox.Saying) (sandbox.Carried, error){
			"feishu": func(_ context.Context, s sandbox.Saying) (sandbox.Carried, error) {
				carried = append(carried, s)
				return sandbox.Carried{Status: 200}, nil
			},
		}
	})
	r.do("POST", "say", aSaying, 200, nil)
	r.do("POST", "say", `{"channel":"feishu","person":"lisi","menu":"help"}`, 200, nil)
	want := []sandbox.Saying{
		{Channel: "feishu", Person: "lisi", Text: "todo"},
		{Channel: "feishu", Person: "lisi", Menu: "help"},
	}
	if diff := cmp.Diff(want, carried); diff != "" {
		t.Errorf("got different sayings (-want +got):\n%s", diff)
	}
}

func TestAReadingIsCarriedOn(t *testing.T) {
	var carried sandbox.Reading
	r := newRig(t, func(cfg *sandbox.HandlerConfig) {
		cfg.Read = map[string]func(context.Context, sandbox.Reading) (sandbox.Carried, error){
			"feishu": func(_ context.Context, m sandbox.Reading) (sandbox.Carried, error) {
				carried = m
				return sandbox.Carried{Status: 200}, nil
			},
		}
	})
	r.do("POST", "read", aReading, 200, nil)
	if want := (sandbox.Reading{Channel: "feishu", MessageID: "om_1"}); carried != want {
		t.Errorf("got %+v, want %+v", carried, want)
	}
}

func TestWhatCannotBeCarriedSaysWhy(t *testing.T) {
	tests := []struct {
		name   string
		err    error
		status int
		code   string
	}{
		{"no such message", fmt.Errorf("om_1: %w", sandbox.ErrNotPressable), 404, "not_pressable"},
		{"the door is shut", errors.New("connection refused"), 502, "press_failed"},
	}
	for _, test := range tests {
		t.Run(test.name, func(t *testing.T) {
			fails := func() (sandbox.Carried, error) { return sandbox.Carried{}, test.err }
			r := newRig(t, func(cfg *sandbox.HandlerConfig) { cfg.Press, cfg.Say = pressed(fails), said(fails) })
			for path, body := range map[string]string{"press": aPress, "say": aSaying} {
				var got problem
				r.do("POST", path, body, test.status, &got)
				if got.Code != test.code || got.Detail != test.err.Error() {
					t.Errorf("%s: got %+v, want %s with %q", path, got, test.code, test.err)
				}
			}
		})
	}
}

func TestAChannelThatBringsNothingBackSaysSo(t *testing.T) {
	r := newRig(t)
	for path, body := range map[string]string{"press": aPress, "say": aSaying, "read": aReading} {
		var got problem
		r.do("POST", path, body, 501, &got)
		if got.Code != "not_implemented" || got.Detail != "nothing comes back from feishu in this sandbox" {
			t.Errorf("%s: got %+v, want it said plainly", path, got)
		}
	}
}
