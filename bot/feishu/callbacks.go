package feishu

import (
	"context"
	"encoding/json"
	"errors"
	"io"
	"log/slog"
	"net/http"
	"time"

	"ticketbell/notify"
)

const (
	// maxCallback is the largest request that is read, in bytes.
	maxCallback = 1 << 20
	// maxAge is how far a signature may be from now, either way.
	maxAge = 5 * time.Minute
	// maxEventAge is how long ago an event may have been made: Feishu hands one in for up
	// to seven hours (feishu.md 8.4).
	maxEventAge = 8 * time.Hour
)

// Apps knows how the app is configured now.
type Apps interface {
	// FeishuApp returns the app, or [notify.ErrOff] when its channel is switched off.
	FeishuApp(ctx context.Context) (Config, error)
}

// Callbacks is the door at which Feishu hands in events and presses over HTTP. It lets
// in only what Feishu sealed and signed with our keys (feishu.md 9).
type Callbacks struct {
	apps  Apps
	inbox *Inbox
	now   func() time.Time
	log   *slog.Logger
}

// NewCallbacks returns a door to inbox.
func NewCallbacks(apps Apps, inbox *Inbox, now func() time.Time, log *slog.Logger) *Callbacks {
	return &Callbacks{apps: apps, inbox: inbox, now: now, log: log}
}

// errTooLong is the one refusal with a status of its own.
var errTooLong = errors.New("the request is too long")

// ServeHTTP answers one request. Every refusal reads alike; the log knows why.
func (c *Callbacks) ServeHTTP(w http.ResponseWriter, r *http.Request) {
	if r.Method != http.MethodPost {
		w.Header().Set("Allow", http.MethodPost)
		refuse(w, http.StatusMethodNotAllowed)
		return
	}
	app, err := c.apps.FeishuApp(r.Context())
	switch {
	case errors.Is(err, notify.ErrOff) || (err == nil && app.Callback != CallbackHTTP):
		refuse(w, http.StatusNotFound)
		return
	case err != nil:
		c.log.Error("a Feishu callback could not be checked", "error", err)
		refuse(w, http.StatusInternalServerError)
		return
	}
	e, err := c.admit(w, r, app)
	switch {
	case errors.Is(err, errTooLong):
		c.log.Warn("a Feishu callback was refused", "reason", err)
		refuse(w, http.StatusRequestEntityTooLarge)
	case err != nil:
		c.log.Warn("a Feishu callback was refused", "reason", err)
		refuse(w, http.StatusUnauthorized)
	case e.Schema == "":
		answerJSON(w, http.StatusOK, map[string]string{"challenge": e.Challenge})
	default:
		c.handOn(w, r, e)
	}
}

func (c *Callbacks) handOn(w http.ResponseWriter, r *http.Request, e incoming) {
	answer, err := c.inbox.take(r.Context(), e)
	if err != nil {
		c.log.Error("a Feishu event was not taken and comes again", "event_id", e.Header.EventID, "error", err)
		answerJSON(w, http.StatusInternalServerError, map[string]string{"msg": "not taken"})
		return
	}
	answerJSON(w, http.StatusOK, json.RawMessage(answer))
}

// admit reads the request and returns what it holds, once it is proved to come from
// Feishu, or a verification of our address, which is not signed (feishu.md 8.1).
func (c *Callbacks) admit(w http.ResponseWriter, r *http.Request, app Config) (incoming, error) {
	body, err := io.ReadAll(http.MaxBytesReader(w, r.Body, maxCallback))
	if _, long := errors.AsType[*http.MaxBytesError](err); long {
		return incoming{}, errTooLong
	}
	if err != nil {
		return incoming{}, errors.New("the request broke off")
	}
	plain, err := open(body, app.EncryptKey)
	if err != nil {
		return incoming{}, err
	}
	var e incoming
	if err := json.Unmarshal(plain, &e); err != nil {
		return e, errors.New("it holds no event")
	}
	if e.Type == "url_verification" && e.Schema == "" {
		if !same(e.Token, app.VerificationToken) {
			return e, errors.New("wrong token of the verification")
		}
		return e, nil
	}
	if app.EncryptKey != "" {
		if err := c.checkSignature(r.Header, app.EncryptKey, body, e); err != nil {
			return e, err
		}
	}
	switch {
	case e.Schema != "2.0":
		return e, errors.New("not of schema 2.0")
	case !same(e.Header.Token, app.VerificationToken):
		return e, errors.New("wrong token")
	case !same(e.Header.AppID, app.AppID):
		return e, errors.New("another app")
	}
	return e, nil
}

// open returns the event in body. With a key nothing but what was sealed with it is
// taken; without one, which [Config.Validate] does not allow, the token alone decides.
func open(body []byte, key string) ([]byte, error) {
	var outer struct {
		Encrypt string `json:"encrypt"`
	}
	if err := json.Unmarshal(body, &outer); err != nil {
		return nil, errors.New("not JSON")
	}
	if key == "" {
		return body, nil
	}
	if outer.Encrypt == "" {
		return nil, errors.New("not encrypted")
	}
	return unseal(key, outer.Encrypt)
}

func (c *Callbacks) checkSignature(h http.Header, key string, body []byte, e incoming) error {
	stamp := h.Get("X-Lark-Request-Timestamp")
	want := signatureOf(stamp, h.Get("X-Lark-Request-Nonce"), key, body)
	if !same(h.Get("X-Lark-Signature"), want) {
		return errors.New("wrong signature")
	}
	if !c.fresh(stamp, e.Header) {
		return errors.New("stale")
	}
	return nil
}

// fresh reports whether the request was signed just now, or, where it says so in no
// form we know, whether its event was made lately (feishu.md 8.2).
func (c *Callbacks) fresh(stamp string, h eventHeader) bool {
	if at, ok := signedAt(stamp); ok {
		return c.now().Sub(at).Abs() <= maxAge
	}
	at, ok := madeAt(h.CreateTime)
	age := c.now().Sub(at)
	if h.EventType == cardAction { // never handed in again
		return ok && age.Abs() <= maxAge
	}
	return ok && age <= maxEventAge && age >= -maxAge
}

func refuse(w http.ResponseWriter, status int) {
	answerJSON(w, status, map[string]string{"msg": "rejected"})
}

func answerJSON(w http.ResponseWriter, status int, body any) {
	w.Header().Set("Content-Type", "application/json; charset=utf-8")
	w.Header().Set("Cache-Control", "no-store")
	w.WriteHeader(status)
	_ = json.NewEncoder(w).Encode(body) // the client went away: nobody is left to tell
}
