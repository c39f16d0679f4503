package channels

import (
	"encoding/json"
	"slices"

	"ticketbell/notify"
	"ticketbell/ticket"
)

// limits are a channel's own pace as the API spells it (api.md 3): absent is the
// provider's figure, 0 is unlimited.
type limits struct {
	PerSecond       *int `json:"per_second"`
	PerMinute       *int `json:"per_minute"`
	PersonPerSecond *int `json:"person_per_second"`
	PersonPerMinute *int `json:"person_per_minute"`
	PersonPerHour   *int `json:"person_per_hour"`
	PerDay          *int `json:"per_day"`
}

// checkLimits names every limit that is none.
func checkLimits(value json.RawMessage) []ticket.FieldError {
	var set map[string]json.RawMessage
	if err := json.Unmarshal(value, &set); err != nil {
		return []ticket.FieldError{{Field: "limits", Code: "invalid", Message: "must be an object of limits"}}
	}
	var wrong []ticket.FieldError
	for name, limit := range set {
		var n int
		at := "limits." + name
		switch {
		case !slices.Contains([]string{"per_second", "per_minute", "person_per_second", "person_per_minute", "person_per_hour", "per_day"}, name):
			wrong = append(wrong, ticket.FieldError{Field: at, Code: "unknown_field", Message: "is not known here"})
		case json.Unmarshal(limit, &n) != nil || n < 0:
			wrong = append(wrong, ticket.FieldError{Field: at, Code: "invalid", Message: "must be a whole number from 0 up; 0 is unlimited"})
		}
	}
	return wrong
}

// limitsOf returns what the channel may be asked for: the provider's figures, with
// the administrator's laid over them.
func limitsOf(ch notify.Channel, set json.RawMessage) (notify.Limits, error) {
	all := notify.ProviderLimits(ch)
	if len(set) == 0 || string(set) == "null" {
		return all, nil
	}
	var own limits
	if err := strict(set, &own); err != nil {
		return all, err
	}
	for _, over := range []struct {
		set *int
		at  *int
	}{
		{own.PerSecond, &all.PerSecond},
		{own.PerMinute, &all.PerMinute},
		{own.PersonPerSecond, &all.PersonPerSecond},
		{own.PersonPerMinute, &all.PersonPerMinute},
		{own.PersonPerHour, &all.PersonPerHour},
		{own.PerDay, &all.PerDay},
	} {
		if over.set != nil {
			*over.at = *over.set
		}
	}
	return all, nil
}
