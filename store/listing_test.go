package store_test

import (
	"errors"
	"fmt"
	"slices"
	"testing"
	"time"

	"github.com/google/go-cmp/cmp"

	"ticketbell/notify"
	"ticketbell/store"
)

// people lists whom f picks, in order.
func people(tb testing.TB, s *store.Store, f notify.DeliveryFilter) []string {
	tb.Helper()
	ds, _, err := s.Deliveries(tb.Context(), f)
	if err != nil {
		tb.Fatal(err)
	}
	names := []string{}
	for _, d := range ds {
		names = append(names, d.Person)
	}
	slices.Sort(names)
	return names
}

func TestDeliveriesAreFoundByEachFilter(t *testing.T) {
	onEach(t, func(t engineTest, s *store.Store) {
		e, other := entry("1"), entry("2")
		other.Event.Ticket.Key, other.Event.Ticket.Title = "PAY-7", "100% of Users_table"
		failed := delivery(e, "lisi", notify.Mail)
		failed.Status, failed.Code, failed.Reason = notify.Dead, "mail.550", "refused"
		record(t, s, e, planned(e, delivery(e, "zhangsan", notify.Feishu), failed))
		record(t, s, other, planned(other, delivery(other, "wangwu", notify.Feishu)))

		for _, tc := range []struct {
			name   string
			filter notify.DeliveryFilter
			want   []string
		}{
			{"everything", notify.DeliveryFilter{}, []string{"lisi", "wangwu", "zhangsan"}},
			{"ticket by id", notify.DeliveryFilter{Ticket: "tkt_1024"}, []string{"lisi", "zhangsan"}},
			{"ticket by key", notify.DeliveryFilter{Ticket: "PAY-7"}, []string{"wangwu"}},
			{"person", notify.DeliveryFilter{Person: "lisi"}, []string{"lisi"}},
			{"channel", notify.DeliveryFilter{Channel: notify.Feishu}, []string{"wangwu", "zhangsan"}},
			{"status", notify.DeliveryFilter{Status: notify.Dead}, []string{"lisi"}},
			{"event", notify.DeliveryFilter{EventID: "evt_2"}, []string{"wangwu"}},
			{"key within", notify.DeliveryFilter{Query: "pay"}, []string{"wangwu"}},
			{"title within", notify.DeliveryFilter{Query: "加索引"}, []string{"lisi", "zhangsan"}},
			{"percent is no wildcard", notify.DeliveryFilter{Query: "100%"}, []string{"wangwu"}},
			{"underscore is no wildcard", notify.DeliveryFilter{Query: "users_t"}, []string{"wangwu"}},
			{"person from the beginning of a word", notify.DeliveryFilter{Query: "WANG"}, []string{"wangwu"}},
			{"not within a word", notify.DeliveryFilter{Query: "ang"}, []string{}},
			{"code within", notify.DeliveryFilter{Query: "MAIL.5"}, []string{"lisi"}},
			{"reason", notify.DeliveryFilter{Reason: "refused"}, []string{"lisi"}},
			{"all must fit", notify.DeliveryFilter{Person: "lisi", Channel: notify.Feishu}, []string{}},
			{"quotes are text", notify.DeliveryFilter{Query: `' OR 1=1 --`}, []string{}},
			{"nobody", notify.DeliveryFilter{Person: "nobody\x00"}, []string{}},
		} {
			if got := people(t, s, tc.filter); !slices.Equal(got, tc.want) {
				t.Errorf("%s: got %v, want %v", tc.name, got, tc.want)
			}
		}
	})
}

func TestPagesGoFromTheNewestToTheOldest(t *testing.T) {
	onEach(t, func(t engineTest, s *store.Store) {
		var want []string
		e := entry("1")
		var ds []notify.Delivery
		for i := range 7 {
			d := delivery(e, fmt.Sprint("p", i), notify.Feishu)
			d.CreatedAt = noon.Add(time.Duration(i/2) * time.Second) // two of an age
			ds = append(ds, d)
			want = append(want, d.ID)
		}
		record(t, s, e, planned(e, ds...))
		slices.Reverse(want)

		var got []string
		f := notify.DeliveryFilter{Limit: 3}
		for page := 0; page == 0 || f.Cursor != ""; page++ {
			items, next, err := s.Deliveries(t.Context(), f)
			if err != nil || len(items) > 3 || page > 2 {
				t.Fatalf("got page %d of %d, %v, want three of at most 3", page+1, len(items), err)
			}
			for _, d := range items {
				got = append(got, d.ID)
			}
			f.Cursor = next
		}
		if diff := cmp.Diff(want, got); diff != "" {
			t.Errorf("order (-want +got):\n%s", diff)
		}
	})
}

