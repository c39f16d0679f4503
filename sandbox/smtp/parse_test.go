package smtp

import (
	"encoding/json"
	"slices"
	"strings"
	"testing"

	"ticketbell/sandbox"
)

func TestAMailWithTwoFacesIsReadWhole(t *testing.T) {
	h := open(t, nil)
	h.greeted(t).send(250, crlf(
		"Date: Thu, 01 Oct 2026 10:00:00 +0800", "From: =?UTF-8?B?5bel5Y2V?= <bell@corp.example>",
		"Message-ID: <2@corp.example>", "List-Id: <x.corp.example>", "Subject: =?UTF-8?B?5b6F5a6h5qC4?=",
		" =?UTF-8?B?IyE=?=", "MIME-Version: 1.0", "Content-Type: multipart/alternative; boundary=b", "",
		"--b", "Content-Type: text/plain; charset=utf-8", "Content-Transfer-Encoding: base64", "",
		"5p+l55yL77yaaHR0cHM6Ly9hLmV4YW1wbGUvMQ==", // 查看：https://a.example/1
		"--b", "Content-Type: text/html; charset=utf-8", "Content-Transfer-Encoding: quoted-printable", "",
		`<a href=3D"https://a.example/1"><b>View=`, ` ticket</b></a> <a href=3D"https://a.example/2">https://a.example/2</a>`,
		"--b--"))
	m := h.messages()[0]
	if m.Title != "待审核#!" {
		t.Errorf("got title %q, want 待审核#!", m.Title)
	}
	if !strings.Contains(m.Text, "查看：https://a.example/1") || !strings.HasPrefix(m.Text, m.Title) {
		t.Errorf("got text %q, want title and link", m.Text)
	}
	if want := []string{"https://a.example/1", "https://a.example/2"}; !slices.Equal(m.Links, want) {
		t.Errorf("got links %q, want %q", m.Links, want)
	}
	if want := []sandbox.Button{{Text: "View ticket", Action: "view"}}; !slices.Equal(m.Buttons, want) {
		t.Errorf("got buttons %v, want %v", m.Buttons, want)
	}
	var payload struct {
		Headers map[string]string `json:"headers"`
		HTML    string            `json:"html"`
		Raw     string            `json:"raw"`
		From    string            `json:"from"`
	}
	if err := json.Unmarshal(m.Payload, &payload); err != nil {
		t.Fatal(err)
	}
	if got := payload.Headers; got["Message-ID"] != "<2@corp.example>" || got["From"] != "工单 <bell@corp.example>" {
		t.Errorf("got headers %v, want them decoded and by their own names", got)
	}
	if payload.From != "bell@corp.example" || !strings.Contains(payload.HTML, "<b>View ticket</b>") || !strings.Contains(payload.Raw, "--b--") {
		t.Errorf("got payload %+v, want sender, HTML and source", payload)
	}
}

func TestAMailWithoutPlainTextIsReadFromItsHTML(t *testing.T) {
	m := &parsed{subject: "S", html: "<style>p{}</style><p>One</p><p>Two</p>"}
	if got, want := m.readable(), "S\nOne\nTwo"; got != want {
		t.Errorf("got %q, want %q", got, want)
	}
	if got := m.buttons(); len(got) != 0 {
		t.Errorf("got buttons %v, want none", got)
	}
}

func TestAStrictServerRefuses(t *testing.T) {
	for _, tc := range []struct{ name, mail string }{
		{"no Date", without("Date")},
		{"no From", without("From")},
		{"no Message-ID", without("Message-ID")},
		{"two Message-IDs", "Message-ID: <2@corp.example>\r\n" + plainMail()},
		{"a Message-ID without brackets", strings.NewReplacer("<", "", ">", "").Replace(plainMail())},
		{"an unreadable Date", strings.Replace(plainMail(), "Thu, 01 Oct 2026", "yesterday", 1)},
		{"an unreadable From", strings.Replace(plainMail(), "From: bell@corp.example", "From: bell", 1)},
		{"a bare line feed", plainMail() + "\nmore"},
		{"a bare carriage return", plainMail() + "\rmore"},
		{"an endless line", plainMail() + strings.Repeat("x", 1000)},
		{"8-bit data", plainMail() + "é"},
		{"a broken multipart", "Content-Type: multipart/mixed; boundary=b\r\n" + plainMail()},
		{"a broken encoding", "Content-Transfer-Encoding: base64\r\n" + plainMail()},
		{"no header at all", "hello"},
	} {
		t.Run(tc.name, func(t *testing.T) {
			h := open(t, nil)
			c := h.greeted(t)
			c.send(550, tc.mail)
			if got := len(h.messages()); got != 0 {
				t.Errorf("got %d messages, want none", got)
			}
			c.send(250, plainMail())
		})
	}
}

// without returns a mail that lacks a header.
func without(header string) string {
	lines := slices.DeleteFunc(strings.Split(plainMail(), "\r\n"), func(line string) bool { return strings.HasPrefix(line, header+":") })
	return crlf(lines...)
}
