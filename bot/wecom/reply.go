package wecom

import (
	"encoding/json"
	"fmt"
	"slices"
	"strings"

	"ticketbell/notify"
)

// sendReply is the answer to message/send (wecom.md 4.4).
type sendReply struct {
	status
	InvalidUser    names    `json:"invaliduser"`
	UnlicensedUser names    `json:"unlicenseduser"`
	MsgID          anString `json:"msgid"`
	// ResponseCode comes with cards that have buttons: it changes them, once.
	ResponseCode string `json:"response_code"`
}

// fateOf tells how one receiver of an accepted message fared. The codes are those
// of the same misfortune befalling everybody, so that a delivery meets one code.
func (r sendReply) fateOf(userID string) (messageID string, err error) {
	switch {
	case r.InvalidUser.contain(userID):
		return "", notify.StaleAddress(&notify.Refusal{
			Code: "wecom.81013", Message: "invaliduser: " + userID + " does not exist or is not visible to the app",
		})
	case r.UnlicensedUser.contain(userID):
		return "", notify.Permanent(&notify.Refusal{
			Code: "wecom.unlicensed", Message: userID + " has no licence for the base API",
		})
	}
	return string(r.MsgID), nil
}

// names is a list of userids: "a|b" by the contract, an array in one capture.
type names []string

// UnmarshalJSON reads either form.
func (n *names) UnmarshalJSON(b []byte) error {
	var joined string
	if err := json.Unmarshal(b, &joined); err == nil {
		*n = strings.FieldsFunc(joined, func(r rune) bool { return r == '|' })
		return nil
	}
	var list []string
	if err := json.Unmarshal(b, &list); err != nil {
		return fmt.Errorf("read a list of userids: %w", err)
	}
	*n = list
	return nil
}

// contain compares without regard to case: WeCom lists userids in lower case.
func (n names) contain(userID string) bool {
	return slices.ContainsFunc(n, func(s string) bool { return strings.EqualFold(s, userID) })
}

// anString is a string that may arrive as a number (wecom.md 2.4, finding 16).
type anString string

// UnmarshalJSON reads either form.
func (s *anString) UnmarshalJSON(b []byte) error {
	var v any
	if err := json.Unmarshal(b, &v); err != nil {
		return fmt.Errorf("read an id: %w", err)
	}
	switch v := v.(type) {
	case string:
		*s = anString(v)
	case float64:
		*s = anString(b)
	}
	return nil
}
