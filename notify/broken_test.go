package notify_test

import (
	"context"
	"errors"
	"strings"
	"testing"
	"time"

	"ticketbell/notify"
	"ticketbell/ticket"
)

func TestAChannelThatCannotBePausedIsLeftAloneForAWhile(t *testing.T) {
	inHouse(t, func(t *testing.T, h *house) {
		h.board.only(notify.Mail)
		h.board.pauseErr = errors.New("the database is away")
		h.board.mail.answer = refusing(notify.Misconfigured(refusal("mail.535")))
		h.accept(submitted("lisi"))
		h.work(notify.Mail)
		pass(time.Minute)
		if got := len(h.board.mail.all()); got > 2 {
			t.Errorf("got %d calls within a minute, want a wait between them", got)
		}
		h.wantFate("lisi", notify.Mail, notify.Queued, "channel_paused")
	})
}

func TestASenderThatBreaksItsPromiseCostsAnAttempt(t *testing.T) {
	for name, answer := range map[string]func(context.Context, int, call) []notify.Outcome{
		"too few outcomes":  func(context.Context, int, call) []notify.Outcome { return nil },
		"too many outcomes": func(_ context.Context, _ int, c call) []notify.Outcome { return append(taken(c), taken(c)...) },
		"a panic":           func(context.Context, int, call) []notify.Outcome { panic("index out of range") },
	} {
		t.Run(name, func(t *testing.T) {
			inHouse(t, func(t *testing.T, h *house) {
				h.board.only(notify.WeCom)
				h.board.wecom.answer = func(ctx context.Context, n int, c call) []notify.Outcome {
					if n == 1 {
						return answer(ctx, n, c)
					}
					return taken(c)
				}
				h.accept(submitted("lisi", "wangwu"))
				h.work(notify.WeCom)
				pass(time.Minute)
				h.wantFate("lisi", notify.WeCom, notify.Accepted, "")
				h.wantFate("wangwu", notify.WeCom, notify.Accepted, "")
				h.stop()
				if name == "a panic" && !strings.Contains(h.log.String(), "index out of range") {
					t.Error("got nothing in the log, want the panic with its place")
				}
			})
		})
	}
}

// noSettings cannot be read the first times.
type noSettings struct {
	notify.SettingsKeeper
	asked int
}

func (s *noSettings) Settings(ctx context.Context) (notify.Settings, error) {
	if s.asked++; s.asked <= 3 {
		return notify.Settings{}, errors.New("the database is away")
	}
	return s.SettingsKeeper.Settings(ctx)
}

func TestWithoutSettingsDeliveriesWaitUntouched(t *testing.T) {
	inHouse(t, func(t *testing.T, h *house) {
		h.board.only(notify.Mail)
		h.accept(submitted("lisi"))
		w := h.worker(notify.Mail, 1)
		broken := &noSettings{SettingsKeeper: h.Store}
		w.Settings = broken
		h.start(w)
		if broken.asked != 1 {
			t.Errorf("got settings asked for %d times at once, want a wait after the first", broken.asked)
		}
		h.wantFate("lisi", notify.Mail, notify.Queued, "")
		pass(10 * time.Second)
		if d := h.wantFate("lisi", notify.Mail, notify.Accepted, ""); d.Attempts != 1 {
			t.Errorf("got %d attempts, want 1", d.Attempts)
		}
	})
}

func TestAnUpdateNeedsNoAddress(t *testing.T) {
	inHouse(t, func(t *testing.T, h *house) {
		h.board.only(notify.Feishu)
		h.work(notify.Feishu)
		h.accept(submitted("lisi"))
		h.addresses.from(func(context.Context, ticket.User) (string, error) {
			return "", notify.Unreachable(refusal("identity.person_disabled"))
		})
		r := h.accept(executing("admin"))
		if d := h.wantFate("lisi", notify.Feishu, notify.Updated, ""); d.Shown != r.EventID {
			t.Errorf("got a card that shows %s, want %s: it is on their device whoever they are now", d.Shown, r.EventID)
		}
	})
}

func TestWhatIsPutBackKeepsItsLastFailure(t *testing.T) {
	inHouse(t, func(t *testing.T, h *house) {
		h.board.only(notify.Mail)
		h.board.mail.answer = refusing(refusal("mail.451"))
		h.accept(submitted("lisi"))
		h.work(notify.Mail)
		h.addresses.from(func(ctx context.Context, _ ticket.User) (string, error) {
			<-ctx.Done()
			return "", ctx.Err()
		})
		pass(2 * time.Second) // the look-up of the second attempt runs
		h.stop()
		d := h.wantFate("lisi", notify.Mail, notify.Retrying, "failing")
		if d.Code != "mail.451" || d.Attempts != 1 {
			t.Errorf("got code %q after %d attempts, want mail.451 after 1", d.Code, d.Attempts)
		}
	})
}
