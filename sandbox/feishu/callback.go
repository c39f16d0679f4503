package feishu

import (
	"bytes"
	"context"
	"encoding/json"
	"errors"
	"fmt"
	"io"
	"maps"
	"net/http"
	"strconv"
	"time"

	"ticketbell/sandbox"
)

const (
	// clientPatience is how long a client waits for the answer to a press, and the
	// platform for that to an event (feishu.md 8.3, 8.4).
	clientPatience = 3 * time.Second
	// verifyWithin is how long the answer to a challenge may take (feishu.md 8.1).
	verifyWithin = time.Second
)

// What a client shows when a press comes to nothing (feishu.md 8.3).
const (
	shownNoCallback = 200340 // not configured, or not published
	shownTooLate    = 200341
	shownBadStatus  = 200671
	shownBadJSON    = 200672
	shownBadCard    = 200673
	shownDowngraded = 200830
)

// pressError is the code a client shows instead of a toast.
type pressError struct {
	code int
	why  string
}

func (e *pressError) Error() string { return fmt.Sprintf("the client shows %d: %s", e.code, e.why) }

// SetDoor says where callbacks and events go: the whole URL, with /callbacks/feishu.
func (s *Simulator) SetDoor(url string) {
	s.mu.Lock()
	defer s.mu.Unlock()
	s.door = url
}

func (s *Simulator) doorURL() string {
	s.mu.Lock()
	defer s.mu.Unlock()
	return s.door
}

// Verify has the door prove that it holds the keys, as the console does when the
// request URL is saved (feishu.md 8.1).
func (s *Simulator) Verify(ctx context.Context) error {
	ctx, cancel := context.WithTimeout(ctx, verifyWithin)
	defer cancel()
	challenge := randomHex(12)
	plain, err := json.Marshal(map[string]string{"challenge": challenge, "token": s.cfg.VerificationToken, "type": "url_verification"})
	if err != nil {
		return err
	}
	body, err := s.wrapped(plain)
	if err != nil {
		return err
	}
	status, answer, err := s.exchange(ctx, s.doorURL(), body, nil)
	if err != nil {
		return err
	}
	var said struct {
		Challenge string `json:"challenge"`
	}
	if status != http.StatusOK || json.Unmarshal(answer, &said) != nil || said.Challenge != challenge {
		return fmt.Errorf("the door answered %d and not the challenge", status)
	}
	return nil
}

// happening is an event or callback on its way to our own door.
type happening struct {
	kind  string
	event map[string]any
}

// cardAction is the one that is a callback: made in microseconds, answered with a
// toast, and never handed in again.
const cardAction = "card.action.trigger"

// enveloped is h as it is told, before it is sealed (feishu.md 8.3, 8.4).
func (s *Simulator) enveloped(h happening, f string) ([]byte, error) {
	now := s.cfg.Now()
	made, appID, token := strconv.FormatInt(now.UnixMilli(), 10), s.cfg.AppID, s.cfg.VerificationToken
	if h.kind == cardAction {
		made = strconv.FormatInt(now.UnixMicro(), 10)
	}
	switch f {
	case "callback_wrong_token":
		token = "v" + randomHex(8)
	case "callback_wrong_app":
		appID = "cli_" + randomHex(8)
	}
	return json.Marshal(map[string]any{
		"schema": "2.0",
		"header": map[string]string{
			"event_id": randomHex(16), "token": token, "create_time": made, "event_type": h.kind,
			"tenant_key": tenantKey, "app_id": appID,
		},
		"event": h.event,
	})
}

// wrapped is what goes over the wire: sealed when there is an Encrypt Key.
func (s *Simulator) wrapped(plain []byte) ([]byte, error) {
	if s.cfg.EncryptKey == "" {
		return plain, nil
	}
	return json.Marshal(map[string]string{"encrypt": Seal(s.cfg.EncryptKey, plain)})
}

