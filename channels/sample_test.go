package channels_test

import (
	"io"
	"net/http"
	"net/http/httptest"
	"net/http/httputil"
	"net/url"
	"strings"
	"testing"

	"ticketbell/notify"
	"ticketbell/sandbox"
	"ticketbell/ticket"
)

// said is all that is on zhangsan's device for the channel.
func (h *house) said(ch notify.Channel) string {
	h.t.Helper()
	var all strings.Builder
	for _, m := range h.box.Messages(func(m sandbox.Message) bool { return m.Channel == string(ch) && m.Person == "zhangsan" }) {
		all.WriteString(m.Title + m.Text + string(m.Payload))
		if len(m.Buttons) > 0 {
			h.t.Errorf("got buttons %v, want nothing to be decided on a test", m.Buttons)
		}
	}
	return all.String()
}

func TestATestMayShowATicketInAState(t *testing.T) {
	for _, ch := range notify.Channels() {
		h := open(t)
		h.configure(ch)
		for state, want := range map[ticket.Status]string{"": "待审核", ticket.Failed: "Lock wait timeout exceeded", ticket.Rejected: "索引名与规范不符"} {
			r, err := h.Test(t.Context(), ch, notify.TestRequest{To: zhangsan(), Show: notify.ShowSample, State: state, Language: "zh"})
			if err != nil || !r.Success {
				t.Fatalf("got %+v, %v, want success", r.Error, err)
			}
			if !strings.Contains(h.said(ch), want) {
				t.Errorf("got a card on %s without %q, want a ticket that is %s", ch, want, state)
			}
		}
	}
}

func TestATestMaySayOnceMoreWhatADeliverySaid(t *testing.T) {
	h := open(t)
	h.configure(notify.Mail)
	d := h.deliver(notify.Settlement{Status: notify.Dead, Code: "mail.550"})
	r, err := h.Test(t.Context(), notify.Mail, notify.TestRequest{To: zhangsan(), Show: notify.ShowDelivery, DeliveryID: d.ID, Language: "zh"})
	if err != nil || !r.Success {
		t.Fatalf("got %+v, %v, want success", r.Error, err)
	}
	wantContain(t, h.said(notify.Mail), strings.TrimPrefix(d.Ticket, "tkt_"))
	_, err = h.Test(t.Context(), notify.Mail, notify.TestRequest{To: zhangsan(), Show: notify.ShowDelivery, DeliveryID: "dlv_none"})
	wantWrong(t, err, "delivery_id")
}

func TestATestOfFeishuTellsOfEachRight(t *testing.T) {
	rights := func(fault string, to notify.TestTarget) map[string]string {
		t.Helper()
		h := open(t)
		h.configure(notify.Feishu)
		if fault != "" {
			h.goesWrong(notify.Feishu, fault)
		}
		states := map[string]string{}
		for _, p := range h.test(notify.Feishu, to, nil).Permissions {
			states[p.Name] = p.State
		}
		return states
	}
	for _, row := range []struct {
		fault string
		to    notify.TestTarget
		want  map[string]string
	}{
		{"", zhangsan(), map[string]string{"lookup": "granted", "send": "granted", "bot": "granted", "range": "granted", "update": "granted"}},
		{"", notify.TestTarget{FeishuOpenID: "ou_zhangsan"}, map[string]string{"lookup": "unknown", "send": "granted"}},
		{"message_gone", zhangsan(), map[string]string{"send": "granted", "update": "unknown"}},
		{"not_in_range", zhangsan(), map[string]string{"lookup": "granted", "send": "unknown", "range": "missing"}},
		{"wrong_secret", zhangsan(), map[string]string{"lookup": "unknown", "send": "unknown"}},
	} {
		got := rights(row.fault, row.to)
		for name, want := range row.want {
			if got[name] != want {
				t.Errorf("got %s %s after %q, want %s", name, got[name], row.fault, want)
			}
		}
	}
}

// An app that may send and not change what it sent passes the test, which says so.
func TestATestOfFeishuTellsThatMessagesCannotBeUpdated(t *testing.T) {
	h := open(t)
	behind, err := url.Parse(h.fields[notify.Feishu]["api_base_url"].(string))
	if err != nil {
		t.Fatal(err)
	}
	through := httputil.NewSingleHostReverseProxy(behind)
	front := httptest.NewServer(http.HandlerFunc(func(w http.ResponseWriter, r *http.Request) {
		if r.Method != http.MethodPatch {
			through.ServeHTTP(w, r)
			return
		}
		w.Header().Set("Content-Type", "application/json")
		w.WriteHeader(http.StatusBadRequest)
		_, _ = io.WriteString(w, `{"code":99991672,"msg":"Access denied. One of the following scopes is required: [im:message:update]"}`)
	}))
	t.Cleanup(front.Close)
	h.fields[notify.Feishu]["api_base_url"] = front.URL
	h.configure(notify.Feishu)
	report := h.test(notify.Feishu, zhangsan(), nil)
	last := report.Permissions[len(report.Permissions)-1]
	if !report.Success || last.Name != "update" || last.State != "missing" {
		t.Errorf("got success %t and %+v, want a message that arrived and the right to update missing", report.Success, last)
	}
}

func TestTheRightToUpdateIsTriedInEveryStyle(t *testing.T) {
	h := open(t)
	h.configure(notify.Feishu)
	for _, style := range []string{"card", "post", "text"} {
		report := h.test(notify.Feishu, zhangsan(), map[string]any{"style": style, "update_cards": false})
		if last := report.Permissions[len(report.Permissions)-1]; last.Name != "update" || last.State != "granted" {
			t.Errorf("got %+v in the style %s, want the right to update", last, style)
		}
	}
}
