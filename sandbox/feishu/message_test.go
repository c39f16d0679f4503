package feishu_test

import (
	"bytes"
	"encoding/json"
	"fmt"
	"strings"
	"testing"
	"time"

	"github.com/google/go-cmp/cmp"

	"ticketbell/sandbox"
)

func TestACardArrivesOnTheDevice(t *testing.T) {
	r := newRig(t)
	a := r.card("u-1")
	r.wantCode(a, 200, 0)
	if !strings.HasPrefix(a.Data.MessageID, "om_") || !strings.HasPrefix(a.Data.ChatID, "oc_") || a.Data.MsgType != "interactive" {
		t.Errorf("got %s, want ids of a message and a chat", a.text)
	}
	if want := "1795341600000"; a.Data.CreatedAt != want {
		t.Errorf("got create_time %s, want %s", a.Data.CreatedAt, want)
	}
	got := r.shown()
	if len(got) != 1 {
		t.Fatalf("got %d messages, want 1", len(got))
	}
	m := got[0]
	if !bytes.Equal(m.Payload, sample(t, "pending")) {
		t.Errorf("got payload %s, want the content as it was sent", m.Payload)
	}
	m.Text, m.Payload = "", nil
	want := sandbox.Message{
		Channel: "feishu", ID: a.Data.MessageID, To: r.lisi.OpenID, Person: "lisi", ReceivedAt: r.clock.Now(),
		Kind: "interactive", Title: "工单待审核", Links: []string{"https://ticket.example.com/t/T20261122-0042"},
		Buttons: []sandbox.Button{{Text: "查看工单", Action: "view"}, {Text: "通过", Action: "approve"}, {Text: "驳回", Action: "reject_submit"}},
	}
	if diff := cmp.Diff(want, m); diff != "" {
		t.Errorf("got a different message (-want +got):\n%s", diff)
	}
}

func TestTextsAndPostsCanBeRead(t *testing.T) {
	tests := []struct{ kind, content, title, text, links string }{
		{"text", `{"text":"hello\nlisi https://a.example/x?y=1"}`, "hello", "hello\nlisi https://a.example/x?y=1", "[https://a.example/x?y=1]"},
		{"text", `{"text":"<at user_id=\"all\"></at> hello"}`, "@all hello", "@all hello", "[]"},
		{
			"post", `{"en_us":{"content":[]},"zh_cn":{"title":"标题","content":[[{"tag":"text","text":"第一"},{"tag":"text","text":"行"}],[{"tag":"a","text":"链接","href":"https://a.example"},{"tag":"at","user_id":"all"}]]}}`,
			"标题", "标题\n第一行\n链接@all", "[https://a.example]",
		},
		{"post", `{"en_us":{"content":[[{"tag":"text","text":"first"}]]}}`, "first", "first", "[]"},
	}
	for _, test := range tests {
		t.Run(test.kind+" "+test.title, func(t *testing.T) {
			r := newRig(t)
			letter := r.letter("")
			letter["msg_type"], letter["content"] = test.kind, test.content
			r.wantCode(r.do("POST", sendPath+"?receive_id_type=open_id", letter), 200, 0)
			m := r.shown()[0]
			if m.Kind != test.kind || m.Title != test.title || m.Text != test.text || fmt.Sprint(m.Links) != test.links {
				t.Errorf("got %s %q %q %v, want %s %q %q %s", m.Kind, m.Title, m.Text, m.Links, test.kind, test.title, test.text, test.links)
			}
		})
	}
}

