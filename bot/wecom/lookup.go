package wecom

import (
	"context"
	"encoding/json"
	"errors"
	"fmt"
	"slices"
	"strings"

	"ticketbell/notify"
	"ticketbell/ticket"
)

// The kinds of address get_userid_by_email tells apart (wecom.md 6).
const (
	corpMail     = 1
	personalMail = 2
)

type userIDReply struct {
	status
	UserID string `json:"userid"`
}

// ByPhone returns the userid of the member with that number, in E.164. Nobody, or
// nobody the app may see, is [notify.Unreachable]. Each miss counts towards the
// limit that closes the call for a day: callers remember misses (wecom.md 6).
func (b *Bot) ByPhone(ctx context.Context, e164 string) (string, error) {
	if !b.cfg.LookupMobile {
		return "", lookupOff("phone")
	}
	// A mainland number is bare; that others keep their + is how WeCom writes them.
	mobile := strings.TrimPrefix(e164, ticket.DefaultCountry)
	reply, err := b.lookUp(ctx, "user/getuserid", map[string]any{"mobile": mobile})
	if err != nil {
		return "", fmt.Errorf("find a member by phone: %w", judgeLookup(err))
	}
	return reply.UserID, nil
}

// ByEmail returns the userid of the member with that address, be it one of the
// corp or a personal one. Its errors are those of [Bot.ByPhone].
func (b *Bot) ByEmail(ctx context.Context, email string) (string, error) {
	if !b.cfg.LookupEmail {
		return "", lookupOff("e-mail")
	}
	reply, err := b.byEmail(ctx, email, corpMail)
	if refused, ok := errors.AsType[*codeError](err); ok && refused.ErrCode == notFound {
		reply, err = b.byEmail(ctx, email, personalMail)
	}
	if err != nil {
		return "", fmt.Errorf("find a member by e-mail: %w", judgeLookup(err))
	}
	return reply.UserID, nil
}

// ByCorpMail is [Bot.ByEmail] in one call, for addresses of the corp alone.
func (b *Bot) ByCorpMail(ctx context.Context, email string) (string, error) {
	return b.byKind(ctx, email, corpMail)
}

// ByPersonalMail is [Bot.ByEmail] in one call, for personal addresses alone.
func (b *Bot) ByPersonalMail(ctx context.Context, email string) (string, error) {
	return b.byKind(ctx, email, personalMail)
}

func (b *Bot) byKind(ctx context.Context, email string, kind int) (string, error) {
	if !b.cfg.LookupEmail {
		return "", lookupOff("e-mail")
	}
	reply, err := b.byEmail(ctx, email, kind)
	if err != nil {
		return "", fmt.Errorf("find a member by e-mail: %w", judgeLookup(err))
	}
	return reply.UserID, nil
}

// Headcount is how many members the corp has; 0 when nobody said.
func (b *Bot) Headcount() int { return b.cfg.Headcount }

func (b *Bot) byEmail(ctx context.Context, email string, kind int) (userIDReply, error) {
	return b.lookUp(ctx, "user/get_userid_by_email", map[string]any{"email": email, "email_type": kind})
}

func (b *Bot) lookUp(ctx context.Context, path string, query map[string]any) (userIDReply, error) {
	body, err := json.Marshal(query)
	if err != nil {
		return userIDReply{}, fmt.Errorf("encode the query: %w", err)
	}
	reply, err := call[userIDReply](ctx, b, path, body)
	if err == nil && reply.UserID == "" {
		err = errors.New("answered without a userid")
	}
	return reply, err
}

// notFound says that no member visible to the app has that number or address.
const notFound = 46004

// judgeLookup gives the codes that speak of the person looked up their own verdict
// and leaves the rest to the table.
func judgeLookup(err error) error {
	aboutPerson := []int{notFound, 60111, 40058, 40003}
	if e, ok := errors.AsType[*codeError](err); ok && slices.Contains(aboutPerson, e.ErrCode) {
		return notify.Unreachable(e.refusal())
	}
	return judge(err)
}

func lookupOff(by string) error {
	return notify.Unreachable(&notify.Refusal{
		Code: notify.IdentityCode + "lookup_off", Message: "finding members by " + by + " is switched off for WeCom",
	})
}
