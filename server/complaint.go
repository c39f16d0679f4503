package server

import (
	"errors"
	"net/http"
	"strings"

	"github.com/danielgtaylor/huma/v2"
	"github.com/danielgtaylor/huma/v2/validation"

	"ticketbell/ticket"
)

// brokenOff is how huma says that the body ended before it was complete; it takes it
// for a failure of ours.
const brokenOff = "cannot read request body"

// complain is how huma reports an error of its own. Its words are translated into
// our codes; the values it would echo are left behind.
func complain(ctx huma.Context, status int, message string, errs ...error) huma.StatusError {
	p := complaint(status, errs)
	if message == brokenOff {
		p = newProblem(statusGone, codeGone)
	}
	if ctx == nil {
		return p
	}
	for name, values := range p.GetHeaders() {
		ctx.SetHeader(name, values[0])
	}
	return p.said(ctx.Context())
}

func complaint(status int, errs []error) *problem {
	switch status {
	case http.StatusBadRequest, http.StatusUnprocessableEntity:
		return invalid(fieldErrors(errs))
	case http.StatusRequestEntityTooLarge:
		return newProblem(status, codeTooLarge)
	case http.StatusRequestTimeout:
		return newProblem(status, codeTimeout)
	case http.StatusUnsupportedMediaType:
		return newProblem(status, codeMedia)
	default:
		p := newProblem(http.StatusInternalServerError, codeInternal)
		p.cause = errors.Join(errs...)
		return p
	}
}

// fieldErrors says in our words what huma found wrong. No detail at all means that
// the body is missing.
func fieldErrors(errs []error) []ticket.FieldError {
	fields := []ticket.FieldError{}
	for _, err := range errs {
		if d, ok := errors.AsType[*huma.ErrorDetail](err); ok {
			fields = append(fields, fieldError(d))
		} else if e, ok := errors.AsType[*ticket.Invalid](err); ok {
			fields = append(fields, e.Fields...)
		}
	}
	if len(fields) == 0 {
		fields = append(fields, ticket.FieldError{Field: "body", Code: "required", Message: "is required"})
	}
	return fields
}

func fieldError(d *huma.ErrorDetail) ticket.FieldError {
	field := fieldName(d.Location)
	if name, ok := match(validation.MsgExpectedRequiredProperty, d.Message); ok {
		return ticket.FieldError{Field: strings.TrimPrefix(field+"."+name, "body."), Code: "required", Message: "is required"}
	}
	for _, r := range readings() {
		if got, ok := match(r.huma, d.Message); ok {
			return ticket.FieldError{Field: field, Code: r.code, Message: strings.Replace(r.message, "%s", got, 1)}
		}
	}
	if d.Location == "body" {
		return ticket.FieldError{Field: field, Code: "invalid", Message: "must be JSON as documented"}
	}
	return ticket.FieldError{Field: field, Code: "invalid", Message: "is not valid"}
}

// fieldName drops where a field was found ("body.", "query."), for the caller knows.
func fieldName(location string) string {
	if _, name, ok := strings.Cut(location, "."); ok {
		return name
	}
	if rest, ok := strings.CutPrefix(location, "body["); ok {
		return "[" + rest
	}
	return location
}

type reading struct{ huma, code, message string }

// readings translates huma's messages; "%s" stands for what varies in them.
func readings() []reading {
	return []reading{
		{validation.MsgUnexpectedProperty, "unknown_field", "is not known here"},
		{"unknown query parameter", "unknown_field", "is not known here"},
		{"required query parameter is missing", "required", "is required"},
		{"required header parameter is missing", "required", "is required"},
		{"required path parameter is missing", "required", "is required"},
		{validation.MsgExpectedOneOf, "unknown_value", "must be one of %s"},
		{"expected length >= 1", "required", "is required"},
		{"expected array length >= 1", "required", "is required"},
		{validation.MsgExpectedMaxLength, "too_long", "must be at most %s characters"},
		{validation.MsgExpectedMinLength, "invalid", "must be at least %s characters"},
		{validation.MsgExpectedMaxItems, "too_many", "must hold at most %s"},
		{validation.MsgExpectedMinimumNumber, "invalid", "must be at least %s"},
		{validation.MsgExpectedMaximumNumber, "invalid", "must be at most %s"},
		{validation.MsgExpectedRFC3339DateTime, "invalid", "must be a time such as 2026-10-01T10:00:00+08:00"},
		{validation.MsgExpectedBoolean, "invalid", "must be true or false"},
		{validation.MsgExpectedInteger, "invalid", "must be a whole number"},
		{"invalid integer", "invalid", "must be a whole number"},
		{validation.MsgExpectedNumber, "invalid", "must be a number"},
		{validation.MsgExpectedString, "invalid", "must be a string"},
		{validation.MsgExpectedArray, "invalid", "must be a list"},
		{validation.MsgExpectedObject, "invalid", "must be an object"},
	}
}

// match reports whether text follows the pattern, and what stands where the
// pattern has its one "%s", "%d" or "%v".
func match(pattern, text string) (string, bool) {
	before, after, varies := strings.Cut(pattern, "%")
	if !varies {
		return "", pattern == text
	}
	rest, ok := strings.CutPrefix(text, before)
	if !ok {
		return "", false
	}
	return strings.CutSuffix(rest, after[1:])
}
