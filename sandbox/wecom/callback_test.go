package wecom_test

import (
	"crypto/aes"
	"crypto/cipher"
	"encoding/base64"
	"encoding/binary"
	"encoding/xml"
	"errors"
	"io"
	"net/http"
	"net/http/httptest"
	"strings"
	"sync"
	"testing"

	"ticketbell/sandbox"
	"ticketbell/sandbox/wecom"
)

const (
	callbackToken = "QDG6eK"
	callbackKey   = "jWmYm7qr5nMoAUwZRjGtBxmz3KA1tkAj3ykkR6q2B2C"
)

// ownDoor opens what is handed in, and answers as it is told.
type ownDoor struct {
	mu       sync.Mutex
	opened   []string
	statuses []int // of the next answers; 200 when there is none
}

func (d *ownDoor) ServeHTTP(w http.ResponseWriter, r *http.Request) {
	d.mu.Lock()
	defer d.mu.Unlock()
	q := r.URL.Query()
	if sealed := q.Get("echostr"); sealed != "" {
		_, _ = io.WriteString(w, opened(q.Get("msg_signature"), q.Get("timestamp"), q.Get("nonce"), sealed))
		return
	}
	var body struct {
		Encrypt string `xml:"Encrypt"`
	}
	if err := xml.NewDecoder(r.Body).Decode(&body); err != nil || !strings.HasPrefix(r.Header.Get("Content-Type"), "text/xml") {
		w.WriteHeader(http.StatusBadRequest)
		return
	}
	d.opened = append(d.opened, opened(q.Get("msg_signature"), q.Get("timestamp"), q.Get("nonce"), body.Encrypt))
	if len(d.statuses) > 0 {
		w.WriteHeader(d.statuses[0])
		d.statuses = d.statuses[1:]
	}
}

// opened decrypts as wecom.md 8.1 says, written anew so that it does not repeat the
// simulator's mistakes; the signature's part is a published vector's, see bot/wecom.
func opened(signature, timestamp, nonce, sealed string) string {
	if wecom.Sign(callbackToken, timestamp, nonce, sealed) != signature {
		return "wrong signature"
	}
	key, _ := base64.StdEncoding.DecodeString(callbackKey + "=")
	data, _ := base64.StdEncoding.DecodeString(sealed)
	c, err := aes.NewCipher(key)
	if err != nil || len(data)%32 != 0 {
		return "not padded to 32"
	}
	cipher.NewCBCDecrypter(c, key[:16]).CryptBlocks(data, data)
	size := binary.BigEndian.Uint32(data[16:20])
	message, rest := string(data[20:20+size]), data[20+size:]
	if string(rest[:len(rest)-int(data[len(data)-1])]) != "ww-corp" {
		return "wrong receiver"
	}
	return message
}

func newDoor(t *testing.T, c *corp) *ownDoor {
	t.Helper()
	d := &ownDoor{}
	srv := httptest.NewServer(d)
	t.Cleanup(srv.Close)
	c.SetDoor(srv.URL + "/callbacks/wecom")
	return d
}

func (d *ownDoor) last(t *testing.T) string {
	t.Helper()
	d.mu.Lock()
	defer d.mu.Unlock()
	if len(d.opened) == 0 {
		t.Fatal("nothing was handed in")
	}
	return d.opened[len(d.opened)-1]
}

// askedCard has a reason to choose.
func askedCard() object {
	return with(buttons(), object{
		"question_key": "reason", "title": "原因", "selected_id": "none",
		"option_list": []object{{"id": "none", "text": "无"}, {"id": "risk", "text": "风险"}},
	}, "button_selection")
}

func press(action string, form map[string]string, id string) sandbox.Press {
	return sandbox.Press{Channel: "wecom", MessageID: id, Person: "lisi", Action: action, Form: form}
}

func TestAPressIsHandedInSignedAndSealed(t *testing.T) {
	c := newCorp(t, withCallback)
	d := newDoor(t, c)
	c.post("message/send", cardTo("lisi", askedCard()))
	id := c.wantMessages(1)[0].ID
	got, err := c.Press(t.Context(), press("approve", map[string]string{"reason": "risk"}, id))
	if err != nil || got.Status != http.StatusOK {
		t.Fatalf("got status %d, %v, want 200", got.Status, err)
	}
	inner := d.last(t)
	for _, want := range []string{
		"<FromUserName><![CDATA[lisi]]></FromUserName>", "<MsgType><![CDATA[event]]></MsgType>", "<Event><![CDATA[template_card_event]]></Event>",
		"<EventKey><![CDATA[approve]]></EventKey>", "<TaskId><![CDATA[ticket-42-v7]]></TaskId>", "<AgentID>1000002</AgentID>",
		"<CardType><![CDATA[button_interaction]]></CardType>", "<ResponseCode><![CDATA[",
		"<QuestionKey><![CDATA[reason]]></QuestionKey><OptionIds><OptionId><![CDATA[risk]]></OptionId></OptionIds>",
	} {
		if !strings.Contains(inner, want) {
			t.Errorf("got %s, want %s in it", inner, want)
		}
	}
}

