package channels_test

import (
	"context"
	"fmt"
	"log/slog"
	"net/http/httptest"
	"sync"
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

// TestAnIDOfTheAppBeforeIsNoDeadLetter has an id that was entered by hand refused, as
// all open_ids are once the app has changed.
func TestAnIDOfTheAppBeforeIsNoDeadLetter(t *testing.T) {
	tests := []struct {
		name, entered, code string
		fault               string
	}{
		{"known to be another app's", "ou_zhangsan", "feishu.99992361", "other_app"},
		{"not known at all", "ou_of_the_app_before", "feishu.99992351", ""},
	}
	for _, tt := range tests {
		t.Run(tt.name, func(t *testing.T) {
			h := open(t)
			h.configure(notify.Feishu)
			u := ticket.User{Person: ticket.Person{Username: "zhangsan", Email: "zhangsan@corp.com"}, Role: ticket.Member, FeishuOpenID: tt.entered}
			if err := h.store.CreateUser(t.Context(), u); err != nil {
				t.Fatal(err)
			}
			if tt.fault != "" {
				h.faults.Set(sandbox.Fault{Channel: "feishu", Name: tt.fault, Times: 1})
			}
			d, attempts := h.tell("zhangsan")
			if d.Status != notify.Accepted || len(attempts) != 2 || attempts[0].Code != tt.code {
				t.Errorf("got %s after %+v, want it accepted at the second attempt, after %s", d.Status, attempts, tt.code)
			}
		})
	}
}

// tell accepts an event for the person, delivers it on Feishu and returns how it fared.
func (h *house) tell(username string) (notify.Delivery, []notify.Attempt) {
	h.t.Helper()
	desk := notify.Desk{Ledger: h.store, Flows: h.store, People: h.store, Channels: h.Board, Settings: h.store, Now: time.Now}
	r, err := desk.Accept(h.t.Context(), ticket.Event{
		Source: "s", ID: "1", Kind: ticket.KindSubmitted, Audience: []ticket.Person{{Username: username}},
		Ticket: ticket.Ticket{Key: "1", Title: "t", Status: ticket.WaitingReview},
	})
	if err != nil || len(r.Deliveries) != 1 {
		h.t.Fatalf("got %+v, %v; want one delivery", r, err)
	}
	h.work(notify.Feishu, identity.New(h.store, h.Board, time.Now), r.Deliveries[0].ID)
	d, attempts, err := h.store.Delivery(h.t.Context(), r.Deliveries[0].ID)
	if err != nil {
		h.t.Fatal(err)
	}
	return d, attempts
}

// work delivers until the delivery waits no more.
func (h *house) work(ch notify.Channel, d *identity.Directory, delivery string) {
	h.t.Helper()
	ctx, stop := context.WithTimeout(h.t.Context(), 20*time.Second)
	defer stop()
	w := notify.Worker{
		Channel: ch, Queue: h.store, Switch: h.Board, Addresses: d, Settings: h.store, Parallel: 2, Now: time.Now,
		Log: slog.New(slog.DiscardHandler),
	}
	var shift sync.WaitGroup
	defer shift.Wait()
	defer stop()
	shift.Go(func() { w.Run(ctx) })
	tick := time.NewTicker(10 * time.Millisecond)
	defer tick.Stop()
	for ctx.Err() == nil {
		got, _, err := h.store.Delivery(h.t.Context(), delivery)
		if err != nil {
			h.t.Fatal(err)
		}
		if got.Status != notify.Queued && got.Status != notify.Sending && got.Status != notify.Retrying {
			return
		}
		<-tick.C
	}
	h.t.Fatalf("delivery %s still waits", delivery)
}
