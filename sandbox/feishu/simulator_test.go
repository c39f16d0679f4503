package feishu_test

import (
	"maps"
	"strings"
	"sync"
	"testing"
)

func TestWhatIsNotThereIsNotFoundInPlainText(t *testing.T) {
	r := newRig(t)
	for _, call := range [][2]string{
		{"GET", sendPath}, {"POST", "im/v1/nothing"}, {"DELETE", sendPath + "/om_1"}, {"GET", tokenPath}, {"POST", sendPath + "/om_1/reply/more"},
	} {
		a := r.do(call[0], call[1], fields{})
		if a.status != 404 || !strings.HasPrefix(a.header.Get("Content-Type"), "text/plain") {
			t.Errorf("%s %s: got HTTP %d %s, want a plain 404", call[0], call[1], a.status, a.header.Get("Content-Type"))
		}
	}
}

func TestEveryAnswerCarriesALogID(t *testing.T) {
	r := newRig(t)
	good := r.card("")
	if good.header.Get("X-Tt-Logid") == "" {
		t.Errorf("got headers %v, want X-Tt-Logid", good.header)
	}
	bad := r.patch("om_unknown", string(sample(t, "handled")))
	id := bad.header.Get("X-Tt-Logid")
	if id == "" || id == good.header.Get("X-Tt-Logid") || bad.Error.LogID != id || !strings.Contains(bad.Error.Troubleshooter, id) {
		t.Errorf("got %s with X-Tt-Logid %s, want one fresh id in header and body", bad.text, id)
	}
}

func TestCallsAreCountedByAPI(t *testing.T) {
	r := newRig(t)
	r.card("")
	r.card("")
	r.patch("om_unknown", "{}")
	r.do("POST", findPath, fields{})
	r.do("POST", sendPath+"/om_1/reply", fields{})
	want := map[string]int{"token": 1, "send": 2, "patch": 1, "batch_get_id": 1, "reply": 1}
	if got := r.sim.Calls(); !maps.Equal(got, want) {
		t.Errorf("got %v, want %v", got, want)
	}
}

func TestAVeryLongRequestIsNotRead(t *testing.T) {
	r := newRig(t)
	if a := r.do("POST", findPath, strings.Repeat(" ", 2<<20)); a.status != 413 {
		t.Errorf("got HTTP %d, want 413", a.status)
	}
}

func TestManySendersOfOneUUIDSendOneMessage(t *testing.T) {
	r := newRig(t)
	ids := make([]string, 20)
	var senders sync.WaitGroup
	for i := range ids {
		senders.Go(func() {
			if a, err := r.try("POST", sendPath+"?receive_id_type=open_id", r.letter("same")); err == nil {
				ids[i] = a.Data.MessageID
			}
		})
	}
	senders.Wait()
	if got := len(r.shown()); got != 1 {
		t.Fatalf("got %d messages, want 1", got)
	}
	for _, id := range ids {
		if id != r.shown()[0].ID {
			t.Errorf("got message %q, want %s for every sender", id, r.shown()[0].ID)
		}
	}
}
