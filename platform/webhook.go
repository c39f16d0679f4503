package platform

import (
	"bytes"
	"context"
	"encoding/json"
	"errors"
	"fmt"
	"io"
	"net/http"
	"net/url"
	"strconv"
	"strings"
	"time"

	standardwebhooks "github.com/standard-webhooks/standard-webhooks/libraries/go"

	"ticketbell/cards"
	"ticketbell/notify"
	"ticketbell/ticket"
)

const (
	// MinSecret is how many bytes a secret has at least: the library that signs would
	// take an empty one.
	MinSecret = 24
	// maxAnswer is how many bytes of an answer are read.
	maxAnswer = 256 << 10
)

// The types of call.
const (
	typeDecision = "decision.requested"
	typePing     = "ping"
)

// Webhook asks a foreign platform by a call signed as Standard Webhooks say. What the
// platform has to do is written in docs/platform.md.
type Webhook struct {
	Now func() time.Time

	client *http.Client
}

// NewWebhook returns a Webhook that follows no redirects: the call is for the address
// an administrator entered, and for no other.
func NewWebhook(now func() time.Time) *Webhook {
	return &Webhook{Now: now, client: &http.Client{
		CheckRedirect: func(*http.Request, []*http.Request) error { return http.ErrUseLastResponse },
	}}
}

// call is the body of a signed call.
type call struct {
	Type      string    `json:"type"`
	Timestamp time.Time `json:"timestamp"`
	Data      any       `json:"data"`
}

// decision is what a platform is asked.
type decision struct {
	ID        string         `json:"id"`
	Action    cards.Action   `json:"action"`
	Reason    string         `json:"reason,omitempty"`
	By        ticket.Person  `json:"by"`
	Channel   notify.Channel `json:"channel"`
	PressedAt time.Time      `json:"pressed_at"`
	Attempt   int            `json:"attempt"`
	Ticket    subject        `json:"ticket"`
}

// subject is the ticket as the card showed it: the platform refuses a decision on a
// state that is over.
type subject struct {
	Source   string        `json:"source"`
	Key      string        `json:"key"`
	Revision int64         `json:"revision,omitempty"`
	Status   ticket.Status `json:"status"`
	Step     *ticket.Step  `json:"step,omitempty"`
}

// answer is what a platform answers.
type answer struct {
	Result  string        `json:"result"`
	Message string        `json:"message"`
	Event   *ticket.Event `json:"event"`
}

// Ask asks p for the decision of q, once.
func (w *Webhook) Ask(ctx context.Context, p notify.Platform, q notify.Question) (notify.Ruling, error) {
	t := q.On.Event.Ticket
	status, body, err := w.post(ctx, p, q.ID, call{Type: typeDecision, Timestamp: w.Now().UTC(), Data: decision{
		ID: q.ID, Action: q.Action, Reason: q.Reason, By: q.By, Channel: q.Channel, PressedAt: q.At.UTC(), Attempt: q.Attempts,
		Ticket: subject{Source: q.On.Source, Key: t.Key, Revision: t.Revision, Status: t.Status, Step: t.Step},
	}})
	if err != nil {
		return notify.Ruling{}, fmt.Errorf("ask the platform of %s: %w", p.Source, err)
	}
	r, err := rulingOf(status, body)
	if err != nil {
		return r, fmt.Errorf("ask the platform of %s: %w", p.Source, err)
	}
	if r.Event == nil {
		return r, nil
	}
	if !about(r.Event, q.On) { // the right one will come by the ordinary door
		return notify.Ruling{Word: notify.SaysLater}, nil
	}
	r.Event.Source = q.On.Source
	return r, nil
}

// rulingOf reads an answer; what is outside of the contract is an error.
func rulingOf(status int, body []byte) (notify.Ruling, error) {
	var a answer
	err := json.Unmarshal(body, &a)
	r := notify.Ruling{Message: a.Message}
	switch {
	case status == http.StatusAccepted:
		r.Word = notify.SaysLater
	case status == http.StatusConflict:
		r.Word = notify.SaysSettled
	case status == http.StatusForbidden, status == http.StatusUnprocessableEntity:
		r.Word = notify.SaysRefused
	case status != http.StatusOK:
		return r, fmt.Errorf("it answered %d", status)
	case err != nil:
		return r, errors.New("it answered 200 with something that is no JSON of the contract")
	case a.Result != "accepted":
		return r, errors.New(`it answered 200 without "result":"accepted"`)
	case a.Event == nil:
		r.Word = notify.SaysLater
	default:
		r.Word, r.Event = notify.SaysDone, a.Event
	}
	return r, nil
}

