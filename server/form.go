package server

import (
	"encoding/json"
	"errors"
	"reflect"
	"slices"

	"github.com/danielgtaylor/huma/v2"

	"ticketbell/ticket"
)

// form is a body described as a T and read by a [reader], so that everything wrong
// with it, in form and in meaning, can be named at once. A route with a form is
// unchecked.
type form[T any] struct{ json.RawMessage }

// Schema describes the body as a T.
func (form[T]) Schema(r huma.Registry) *huma.Schema {
	return r.Schema(reflect.TypeFor[T](), true, "")
}

// read returns what can be understood of the body, and every field that cannot. T has
// been described when the route was registered: here the registry is only read.
func (f form[T]) read(a *api) (T, []ticket.FieldError) {
	return newReader[T](a.huma.OpenAPI().Components.Schemas).read(f.RawMessage)
}

// together joins the fields wrong in form with those that an error about the meaning
// of the rest names. Where the form is right it returns that error, or nil.
func together(form []ticket.FieldError, meaning error) error {
	if e, ok := errors.AsType[*ticket.Invalid](meaning); ok {
		form = slices.Concat(form, beside(form, e.Fields))
	}
	if len(form) > 0 {
		return &ticket.Invalid{Fields: form}
	}
	return meaning
}