func TestAPageHasItsBounds(t *testing.T) {
	onEach(t, func(t engineTest, s *store.Store) {
		var names []string
		for i := range notify.MaxLimit + 5 {
			names = append(names, fmt.Sprint("p", i))
		}
		recordTo(t, s, "1", names...)
		for limit, want := range map[int]int{0: notify.DefaultLimit, -1: notify.DefaultLimit, 7: 7, 1_000_000: notify.MaxLimit} {
			items, next, err := s.Deliveries(t.Context(), notify.DeliveryFilter{Limit: limit})
			if err != nil || len(items) != want || next == "" {
				t.Errorf("limit %d: got %d items, next %q, %v, want %d and a next page", limit, len(items), next, err, want)
			}
		}
	})
}

func TestAForeignCursorIsRefused(t *testing.T) {
	onEach(t, func(t engineTest, s *store.Store) {
		for _, cursor := range []string{"%", "bm90b25l", "eAp5"} { // no base64; one part; no number
			if _, _, err := s.Deliveries(t.Context(), notify.DeliveryFilter{Cursor: cursor}); !errors.Is(err, notify.ErrCursor) {
				t.Errorf("cursor %q: got %v, want ErrCursor", cursor, err)
			}
		}
		for _, cursor := range []string{"%", "zzz", "bm90b25l", "MTcKZGx2XzE"} { // no base64; no text; one part; a delivery's
			if _, _, err := s.Users(t.Context(), "", 0, cursor); !errors.Is(err, notify.ErrCursor) {
				t.Errorf("users, cursor %q: got %v, want ErrCursor", cursor, err)
			}
		}
	})
}

func TestAListingLeavesThePayloadOut(t *testing.T) {
	onEach(t, func(t engineTest, s *store.Store) {
		if d := sentDelivery(t, s); d.Payload == "" {
			t.Fatal("got no payload of a single delivery, want it")
		}
		items, _, err := s.Deliveries(t.Context(), notify.DeliveryFilter{})
		if err != nil || len(items) != 1 || items[0].Payload != "" {
			t.Errorf("got %+v, %v, want one without its payload", items, err)
		}
	})
}

func TestARetryByHandIsForWhatWillNotGoByItself(t *testing.T) {
	may := []notify.Status{notify.Dead, notify.FailedOn, notify.Skipped, notify.Canceled, notify.Retrying}
	onEach(t, func(t engineTest, s *store.Store) {
		e := entry("1")
		later := noon.Add(time.Hour)
		var ds []notify.Delivery
		for _, st := range notify.Statuses() {
			d := delivery(e, string(st), notify.Feishu)
			d.Status, d.Reason, d.NotBefore = st, "because", noon.Add(24*time.Hour)
			ds = append(ds, d)
		}
		record(t, s, e, planned(e, ds...))
		for _, d := range ds {
			got, err := s.RetryDelivery(t.Context(), d.ID, later, later.Add(notify.Patience))
			if !slices.Contains(may, d.Status) {
				if !errors.Is(err, store.ErrConflict) {
					t.Errorf("%s: got %v, want ErrConflict", d.Status, err)
				}
				continue
			}
			if err != nil || got.Status != notify.Queued || got.Reason != "" || !got.NotBefore.IsZero() || !got.Deadline.Equal(later.Add(notify.Patience)) {
				t.Errorf("%s: got %+v, %v, want it queued with a new deadline", d.Status, got, err)
			}
		}
		if n := len(claim(t, s, "w", 100, later)); n != len(may) {
			t.Errorf("got %d claimed, want %d", n, len(may))
		}
		if _, err := s.RetryDelivery(t.Context(), "dlv_none", later, later); !errors.Is(err, store.ErrNotFound) {
			t.Errorf("got %v for no delivery, want ErrNotFound", err)
		}
	})
}

func TestDeliveriesAreCounted(t *testing.T) {
	onEach(t, func(t engineTest, s *store.Store) {
		e := entry("1")
		dead := delivery(e, "dead", notify.Mail)
		dead.Status = notify.Dead
		record(t, s, e, planned(e, delivery(e, "a", notify.Feishu), delivery(e, "b", notify.Feishu), delivery(e, "a", notify.Mail), dead))
		got, err := s.CountDeliveries(t.Context())
		if err != nil {
			t.Fatal(err)
		}
		want := map[notify.Channel]map[notify.Status]int{
			notify.Feishu: {notify.Queued: 2}, notify.Mail: {notify.Queued: 1, notify.Dead: 1},
		}
		if diff := cmp.Diff(want, got); diff != "" {
			t.Errorf("counts (-want +got):\n%s", diff)
		}
	})
}