// handIn carries h to our own door: over a long connection when one is open, else over
// HTTP, sealed and signed.
func (s *Simulator) handIn(ctx context.Context, h happening) (sandbox.Carried, error) {
	f, _ := s.strike(atCallback)
	plain, err := s.enveloped(h, f.name)
	if err != nil {
		return sandbox.Carried{}, err
	}
	began := time.Now()
	open, opened, _ := s.LineCounts()
	carry := s.overHTTP
	switch door := s.doorURL(); {
	case open > 0, opened > 0 && door == "":
		carry = s.overLine
	case door == "":
		return sandbox.Carried{}, &pressError{shownNoCallback, "no callback is configured"}
	}
	done, err := carry(ctx, h, plain, f.name)
	if f.name == "callback_replayed" && err == nil {
		done, err = carry(ctx, h, plain, "")
	}
	done.TookMS = time.Since(began).Milliseconds()
	return done, err
}

// overHTTP hands in plain at our own door, with what a fault does to it.
func (s *Simulator) overHTTP(ctx context.Context, h happening, plain []byte, f string) (sandbox.Carried, error) {
	body, err := s.wrapped(plain)
	if err != nil {
		return sandbox.Carried{}, err
	}
	if f == "callback_plain" {
		body = plain
	}
	header := s.signed(h, body, f)
	ctx, cancel := context.WithTimeout(ctx, clientPatience)
	defer cancel()
	status, answer, err := s.exchange(ctx, s.doorURL(), body, header)
	if errors.Is(err, context.DeadlineExceeded) {
		return sandbox.Carried{}, &pressError{shownTooLate, "no answer within three seconds"}
	}
	c := sandbox.Carried{Status: status, Answer: json.RawMessage("null")}
	if json.Valid(answer) {
		c.Answer = answer
	}
	return c, err
}

// signed are the headers of a request. The timestamp of a card callback was seen as Go
// prints a time, that of an event is in unix seconds (feishu.md 8.2).
func (s *Simulator) signed(h happening, body []byte, f string) http.Header {
	if s.cfg.EncryptKey == "" || f == "callback_unsigned" {
		return nil
	}
	at := s.cfg.Now()
	if f == "callback_stale" {
		at = at.Add(-time.Hour)
	}
	stamp, nonce := strconv.FormatInt(at.Unix(), 10), randomHex(5)
	if h.kind == cardAction && s.turn()%2 == 0 { // both are to be expected
		stamp = at.In(time.FixedZone("CST", 8*60*60)).Format("2006-01-02 15:04:05.999999999 -0700 MST") + " m=+3612.052290112"
	}
	signature := Sign(stamp, nonce, s.cfg.EncryptKey, body)
	if f == "callback_wrong_signature" {
		signature = Sign(stamp, nonce, randomHex(8), body)
	}
	return http.Header{
		"X-Lark-Request-Timestamp": {stamp}, "X-Lark-Request-Nonce": {nonce}, "X-Lark-Signature": {signature},
	}
}

// turn counts signed requests.
func (s *Simulator) turn() int {
	s.mu.Lock()
	defer s.mu.Unlock()
	s.turns++
	return s.turns
}

// exchange posts body. A redirect is an answer like any other, and a wrong one.
func (s *Simulator) exchange(ctx context.Context, url string, body []byte, header http.Header) (status int, answer []byte, err error) {
	req, err := http.NewRequestWithContext(ctx, http.MethodPost, url, bytes.NewReader(body))
	if err != nil {
		return 0, nil, err
	}
	maps.Copy(req.Header, header)
	req.Header.Set("Content-Type", "application/json; charset=utf-8")
	resp, err := s.client.Do(req)
	if err != nil {
		return 0, nil, fmt.Errorf("hand in a callback: %w", err)
	}
	defer func() { _ = resp.Body.Close() }()
	answer, err = io.ReadAll(io.LimitReader(resp.Body, maxBody))
	return resp.StatusCode, answer, err
}
