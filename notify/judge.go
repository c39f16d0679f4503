package notify

import (
	"context"
	"errors"
	"math/rand/v2"
	"strings"
	"time"
)

// Back-off between attempts: it doubles from the first to the last, and each wait
// is up to a fifth longer or shorter, so that retries do not march in step.
const (
	firstWait = time.Second
	lastWait  = 5 * time.Minute
)

func backoff(attempts int) time.Duration {
	wait := lastWait
	if attempts < 10 {
		wait = min(firstWait<<max(attempts, 0), lastWait)
	}
	return time.Duration(float64(wait) * (0.8 + 0.4*rand.Float64()))
}

// judge turns the outcome of an attempt into what is written down.
func (l *load) judge(ctx context.Context, it item, o Outcome) Settlement {
	now := l.w.Now()
	s := Settlement{
		DeliveryID: it.notice.Delivery.ID,
		MessageID:  o.MessageID,
		Form:       o.Form,
		Payload:    o.Payload,
		Fixed:      o.Fixed,
		Attempt:    &Attempt{StartedAt: it.started, Duration: now.Sub(it.started), RequestID: o.RequestID},
	}
	if o.Err == nil {
		return accepted(s, it.notice.Delivery, now)
	}
	if reason := leftAlone(o.Err); reason != "" {
		return spared(s, it.notice.Delivery, reason)
	}
	verdict, wait := VerdictOf(o.Err)
	s.Blameless = isFixed(o.Err)
	if holdsChannel(o.Err) {
		l.shift.silenceUntil(now.Add(wait))
	}
	s.Attempt.Outcome = verdict.String()
	s.Code, s.Attempt.Message = verdict.String(), o.Err.Error()
	if r, ok := errors.AsType[*Refusal](o.Err); ok {
		s.Code, s.Attempt.Message = r.Code, r.Message
		s.Attempt.RequestID = firstOf(o.RequestID, r.RequestID)
	}
	if it.address != "" && Unknown(o.Err) {
		s.Unknown, s.Attempt.Outcome = true, "unknown"
	}
	s.Attempt.Code = s.Code
	l.log(it.notice.Delivery, s, o.Err)
	s = l.sentence(ctx, s, it, verdict, wait)
	// The whole channel keeps the wait; a card that shows what is over goes first after it.
	s.Untouched = s.Untouched || s.Reason == ReasonLimited && holdsChannel(o.Err) && it.notice.Delivery.MessageID != ""
	return s
}

func accepted(s Settlement, d Delivery, now time.Time) Settlement {
	s.Status, s.Shown = Accepted, d.Want
	switch {
	case d.MessageID != "":
		s.Status = Updated
	case maybeTwice(d, now):
		s.Reason = ReasonMaybeTwice
	}
	s.Attempt.Outcome = string(s.Status)
	return s
}

// leftAlone is why a message was left alone on purpose, "" when it was not.
func leftAlone(err error) string {
	switch {
	case errors.Is(err, ErrSpared):
		return ReasonSpared
	case errors.Is(err, ErrAsSent):
		return ReasonAsSent
	}
	return ""
}

// spared is a message that was left alone: nothing was tried.
func spared(s Settlement, d Delivery, reason string) Settlement {
	s.Status, s.Reason, s.Free, s.Attempt = Accepted, reason, true, nil
	if d.Shown != d.Event {
		s.Status = Updated
	}
	return s
}

// sentence decides what becomes of a delivery whose attempt failed.
func (l *load) sentence(ctx context.Context, s Settlement, it item, v Verdict, wait time.Duration) Settlement {
	now, d := l.w.Now(), it.notice.Delivery
	inTime := now.Before(d.Deadline)
	switch {
	case v == VerdictMisconfigured:
		l.pause(ctx, s)
		s.Status, s.Reason, s.Free, s.Untouched = waitingStatus(d), ReasonPaused, true, true
	case v == VerdictAfter && inTime:
		s.Status, s.Reason, s.Free = waitingStatus(d), ReasonLimited, true
		s.Wait = wait
	case d.MessageID != "" && (v != VerdictAgain || !inTime): // the message is out: what befalls an update never undoes that
		s.Status, s.Reason = Accepted, ReasonNotUpdatable
	case over(it.notice) && (v != VerdictAgain || !inTime): // nothing was left to tell but what may be out
		s.Status, s.Reason = Canceled, ReasonOver
	case v == VerdictUnreachable:
		s.Status, s.Reason = Skipped, whyUnreachable(s.Code)
	case v == VerdictStaleAddress:
		l.w.Addresses.Forget(ctx, l.w.Channel, d.To, it.address) // the last time as well, for the next event
		s.Status, s.Reason = Retrying, ReasonStaleIdentity
		if d.Reason == ReasonStaleIdentity { // that was the once more
			s.Status = Dead
		}
	case v == VerdictPermanent:
		s.Status, s.Reason = Dead, ReasonRefused
	case !inTime:
		s.Status, s.Reason = Dead, ReasonDeadline
		if maybeTwice(d, now) {
			s.Reason = ReasonUnknown
		}
	default:
		s.Status, s.Reason, s.Wait = Retrying, ReasonFailing, backoff(failures(d))
		if maybeTwice(d, now) {
			s.Reason = ReasonUnknown
		}
		if s.Unknown {
			s.Wait = max(s.Wait, doubtWait(d, now))
		}
	}
	return s
}

// failures is how often the delivery has failed so far. Of an update that is the
// first only as long as no code is on record: its attempts count what was accepted too.
func failures(d Delivery) int {
	if d.MessageID != "" && d.Code == "" {
		return 0
	}
	return d.Attempts
}

// whyUnreachable is the reason the directory gave, or that the provider found nobody.
func whyUnreachable(code string) string {
	if reason, ok := strings.CutPrefix(code, IdentityCode); ok {
		return reason
	}
	return ReasonNotFound
}

// pause stops the channel: nothing sent now could succeed, and a wrong secret must
// not be hammered. Nothing more is begun with this line, by any load.
func (l *load) pause(ctx context.Context, s Settlement) {
	l.shift.tenure.finish(l.line.Version, func() {
		err := l.w.Switch.Pause(ctx, l.w.Channel, l.line.Version, Refusal{Code: s.Code, Message: s.Attempt.Message})
		if err != nil {
			l.w.Log.Error("a channel could not be paused", "channel", l.w.Channel, "error", err)
			l.shift.holdUntil(l.w.Now().Add(pauseTime))
		}
	})
}

// waitingStatus is what a delivery is called while it waits: an update of a message
// that is out waits as queued, one that failed before as retrying.
func waitingStatus(d Delivery) Status {
	if d.Attempts > 0 && d.MessageID == "" {
		return Retrying
	}
	return Queued
}

func (l *load) log(d Delivery, s Settlement, err error) {
	l.w.Log.Warn("an attempt failed", "channel", d.Channel, "delivery", d.ID, "ticket", d.Ticket,
		"code", s.Code, "verdict", s.Attempt.Outcome, "error", err)
}

func firstOf(a, b string) string {
	if a != "" {
		return a
	}
	return b
}
