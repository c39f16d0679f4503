package ticket_test

import (
	"testing"

	"ticketbell/ticket"
)

func TestThisMachineIsNoName(t *testing.T) {
	for host, want := range map[string]bool{
		"localhost": true, "LocalHost.": true, "127.0.0.1": true, "127.8.8.8": true, "::1": true, "::ffff:127.0.0.1": true,
		"": false, "localhost.example.com": false, "127.0.0.1.example.com": false, "10.0.0.1": false, "0.0.0.0": false, "127.1": false, "localhost:80": false,
	} {
		if got := ticket.ThisMachine(host); got != want {
			t.Errorf("%q: got %t, want %t", host, got, want)
		}
	}
}
