package mail

import (
	"io"
	"net"
	"net/textproto"
	"strings"
	"testing"
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
