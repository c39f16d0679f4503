package feishu

import (
	"context"
	"io"
	"net/http"
	"slices"
	"time"
)

// point is where in a request a fault strikes.
type point string

const (
	atArrival point = "arrival" // any request, before it is looked at
	atToken   point = "token"   // the token route
	atGateway point = "gateway" // any call that carries a token
	atLookup  point = "lookup"  // batch_get_id
	atSend    point = "send"    // send and reply
	atPatch   point = "patch"   // patch
	atEdit    point = "edit"    // edit
	accepted  point = "accepted"

	atCallback point = "callback" // what is handed in to our own door
	atLine     point = "line"     // asking for a long connection
)

// fault is one way to misbehave. One without a plain refusal is carried out by
// name where it strikes.
type fault struct {
	name string
	at   []point
	no   *refusal
}

// faults is everything that can go wrong, by feishu.md 5.4 and 12. A fault that
// strikes at two points takes one of its times at each.
func faults() []fault {
	return []fault{
		// The network and the machines in front.
		{name: "unavailable", at: []point{atArrival}},      // 502 with an HTML page
		{name: "error_500", at: []point{atArrival}},        // 500 with {}
		{name: "gateway_timeout", at: []point{atArrival}},  // 504
		{name: "timeout", at: []point{atArrival}},          // no answer until the client goes, or Config.Hang
		{name: "slow", at: []point{atArrival}},             // the right answer after Config.Slow
		{name: "bad_json", at: []point{atArrival}},         // 200 with half an answer; nothing was done
		{name: "drop_after_accept", at: []point{accepted}}, // sent or changed, then the connection is cut

		// The app and its token.
		{name: "wrong_secret", at: []point{atToken}, no: badApp(http.StatusOK, 10014, "app secret invalid")},
		{name: "wrong_secret_400", at: []point{atToken}, no: badApp(http.StatusBadRequest, 10014, "app secret invalid")},
		{name: "invalid_param", at: []point{atToken}, no: badApp(http.StatusOK, 10003, "invalid param")},
		{name: "short_expire", at: []point{atToken}},        // the token is good for one minute
		{name: "token_revoked", at: []point{atGateway}},     // every token given out ends; HTTP 400
		{name: "token_revoked_200", at: []point{atGateway}}, // the same with HTTP 200, as some saw it
		{name: "token_expired", at: []point{atGateway}},     // the token of this request ends; HTTP 400
		{name: "ip_not_trusted", at: []point{atGateway}, no: no(99991401, "The IP is denied by the app's IP whitelist.")},
		{name: "scope_missing", at: []point{atGateway}}, // 99991672 with the scopes of the API
		{name: "rate_limited", at: []point{atGateway}, no: limited(http.StatusTooManyRequests, 1)},
		{name: "rate_limited_400", at: []point{atGateway}, no: limited(http.StatusBadRequest, 1)},

		// The person.
		{name: "unknown_person", at: []point{atLookup, atSend}, no: unknownOpenID()}, // a look-up finds nobody
		{name: "other_app", at: []point{atSend}, no: no(99992361, "The open_id belongs to another app.")},
		{name: "not_in_range", at: []point{atSend}, no: no(230013, "Bot has NO availability to this user.")},
		{name: "left", at: []point{atSend}, no: no(230029, "The user has resigned.")},
		{name: "blocked", at: []point{atSend}, no: no(230053, "The user has stopped the bot from sending messages.")},
		{name: "too_frequent", at: []point{atSend, atPatch, atEdit}, no: tooFrequent()},

		// The message.
		{name: "content_rejected", at: []point{atSend, atPatch, atEdit}, no: no(230028, "The message does not pass the audit.")},
		{name: "too_long", at: []point{atSend, atPatch, atEdit}, no: tooLong()},
		{name: "card_locked", at: []point{atSend, atPatch}, no: badCard(&CardError{Code: 11310, Path: "ROOT", Msg: "card action is lock"})},
		{name: "recalled", at: []point{atPatch, atEdit}, no: recalled()},
		{name: "too_old", at: []point{atPatch}, no: tooOld()},
		{name: "message_gone", at: []point{atPatch, atEdit}, no: unknownMessage()},

		// What comes back: as a forger would send it, or twice.
		{name: "callback_unsigned", at: []point{atCallback}},
		{name: "callback_wrong_signature", at: []point{atCallback}},
		{name: "callback_stale", at: []point{atCallback}}, // signed an hour ago
		{name: "callback_wrong_token", at: []point{atCallback}},
		{name: "callback_wrong_app", at: []point{atCallback}},
		{name: "callback_plain", at: []point{atCallback}}, // not encrypted
		{name: "callback_replayed", at: []point{atCallback}},

		// The long connection.
		{name: "line_busy", at: []point{atLine}, no: badApp(http.StatusOK, 1, "system busy")},
		{name: "line_full", at: []point{atLine}, no: badApp(http.StatusOK, 1000040350, "the number of connections exceeded the limit")},
		{name: "line_empty_config", at: []point{atLine}}, // a ClientConfig of {}: a careless client pings without a pause
	}
}

