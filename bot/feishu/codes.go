package feishu

import (
	"slices"
	"time"

	"ticketbell/notify"
)

// route tells the calls apart whose codes mean different things.
type route int

const (
	message route = iota // everything that carries a token
	signIn               // fetching the token
	edit                 // changing a text or a post, or answering it
)

// row is what a code of Feishu means for a delivery.
type row struct {
	code    int
	judge   func(error) error
	meaning string
}

const (
	codeCardContent = 230099
	codeGateway     = 99991400 // the gateway's limit is the whole app's
)

// rowOf returns the row of a code; one nobody knows is tried again.
func rowOf(on route, code int) row {
	table := rows()
	if on == signIn {
		table = append(signInRows(), table...)
	}
	if i := slices.IndexFunc(table, func(r row) bool { return r.code == code }); i >= 0 {
		return table[i]
	}
	return row{code: code, judge: again}
}

// again leaves err without a verdict: it is tried again with back-off, and with the same uuid.
func again(err error) error { return err }

// after waits for d unless the answer says itself how long.
func after(d time.Duration) func(error) error {
	return func(err error) error { return notify.After(d, err) }
}

// rows is Feishu's table of codes (feishu.md 5.4) with what we make of each. The
// refused tokens (see tokenRefused) come here only when a fresh one was refused as well.
func rows() []row {
	return []row{
		// What was said cannot be said.
		{230001, notify.Permanent, "invalid request parameter"},
		{230022, notify.Permanent, "sensitive content"},
		{230025, notify.Permanent, "content too long"},
		{230028, notify.Permanent, "refused by data loss prevention"},
		{230054, notify.Permanent, "message type not allowed"},
		{codeCardContent, notify.Permanent, "card content refused"}, // except while locked, see judge
		{99992402, notify.Permanent, "field validation failed"},

		// This person cannot be told this way.
		{230002, notify.Permanent, "bot not in the group"},
		{230013, notify.Permanent, "app not available to this user"},
		{230018, notify.Permanent, "group settings forbid it"},
		{230029, notify.Permanent, "user has resigned"},
		{230035, notify.Permanent, "no permission to send here"},
		{230036, notify.Permanent, "encryption key gone"},
		{230038, notify.Permanent, "chat across tenants"},
		{230053, notify.Permanent, "user stopped the bot"},
		{230075, notify.Permanent, "encrypted chat"},
		{232009, notify.Permanent, "chat dissolved"},

		// The message can no longer be changed.
		{200830, notify.Fixed, "card of an older schema"},
		{230011, notify.Fixed, "message recalled"},
		{230012, notify.Fixed, "bot is not the sender"},
		{230031, notify.Fixed, "message older than 14 days"},
		{230110, notify.Fixed, "message deleted"},
		{99992354, notify.Fixed, "no such message"},

		// The id is not, or no longer, this person's: look it up afresh.
		{230034, notify.StaleAddress, "invalid receive_id"},
		{99992351, notify.StaleAddress, "no such open_id"},
		{99992360, notify.StaleAddress, "no such user_id"},
		{99992361, notify.StaleAddress, "open_id of another app"},
		{99992363, notify.StaleAddress, "no such user_id"},
		{99992364, notify.StaleAddress, "no such union_id"},

		// Nobody gets anything until an administrator mends the app.
		{230006, notify.Misconfigured, "bot not enabled"},
		{230027, notify.Misconfigured, "lack of permissions"},
		{99991401, notify.Misconfigured, "address not in the app's IP whitelist"},
		{99991403, notify.Misconfigured, "monthly API quota used up"},
		{99991662, notify.Misconfigured, "app disabled"},
		{99991672, notify.Misconfigured, "scope missing"},
		{99991673, notify.Misconfigured, "app not installed"},

		// Too fast.
		{codeGateway, after(time.Second), "rate limit of the gateway"},
		{230020, after(3 * time.Second), "rate limit of the user or message"},
		{11232, after(5 * time.Second), "rate limit of the message service"},
		{11233, after(5 * time.Second), "rate limit of the chat"},
		{11247, after(time.Minute), "internal rate limit"},

		// Nobody is to blame.
		{18121, again, "request is being processed"}, // feishu.md 5.1
		{230049, again, "message is being sent"},
		{1500, again, "internal error"},
		{2200, again, "internal error"},
		{5000, again, "internal error"},
		{10101, again, "internal error"},
		{10500, again, "internal error"},
	}
}

// signInRows is what fetching a token can answer besides (feishu.md 3).
func signInRows() []row {
	return []row{
		{10003, notify.Misconfigured, "invalid App ID"},
		{10005, notify.Misconfigured, "app refused"},
		{10013, notify.Misconfigured, "app refused"},
		{10014, notify.Misconfigured, "wrong App ID or App Secret, or app disabled"},
		{10015, notify.Misconfigured, "wrong App Secret"},
		{20002, notify.Misconfigured, "App ID and App Secret do not match"},
		{99991543, notify.Misconfigured, "App ID and App Secret do not match"},
	}
}

// tokenRefused reports whether code says that the token, not the request, is wrong:
// missing, invalid or expired, of another kind, malformed (feishu.md 5.4 and 2.5).
func tokenRefused(code int) bool {
	switch code {
	case 99991661, 99991663, 99991664, 99991668, 99991671:
		return true
	}
	return false
}
