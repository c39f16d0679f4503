package wecom

import "ticketbell/cards"

// FieldError says what is wrong with one field of a [Config].
type FieldError struct {
	// Field is the field's name in the API: "corp_id".
	Field string
	// Message tells the administrator what to do. It never repeats the value.
	Message cards.Text
}

func (e *FieldError) Error() string { return e.Field + ": " + e.Message.EN }

func check(ok bool, field string, message cards.Text) error {
	if ok {
		return nil
	}
	return &FieldError{Field: field, Message: message}
}
