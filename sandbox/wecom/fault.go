package wecom

import (
	"context"
	"io"
	"net/http"
	"time"
)

const (
	// slowness is how long a slow answer takes; hanging is when a call that is
	// never answered is cut after all.
	slowness = 2 * time.Second
	hanging  = time.Minute
)

// FaultNames lists every fault the simulator knows.
func (s *Simulator) FaultNames() []string {
	return []string{
		"rate_limited", "busy", "unavailable", "empty", "timeout", "slow", "token_revoked", "token_expired",
		"wrong_secret", "wrong_corp", "ip_not_trusted", "not_permitted", "agent_mismatch", "app_disabled",
		"unknown_person", "partial", "partial_array", "unlicensed", "drop_after_accept", "bad_json",
		"malformed", "forbidden", "callback_thrice",
	}
}

// injected returns the refusal of the first of these faults that is set, nil when none is.
func (s *Simulator) injected(names ...string) *reply {
	name, hit := s.cfg.Faults.Take(Channel, names...)
	if !hit {
		return nil
	}
	switch name {
	case "wrong_secret":
		return refuse(codeBadSecret, "invalid credential")
	case "wrong_corp":
		return refuse(codeBadCorp, "invalid corpid")
	case "rate_limited":
		return refuse(codeRateLimited, "api freq out of limit")
	case "ip_not_trusted":
		return refuse(codeUntrustedIP, "not allow to access from your ip")
	case "not_permitted":
		return refuse(codeNotPermitted, "api forbidden")
	case "app_disabled":
		return refuse(codeAppDisabled, "app disabled")
	case "agent_mismatch":
		return refuse(codeAgentMismatch, "the access_token is not of this agentid")
	default:
		return refuse(codeBusy, "system busy")
	}
}

// spoiled returns the refusal of a whole call because of one receiver in it. That
// WeCom sends to the others is said of receivers it cannot see (wecom.md 4.4), and of
// one whose userid is malformed or whom the app has no right to nothing is said.
func (s *Simulator) spoiled(to receivers) *reply {
	if len(to.invalid) == 0 {
		return nil
	}
	switch name, _ := s.cfg.Faults.Take(Channel, "malformed", "forbidden"); name {
	case "malformed":
		return refuse(codeBadUserID, "invalid userid")
	case "forbidden":
		return refuse(codeNoRight, "no privilege to access/modify contact/party/agent")
	default:
		return nil
	}
}

// breaksDown makes the call fail below the API when a fault asks for it. It
// reports whether the call is over.
func (s *Simulator) breaksDown(w http.ResponseWriter, r *http.Request) bool {
	name, _ := s.cfg.Faults.Take(Channel, "unavailable", "empty", "timeout", "slow", "bad_json")
	switch name {
	case "unavailable":
		w.Header().Set("Content-Type", "text/html")
		w.WriteHeader(http.StatusBadGateway)
		_, _ = io.WriteString(w, "<html><body><h1>502 Bad Gateway</h1></body></html>")
	case "empty":
		w.WriteHeader(http.StatusOK)
	case "bad_json":
		w.Header().Set("Content-Type", "application/json")
		_, _ = io.WriteString(w, `{"errcode":0,"errmsg":"ok","msgid":`)
	case "timeout":
		wait(r.Context(), hanging)
		panic(http.ErrAbortHandler) // the way to cut a connection without an answer
	case "slow":
		wait(r.Context(), slowness)
		return false
	default:
		return false
	}
	return true
}

// wait returns after d, or when ctx ends.
func wait(ctx context.Context, d time.Duration) {
	timer := time.NewTimer(d)
	defer timer.Stop()
	select {
	case <-timer.C:
	case <-ctx.Done():
	}
}
