package ticket

import (
	"testing"
	"time"
)

func TestQuietHoursEndWhereThePersonIs(t *testing.T) {
	night := Quiet{From: "22:00", To: "08:00"}
	weekend := Quiet{From: "22:00", To: "08:00", Weekends: true}
	siesta := Quiet{From: "12:00", To: "13:30", Weekends: true}
	at := func(q Quiet, zone string) Quiet { q.Timezone = zone; return q }
	for _, tc := range []struct {
		name      string
		quiet     Quiet
		now, want string // of Shanghai unless it says more; want "" is not quiet
	}{
		{"never", Quiet{}, "2026-10-01T23:00:00+08:00", ""},
		{"before the night", night, "2026-10-01T21:59:59+08:00", ""},
		{"as the night begins", night, "2026-10-01T22:00:00+08:00", "2026-10-02T08:00:00+08:00"},
		{"past midnight", night, "2026-10-02T00:30:00+08:00", "2026-10-02T08:00:00+08:00"},
		{"as the night ends", night, "2026-10-02T08:00:00+08:00", ""},
		{"at the end of a month", night, "2026-10-31T23:00:00+08:00", "2026-11-01T08:00:00+08:00"},
		{"a weekend that is no quiet one", night, "2026-10-03T12:00:00+08:00", ""},
		{"friday night", weekend, "2026-10-02T22:30:00+08:00", "2026-10-05T08:00:00+08:00"},
		{"saturday noon", weekend, "2026-10-03T12:00:00+08:00", "2026-10-05T08:00:00+08:00"},
		{"sunday night", weekend, "2026-10-04T23:00:00+08:00", "2026-10-05T08:00:00+08:00"},
		{"monday morning", weekend, "2026-10-05T08:00:00+08:00", ""},
		{"noon of a working day", siesta, "2026-10-01T12:10:00+08:00", "2026-10-01T13:30:00+08:00"},
		{"a weekend without a night after it", siesta, "2026-10-03T18:00:00+08:00", "2026-10-05T00:00:00+08:00"},
		{"a zone of their own", at(night, "America/New_York"), "2026-10-01T22:00:00-04:00", "2026-10-02T08:00:00-04:00"},
		{"the same moment elsewhere", at(night, "America/New_York"), "2026-10-01T22:30:00+08:00", ""},
		{"summer begins in the night", at(night, "Europe/Berlin"), "2026-03-28T23:00:00+01:00", "2026-03-29T08:00:00+02:00"},
		{"the hour that comes twice", at(Quiet{From: "01:00", To: "02:30"}, "Europe/Berlin"), "2026-10-25T02:10:00+01:00", "2026-10-25T02:30:00+01:00"},
	} {
		t.Run(tc.name, func(t *testing.T) {
			shanghai, err := time.LoadLocation("Asia/Shanghai")
			if err != nil {
				t.Fatal(err)
			}
			now, err := time.Parse(time.RFC3339, tc.now)
			if err != nil {
				t.Fatal(err)
			}
			got := ""
			if end := tc.quiet.Until(now, shanghai); !end.IsZero() {
				got = end.Format(time.RFC3339)
			}
			if got != tc.want {
				t.Errorf("got quiet until %q, want %q", got, tc.want)
			}
		})
	}
}

func TestEachWrongFieldOfQuietHoursIsNamed(t *testing.T) {
	for _, tc := range []struct {
		name  string
		quiet Quiet
		want  string
	}{
		{"none", Quiet{}, ""},
		{"right", Quiet{From: "22:00", To: "08:00", Timezone: "Asia/Shanghai"}, ""},
		{"all of it", Quiet{From: "25:00", To: "8", Timezone: "Mars/Olympus"}, "from to timezone "},
		{"only weekends", Quiet{Weekends: true}, "from to "},
		{"no time at all", Quiet{From: "08:00", To: "08:00"}, "to "},
		{"the zone of the machine", Quiet{From: "22:00", To: "08:00", Timezone: "Local"}, "timezone "},
	} {
		t.Run(tc.name, func(t *testing.T) {
			got := ""
			for _, f := range tc.quiet.Wrong() {
				got += f.Field + " "
			}
			if got != tc.want {
				t.Errorf("got %q wrong, want %q", got, tc.want)
			}
		})
	}
}
