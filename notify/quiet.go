package notify

import (
	"cmp"
	"context"
	"slices"
	"time"

	"ticketbell/cards"
)

// hush has d wait until the quiet hours of its reader are over, and then be tried for as
// long as any other.
func (a *acceptance) hush(d Delivery) Delivery {
	if d.To.Quiet.IsZero() {
		d.To.Quiet = a.quiet
	}
	if d.To.Quiet.IsZero() || d.Status != Queued || !a.entry.Event.Kind.Waits() {
		return d
	}
	zone := a.zone()
	if d.To.Quiet.Timezone == "" {
		d.To.Quiet.Timezone = cmp.Or(d.To.Timezone, zone.String()) // the hours keep their meaning, whatever is set later
	}
	if end := d.To.Quiet.Until(a.entry.AcceptedAt, zone); !end.IsZero() {
		d.NotBefore = end.Add(d.NotBefore.Sub(a.entry.AcceptedAt)) // what is in reserve keeps its distance
		d.Reason, d.Deadline = cmp.Or(d.Reason, ReasonQuiet), d.NotBefore.Add(Patience)
	}
	return d
}

// hush puts back the new messages whose readers have their quiet hours by now, and
// returns the rest. What is out already makes no sound when it changes.
func (l *load) hush(ctx context.Context, notices []Notice) []Notice {
	var later []Settlement
	now := l.w.Now()
	rest := slices.DeleteFunc(notices, func(n Notice) bool {
		d := &n.Delivery
		if d.MessageID != "" || !n.Event.Kind.Waits() {
			return false
		}
		end := d.To.Quiet.Until(now, l.zone)
		if end.IsZero() {
			return false
		}
		wait := end.Sub(now)
		if d.Place > 1 {
			wait += time.Duration(d.Place-1) * l.next // behind those before it, which wait as well
		}
		later = append(later, hushed(d, wait))
		return true
	})
	l.settle(ctx, later)
	return rest
}

func hushed(d *Delivery, wait time.Duration) Settlement {
	return Settlement{DeliveryID: d.ID, Status: waitingStatus(*d), Reason: ReasonQuiet, Code: d.Code, Wait: wait, Free: true}
}

// gather takes out what waited for one person's quiet hours to end, where that is more
// than one message. It takes one place with the person, and one call, for all of it.
func (l *load) gather(ctx context.Context, items []item) (rest []item, gathered [][]item) {
	var deferred []Settlement
	for _, own := range byAddress(items) {
		waited, others := afterQuiet(own)
		rest = append(rest, others...)
		if len(waited) < 2 {
			rest = append(rest, waited...)
			continue
		}
		granted, wait := l.w.Pacer.Person(ctx, l.w.Channel, own[0].address, l.line.Limits, 1)
		if granted == 0 {
			for _, it := range waited {
				deferred = append(deferred, hushed(&it.notice.Delivery, wait))
			}
			continue
		}
		slices.SortStableFunc(waited, toActFirst)
		gathered = append(gathered, waited)
	}
	l.settle(ctx, deferred)
	return rest, gathered
}

// afterQuiet takes out what waited for quiet hours. What may have arrived already is
// left to be said in its own words, see [apart].
func afterQuiet(own []item) (waited, others []item) {
	for _, it := range own {
		d := &it.notice.Delivery
		if d.MessageID == "" && d.Reason == ReasonQuiet && d.UnknownSince.IsZero() {
			waited = append(waited, it)
		} else {
			others = append(others, it)
		}
	}
	return waited, others
}

// Words say why d stands where it does; no text when it gives no reason.
func (d Delivery) Words() cards.Text {
	if at := d.QuietUntil(); at != "" {
		return QuietWords(at)
	}
	return ReasonWords(d.Reason)
}

// QuietUntil is when the quiet hours end that d waits for, as a clock shows it where its
// reader is; "" when it waits for none.
func (d Delivery) QuietUntil() string {
	zone, err := time.LoadLocation(d.To.Quiet.Timezone)
	if d.Reason != ReasonQuiet || d.NotBefore.IsZero() || err != nil {
		return ""
	}
	end := d.NotBefore.In(zone)
	if end.Sub(d.CreatedAt) > 24*time.Hour {
		return end.Format("01-02 15:04")
	}
	return end.Format("15:04")
}

// QuietWords say until when a delivery waits.
func QuietWords(until string) cards.Text {
	return cards.Text{ZH: "免打扰至 " + until, EN: "quiet hours until " + until}
}