// about reports whether ev is of the ticket that was asked about: an answer speaks of
// nothing else.
func about(ev *ticket.Event, on notify.TicketRecord) bool {
	return (ev.Source == "" || ev.Source == on.Source) && ev.Ticket.Key == on.Event.Ticket.Key
}

// post makes one signed call and returns what came back.
func (w *Webhook) post(ctx context.Context, p notify.Platform, id string, c call) (int, []byte, error) {
	return w.send(ctx, p, c, func(req *http.Request, body []byte) error { return sign(req, p.Secret, id, w.Now(), body) })
}

// send makes one call under the seal that put gives it.
func (w *Webhook) send(ctx context.Context, p notify.Platform, c call, put seal) (int, []byte, error) {
	if err := CheckURL(p.URL); err != nil {
		return 0, nil, err
	}
	body, err := json.Marshal(c)
	if err != nil {
		return 0, nil, fmt.Errorf("write the call: %w", err)
	}
	timeout := p.Timeout
	if timeout <= 0 {
		timeout = notify.DefaultTimeout
	}
	ctx, cancel := context.WithTimeout(ctx, timeout)
	defer cancel()
	req, err := http.NewRequestWithContext(ctx, http.MethodPost, p.URL, bytes.NewReader(body))
	if err != nil {
		return 0, nil, errors.New("the address is none")
	}
	req.Header.Set("Content-Type", "application/json")
	req.Header.Set("User-Agent", "ticketbell")
	if err := put(req, body); err != nil {
		return 0, nil, err
	}
	return w.do(req)
}

func (w *Webhook) do(req *http.Request) (int, []byte, error) {
	resp, err := w.client.Do(req)
	if err != nil {
		if u, ok := errors.AsType[*url.Error](err); ok {
			err = u.Err // the address may hold a key in its query
		}
		return 0, nil, err
	}
	defer resp.Body.Close()
	body, err := io.ReadAll(io.LimitReader(resp.Body, maxAnswer+1))
	if err != nil {
		return 0, nil, fmt.Errorf("read the answer: %w", err)
	}
	if len(body) > maxAnswer {
		return 0, nil, fmt.Errorf("its answer is larger than %d KiB", maxAnswer>>10)
	}
	return resp.StatusCode, body, nil
}

// sign puts the headers of Standard Webhooks on req.
func sign(req *http.Request, secret, id string, at time.Time, body []byte) error {
	key, err := signingKey(secret)
	if err != nil {
		return err
	}
	signature, err := key.Sign(id, at, body)
	if err != nil {
		return errors.New("the call cannot be signed")
	}
	req.Header.Set(standardwebhooks.HeaderWebhookID, id)
	req.Header.Set(standardwebhooks.HeaderWebhookTimestamp, strconv.FormatInt(at.Unix(), 10))
	req.Header.Set(standardwebhooks.HeaderWebhookSignature, signature)
	return nil
}

// CheckSecret says why calls cannot be signed with the secret, nil when they can.
func CheckSecret(secret string) error {
	_, err := signingKey(secret)
	return err
}

// signingKey reads a secret: one that begins with whsec_ is base64, as Standard
// Webhooks write it; any other is the bytes it is.
func signingKey(secret string) (*standardwebhooks.Webhook, error) {
	if len(secret) < MinSecret {
		return nil, fmt.Errorf("the secret has fewer than %d bytes", MinSecret)
	}
	if !strings.HasPrefix(secret, "whsec_") {
		return standardwebhooks.NewWebhookRaw([]byte(secret))
	}
	key, err := standardwebhooks.NewWebhook(secret)
	if err != nil {
		return nil, errors.New("the secret begins with whsec_ and is no base64 after it")
	}
	return key, nil
}

// CheckURL says why a decision may not be sent to the address, nil when it may: https,
// or plain http to this machine only.
func CheckURL(address string) error {
	u, err := ticket.WebURL(address)
	if err != nil {
		return err
	}
	if u.Scheme != "https" && !ticket.ThisMachine(u.Hostname()) {
		return errors.New("the address must begin with https://, or lie on this machine")
	}
	return nil
}
