package notify_test

import (
	"net/http"
	"testing"
	"time"

	"ticketbell/notify"
)

func TestHowLongAnAnswerAsksToBeLeftAlone(t *testing.T) {
	made := "Sat, 28 Nov 2026 10:00:00 GMT"
	for name, tc := range map[string]struct {
		said, date string
		want       time.Duration // 0: it does not say so
	}{
		"seconds":                     {"7", made, 7 * time.Second},
		"seconds with spaces":         {" 7 ", "", 7 * time.Second},
		"a moment":                    {"Sat, 28 Nov 2026 10:02:00 GMT", made, 2 * time.Minute},
		"a moment in an old form":     {"Saturday, 28-Nov-26 10:02:00 GMT", made, 2 * time.Minute},
		"a day":                       {"86400", made, time.Hour},
		"a moment next year":          {"Sun, 28 Nov 2027 10:00:00 GMT", made, time.Hour},
		"nothing":                     {"", made, 0},
		"no time":                     {"0", made, 0},
		"less than no time":           {"-5", made, 0},
		"a moment that is over":       {"Sat, 28 Nov 2026 09:59:00 GMT", made, 0},
		"a moment, by nobody's clock": {"Sat, 28 Nov 2026 10:02:00 GMT", "", 0},
		"parts of a second":           {"1.5", made, 0},
		"a word":                      {"soon", made, 0},
		"more than a number holds":    {"99999999999999999999", made, 0},
	} {
		t.Run(name, func(t *testing.T) {
			h := http.Header{"Retry-After": {tc.said}, "Date": {tc.date}}
			if got, ok := notify.RetryAfter(h); ok != (tc.want > 0) || (ok && got != tc.want) {
				t.Errorf("got %v, %t, want %v", got, ok, tc.want)
			}
		})
	}
}
