package identity

import (
	"context"
	"errors"
	"fmt"
	"slices"
	"strings"
	"sync"
	"testing"
	"time"

	"ticketbell/notify"
	"ticketbell/ticket"
)

// office is a company with a phone book on both channels, and a list of people.
type office struct {
	mu    sync.Mutex
	app   string
	ids   map[string]string // address -> id
	users map[string]ticket.User
	calls []string
	// headcount is how many members the corp has.
	headcount int
	broken    error

	noEmails, noPhones bool // what Feishu may not be asked by
}

func (o *office) User(_ context.Context, username string) (ticket.User, error) {
	o.mu.Lock()
	defer o.mu.Unlock()
	u, ok := o.users[username]
	if !ok {
		return u, notify.ErrNotFound
	}
	return u, nil
}

func (o *office) Feishu(context.Context) (FeishuBook, error) { return o, nil }
func (o *office) WeCom(context.Context) (WeComBook, error)   { return o, nil }
func (o *office) App() string                                { return o.app }
func (o *office) Asks() (emails, phones bool)                { return !o.noEmails, !o.noPhones }
func (o *office) Headcount() int                             { return o.headcount }

func (o *office) AppOf(context.Context, notify.Channel) (string, error) { return o.app, nil }

func (o *office) Lookup(_ context.Context, emails, phones []string) (byEmail, byPhone map[string]string, err error) {
	o.mu.Lock()
	defer o.mu.Unlock()
	o.calls = append(o.calls, fmt.Sprintf("feishu %d+%d", len(emails), len(phones)))
	return o.pick(emails), o.pick(phones), o.broken
}

func (o *office) pick(addresses []string) map[string]string {
	found := map[string]string{}
	for _, a := range addresses {
		if id := o.ids[a]; id != "" {
			found[a] = o.app + "/" + id
		}
	}
	return found
}

func (o *office) ByPhone(_ context.Context, phone string) (string, error) {
	return o.one("wecom phone", phone)
}

func (o *office) ByCorpMail(_ context.Context, email string) (string, error) {
	return o.one("wecom corp mail", email)
}

func (o *office) ByPersonalMail(_ context.Context, email string) (string, error) {
	return o.one("wecom personal mail", email)
}

func (o *office) one(how, address string) (string, error) {
	o.mu.Lock()
	defer o.mu.Unlock()
	o.calls = append(o.calls, how)
	if o.broken != nil {
		return "", o.broken
	}
	if id := o.ids[address]; id != "" {
		return id, nil
	}
	return "", notify.Unreachable(errors.New("46004"))
}

func person(username, email, phone string) ticket.User {
	return ticket.User{Person: ticket.Person{Username: username, Email: email, Phone: phone}, Role: ticket.Member}
}

func open(t *testing.T, users ...ticket.User) (*office, *Directory) {
	t.Helper()
	o := &office{app: "cli_a", ids: map[string]string{"li@corp.com": "li", "+8613800001234": "li-tel"}, users: map[string]ticket.User{}}
	for _, u := range users {
		o.users[u.Username] = u
	}
	return o, New(o, o, time.Now)
}

func TestAnAddressIsFoundByTheBestThatIsKnown(t *testing.T) {
	tests := []struct {
		name string
		ch   notify.Channel
		u    ticket.User
		want string
	}{
		{"mail is the address itself", notify.Mail, person("a", "li@corp.com", ""), "li@corp.com"},
		{"feishu by e-mail before phone", notify.Feishu, person("b", "Li@corp.com", "+8613800001234"), "cli_a/li"},
		{"feishu by phone when the e-mail leads nowhere", notify.Feishu, person("c", "gone@corp.com", "+8613800001234"), "cli_a/li-tel"},
		{"wecom by phone before e-mail", notify.WeCom, person("d", "li@corp.com", "+8613800001234"), "li-tel"},
		{"wecom by e-mail when the phone leads nowhere", notify.WeCom, person("e", "li@corp.com", "+8613900000000"), "li"},
	}
	for _, tt := range tests {
		t.Run(tt.name, func(t *testing.T) {
			_, d := open(t, tt.u)
			got, err := d.Address(t.Context(), tt.ch, tt.u)
			if err != nil || got != tt.want {
				t.Errorf("got %q, %v; want %q", got, err, tt.want)
			}
		})
	}
}

