package server

import (
	"net/http"
	"strings"
	"testing"

	"ticketbell/notify"
)

const mailSource = "Subject: =?utf-8?q?=E5=BE=85=E5=AE=A1=E6=A0=B8?=\r\nContent-Type: multipart/alternative; boundary=b\r\n\r\n" +
	"--b\r\nContent-Type: text/plain; charset=utf-8\r\n\r\n待审核 #1024\r\n" +
	"--b\r\nContent-Type: text/html; charset=utf-8\r\nContent-Transfer-Encoding: base64\r\n\r\nPHA+aGVsbG88L3A+\r\n--b--\r\n"

func TestWhatWasSentIsShownInEachFormat(t *testing.T) {
	h := newHouse(t)
	h.rooms.deliveries = []notify.Delivery{
		{ID: "dlv_mail", Channel: notify.Mail, Payload: mailSource},
		{ID: "dlv_card", Channel: notify.Feishu, Payload: `{"header":{"title":{"tag":"plain_text","content":"待审核"}},"body":{"elements":[{"tag":"markdown","content":"**#1024**"}]}}`},
		{ID: "dlv_post", Channel: notify.Feishu, Payload: `{"zh_cn":{"title":"待审核","content":[[{"tag":"text","text":"#1024"},{"tag":"a","text":"查看","href":"https://sqle.example.com"}],[{"tag":"text","text":"再见"}]]},"en_us":{"title":"In review","content":[]}}`},
		{ID: "dlv_text", Channel: notify.Feishu, Payload: `{"text":"待审核\n#1024"}`},
		{ID: "dlv_wecom", Channel: notify.WeCom, Payload: `{"msgtype":"text","text":{"content":"待审核"}}`},
		{ID: "dlv_none", Channel: notify.Feishu},
	}
	for _, tc := range []struct {
		path, media string
		status      int
		holds       string
	}{
		{"dlv_mail/preview?format=html", "text/html; charset=utf-8", http.StatusOK, "<p>hello</p>"},
		{"dlv_mail/preview?format=text", "text/plain; charset=utf-8", http.StatusOK, "待审核 #1024"},
		{"dlv_mail/preview?format=card", "application/json", http.StatusOK, `"Subject":"待审核"`},
		{"dlv_mail/preview?format=json", "message/rfc822", http.StatusOK, "boundary=b"},
		{"dlv_card/preview?format=json", "application/json", http.StatusOK, `{"header"`},
		{"dlv_card/preview", "application/json", http.StatusOK, `"channel":"feishu"`},
		{"dlv_card/preview?format=text", "text/plain; charset=utf-8", http.StatusOK, "待审核\n**#1024**"},
		{"dlv_post/preview?format=text", "text/plain; charset=utf-8", http.StatusOK, "待审核\n#1024查看\n再见"},
		{"dlv_text/preview?format=text", "text/plain; charset=utf-8", http.StatusOK, "待审核\n#1024"},
		{"dlv_wecom/preview?format=text", "text/plain; charset=utf-8", http.StatusOK, "待审核"},
		{"dlv_card/preview?format=html", "application/problem+json", http.StatusNotFound, "not_found"},
		{"dlv_none/preview", "application/problem+json", http.StatusNotFound, "not_found"},
		{"dlv_gone/preview", "application/problem+json", http.StatusNotFound, "not_found"},
	} {
		got := h.asRoot("GET", "/api/v1/deliveries/"+tc.path, "")
		if got.status != tc.status || got.header.Get("Content-Type") != tc.media || !strings.Contains(got.body, tc.holds) {
			t.Errorf("%s: got %d %s %s, want %d %s with %s", tc.path, got.status, got.header.Get("Content-Type"), got.body, tc.status, tc.media, tc.holds)
		}
		if got.status == http.StatusOK && !strings.Contains(got.header.Get("Content-Security-Policy"), "default-src 'none'") {
			t.Errorf("%s: got policy %q, want nothing to run", tc.path, got.header.Get("Content-Security-Policy"))
		}
	}
}
