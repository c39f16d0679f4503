package cards

import (
	"fmt"
	"testing"

	"ticketbell/ticket"
)

func TestGoldenDigests(t *testing.T) {
	all := []Card{
		For(notice(ticket.KindSubmitted, ticket.RoleAssignee), setting),
		For(notice(ticket.KindFailed, ticket.RoleCreator), setting),
		For(notice(ticket.KindCanceled, ticket.RoleCreator), Setting{Location: shanghai}), // no link
	}
	for _, lang := range Languages() {
		golden(t, fmt.Sprintf("digest.%s.txt", lang), Digest(all).Plain(lang))
		golden(t, fmt.Sprintf("digest-cut.%s.txt", lang), Digest(all).Naming(1).Plain(lang))
	}
}

func TestADigestCountsWhatItDoesNotName(t *testing.T) {
	whole := Digest(make([]Card, 5))
	for _, tc := range []struct{ first, then, named, unnamed int }{
		{9, 9, 5, 0}, {5, 5, 5, 0}, {3, 2, 2, 3}, {1, 0, 0, 5}, {-1, 0, 0, 5},
	} {
		c := whole.Naming(tc.first).Naming(tc.then)
		if len(c.Mentions) != tc.named || c.Unnamed != tc.unnamed {
			t.Errorf("%d, then %d: got %d named and %d not, want %d and %d", tc.first, tc.then, len(c.Mentions), c.Unnamed, tc.named, tc.unnamed)
		}
	}
	if len(whole.Mentions) != 5 || whole.Unnamed != 0 {
		t.Errorf("got the digest itself changed to %d named and %d not", len(whole.Mentions), whole.Unnamed)
	}
}
