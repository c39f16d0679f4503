package ticket

import "time"

// clockForm is how a time of day is written.
const clockForm = "15:04"

// Quiet is when a person wants no new message: each day from one time of day to another,
// past midnight where To is the earlier one. The zero Quiet is never.
type Quiet struct {
	From string `json:"from" doc:"When it begins, HH:MM." example:"22:00"`
	To   string `json:"to" doc:"When it ends, HH:MM; earlier than from: on the next day." example:"08:00"`
	// Never is set by whoever wants none, whatever the installation has.
	Never bool `json:"never,omitempty" doc:"No quiet hours, not even those of the settings."`
	// Weekends are quiet altogether.
	Weekends bool `json:"weekends,omitempty" doc:"Saturday and Sunday are quiet altogether."`
	// Timezone is an IANA name; "" is the zone of the installation.
	Timezone string `json:"timezone,omitempty" doc:"IANA time zone; default: that of the settings." example:"Asia/Shanghai"`
}

// IsZero reports whether q is never.
func (q Quiet) IsZero() bool { return q == Quiet{} }

// Wrong names the fields of q that cannot be understood.
func (q Quiet) Wrong() []FieldError {
	if q.IsZero() || q.Never {
		return nil
	}
	var wrong []FieldError
	for _, f := range []struct{ name, value string }{{"from", q.From}, {"to", q.To}} {
		if _, ok := clock(f.value); !ok {
			wrong = append(wrong, FieldError{
				Field: f.name, Code: "invalid", Message: "must be a time of day such as 22:00", Chinese: "须为时刻，如 22:00",
			})
		}
	}
	if len(wrong) == 0 && q.From == q.To {
		wrong = append(wrong, FieldError{
			Field: "to", Code: "invalid", Message: "must differ from the beginning", Chinese: "不能与开始时间相同",
		})
	}
	if q.Timezone != "" && !ValidZone(q.Timezone) {
		wrong = append(wrong, FieldError{
			Field: "timezone", Code: "invalid", Message: "must be an IANA time zone such as Asia/Shanghai", Chinese: "须为 IANA 时区名，如 Asia/Shanghai",
		})
	}
	return wrong
}

// Until returns when the quiet ends that t falls into, and the zero time when t falls
// into none. zone is the one of the installation.
func (q Quiet) Until(t time.Time, zone *time.Location) time.Time {
	from, ok := clock(q.From)
	to, fine := clock(q.To)
	if !ok || !fine || q.Never {
		return time.Time{}
	}
	if own, err := time.LoadLocation(q.Timezone); err == nil && q.Timezone != "" {
		zone = own
	}
	end := t.In(zone)
	for range 5 { // a night, a weekend, a night
		next := q.next(end, from, to)
		if next.Equal(end) {
			break
		}
		end = next
	}
	if end.Equal(t) {
		return time.Time{}
	}
	return end
}

// next is the end of the night or the weekend that t falls into, else t.
func (q Quiet) next(t time.Time, from, to int) time.Time {
	day := func(days, minute int) time.Time {
		end := time.Date(t.Year(), t.Month(), t.Day()+days, minute/60, minute%60, 0, 0, t.Location())
		if !end.After(t) { // the hour that comes twice when summer ends
			end = end.Add(time.Hour)
		}
		return end
	}
	minute := t.Hour()*60 + t.Minute()
	switch {
	case q.Weekends && t.Weekday() == time.Saturday:
		return day(2, 0)
	case q.Weekends && t.Weekday() == time.Sunday:
		return day(1, 0)
	case from <= minute && minute < to, to < from && minute < to:
		return day(0, to)
	case to < from && minute >= from:
		return day(1, to)
	}
	return t
}

// clock reads a time of day as minutes since midnight.
func clock(s string) (minute int, ok bool) {
	t, err := time.Parse(clockForm, s)
	return t.Hour()*60 + t.Minute(), err == nil && t.Format(clockForm) == s
}

// Waits reports whether the news of k can wait until a person's quiet hours are over:
// not what failed, what is called for again, nor what they asked for.
func (k Kind) Waits() bool {
	switch k {
	case KindFailed, KindReminded, KindEscalated, KindAsked:
		return false
	}
	return true
}

// ValidZone reports whether name is a zone of the tz database; "Local" means something
// else on every machine.
func ValidZone(name string) bool {
	_, err := time.LoadLocation(name)
	return err == nil && name != "" && name != "Local"
}
