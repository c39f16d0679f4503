package channels

import (
	"encoding/json"
	"errors"

	"ticketbell/notify"
)

// limits are a channel's own pace as the API spells it (api.md 3): absent is the
// provider's figure, 0 is unlimited.
type limits struct {
	PerSecond       *int `json:"per_second"`
	PerMinute       *int `json:"per_minute"`
	PersonPerSecond *int `json:"person_per_second"`
	PersonPerMinute *int `json:"person_per_minute"`
	PersonPerHour   *int `json:"person_per_hour"`
}

func checkLimits(value json.RawMessage) error {
	var l limits
	if err := strict(value, &l); err != nil {
		return err
	}
	for _, n := range []*int{l.PerSecond, l.PerMinute, l.PersonPerSecond, l.PersonPerMinute, l.PersonPerHour} {
		if n != nil && *n < 0 {
			return errors.New("a limit is negative")
		}
	}
	return nil
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
	} {
		if over.set != nil {
			*over.at = *over.set
		}
	}
	return all, nil
}
