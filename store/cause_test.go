package store_test

import (
	"testing"
	"time"

	"github.com/google/go-cmp/cmp"

	"ticketbell/notify"
	"ticketbell/store"
)

func TestTheCausesOfAllDeadLettersOfAFilterAreCounted(t *testing.T) {
	onEach(t, func(t engineTest, s *store.Store) {
		dies := func(key, code string, at time.Time, people ...string) {
			recordTo(t, s, key, people...)
			finish(t, s, at, notify.Settlement{Status: notify.Dead, Code: code, Reason: notify.ReasonRefused})
		}
		dies("1", "feishu.230013", noon, "li", "wang")
		dies("2", "feishu.99991672", noon.Add(time.Minute), "li")
		dies("3", "feishu.230013", noon.Add(2*time.Minute), "li")
		recordTo(t, s, "4", "li")
		finish(t, s, noon, notify.Settlement{Status: notify.Accepted})

		inRange := cause("feishu.230013", 3, 2*time.Minute)
		scopes := cause("feishu.99991672", 1, time.Minute)
		for name, tc := range map[string]struct {
			f    notify.DeliveryFilter
			want []notify.Cause
		}{
			"all":           {notify.DeliveryFilter{}, []notify.Cause{inRange, scopes}},
			"a page of one": {notify.DeliveryFilter{Limit: 1, Status: notify.Dead}, []notify.Cause{inRange, scopes}},
			"a person":      {notify.DeliveryFilter{Person: "wang"}, []notify.Cause{cause("feishu.230013", 1, 0)}},
			"a code":        {notify.DeliveryFilter{Code: "feishu.99991672"}, []notify.Cause{scopes}},
			"a search":      {notify.DeliveryFilter{Query: "99991672"}, []notify.Cause{scopes}},
			"none":          {notify.DeliveryFilter{Channel: notify.Mail}, nil},
		} {
			got, newest, err := s.Causes(t.Context(), tc.f)
			if diff := cmp.Diff(tc.want, got); diff != "" || newest != 0 || err != nil {
				t.Errorf("%s: %v, newest %d, causes (-want +got):\n%s", name, err, newest, diff)
			}
		}
	})
}

func cause(code string, n int, after time.Duration) notify.Cause {
	return notify.Cause{Channel: notify.Feishu, Code: code, Count: n, Last: noon.Add(after)}
}
