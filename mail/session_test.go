package mail

import (
	"context"
	"errors"
	"io"
	"net"
	"net/textproto"
	"strings"
	"testing"
	"time"

	"github.com/wneessen/go-mail/smtp"

	"ticketbell/notify"
)

// What the other end reads, by the standard library's idea of the dots, is what was written.
func TestDotsAtTheBeginningOfALineArrive(t *testing.T) {
	for _, source := range []string{
		"Subject: none\r\n\r\nplain\r\n",
		".first\r\n.\r\n..\r\nmiddle . dot.\r\n.last\r\n",
		"X-Long: " + strings.Repeat("a", 9000) + "\r\n\r\n." + strings.Repeat("b", 9000) + "\r\n",
	} {
		near, far := net.Pipe()
		got := make(chan string)
		go func() {
			server := textproto.NewConn(far)
			command, _ := server.ReadLine()
			_ = server.PrintfLine("354 go ahead")
			body, _ := io.ReadAll(server.DotReader())
			_ = server.PrintfLine("250 taken")
			got <- command + "\n" + string(body)
		}()
		client := textproto.NewConn(near)
		if err := data(client, []byte(source)); err != nil {
			t.Fatal(err)
		}
		if err := client.PrintfLine("."); err != nil {
			t.Fatal(err)
		}
		if _, _, err := client.ReadResponse(250); err != nil {
			t.Fatal(err)
		}
		if want := "DATA\n" + strings.ReplaceAll(source, "\r\n", "\n"); <-got != want {
			t.Errorf("%.40q did not arrive as it was", source)
		}
		_, _ = near.Close(), far.Close()
	}
}

// deaf is a connection whose other end said all it had to say, and takes nothing more.
type deaf struct {
	net.Conn
	said io.Reader
}

func (d deaf) Read(b []byte) (int, error) { return d.said.Read(b) }
func (deaf) Write([]byte) (int, error)    { return 0, errors.New("broken pipe") }

// After the final dot a server may say what it should not: a yes is one, and what is neither
// yes nor no leaves a doubt.
func TestTheLastWordOfAServer(t *testing.T) {
	for said, want := range map[string]string{
		"250 queued":         "taken",
		"251 will forward":   "taken",
		"200 fine":           "taken",
		"354 go on":          "unknown",
		"150 wait":           "unknown",
		"042 what":           "unknown",
		"hello":              "unknown",
		"451 later":          "refused",
		"421 closing":        "refused",
		"554-no\r\n554 spam": "refused",
	} {
		near, far := net.Pipe()
		t.Cleanup(func() { _, _ = near.Close(), far.Close() })
		conn := deaf{near, strings.NewReader("220 ready\r\n" + said + "\r\n")}
		client, err := smtp.NewClient(conn, "mail.corp.example")
		if err != nil {
			t.Fatal(err)
		}
		got := "refused"
		_, err = (&session{conn: conn, smtp: client}).end(t.Context(), time.Minute)
		if err == nil {
			got = "taken"
		} else if notify.Unknown(new(Mailer).judge(err)) {
			got = "unknown"
		}
		if got != want {
			t.Errorf("%q: got %s (%v), want %s", said, got, err, want)
		}
	}
}

func TestWhatAServerSaysBeforeItHangsUpIsHeard(t *testing.T) {
	for said, want := range map[string]struct {
		verdict notify.Verdict
		code    string
	}{
		"552 5.3.4 too large\r\n": {notify.VerdictPermanent, "mail.552"},
		"":                        {notify.VerdictAgain, "mail.broken"},
	} {
		near, far := net.Pipe()
		t.Cleanup(func() { _, _ = near.Close(), far.Close() })
		conn := deaf{near, strings.NewReader("220 ready\r\n" + said)}
		client, err := smtp.NewClient(conn, "mail.corp.example")
		if err != nil {
			t.Fatal(err)
		}
		s := &session{conn: conn, smtp: client}
		_, err = s.end(context.WithoutCancel(t.Context()), time.Minute)
		wantRefusal(t, new(Mailer).judge(err), want.verdict, want.code)
	}
}