func TestATextOrAPostMustBePutTogetherRightly(t *testing.T) {
	tests := []struct{ name, kind, content, says string }{
		{"a text of nothing", "text", `{"text":""}`, "a text has a text"},
		{"a text that is a card", "text", `{"schema":"2.0"}`, "a text has a text"},
		{"a text with more", "text", `{"text":"t","title":"t"}`, "a text has a text"},
		{"a post of no language", "post", `{}`, "must have a language"},
		{"a post of no language we know", "post", `{"content":[]}`, "unknown language"},
		{"a post without content", "post", `{"zh_cn":{"title":"t"}}`, "content is required"},
		{"a post of lines", "post", `{"zh_cn":{"content":["t"]}}`, "must be a list"},
		{"a link without an address", "post", `{"zh_cn":{"content":[[{"tag":"a","text":"t"}]]}}`, "href is required"},
		{"a button in a post", "post", `{"zh_cn":{"content":[[{"tag":"button","text":"t"}]]}}`, "tag must be one of"},
	}
	r := newRig(t)
	for _, test := range tests {
		t.Run(test.name, func(t *testing.T) {
			letter := r.letter("")
			letter["msg_type"], letter["content"] = test.kind, test.content
			a := r.do("POST", sendPath+"?receive_id_type=open_id", letter)
			if a.Code != 230001 || !strings.Contains(a.Msg, test.says) {
				t.Errorf("got %s, want 230001 and %q", a.text, test.says)
			}
		})
	}
}

// send sends a text or a post, and returns its id.
func (r *rig) send(kind, content string) string {
	r.Helper()
	letter := r.letter("")
	letter["msg_type"], letter["content"] = kind, content
	a := r.do("POST", sendPath+"?receive_id_type=open_id", letter)
	r.wantCode(a, 200, 0)
	return a.Data.MessageID
}

func (r *rig) edit(id, kind, content string) answer {
	r.Helper()
	return r.do("PUT", sendPath+"/"+id, fields{"msg_type": kind, "content": content})
}

func TestATextAndAPostAreEditedInPlace(t *testing.T) {
	for kind, contents := range map[string][2]string{
		"text": {`{"text":"before"}`, `{"text":"after https://a.example"}`},
		"post": {`{"zh_cn":{"content":[[{"tag":"text","text":"before"}]]}}`, `{"zh_cn":{"content":[[{"tag":"a","text":"after https://a.example","href":"https://a.example"}]]}}`},
	} {
		t.Run(kind, func(t *testing.T) {
			r := newRig(t)
			id := r.send(kind, contents[0])
			a := r.edit(id, kind, contents[1])
			r.wantCode(a, 200, 0)
			m := r.shown()[0]
			if a.Data.MessageID != id || a.Data.MsgType != kind || m.Text != "after https://a.example" || m.Updates != 1 || fmt.Sprint(m.Links) != "[https://a.example]" {
				t.Errorf("got %s, %q changed %d times with %v, want it changed once", a.text, m.Text, m.Updates, m.Links)
			}
		})
	}
}

func TestAnEditIsRefused(t *testing.T) {
	const after = `{"text":"after"}`
	tests := []struct {
		name, kind, content string
		prepare             func(r *rig, id string) string // returns the id to edit
		code                int
	}{
		{"unknown message", "text", after, func(*rig, string) string { return "om_unknown" }, 99992354},
		{"recalled", "text", after, func(r *rig, id string) string { r.sim.Recall(id); return id }, 230011},
		{"of a card", "text", after, func(r *rig, _ string) string { return r.sent() }, 230001},
		{"to a card", "interactive", `{"schema":"2.0"}`, nil, 99992402},
		{"to a post", "post", `{"zh_cn":{"content":[]}}`, nil, 230001},
		{"to nothing", "text", `{}`, nil, 230001},
		{"of another type than it says", "post", after, nil, 230001},
		{"for the twentieth time", "text", after, func(r *rig, id string) string { r.edits(id, 19); return id }, 0},
		{"for the twenty-first time", "text", after, func(r *rig, id string) string { r.edits(id, 20); return id }, 230072},
	}
	for _, test := range tests {
		t.Run(test.name, func(t *testing.T) {
			r := newRig(t)
			id := r.send("text", `{"text":"before"}`)
			if test.prepare != nil {
				id = test.prepare(r, id)
			}
			if a := r.edit(id, test.kind, test.content); a.Code != test.code {
				t.Errorf("got %s, want code %d", a.text, test.code)
			}
		})
	}
}

// edits edits a text n times, none of them too soon after the last.
func (r *rig) edits(id string, n int) {
	r.Helper()
	for range n {
		r.wantCode(r.edit(id, "text", `{"text":"in between"}`), 200, 0)
		r.clock.pass(time.Second)
	}
}

