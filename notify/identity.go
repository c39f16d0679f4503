package notify

import (
	"errors"
	"time"
)

// ErrEntered says that an address was entered by hand: it is changed with the record of
// the person, and not forgotten like one that was looked up.
var ErrEntered = errors.New("entered by hand")

// Identity is what is known of a person's address on a channel.
type Identity struct {
	Channel Channel `json:"channel" enum:"feishu,wecom,mail" doc:"The channel."`
	// Address is the open_id, userid or e-mail address, "" when there is none.
	Address string `json:"address,omitempty" doc:"The open_id, userid or e-mail address."`
	// Origin says where the address comes from: "entered" by hand or "looked_up" at the provider.
	Origin string `json:"origin,omitempty" doc:"entered by hand, or looked_up at the provider."`
	// How says by what it was looked up: "email" or "phone".
	How string `json:"how,omitempty" doc:"What it was looked up by: email or phone."`
	// OK is false when the person cannot be reached on the channel; Reason says why.
	OK        bool      `json:"ok" doc:"Whether the person can be reached on the channel."`
	Reason    string    `json:"reason,omitempty" doc:"Why the person cannot be reached."`
	CheckedAt time.Time `json:"checked_at,omitzero" doc:"When the provider was last asked."`
	// Until is when that answer ceases to be believed and the provider is asked again.
	Until time.Time `json:"until,omitzero" doc:"When the provider will be asked again."`
}
