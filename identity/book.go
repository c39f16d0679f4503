package identity

import (
	"context"
	"fmt"

	"ticketbell/notify"
	"ticketbell/ticket"
)

// People knows the people of the installation.
type People interface {
	// User returns a person as they are recorded now, or [notify.ErrNotFound].
	User(ctx context.Context, username string) (ticket.User, error)
}

// Books opens the look-ups of the channels as they are configured now.
type Books interface {
	Feishu(ctx context.Context) (FeishuBook, error)
	WeCom(ctx context.Context) (WeComBook, error)
	// AppOf names the app of a channel, also while the channel is off. It is the
	// books' own name for it.
	AppOf(ctx context.Context, ch notify.Channel) (string, error)
}

// FeishuBook finds many people in one call.
type FeishuBook interface {
	// App names the app whose ids these are.
	App() string
	// Asks tells what people may be looked up by.
	Asks() (emails, phones bool)
	// Lookup returns open_ids by e-mail address and by phone number in E.164; who is not found is not in the maps.
	Lookup(ctx context.Context, emails, phones []string) (byEmail, byPhone map[string]string, err error)
}

// WeComBook finds one person at a time, each method with one call that counts as
// one miss when it finds nobody. Errors carry verdicts: [notify.Unreachable] when
// there is no such member.
type WeComBook interface {
	App() string
	ByPhone(ctx context.Context, phone string) (userid string, err error)
	// ByCorpMail and ByPersonalMail look for the two kinds of address WeCom tells
	// apart (wecom.md 6).
	ByCorpMail(ctx context.Context, email string) (userid string, err error)
	ByPersonalMail(ctx context.Context, email string) (userid string, err error)
	// Headcount is how many members the corp has; 0 when nobody said.
	Headcount() int
}

// line is a channel's book as it is open now.
type line struct {
	ch     notify.Channel
	app    string
	feishu FeishuBook
	wecom  WeComBook
}

func (d *Directory) line(ctx context.Context, ch notify.Channel) (line, error) {
	switch ch {
	case notify.Feishu:
		book, err := d.books.Feishu(ctx)
		if err != nil {
			return line{}, err
		}
		return line{ch: ch, app: book.App(), feishu: book}, nil
	case notify.WeCom:
		book, err := d.books.WeCom(ctx)
		if err != nil {
			return line{}, err
		}
		return line{ch: ch, app: book.App(), wecom: book}, nil
	default:
		return line{}, fmt.Errorf("nobody is looked up on %s", ch)
	}
}

func (l line) places(handles []handle) []place {
	all := make([]place, 0, len(handles))
	for _, h := range handles {
		all = append(all, place{l.ch, l.app, h})
	}
	return all
}