func TestAMessageMustBeAddressedRightly(t *testing.T) {
	tests := []struct {
		kind, id string
		code     int
	}{
		{"mobile", "13800000001", 99992402},
		{"", "lisi@corp.example", 99992402},
		{"open_id", "", 99992402},
		{"open_id", "ou_unknown", 99992351},
		{"open_id", "lisi", 99992351},
		{"user_id", "lisi", 99992360},
		{"union_id", "on_unknown", 99992363},
		{"email", "nobody@corp.example", 230034},
		{"chat_id", "oc_unknown", 230034},
		{"email", "lisi@corp.example", 0},
	}
	r := newRig(t)
	for _, test := range tests {
		t.Run(test.kind+" "+test.id, func(t *testing.T) {
			letter := r.letter("")
			letter["receive_id"] = test.id
			a := r.do("POST", sendPath+"?receive_id_type="+test.kind, letter)
			if a.Code != test.code {
				t.Errorf("got %s, want code %d", a.text, test.code)
			}
		})
	}
}

func TestAChatLeadsToItsPerson(t *testing.T) {
	r := newRig(t)
	letter := r.letter("")
	letter["receive_id"] = r.card("").Data.ChatID
	a := r.do("POST", sendPath+"?receive_id_type=chat_id", letter)
	r.wantCode(a, 200, 0)
	if got := len(r.shown()); got != 2 {
		t.Errorf("got %d messages, want 2", got)
	}
}

func TestAMessageMustBePutTogetherRightly(t *testing.T) {
	tests := []struct {
		name, field string
		value       any
		code        int
		says        string
	}{
		{"content as an object", "content", fields{"schema": "2.0"}, 99992402, ""},
		{"content that is no JSON", "content", "{", 230001, ""},
		{"content that is no object", "content", `"text"`, 230001, ""},
		{"card of schema 1.0", "content", `{"elements":[]}`, 230099, "schema is required"},
		{"card that is broken", "content", `{"schema":"2.0","body":{"elements":[{"tag":"note"}]}}`, 230099, "ErrCode: 200861; ErrPath: ROOT -> body -> elements -> [0](tag: note)"},
		{"card that is too long", "content", `{"schema":"2.0","body":{"elements":[{"tag":"markdown","content":"` + strings.Repeat("a", 30<<10) + `"}]}}`, 230025, ""},
		{"no kind", "msg_type", "", 99992402, ""},
		{"a kind that is not simulated", "msg_type", "sticker", 230001, ""},
		{"uuid too long", "uuid", strings.Repeat("u", 51), 99992402, ""},
		{"the longest uuid", "uuid", strings.Repeat("u", 50), 0, ""},
	}
	r := newRig(t)
	for _, test := range tests {
		t.Run(test.name, func(t *testing.T) {
			letter := r.letter("")
			letter[test.field] = test.value
			a := r.do("POST", sendPath+"?receive_id_type=open_id", letter)
			if a.Code != test.code || !strings.Contains(a.Msg, test.says) {
				t.Errorf("got %s, want code %d and %q", a.text, test.code, test.says)
			}
		})
	}
}

// The 30 KB are those of the whole request, with the card as an escaped string.
func TestARequestOf30KBIsTheLongest(t *testing.T) {
	r := newRig(t)
	body := func(size int) string {
		request := func(fill int) string {
			content, _ := json.Marshal(`{"schema":"2.0","body":{"elements":[{"tag":"markdown","content":"` + strings.Repeat("a", fill) + `"}]}}`)
			return `{"receive_id":"` + r.lisi.OpenID + `","msg_type":"interactive","content":` + string(content) + `}`
		}
		return request(size - len(request(0)))
	}
	r.wantCode(r.do("POST", sendPath+"?receive_id_type=open_id", body(30<<10)), 200, 0)
	r.wantCode(r.do("POST", sendPath+"?receive_id_type=open_id", body(30<<10+1)), 400, 230025)
}

func TestAUUIDSendsOnceWithinTheHour(t *testing.T) {
	r := newRig(t)
	first := r.card("same").Data.MessageID
	r.clock.pass(time.Hour - time.Second)
	if got := r.card("same").Data.MessageID; got != first {
		t.Errorf("got %s, want the first message %s", got, first)
	}
	if got := len(r.shown()); got != 1 {
		t.Errorf("got %d messages, want 1", got)
	}
	r.clock.pass(time.Second)
	if got := r.card("same").Data.MessageID; got == first {
		t.Errorf("got the first message %s after an hour, want another", got)
	}
}

