package server

import (
	"bytes"
	"encoding/json"
	"reflect"

	"github.com/danielgtaylor/huma/v2"

	"ticketbell/ticket"
)

// quietHours are a person's quiet hours, where null says that there are none and
// nothing at all says nothing about them.
type quietHours struct {
	ticket.Quiet

	said bool
}

// Schema describes them as an object or null.
func (quietHours) Schema(r huma.Registry) *huma.Schema {
	s := *r.Schema(reflect.TypeFor[ticket.Quiet](), false, "")
	s.Nullable = true
	s.Description = "When new messages wait; null is never."
	return &s
}

// UnmarshalJSON implements [json.Unmarshaler].
func (q *quietHours) UnmarshalJSON(b []byte) error {
	q.said, q.Quiet = true, ticket.Quiet{}
	if bytes.Equal(b, []byte("null")) {
		return nil
	}
	return json.Unmarshal(b, &q.Quiet)
}

// MarshalJSON implements [json.Marshaler].
func (q quietHours) MarshalJSON() ([]byte, error) { return json.Marshal(q.Quiet) }
