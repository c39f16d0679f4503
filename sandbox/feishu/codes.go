package feishu

import (
	"fmt"
	"net/http"
	"strings"
)

// The refusals of feishu.md 3 and 5.4. All im/v1 codes come with HTTP 400.

func badToken(status int) *refusal {
	return &refusal{status: status, code: 99991663, msg: "Invalid access token for authorization. Please make a request with token attached."}
}

func missingToken() *refusal {
	return no(99991661, "Missing access token for authorization. Please make a request with token attached.")
}

func malformedToken() *refusal { return no(99991671, "Invalid access token format.") }

// limited is the gateway's rate limit: 429, from some old APIs 400 (feishu.md 5.3).
func limited(status, reset int) *refusal {
	return &refusal{status: status, code: 99991400, msg: "request trigger frequency limit", reset: reset}
}

func tooFrequent() *refusal {
	return no(230020, "This operation triggers the frequency limit.")
}

func scopeMissing(scopes []string) *refusal {
	r := no(99991672, fmt.Sprintf("Access denied. One of the following scopes is required: [%s]", strings.Join(scopes, ", ")))
	r.scopes = scopes
	return r
}

func unknownOpenID() *refusal {
	return no(99992351, "The request contains a open_id that does not exist.")
}

func invalidReceiver() *refusal { return no(230034, "The receive_id is invalid.") }

func unknownMessage() *refusal {
	return no(99992354, "The request contains a message_id that does not exist.")
}

func recalled() *refusal { return no(230011, "The message was recalled.") }

func tooOld() *refusal { return no(230031, "The message can only be updated within 14 days.") }

// editedOut ends the edits of a message. Which code says so is an assumption.
func editedOut() *refusal { return no(230072, "The message has reached the limit of its edits.") }

func tooLong() *refusal {
	return no(230025, "The length of the message content reaches its limit.")
}

// downgraded refuses to make a 1.0 card of a 2.0 card (feishu.md 6.1).
func downgraded() *refusal {
	return no(200830, "A card of schema 2.0 cannot be changed to schema 1.0.")
}

// badParameter is what the message service says to something it cannot read.
func badParameter(why string) *refusal {
	return no(230001, "Your request contains an invalid request parameter, ext="+why)
}

// badField is what the gateway says to a field of the wrong form.
func badField(field, why string) *refusal {
	r := no(99992402, "field validation failed")
	r.fields = []fieldViolation{{Field: field, Description: why}}
	return r
}

// badCard wraps a sub-code of the card service.
func badCard(err error) *refusal {
	return no(230099, "Failed to create card content, ext="+err.Error())
}

func no(code int, msg string) *refusal {
	return &refusal{status: http.StatusBadRequest, code: code, msg: msg}
}