func TestAnEnteredIDIsNeverLookedUp(t *testing.T) {
	u := person("li", "li@corp.com", "")
	u.FeishuOpenID, u.WeComUserID = "ou_hand", "hand"
	o, d := open(t, u)
	for ch, want := range map[notify.Channel]string{notify.Feishu: "ou_hand", notify.WeCom: "hand"} {
		if got, err := d.Address(t.Context(), ch, u); err != nil || got != want {
			t.Errorf("%s: got %q, %v; want %q", ch, got, err, want)
		}
	}
	if len(o.calls) != 0 {
		t.Errorf("got calls %v, want none", o.calls)
	}
}

func TestAnAnswerIsRememberedForItsAppOnly(t *testing.T) {
	u := person("li", "li@corp.com", "")
	o, d := open(t, u)
	for range 3 {
		if _, err := d.Address(t.Context(), notify.Feishu, u); err != nil {
			t.Fatal(err)
		}
	}
	if want := []string{"feishu 1+0"}; !slices.Equal(o.calls, want) {
		t.Errorf("got calls %v, want %v", o.calls, want)
	}
	o.app = "cli_b"
	if got, err := d.Address(t.Context(), notify.Feishu, u); err != nil || got != "cli_b/li" {
		t.Errorf("after a change of app: got %q, %v; want cli_b/li", got, err)
	}
}

func TestAMissIsExplainedAndRemembered(t *testing.T) {
	u := person("who", "who@corp.com", "+8613911111111")
	o, d := open(t, u)
	for range 2 {
		_, err := d.Address(t.Context(), notify.WeCom, u)
		if v, _ := notify.VerdictOf(err); v != notify.VerdictUnreachable {
			t.Errorf("got %v, want unreachable", err)
		}
	}
	if want := []string{"wecom phone", "wecom corp mail", "wecom personal mail"}; !slices.Equal(o.calls, want) {
		t.Errorf("got calls %v, want %v", o.calls, want)
	}
	o.ids["who@corp.com"] = "who"
	d.Edited(t.Context(), u)
	if got, err := d.Address(t.Context(), notify.WeCom, u); err != nil || got != "who" {
		t.Errorf("after an edit: got %q, %v; want who", got, err)
	}
}

func TestAFailedLookUpIsNoMiss(t *testing.T) {
	u := person("li", "li@corp.com", "")
	for _, ch := range []notify.Channel{notify.Feishu, notify.WeCom} {
		o, d := open(t, u)
		o.broken = errors.New("502")
		_, err := d.Address(t.Context(), ch, u)
		if v, _ := notify.VerdictOf(err); err == nil || v != notify.VerdictAgain {
			t.Errorf("%s: got %v, want it to be tried again", ch, err)
		}
		o.broken = nil
		if _, err := d.Address(t.Context(), ch, u); err != nil {
			t.Errorf("%s: once mended got %v, want nil", ch, err)
		}
	}
}

