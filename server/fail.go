package server

import (
	"context"
	"errors"
	"net/http"
	"strconv"
	"time"

	"ticketbell/jobs"
	"ticketbell/notify"
	"ticketbell/ticket"
)

// errUnavailable marks a failure that may pass: nothing was changed, and the
// caller should try again.
var errUnavailable = errors.New("unavailable")

// retrySoon is how long a caller is asked to wait, in seconds, when nobody knows better.
const retrySoon = "5"

// unavailable says that err may pass.
func unavailable(err error) error { return errors.Join(errUnavailable, err) }

// fail turns any error into the answer the caller gets. It is the one place that does.
func fail(ctx context.Context, err error) *problem { return problemIn(ctx, err).said(ctx) }

// problemIn returns the problem of err while ctx is served. What was given up because
// the caller is gone is no failure of ours.
func problemIn(ctx context.Context, err error) *problem {
	if errors.Is(err, context.Canceled) && errors.Is(ctx.Err(), context.Canceled) {
		return newProblem(statusGone, codeGone)
	}
	return problemOf(err)
}

func problemOf(err error) *problem {
	if p, ok := errors.AsType[*problem](err); ok {
		return p
	}
	if e, ok := errors.AsType[*ticket.Invalid](err); ok {
		return invalid(e.Fields)
	}
	if e, ok := errors.AsType[*notify.Taken](err); ok {
		p := newProblem(http.StatusConflict, codeConflict)
		p.Errors = []wrong{{Field: e.Field, Code: "taken", Message: "is taken by " + e.By}}
		return p
	}
	if why, ok := errors.AsType[notify.NoDetour](err); ok {
		p := newProblem(http.StatusConflict, codeConflict)
		p.Errors = []wrong{{"channel", string(why), why.Words().EN, why.Words().ZH}}
		return p
	}
	if errors.Is(err, notify.ErrEntered) {
		p := newProblem(http.StatusConflict, codeConflict)
		p.Errors = []wrong{{"channel", "entered", "was entered by hand; change it in the person's record", "是手填的，请在资料里修改"}}
		return p
	}
	if p := sentinel(err); p != nil {
		return p
	}
	p := newProblem(http.StatusInternalServerError, codeInternal)
	p.cause = err
	return p
}

// sentinel returns the problem of the errors that are known by name, nil for any other.
func sentinel(err error) *problem {
	switch {
	case errors.Is(err, ticket.ErrReasonMissing):
		return invalid([]ticket.FieldError{{Field: "reason", Code: "required", Message: "is required"}})
	case errors.Is(err, notify.ErrCursor):
		return invalid([]ticket.FieldError{{Field: "cursor", Code: "invalid", Message: "must be the next_cursor of a page"}})
	case errors.Is(err, ticket.ErrNotAllowed):
		return newProblem(http.StatusForbidden, codeNotAllowed)
	case errors.Is(err, ticket.ErrSettled):
		return newProblem(http.StatusConflict, codeSettled)
	case errors.Is(err, notify.ErrNotFound), errors.Is(err, jobs.ErrUnknown):
		return newProblem(http.StatusNotFound, codeNotFound)
	case errors.Is(err, notify.ErrConflict), errors.Is(err, jobs.ErrOver), errors.Is(err, jobs.ErrBusy):
		return newProblem(http.StatusConflict, codeConflict)
	}
	return passing(err)
}

// passing returns the problem of an error that may pass, nil for any other.
func passing(err error) *problem {
	if v, wait := notify.VerdictOf(err); v == notify.VerdictAfter {
		p := newProblem(http.StatusTooManyRequests, codeRate)
		p.retryAfter = strconv.Itoa(int((wait + time.Second - 1) / time.Second))
		return p
	}
	if errors.Is(err, errUnavailable) || errors.Is(err, context.DeadlineExceeded) || errors.Is(err, context.Canceled) {
		p := newProblem(http.StatusServiceUnavailable, codeUnavailable)
		p.retryAfter, p.cause = retrySoon, err
		return p
	}
	return nil
}