func TestACardIsChangedInPlace(t *testing.T) {
	r := newRig(t)
	id := r.sent()
	r.clock.pass(time.Minute)
	a := r.patch(id, string(sample(t, "handled")))
	r.wantCode(a, 200, 0)
	got := r.shown()
	if len(got) != 1 {
		t.Fatalf("got %d messages, want 1", len(got))
	}
	m := got[0]
	if m.ID != id || m.Title != "工单已驳回" || m.Updates != 1 || m.UpdatedAt.Sub(m.ReceivedAt) != time.Minute {
		t.Errorf("got %s %q, %d updates, want %s changed once after a minute", m.ID, m.Title, m.Updates, id)
	}
	if len(m.Buttons) != 1 || m.Buttons[0].Action != "view" {
		t.Errorf("got buttons %v, want only the link", m.Buttons)
	}
	if !bytes.Equal(m.Payload, sample(t, "handled")) {
		t.Errorf("got payload %s, want the new card", m.Payload)
	}
}

func TestAChangeIsRefused(t *testing.T) {
	handled := string(sample(t, "handled"))
	tests := []struct {
		name, card string
		prepare    func(r *rig, id string) string // returns the id to change
		code       int
	}{
		{"unknown message", handled, func(*rig, string) string { return "om_unknown" }, 99992354},
		{"recalled", handled, func(r *rig, id string) string { r.sim.Recall(id); return id }, 230011},
		{"after 14 days", handled, func(r *rig, id string) string {
			r.clock.pass(14*24*time.Hour + time.Second)
			r.token = r.signIn()
			return id
		}, 230031},
		{"on the 14th day", handled, func(r *rig, id string) string {
			r.clock.pass(14 * 24 * time.Hour)
			r.token = r.signIn()
			return id
		}, 0},
		{"to schema 1.0", `{"header":{}}`, nil, 200830},
		{"to a broken card", `{"schema":"2.0","elements":[]}`, nil, 230099},
		{"to a card of one person", `{"schema":"2.0","config":{"update_multi":false}}`, nil, 230099},
		{"to no JSON", `{`, nil, 230001},
		{"to a card that is too long", `{"schema":"2.0","body":{"elements":[{"tag":"markdown","content":"` + strings.Repeat("a", 30<<10) + `"}]}}`, nil, 230025},
		{"of a text", handled, func(r *rig, _ string) string {
			letter := r.letter("")
			letter["msg_type"], letter["content"] = "text", `{"text":"t"}`
			return r.do("POST", sendPath+"?receive_id_type=open_id", letter).Data.MessageID
		}, 230001},
	}
	for _, test := range tests {
		t.Run(test.name, func(t *testing.T) {
			r := newRig(t)
			id := r.sent()
			if test.prepare != nil {
				id = test.prepare(r, id)
			}
			if a := r.patch(id, test.card); a.Code != test.code {
				t.Errorf("got %s, want code %d", a.text, test.code)
			}
		})
	}
}

func TestAClearedDeviceDoesNotBotherThePlatform(t *testing.T) {
	r := newRig(t)
	id := r.sent()
	r.box.Clear()
	r.wantCode(r.patch(id, string(sample(t, "handled"))), 200, 0)
	if got := r.shown(); len(got) != 0 {
		t.Errorf("got %v, want an empty device", got)
	}
}

func TestAReplyStaysInTheThread(t *testing.T) {
	r := newRig(t)
	first := r.sent()
	reply := func(id string) answer {
		return r.do("POST", sendPath+"/"+id+"/reply", fields{"msg_type": "text", "content": `{"text":"ok"}`})
	}
	second := reply(first)
	r.wantCode(second, 200, 0)
	third := reply(second.Data.MessageID)
	if third.Data.ParentID != second.Data.MessageID || third.Data.RootID != first {
		t.Errorf("got parent %s root %s, want %s and %s", third.Data.ParentID, third.Data.RootID, second.Data.MessageID, first)
	}
	r.wantCode(reply("om_unknown"), 400, 99992354)
	r.sim.Recall(first)
	r.wantCode(reply(first), 400, 230011)
}
