package mail

import (
	"net/mail"
	"strings"
	"testing"
	"time"

	"ticketbell/cards"
	"ticketbell/notify"
)

func TestTheHeadersOfANotice(t *testing.T) {
	h := open(t, nil)
	at := time.Date(2026, 10, 1, 10, 0, 0, 0, time.FixedZone("", 8*3600))
	m := h.mailer(t, nil, WithClock(func() time.Time { return at }))
	first := send(t, m, "lisi@corp.example")
	second := send(t, m, "wangwu@corp.example")
	if first.Err != nil || second.Err != nil {
		t.Fatal(first.Err, second.Err)
	}
	got := payloadOf(t, h.messages()[0]).Headers
	for name, want := range map[string]string{
		"From":                     "工单通知 <bell@corp.example>",
		"To":                       "<lisi@corp.example>",
		"Date":                     "Thu, 01 Oct 2026 10:00:00 +0800",
		"Subject":                  "[待审核] 订单表加索引 #1024 · 支付中心",
		"Message-ID":               "<" + first.MessageID + ">",
		"In-Reply-To":              got["References"],
		"Auto-Submitted":           "auto-generated",
		"X-Auto-Response-Suppress": "All",
		"List-Id":                  "<ticketbell.corp.example>",
	} {
		if strings.ReplaceAll(got[name], `"`, "") != want {
			t.Errorf("got header %s %q, want %q", name, got[name], want)
		}
	}
	other := payloadOf(t, h.messages()[1]).Headers
	if other["References"] != got["References"] || !strings.HasSuffix(got["References"], "@corp.example>") {
		t.Errorf("got threads %q and %q, want one for the ticket", got["References"], other["References"])
	}
	if first.MessageID == second.MessageID {
		t.Errorf("got one id %q for two mails", first.MessageID)
	}
}

func TestNobodyWritesMarkupOrHeadersByWayOfATitle(t *testing.T) {
	h := open(t, nil)
	msg := message("lisi@corp.example")
	msg.Card.Subject = "x\r\nBcc: evil@corp.example\u2028<img src=x onerror=alert(1)></td><a href=\"https://evil.example\">click</a>"
	msg.Card.Description = "<script>alert(1)</script>"
	msg.Card.Reason = &cards.Row{Label: cards.Same("Reason"), Value: cards.Same("<b>bold</b> {{.Link}}")}
	msg.Card.Buttons[1].URL = "javascript:alert(1)"
	if err := h.mailer(t, nil).Send(t.Context(), msg)[0].Err; err != nil {
		t.Fatal(err)
	}
	got := h.messages()
	if len(got) != 1 {
		t.Fatalf("got %d mails, want 1", len(got))
	}
	p := payloadOf(t, got[0])
	if _, ok := p.Headers["Bcc"]; ok || strings.ContainsAny(p.Headers["Subject"], "\r\n") {
		t.Errorf("got headers %v, want no Bcc and a subject of one line", p.Headers)
	}
	for _, markup := range []string{"<img", "<script", "<b>", `href="https://evil.example"`, `href="javascript:`} {
		if strings.Contains(p.HTML, markup) {
			t.Errorf("got %s in the HTML, want it escaped", markup)
		}
	}
	if !strings.Contains(p.HTML, "&lt;script&gt;") || !strings.Contains(p.HTML, "{{.Link}}") {
		t.Error("got user text left out, want it shown as it was typed")
	}
}

func TestAMailWithoutALinkHasNoButton(t *testing.T) {
	c := card()
	c.Buttons = c.Buttons[:1]
	html, err := htmlOf(c, cards.Chinese)
	if err != nil {
		t.Fatal(err)
	}
	if strings.Contains(html, "<a ") || strings.Contains(textOf(c, cards.Chinese), "通过 ]") {
		t.Error("got something to press in a mail without a link, want nothing")
	}
}

func TestAnAddressThatIsNoneIsRefusedForGood(t *testing.T) {
	m := open(t, nil).mailer(t, nil)
	for _, address := range []string{"", "lisi", "a@corp.example, b@corp.example", "a@corp.example\r\nRCPT TO:<b@corp.example>"} {
		wantRefusal(t, send(t, m, address).Err, notify.VerdictPermanent, "mail.address")
	}
}

func TestIDsAreSafeWhateverTheSender(t *testing.T) {
	for _, tc := range []struct{ from, want string }{
		{"bell@Corp.Example", "corp.example"},
		{"bell@公司.example", "ticketbell.invalid"},
		{"bell@[192.0.2.1]", "ticketbell.invalid"},
	} {
		m := &Mailer{cfg: Config{From: tc.from}}
		id := m.id("dlv_1 <\r\n>")
		if !strings.HasSuffix(id, "@"+tc.want) || strings.ContainsAny(id, "<> \r\n") {
			t.Errorf("got id %q for %s, want it safe and at %s", id, tc.from, tc.want)
		}
	}
}

func TestTheSourceIsAWellFormedMail(t *testing.T) {
	m := open(t, nil).mailer(t, nil)
	l, err := m.compose(message("lisi@corp.example"), notify.Recipient{Key: "1", Address: "Li Si <lisi@corp.example>"})
	if err != nil {
		t.Fatal(err)
	}
	if l.to != "lisi@corp.example" || l.utf8 {
		t.Errorf("got receiver %q, utf8 %t, want the bare address", l.to, l.utf8)
	}
	if rest := strings.ReplaceAll(string(l.source), "\r\n", ""); strings.ContainsAny(rest, "\r\n") || !strings.HasSuffix(string(l.source), "\r\n") {
		t.Errorf("got %q, want every line to end in CRLF", l.source)
	}
	msg, err := mail.ReadMessage(strings.NewReader(string(l.source)))
	if err != nil {
		t.Fatal(err)
	}
	if got := msg.Header.Get("Content-Type"); !strings.HasPrefix(got, "multipart/alternative") {
		t.Errorf("got content type %q, want multipart/alternative", got)
	}
	again, err := m.compose(message("lisi@corp.example"), notify.Recipient{Key: "1", Address: "lisi@corp.example"})
	if err != nil || again.id != l.id {
		t.Errorf("got id %q, %v on the second attempt, want %q", again.id, err, l.id)
	}
}