// FaultNames lists every fault the simulator knows.
func FaultNames() []string {
	names := []string{}
	for _, f := range faults() {
		names = append(names, f.name)
	}
	return names
}

// strike asks whether something goes wrong with a request at p.
func (s *Simulator) strike(p point) (fault, bool) {
	here := slices.DeleteFunc(faults(), func(f fault) bool { return !slices.Contains(f.at, p) })
	names := []string{}
	for _, f := range here {
		names = append(names, f.name)
	}
	name, ok := s.cfg.Faults.Take(Channel, names...)
	if !ok {
		return fault{}, false
	}
	return here[slices.Index(names, name)], true
}

// disturbed lets the faults of the network strike; true means the request is over.
func (s *Simulator) disturbed(w http.ResponseWriter, r *http.Request) bool {
	f, ok := s.strike(atArrival)
	if !ok {
		return false
	}
	switch f.name {
	case "slow":
		if wait(r.Context(), s.cfg.Slow) {
			return false
		}
		cut(w)
	case "timeout":
		wait(r.Context(), s.cfg.Hang)
		cut(w)
	case "unavailable":
		write(w, http.StatusBadGateway, "text/html", "<html><body><h1>502 Bad Gateway</h1></body></html>")
	case "gateway_timeout":
		write(w, http.StatusGatewayTimeout, "text/html", "<html><body><h1>504 Gateway Time-out</h1></body></html>")
	case "error_500":
		write(w, http.StatusInternalServerError, "application/json; charset=utf-8", "{}")
	case "bad_json":
		write(w, http.StatusOK, "application/json; charset=utf-8", `{"code":0,"msg":"succ`)
	}
	return true
}

// gatewayFault carries out the faults of the app and its token.
func (s *Simulator) gatewayFault(f fault, c *call, token string) error {
	switch f.name {
	case "token_revoked":
		s.tokens.revoke()
		return badToken(http.StatusBadRequest)
	case "token_revoked_200":
		s.tokens.revoke()
		return badToken(http.StatusOK)
	case "token_expired":
		s.tokens.expire(token)
		return badToken(http.StatusBadRequest)
	case "scope_missing":
		return scopeMissing(scopesOf(c.api))
	}
	return f.no
}

// scopesOf lists the scopes of which one opens an API (feishu.md 4, 5.1, 6.1).
func scopesOf(api string) []string {
	switch api {
	case "batch_get_id":
		return []string{"contact:user.id:readonly"}
	case "patch", "edit":
		return []string{"im:message:send_as_bot", "im:message", "im:message:update"}
	}
	return []string{"im:message:send_as_bot", "im:message", "im:message:send"}
}

// wait reports whether d passed before ctx ended.
func wait(ctx context.Context, d time.Duration) bool {
	timer := time.NewTimer(d)
	defer timer.Stop()
	select {
	case <-ctx.Done():
		return false
	case <-timer.C:
		return true
	}
}

func write(w http.ResponseWriter, status int, contentType, body string) {
	w.Header().Set("Content-Type", contentType)
	w.WriteHeader(status)
	_, _ = io.WriteString(w, body) // the client went away: nobody is left to tell
}
