package mail

import (
	"mime"
	"net/mail"
	"strings"
	"sync/atomic"
	"testing"
	"time"

	"ticketbell/cards"
	"ticketbell/notify"
)

// What a reader sees is what was meant, in lines that every server takes, none of them empty.
func TestHeadersReadAsTheyWereMeant(t *testing.T) {
	for name, tc := range map[string]struct{ subject, from string }{
		"short":           {"加索引", "工单通知"},
		"long":            {strings.Repeat("很长的标题", 51), strings.Repeat("名", 60)},
		"outside the BMP": {strings.Repeat("😀", 100), strings.Repeat("😀", 30)},
		"one long word":   {strings.Repeat("x", 256), strings.Repeat("x", 64)},
		"an encoded word": {"=?utf-8?B?aGVsbG8=?= is what I typed", "=?utf-8?B?aGVsbG8=?="},
		"quotes":          {`a "b" \ c`, `A, "B" \ <c>`},
		"no name":         {"x", ""},
	} {
		for _, lang := range cards.Languages() {
			t.Run(name+" "+string(lang), func(t *testing.T) {
				m := &Mailer{cfg: Config{From: "bell@corp.example", FromName: tc.from}, now: time.Now, sheets: newSheets()}
				msg := message("lisi@corp.example")
				msg.Language, msg.Card.Subject, msg.Card.Project = lang, tc.subject, "pay"
				l, err := m.compose(msg, msg.To[0])
				if err != nil {
					t.Fatal(err)
				}
				defer l.release()
				head, _, _ := strings.Cut(string(l.source), "\r\n\r\n")
				for line := range strings.SplitSeq(head, "\r\n") {
					if len(line) > 998 || strings.Contains(line, "=?utf-8?") && len(line) > 76 || strings.HasSuffix(line, ":") {
						t.Errorf("got the line %q", line)
					}
				}
				read, err := mail.ReadMessage(strings.NewReader(string(l.source)))
				if err != nil {
					t.Fatal(err)
				}
				got, err := new(mime.WordDecoder).DecodeHeader(read.Header.Get("Subject"))
				if want := subject(msg.Card, lang); err != nil || got != want {
					t.Errorf("got subject %q, %v, want %q", got, err, want)
				}
				sender, err := read.Header.AddressList("From")
				if err != nil || sender[0].Name != tc.from || sender[0].Address != "bell@corp.example" {
					t.Errorf("got sender %v, %v, want %q", sender, err, tc.from)
				}
			})
		}
	}
}

// A domain goes out in the letters every server knows; a name that has others takes SMTPUTF8.
func TestAnAddressGoesOutAsServersTakeIt(t *testing.T) {
	for to, want := range map[string]string{
		"lisi@公司.example":        "lisi@xn--55qx5d.example",
		"张三@公司.example":          "张三@xn--55qx5d.example",
		`"li > si"@corp.example`: `"li > si"@corp.example`,
		"lisi@[192.0.2.1]":       "lisi@[192.0.2.1]",
		"Lisi@Corp.Example":      "Lisi@Corp.Example",
	} {
		m := &Mailer{cfg: Config{From: "bell@公司.example"}, now: time.Now, sheets: newSheets()}
		l, err := m.compose(message(to), notify.Recipient{Key: "1", Address: to})
		if err != nil || l.to != want || l.from != "bell@xn--55qx5d.example" || l.utf8 != strings.HasPrefix(want, "张") {
			t.Fatalf("got %q from %q, UTF-8 %t, %v, want %q", l.to, l.from, l.utf8, err, want)
		}
		if !strings.Contains(string(l.source), "\r\nTo: <"+want+">\r\n") {
			t.Errorf("got\n%.1000s\nwant it to %s", l.source, want)
		}
		l.release()
	}
}

func TestANameOutsideASCIITakesAServerThatKnowsIt(t *testing.T) {
	for greeting, taken := range map[string]bool{"250 mx": false, "250-mx\r\n250 SMTPUTF8": true} {
		var hellos atomic.Int32
		addr, mails := conversation(t, func(verb string) (string, time.Duration) {
			switch verb {
			case "EHLO":
				hellos.Add(1)
				return greeting, 0
			case "DATA":
				return "354 go on", 0
			}
			return "250 ok", 0
		})
		m := at(t, addr)
		err := send(t, m, "张三@corp.example").Err
		if !taken {
			wantRefusal(t, err, notify.VerdictPermanent, "mail.smtputf8")
			err = send(t, m, "lisi@corp.example").Err // the connection is as good as new
		}
		if err != nil || mails() != 1 || hellos.Load() != 1 {
			t.Errorf("got %v and %d mails on %d connections, want one on one", err, mails(), hellos.Load())
		}
	}
}
