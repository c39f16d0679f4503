package channels_test

import (
	"fmt"
	"net/http/httptest"
	"testing"
	"time"

	"ticketbell/identity"
	"ticketbell/notify"
	"ticketbell/sandbox"
	simfeishu "ticketbell/sandbox/feishu"
	"ticketbell/ticket"
)

// TestFiveHundredUnknownPhonesNeverTripTheLock looks strangers up at a corp of 100
// members, where the twenty-first miss would close the look-up for a day.
func TestFiveHundredUnknownPhonesNeverTripTheLock(t *testing.T) {
	for _, fields := range []map[string]any{{}, {"headcount": 100}} {
		t.Run(fmt.Sprint(fields), func(t *testing.T) {
			h := open(t)
			h.configure(notify.WeCom)
			h.patch(notify.WeCom, fields)
			d := identity.New(h.store, h.Board, time.Now)
			reasons := map[string]int{}
			for i := range 500 {
				u := ticket.User{Person: ticket.Person{Phone: fmt.Sprintf("+861370000%04d", i)}}
				ids, err := d.Resolve(t.Context(), u)
				if err != nil {
					t.Fatal(err)
				}
				reasons[ids[1].Reason]++
			}
			if reasons[notify.ReasonNotFound] != 10 || reasons[notify.ReasonLookupBudget] != 490 {
				t.Errorf("got %v, want 10 asked and 490 told that the day's look-ups are used up", reasons)
			}
			tomorrow := identity.New(h.store, h.Board, func() time.Time { return time.Now().Add(24 * time.Hour) })
			if got, err := tomorrow.Address(t.Context(), notify.WeCom, ticket.User{Person: ticket.Person{Phone: "+8613800000001"}}); err != nil || got != "zhangsan" {
				t.Errorf("got %q, %v; want the look-up open and zhangsan found", got, err)
			}
		})
	}
}

// TestAChangedFeishuAppFindsEverybodyAgain moves to another app, whose open_ids are
// others.
func TestAChangedFeishuAppFindsEverybodyAgain(t *testing.T) {
	h := open(t)
	h.configure(notify.Feishu)
	d := identity.New(h.store, h.Board, time.Now)
	u := ticket.User{Person: ticket.Person{Email: "zhangsan@corp.com"}}
	if got, err := d.Address(t.Context(), notify.Feishu, u); err != nil || got != "ou_zhangsan" {
		t.Fatalf("got %q, %v; want ou_zhangsan", got, err)
	}
	h.fields[notify.Feishu]["app_id"], h.fields[notify.Feishu]["api_base_url"] = "cli_other", h.otherFeishu("cli_other", "ou_of_the_other_app")
	h.configure(notify.Feishu)
	if got, err := d.Address(t.Context(), notify.Feishu, u); err != nil || got != "ou_of_the_other_app" {
		t.Errorf("got %q, %v; want the id of the other app", got, err)
	}
}

func TestTheAppIsNamedWhileTheChannelIsOff(t *testing.T) {
	h := open(t)
	if got, err := h.AppOf(t.Context(), notify.WeCom); err != nil || got != "" {
		t.Errorf("before anybody configured it: got %q, %v; want none", got, err)
	}
	h.configure(notify.WeCom)
	on, err := h.WeCom(t.Context())
	if err != nil {
		t.Fatal(err)
	}
	h.patch(notify.WeCom, map[string]any{"enabled": false})
	if got, err := h.AppOf(t.Context(), notify.WeCom); err != nil || got != on.App() {
		t.Errorf("switched off: got %q, %v; want %q", got, err, on.App())
	}
}

// otherFeishu opens an app of that id, where zhangsan has that open_id.
func (h *house) otherFeishu(app, openID string) (url string) {
	srv := httptest.NewServer(simfeishu.New(simfeishu.Config{
		AppID: app, AppSecret: appSecret, Box: h.box, Faults: h.faults,
		Directory: sandbox.NewDirectory(false, sandbox.Person{Username: "zhangsan", Email: "zhangsan@corp.com", OpenID: openID}),
	}))
	h.t.Cleanup(srv.Close)
	return srv.URL
}
