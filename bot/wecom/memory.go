package wecom

import (
	"context"
	"time"

	"ticketbell/notify"
)

// Memory keeps the cards that are out with their response codes: WeCom tells each once,
// and each changes all copies of its card once, within 72 hours (wecom.md 7).
type Memory interface {
	// KeepCard remembers a card with the code that came when it was sent.
	KeepCard(ctx context.Context, c notify.CardRecord, code string, expires time.Time) error
	// Card returns the card of that message with the codes that work at now and what it
	// should show, or [notify.ErrNotFound].
	Card(ctx context.Context, messageID string, now time.Time) (notify.CardRecord, error)
	// AddCode adds the code that came with a press on the card of that task, or that may
	// have become it. A task nobody knows changes nothing.
	AddCode(ctx context.Context, taskID, code string, expires time.Time) error
	// TakeCode sets a code of the card aside for making it next: the one that was set
	// aside for that look before, else one that was not, else whatever is left. It returns
	// [notify.ErrNotFound] when nothing is. From then on the card is known by the task of
	// next, too: whether the call gets through, nobody may hear.
	TakeCode(ctx context.Context, next notify.CardRecord, now time.Time) (notify.CardCode, error)
	// FreeCode takes back a code that did not reach WeCom.
	FreeCode(ctx context.Context, code string) error
	// SpendCode forgets a code that WeCom does not take.
	SpendCode(ctx context.Context, code string) error
	// ShowCard writes down what the card of c.MessageID has become, and forgets the code
	// that made it so. What others were tried for before is not what it shows.
	ShowCard(ctx context.Context, c notify.CardRecord, code string) error
}

// keep writes down what WeCom tells once. The time of the call does not bound it: a
// process that was stopped between the answer and the disk has none of it left, and what
// is not written down leaves a card that nobody can change.
func keep(ctx context.Context, write func(context.Context) error) error {
	return notify.Insist(context.WithoutCancel(ctx), notify.RecordPatience, write)
}
