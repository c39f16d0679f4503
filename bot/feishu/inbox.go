package feishu

import (
	"context"
	"encoding/json"
	"errors"
	"fmt"
	"log/slog"
	"sync"
	"time"

	"ticketbell/cards"
	"ticketbell/notify"
)

const (
	// patience is how long a press may take before its toast says that it takes longer:
	// after 3 s Feishu shows an error instead (feishu.md 8.3).
	patience = 2500 * time.Millisecond
	// longest bounds what goes on after that.
	longest = time.Minute
	// settling is how long after a message was read its send is written down at the latest.
	settling = 5 * time.Second
)

// Inbox hands what people do and say on Feishu to those who act on it, whichever way
// it came in. It is safe for use by many goroutines.
type Inbox struct {
	presses  notify.Presses
	listener notify.Listener
	receipts notify.ReadReceipts
	now      func() time.Time
	log      *slog.Logger

	work   sync.WaitGroup // presses that are still being acted on, and receipts that wait
	ending chan struct{}  // closed by Close
}

// NewInbox returns an inbox that hands presses to presses, words to listener and what
// was read to receipts. All of them recognise what is handed in again.
func NewInbox(presses notify.Presses, listener notify.Listener, receipts notify.ReadReceipts, now func() time.Time, log *slog.Logger) *Inbox {
	return &Inbox{presses: presses, listener: listener, receipts: receipts, now: now, log: log, ending: make(chan struct{})}
}

// Close waits for the presses that are still being acted on. It is called once.
func (b *Inbox) Close() {
	close(b.ending)
	b.work.Wait()
}

// Take acts on an event of the app that came over a connection Feishu vouches for, and
// returns the JSON to answer with. An error says that it was not taken: Feishu should
// hand it in again.
func (b *Inbox) Take(ctx context.Context, app string, event []byte) ([]byte, error) {
	var e incoming
	if err := json.Unmarshal(event, &e); err != nil {
		return nil, fmt.Errorf("read a feishu event: %w", err)
	}
	if e.Schema != "2.0" || e.Header.AppID != app {
		return nil, fmt.Errorf("take a feishu event: %w", errNotOurs)
	}
	return b.take(ctx, e)
}

func (b *Inbox) take(ctx context.Context, e incoming) ([]byte, error) {
	switch e.Header.EventType {
	case cardAction:
		return json.Marshal(b.press(ctx, e))
	case textMessage:
		return b.hear(ctx, e, incoming.message)
	case menuEntry:
		return b.hear(ctx, e, incoming.choice)
	case messageRead:
		return b.note(ctx, e)
	}
	return []byte("{}"), nil
}

// pressReply is what whoever pressed sees. The cards follow by themselves: one in the reply
// is refused by some clients (feishu.md 8.3).
type pressReply struct {
	Toast *toast `json:"toast,omitempty"`
}

type toast struct {
	Type    notify.Tone `json:"type"`
	Content string      `json:"content"`
	I18n    toastI18n   `json:"i18n"`
}

type toastI18n struct {
	Chinese string `json:"zh_cn"`
	English string `json:"en_us"`
}

func toastOf(tone notify.Tone, t cards.Text) pressReply {
	return pressReply{&toast{Type: tone, Content: t.ZH, I18n: toastI18n{Chinese: t.ZH, English: t.EN}}}
}

// press acts on a press and answers in time, at the latest that it takes longer.
func (b *Inbox) press(ctx context.Context, e incoming) pressReply {
	p, err := e.press(b.now())
	if err != nil {
		b.log.Warn("a press on Feishu was not understood", "event_id", e.Header.EventID, "error", err)
		return toastOf(notify.ToneBroken, cards.NotUnderstood())
	}
	answers := make(chan notify.Answer, 1)
	ctx, cancel := context.WithTimeout(context.WithoutCancel(ctx), longest)
	b.work.Go(func() {
		defer cancel()
		answers <- b.presses.Act(ctx, p)
	})
	late := time.NewTimer(patience)
	defer late.Stop()
	select {
	case a := <-answers:
		return answerOf(a)
	case <-late.C:
		return toastOf(notify.TonePending, cards.StillWorking())
	}
}

func answerOf(a notify.Answer) pressReply {
	if a.Text.IsZero() {
		return pressReply{}
	}
	return toastOf(a.Tone, a.Text)
}

// hear hands words on. They are answered in the chat; here only whether they were heard.
func (b *Inbox) hear(ctx context.Context, e incoming, read func(incoming, time.Time) (notify.Said, error)) ([]byte, error) {
	said, err := read(e, b.now())
	if err != nil {
		b.log.Debug("an event of Feishu says nothing to us", "event_id", e.Header.EventID, "type", e.Header.EventType, "error", err)
		return []byte("{}"), nil
	}
	ctx, cancel := context.WithTimeout(ctx, patience)
	defer cancel()
	if err := b.listener.Hear(ctx, said); err != nil {
		return nil, fmt.Errorf("hear %s on feishu: %w", said.ID, err)
	}
	return []byte("{}"), nil
}

// note hands on what was read.
func (b *Inbox) note(ctx context.Context, e incoming) ([]byte, error) {
	r, err := e.receipt(b.now())
	if err != nil {
		b.log.Debug("an event of Feishu says nothing to us", "event_id", e.Header.EventID, "type", e.Header.EventType, "error", err)
		return []byte("{}"), nil
	}
	soon, cancel := context.WithTimeout(ctx, patience)
	defer cancel()
	err = b.receipts.Opened(soon, r)
	if errors.Is(err, notify.ErrNotFound) {
		b.work.Go(func() { b.noteLater(context.WithoutCancel(ctx), r) })
		return []byte("{}"), nil
	}
	if err != nil {
		return nil, fmt.Errorf("note what was read on feishu: %w", err)
	}
	return []byte("{}"), nil
}

// noteLater tries once more: whoever has the chat open reads a message before its send is
// written down. What is unknown then is no delivery's.
func (b *Inbox) noteLater(ctx context.Context, r notify.ReadReceipt) {
	wait := time.NewTimer(settling)
	defer wait.Stop()
	select {
	case <-wait.C:
	case <-b.ending:
	}
	ctx, cancel := context.WithTimeout(ctx, patience)
	defer cancel()
	if err := b.receipts.Opened(ctx, r); err != nil && !errors.Is(err, notify.ErrNotFound) {
		b.log.Warn("what was read on Feishu was not noted", "error", err)
	}
}
