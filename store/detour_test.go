package store_test

import (
	"errors"
	"testing"
	"time"

	"github.com/google/go-cmp/cmp"

	"ticketbell/notify"
	"ticketbell/store"
)

func TestADeliveryIsSaidOnAnotherChannel(t *testing.T) {
	onEach(t, func(t engineTest, s *store.Store) {
		enabled(t, s, notify.Mail)
		given := waitOn(t, s,
			on("gone", notify.Feishu, func(d *notify.Delivery) { d.Status, d.Code = notify.Dead, "feishu.230053" }),
			on("reader", notify.Feishu, func(d *notify.Delivery) { d.Status, d.MessageID = notify.Accepted, "om_1" }),
			on("both", notify.Feishu, nil), on("both", notify.Mail, nil))
		until := noon.Add(notify.Patience)
		for i, person := range []string{"gone", "reader"} {
			d, err := s.RerouteDelivery(t.Context(), given[i].ID, notify.Mail, noon, until)
			if err != nil {
				t.Fatal(err)
			}
			got := []string{d.Person, string(d.Channel), string(d.Status), d.Event, d.MessageID, d.Code, d.Deadline.UTC().String()}
			if diff := cmp.Diff([]string{person, "mail", "queued", given[i].Event, "", "", until.UTC().String()}, got); diff != "" {
				t.Errorf("%s: the new delivery (-want +got):\n%s", person, diff)
			}
		}
		for to, want := range map[notify.Channel]error{notify.Mail: notify.DetourTaken, notify.WeCom: notify.DetourOff, notify.Feishu: notify.DetourTaken} {
			if _, err := s.RerouteDelivery(t.Context(), given[2].ID, to, noon, until); !errors.Is(err, want) || !errors.Is(err, notify.ErrConflict) {
				t.Errorf("to %s: got %v, want %v", to, err, want)
			}
		}
		if diff := cmp.Diff(map[string]string{
			"gone feishu": "canceled sent_elsewhere", "gone mail": "queued ", "reader feishu": "accepted ", "reader mail": "queued ",
			"both feishu": "queued ", "both mail": "queued ", // refused, and nothing happened
		}, fates(t, s)); diff != "" {
			t.Errorf("what became of them (-want +got):\n%s", diff)
		}
		if _, err := s.RerouteDelivery(t.Context(), "dlv_none", notify.Mail, noon, until); !errors.Is(err, store.ErrNotFound) {
			t.Errorf("one that is unknown: got %v, want not found", err)
		}
	})
}

func TestADeliveryThatIsBeingSentStaysWhereItIs(t *testing.T) {
	onEach(t, func(t engineTest, s *store.Store) {
		enabled(t, s, notify.Mail)
		d := waitOn(t, s, on("lisi", notify.Feishu, nil))[0]
		if claimed := claim(t, s, "l1", 5, noon); len(claimed) != 1 {
			t.Fatalf("got %d claimed, want one", len(claimed))
		}
		if _, err := s.RerouteDelivery(t.Context(), d.ID, notify.Mail, noon, noon.Add(time.Hour)); !errors.Is(err, notify.DetourBusy) {
			t.Errorf("got %v, want %v", err, notify.DetourBusy)
		}
		if diff := cmp.Diff(map[string]string{"lisi feishu": "sending "}, fates(t, s)); diff != "" {
			t.Errorf("what became of it (-want +got):\n%s", diff)
		}
	})
}
