package cards

import (
	"testing"
	"time"

	"ticketbell/ticket"
)

func TestEveryCardNamesTheInstallation(t *testing.T) {
	named := Setting{Location: shanghai, Brand: " 变更\n台 "}
	one := For(notice(ticket.KindSubmitted, ticket.RoleAssignee), named)
	for name, c := range map[string]Card{
		"a notice": one, "a digest": Digest([]Card{one, one}), "a list": Todo([]Card{one}, true),
		"a test": Test(time.Now(), named), "a sample": Sample(ticket.Failed, time.Now(), named),
		"a token that ends": TokenEnds("ci", time.Now(), named), "a code": Code("phone", "123456", time.Now(), named),
	} {
		if want := Same("变更 台"); c.Brand != want {
			t.Errorf("%s: got %+v, want %+v", name, c.Brand, want)
		}
	}
	if got, want := Test(time.Now(), named).Subject, "变更 台"; got != want {
		t.Errorf("a test is of %q, want %q", got, want)
	}
}

func TestWithoutANameOfItsOwnTheReadersLanguageSaysOurs(t *testing.T) {
	c := For(notice(ticket.KindSubmitted, ticket.RoleAssignee), Setting{})
	if got, want := c.Brand, (Text{"工单通知", "ticketbell"}); got != want {
		t.Errorf("got %+v, want %+v", got, want)
	}
	closing := Card{Footer: Text{"为什么。", "why."}, Brand: c.Brand}.Closing()
	if want := (Text{"为什么 · 工单通知", "why · ticketbell"}); closing != want {
		t.Errorf("got %+v, want %+v", closing, want)
	}
	if got := (Card{Brand: Same("a")}).Closing(); got != Same("a") {
		t.Errorf("got %+v without a footer, want the name alone", got)
	}
}
