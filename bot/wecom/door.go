package wecom

import (
	"cmp"
	"context"
	"errors"
	"fmt"
	"io"
	"log/slog"
	"net/http"
	"strconv"
	"sync"
	"time"

	"golang.org/x/sync/singleflight"

	"ticketbell/notify"
)

const (
	// maxCallback is the largest callback that is read, in bytes.
	maxCallback = 1 << 20
	// answerWithin is how long a callback may take; WeCom hangs up after 5 s and tries
	// again (wecom.md 8.5). What takes longer goes on after the answer.
	answerWithin = 4 * time.Second
	// workTime bounds what goes on.
	workTime = 30 * time.Second
)

// Seen remembers what was handed in and dealt with, for all replicas.
type Seen interface {
	HasCallback(ctx context.Context, id string) (bool, error)
	KeepCallback(ctx context.Context, id string, now time.Time) error
}

// Codes takes the code that comes with a press; see [Memory].
type Codes interface {
	AddCode(ctx context.Context, taskID, code string, expires time.Time) error
}

// Door is where WeCom hands in what people do: GET and POST /callbacks/wecom. It opens
// to nothing that is not signed and encrypted with the app's own keys, and answers 403
// to the rest without a reason. All fields are needed, but where it says otherwise.
type Door struct {
	// Keys are those of the app as configured now; [notify.ErrOff] when it has none.
	Keys func(ctx context.Context) (Keys, error)
	// Bot writes to whoever pressed in vain; [notify.ErrOff] when the channel is off.
	Bot func(ctx context.Context) (*Bot, error)
	// Paced has send write to the member once the limits of the app leave room; nil keeps none.
	Paced    func(ctx context.Context, userID string, send func(context.Context) error) error
	Presses  notify.Presses
	Listener notify.Listener
	Seen     Seen
	Codes    Codes
	Now      func() time.Time
	Log      *slog.Logger

	within time.Duration  // how long an answer may take; 0 is answerWithin
	work   sync.WaitGroup // counts what goes on after its answer
	flight singleflight.Group
}

// Wait returns once all that was begun is done.
func (d *Door) Wait() { d.work.Wait() }

// ServeHTTP implements [http.Handler].
func (d *Door) ServeHTTP(w http.ResponseWriter, r *http.Request) {
	w.Header().Set("Cache-Control", "no-store")
	switch r.Method {
	case http.MethodGet:
		d.prove(w, r)
	case http.MethodPost:
		d.take(w, r)
	default:
		w.Header().Set("Allow", "GET, POST")
		w.WriteHeader(http.StatusMethodNotAllowed)
	}
}

// prove answers WeCom's question whether we hold the keys: the decrypted echostr as it
// is. A + that arrives unescaped has become a space, and the signature does not match.
func (d *Door) prove(w http.ResponseWriter, r *http.Request) {
	l := letterOf(r)
	l.sealed = r.URL.Query().Get("echostr")
	plain, _, err := d.open(r.Context(), l)
	if err != nil {
		d.refuse(w, err)
		return
	}
	w.Header().Set("Content-Type", "text/plain; charset=utf-8")
	_, _ = w.Write(plain)
}

// take reads a callback, and answers 200 once what it tells is done or takes long. 500
// says that nothing came of it: WeCom hands it in again.
func (d *Door) take(w http.ResponseWriter, r *http.Request) {
	h, err := d.read(r)
	if err != nil {
		d.refuse(w, err)
		return
	}
	if err := d.once(r.Context(), h); err != nil {
		d.Log.Error("a callback of WeCom came to nothing", "kind", h.kind(), "error", err)
		w.WriteHeader(http.StatusInternalServerError)
		return
	}
	w.WriteHeader(http.StatusOK)
}

// read returns what a genuine callback tells.
func (d *Door) read(r *http.Request) (happening, error) {
	body, err := io.ReadAll(io.LimitReader(r.Body, maxCallback+1))
	if err != nil {
		return happening{}, fmt.Errorf("read the body: %w", err)
	}
	if len(body) > maxCallback {
		return happening{}, errors.New("the body is too large")
	}
	var outer sealedXML
	if err := bareXML(body, &outer); err != nil {
		return happening{}, err
	}
	if outer.Encrypt == "" {
		return happening{}, errors.New("nothing in it is encrypted")
	}
	l := letterOf(r)
	l.sealed = outer.Encrypt
	plain, keys, err := d.open(r.Context(), l)
	if err != nil {
		return happening{}, err
	}
	if keys.Off {
		return happening{}, notify.ErrOff
	}
	var h happening
	if err := bareXML(plain, &h); err != nil {
		return happening{}, err
	}
	if h.AgentID != "" && h.AgentID != strconv.Itoa(keys.AgentID) {
		return happening{}, errors.New("it comes from another app")
	}
	return h, nil
}

func letterOf(r *http.Request) letter {
	q := r.URL.Query()
	return letter{signature: q.Get("msg_signature"), timestamp: q.Get("timestamp"), nonce: q.Get("nonce")}
}

func (d *Door) open(ctx context.Context, l letter) ([]byte, Keys, error) {
	keys, err := d.Keys(ctx)
	if err != nil {
		return nil, keys, fmt.Errorf("find the keys: %w", err)
	}
	plain, err := keys.open(l, d.Now())
	return plain, keys, err
}

func (d *Door) refuse(w http.ResponseWriter, why error) {
	d.Log.Warn("a callback of WeCom was refused", "why", why)
	w.WriteHeader(http.StatusForbidden)
}

// once does what h asks for, unless that was done, and returns when it is or
// [answerWithin] has passed. Who hands it in again meanwhile waits for the same. It is
// remembered when it is done and not before: what a killed process had begun is handed
// in again, and desk and listener know it by its id.
func (d *Door) once(ctx context.Context, h happening) error {
	flown := d.flight.DoChan(h.id(), func() (any, error) {
		ctx, cancel := context.WithTimeout(context.WithoutCancel(ctx), workTime)
		defer cancel()
		if seen, err := d.Seen.HasCallback(ctx, h.id()); err != nil || seen {
			return nil, err
		}
		if err := d.do(ctx, h); err != nil {
			return nil, err
		}
		return nil, d.Seen.KeepCallback(ctx, h.id(), d.Now())
	})
	done := make(chan error, 1)
	d.work.Go(func() { done <- (<-flown).Err })
	patience := time.NewTimer(cmp.Or(d.within, answerWithin))
	defer patience.Stop()
	select {
	case err := <-done:
		return err
	case <-patience.C:
		return nil
	}
}

// do hands h to whom it concerns.
func (d *Door) do(ctx context.Context, h happening) (err error) {
	defer func() {
		if r := recover(); r != nil { // the process, with everything it sends, lives on
			err = fmt.Errorf("panicked: %v", r)
		}
	}()
	switch h.kind() {
	case "template_card_event", "template_card_menu_event":
		return d.press(ctx, h)
	case "click":
		return d.hear(ctx, h, h.EventKey)
	case "subscribe":
		return d.hear(ctx, h, greeting)
	}
	if h.MsgType == "event" || h.MsgType == "" {
		return nil // entering the chat, leaving the app: nothing to say
	}
	return d.hear(ctx, h, h.Content)
}

// greeting is what somebody who meets the bot for the first time would ask.
const greeting = "help"

func (d *Door) hear(ctx context.Context, h happening, text string) error {
	if h.From == "" {
		return nil
	}
	return d.Listener.Hear(ctx, notify.Said{
		ID: h.id(), Channel: notify.WeCom, Address: h.From, Text: text, At: h.at(d.Now()),
	})
}