func TestFeishuIsAskedByNothingThatIsSwitchedOff(t *testing.T) {
	u := person("li", "li@corp.com", "+8613800001234")
	for name, tt := range map[string]struct {
		noEmails, noPhones bool
		knows              string // what Feishu finds li by
		call, want, reason string
	}{
		"phones are off":             {noPhones: true, knows: "li@corp.com", call: "feishu 1+0", want: "cli_a/ou_li"},
		"e-mails are off":            {noEmails: true, knows: "+8613800001234", call: "feishu 0+1", want: "cli_a/ou_li"},
		"what would find them is":    {noEmails: true, knows: "li@corp.com", call: "feishu 0+1", reason: notify.ReasonLookupOff},
		"both are off: nobody asked": {noEmails: true, noPhones: true, knows: "li@corp.com", reason: notify.ReasonLookupOff},
	} {
		t.Run(name, func(t *testing.T) {
			o, d := open(t, u)
			o.ids = map[string]string{tt.knows: "ou_li"}
			o.noEmails, o.noPhones = tt.noEmails, tt.noPhones
			got, err := d.Address(t.Context(), notify.Feishu, u)
			r, _ := errors.AsType[*notify.Refusal](err)
			if got != tt.want || (r == nil) != (tt.reason == "") || r != nil && r.Code != notify.IdentityCode+tt.reason {
				t.Errorf("got %q, %v; want %q, %q", got, err, tt.want, tt.reason)
			}
			if calls := strings.Join(o.calls, ", "); calls != tt.call {
				t.Errorf("got calls %q, want %q", calls, tt.call)
			}
			o.noEmails, o.noPhones = false, false
			if got, err := d.Address(t.Context(), notify.Feishu, u); err != nil || got != "cli_a/ou_li" {
				t.Errorf("switched on: got %q, %v; want cli_a/ou_li", got, err)
			}
		})
	}
}

func TestManyPeopleAreFewCalls(t *testing.T) {
	o, d := open(t)
	for i := range 120 {
		email := fmt.Sprintf("p%d@corp.com", i)
		o.ids[email] = email
	}
	var wg sync.WaitGroup
	for i := range 120 {
		email := fmt.Sprintf("p%d@corp.com", i)
		wg.Go(func() {
			u := ticket.User{Person: ticket.Person{Email: email}}
			if got, err := d.Address(t.Context(), notify.Feishu, u); err != nil || got != "cli_a/"+email {
				t.Errorf("got %q, %v; want %s", got, err, email)
			}
		})
	}
	wg.Wait()
	if len(o.calls) > 60 { // three in a quiet moment; a busy machine spreads them out
		t.Errorf("got %d calls for 120 people, want them put together", len(o.calls))
	}
}

func TestWhoIsDisabledOrGoneIsNotReached(t *testing.T) {
	disabled, gone := person("li", "li@corp.com", ""), person("gone", "li@corp.com", "")
	disabled.Disabled = true
	_, d := open(t, disabled)
	for _, u := range []ticket.User{disabled, gone} {
		_, err := d.Address(t.Context(), notify.Mail, ticket.User{Person: u.Person, Role: ticket.Member})
		r, ok := errors.AsType[*notify.Refusal](err)
		if !ok || r.Code != "identity."+notify.ReasonDisabled {
			t.Errorf("%s: got %v, want %s", u.Username, err, notify.ReasonDisabled)
		}
	}
}

func TestIdentitiesExplainEveryChannel(t *testing.T) {
	u := person("li", "", "+8613800001234")
	o, d := open(t, u)
	tell := func(ask func(context.Context, ticket.User) ([]notify.Identity, error)) []string {
		ids, err := ask(t.Context(), u)
		if err != nil {
			t.Fatal(err)
		}
		var told []string
		for _, id := range ids {
			told = append(told, fmt.Sprintf("%s %v %s%s", id.Channel, id.OK, id.Address, id.Reason))
		}
		return told
	}
	unknown := []string{"feishu false not_looked_up", "wecom false not_looked_up", "mail false no_email"}
	if got := tell(d.Identities); !slices.Equal(got, unknown) || len(o.calls) != 0 {
		t.Errorf("before anybody asked: got %q and calls %v, want %q and none", got, o.calls, unknown)
	}
	afresh := func(ctx context.Context, u ticket.User) ([]notify.Identity, error) { return d.Resolve(ctx, u) }
	found := []string{"feishu true cli_a/li-tel", "wecom true li-tel", "mail false no_email"}
	if got := tell(afresh); !slices.Equal(got, found) {
		t.Errorf("resolved: got %q, want %q", got, found)
	}
	if got := tell(d.Identities); !slices.Equal(got, found) {
		t.Errorf("afterwards: got %q, want %q", got, found)
	}
}