func TestThePressesCodeUpdatesTheCardOnce(t *testing.T) {
	c := newCorp(t, withCallback)
	d := newDoor(t, c)
	c.post("message/send", cardTo("lisi", askedCard()))
	id := c.wantMessages(1)[0].ID
	if _, err := c.Press(t.Context(), press("approve", nil, id)); err != nil {
		t.Fatal(err)
	}
	_, rest, _ := strings.Cut(d.last(t), "<ResponseCode><![CDATA[")
	code, _, _ := strings.Cut(rest, "]]>")
	update := object{"userids": []string{"lisi"}, "agentid": 1000002, "response_code": code, "template_card": notice()}
	c.wantCode(c.post("message/update_template_card", update), 0)
	c.wantCode(c.post("message/update_template_card", update), 42016)
	if _, err := c.Press(t.Context(), press("approve", nil, id)); !errors.Is(err, sandbox.ErrNotPressable) {
		t.Errorf("got %v, want no button left to press", err)
	}
}

func TestWhatCannotBePressed(t *testing.T) {
	c := newCorp(t, withCallback)
	d := newDoor(t, c)
	c.post("message/send", cardTo("lisi", askedCard()))
	id := c.wantMessages(1)[0].ID
	for name, p := range map[string]sandbox.Press{
		"no such card":     press("approve", nil, "other"),
		"a link":           press("view", nil, id),
		"no such button":   press("delete", nil, id),
		"no such option":   press("approve", map[string]string{"reason": "luck"}, id),
		"no such question": press("approve", map[string]string{"mood": "risk"}, id),
		"somebody else's":  {MessageID: id, Person: "wangwu", Action: "approve"},
		"nobody":           {MessageID: id, Person: "ghost", Action: "approve"},
	} {
		if _, err := c.Press(t.Context(), p); !errors.Is(err, sandbox.ErrNotPressable) {
			t.Errorf("%s: got %v, want not pressable", name, err)
		}
	}
	if len(d.opened) != 0 {
		t.Errorf("got %v handed in, want nothing", d.opened)
	}
}

func TestAFailingDoorIsTriedThreeTimesAndARefusalOnce(t *testing.T) {
	for name, tc := range map[string]struct {
		statuses []int
		want     int
	}{
		"down":              {[]int{500, 502, 503, 500}, 3},
		"down for a moment": {[]int{500}, 2},
		"refused":           {[]int{403, 403}, 1},
	} {
		t.Run(name, func(t *testing.T) {
			c := newCorp(t, withCallback)
			d := newDoor(t, c)
			d.statuses = tc.statuses
			if _, err := c.Say(t.Context(), sandbox.Saying{Person: "lisi", Text: "待办"}); err != nil {
				t.Fatal(err)
			}
			if len(d.opened) != tc.want {
				t.Errorf("got it handed in %d times, want %d", len(d.opened), tc.want)
			}
		})
	}
}

func TestWordsAndMenuEntriesAreHandedIn(t *testing.T) {
	c := newCorp(t, withCallback)
	d := newDoor(t, c)
	for want, s := range map[string]sandbox.Saying{
		"<Content><![CDATA[工单 1024]]></Content>":                                {Person: "zhangsan", Text: "工单 1024"},
		"<Event><![CDATA[click]]></Event><EventKey><![CDATA[todo]]></EventKey>": {Person: "lisi", Menu: "todo"},
	} {
		if _, err := c.Say(t.Context(), s); err != nil {
			t.Fatal(err)
		}
		if got := d.last(t); !strings.Contains(got, want) {
			t.Errorf("got %s, want %s in it", got, want)
		}
	}
	if _, err := c.Say(t.Context(), sandbox.Saying{Person: "ghost", Text: "x"}); !errors.Is(err, sandbox.ErrNotPressable) {
		t.Errorf("got %v, want nobody known", err)
	}
}

func TestTheDoorIsVerified(t *testing.T) {
	c := newCorp(t, withCallback)
	if err := c.Verify(t.Context()); err == nil {
		t.Error("got no error without a door")
	}
	newDoor(t, c)
	if err := c.Verify(t.Context()); err != nil {
		t.Error(err)
	}
	if err := newCorp(t).Verify(t.Context()); err == nil {
		t.Error("got no error without keys")
	}
}

func TestARepeatOfACardIsTakenAndAnotherCardOfItsTaskIsNot(t *testing.T) {
	c := newCorp(t, withCallback)
	first := with(cardTo("lisi", buttons()), 1, "enable_duplicate_check")
	got := c.post("message/send", first)
	again := c.post("message/send", first)
	if c.str(got, "msgid") != c.str(again, "msgid") {
		t.Errorf("got message %v and %v, want one", got["msgid"], again["msgid"])
	}
	c.wantMessages(1)
	c.wantCode(c.post("message/send", with(first, "wangwu", "touser")), 42030)
}
