package main

import (
	"context"
	"errors"
	"fmt"
	"log/slog"
	"net/netip"
	"os/user"
	"strconv"
	"strings"
	"time"

	"ticketbell/access"
	"ticketbell/audit"
	"ticketbell/notify"
	"ticketbell/store"
)

// tokenCommand holds the commands about API tokens. They work on the database, also
// while the service runs.
type tokenCommand struct {
	Create tokenCreateCommand `cmd:"" help:"Make an API token and print it, alone, on stdout. It is shown this once."`
	List   tokenListCommand   `cmd:"" help:"List the API tokens, the newest first; secrets are kept nowhere."`
	Rotate tokenRotateCommand `cmd:"" help:"Give a token a new secret and print it, alone, on stdout; the old one goes on working for a while."`
	Revoke tokenRevokeCommand `cmd:"" help:"Revoke a token: it opens nothing from now on."`
}

// tokenCreateCommand makes a token.
type tokenCreateCommand struct {
	keeping
	Name     string   `help:"What the token is for; events without a source carry this name." required:""`
	Username string   `help:"Whose token it is: the person /api/v1/me answers for. Empty for a program's." placeholder:"NAME"`
	Scopes   []string `help:"What it may do: '*', or a list such as events:write,deliveries:read." required:""`
	CIDR     []string `name:"cidr" help:"The networks it may be used from, such as 10.1.0.0/16 or 203.0.113.7; none: from anywhere." placeholder:"NETWORK"`
	Expires  string   `help:"When it ends: in so many days, such as 90d, or on a day, such as 2027-01-31 (UTC). Empty: never." placeholder:"WHEN"`
}

// Run prints the new token.
func (c *tokenCreateCommand) Run(ctx context.Context, s *streams) error {
	scopes, _ := scopesOf(c.Scopes) // checked with the settings
	from, _ := networksOf("cidr", c.CIDR)
	return withTokens(ctx, c.keeping, s, func(db *store.Store) error {
		t, secret := access.NewToken(notify.NewID("tok_"), c.Name, scopes, time.Now())
		t.From = from
		t.ExpiresAt, _ = endOf(c.Expires, t.CreatedAt)
		if t.Username = c.Username; t.Username != "" {
			if _, err := db.User(ctx, t.Username); err != nil {
				return err
			}
		}
		if err := db.CreateToken(ctx, t); err != nil {
			return err
		}
		fmt.Fprintln(s.out, secret)
		return noteToken(ctx, db, "create-token", t)
	})
}

func (c *tokenCreateCommand) check() []error {
	_, wrong := scopesOf(c.Scopes)
	_, bad := networksOf("cidr", c.CIDR)
	_, err := endOf(c.Expires, time.Now())
	return append(append(append(c.keeping.check(), wrong...), bad...), err)
}

// tokenListCommand lists the tokens.
type tokenListCommand struct{ keeping }

// Run prints a line for each token.
func (c *tokenListCommand) Run(ctx context.Context, s *streams) error {
	return withTokens(ctx, c.keeping, s, func(db *store.Store) error {
		tokens, err := db.Tokens(ctx)
		if err != nil {
			return err
		}
		rows := [][]string{{"ID", "NAME", "PREFIX", "SCOPES", "FROM", "LAST USED", "EXPIRES"}}
		for _, t := range tokens {
			if t.RevokedAt.IsZero() {
				rows = append(rows, tokenRow(t, time.Now()))
			}
		}
		return printTable(s.out, rows)
	})
}

func (c *tokenListCommand) check() []error { return c.keeping.check() }

func tokenRow(t access.Token, now time.Time) []string {
	scopes := make([]string, len(t.Scopes))
	for i, scope := range t.Scopes {
		scopes[i] = string(scope)
	}
	from := make([]string, len(t.From))
	for i, n := range t.From {
		from[i] = n.String()
	}
	expires := day(t.ExpiresAt, "never")
	if t.Expired(now) {
		expires += " (expired)"
	}
	if len(from) == 0 {
		from = []string{"anywhere"}
	}
	return []string{t.ID, t.Name, t.Prefix + "…", strings.Join(scopes, ","), strings.Join(from, ","), day(t.LastUsedAt, "never"), expires}
}

// day is a moment as the table shows it.
func day(at time.Time, none string) string {
	if at.IsZero() {
		return none
	}
	return at.Local().Format("2006-01-02 15:04")
}

// naming is how a command is told which token is meant.
type naming struct {
	Token string `arg:"" help:"The token's id, or its name where only one has it." placeholder:"ID|NAME"`
}

// find returns the token that is meant.
func (n naming) find(ctx context.Context, db *store.Store) (found access.Token, err error) {
	tokens, err := db.Tokens(ctx)
	if err != nil {
		return found, err
	}
	count := 0
	for _, t := range tokens {
		switch {
		case !t.RevokedAt.IsZero():
		case t.ID == n.Token:
			return t, nil
		case t.Name == n.Token:
			found = t
			count++
		}
	}
	switch count {
	case 0:
		return found, fmt.Errorf("no token has the id or name %q: see bot token list", n.Token)
	case 1:
		return found, nil
	default:
		return found, fmt.Errorf("%d tokens are called %q: name the id, see bot token list", count, n.Token)
	}
}

// tokenRotateCommand gives a token a new secret.
type tokenRotateCommand struct {
	keeping
	naming
	KeepHours int `help:"How many hours the old secret goes on working; 0 ends it at once." default:"24"`
}

// Run prints the new secret.
func (c *tokenRotateCommand) Run(ctx context.Context, s *streams) error {
	return withTokens(ctx, c.keeping, s, func(db *store.Store) error {
		old, err := c.find(ctx, db)
		if err != nil {
			return err
		}
		now := time.Now()
		next, secret := old.Successor(notify.NewID("tok_"), now)
		if err := db.ReplaceToken(ctx, old.ID, now.Add(time.Duration(c.KeepHours)*time.Hour), next); err != nil {
			return err
		}
		fmt.Fprintln(s.out, secret)
		return noteToken(ctx, db, "rotate-token", old)
	})
}

func (c *tokenRotateCommand) check() []error {
	wrong := c.keeping.check()
	if c.KeepHours < 0 || c.KeepHours > access.MaxKeepHours {
		wrong = append(wrong, fmt.Errorf("keep-hours: must be from 0 to %d", access.MaxKeepHours))
	}
	return wrong
}

// tokenRevokeCommand revokes a token.
type tokenRevokeCommand struct {
	keeping
	naming
}

// Run revokes it.
func (c *tokenRevokeCommand) Run(ctx context.Context, s *streams) error {
	return withTokens(ctx, c.keeping, s, func(db *store.Store) error {
		t, err := c.find(ctx, db)
		if err != nil {
			return err
		}
		if err := db.DeleteToken(ctx, t.ID); err != nil {
			return err
		}
		fmt.Fprintf(s.out, "revoked %s (%s)\n", t.Name, t.ID)
		return noteToken(ctx, db, "delete-token", t)
	})
}

func (c *tokenRevokeCommand) check() []error { return c.keeping.check() }

// withTokens opens the database for a command.
func withTokens(ctx context.Context, k keeping, s *streams, do func(*store.Store) error) (err error) {
	db, _, err := openStore(ctx, k, slog.New(slog.NewTextHandler(s.err, nil)))
	if err != nil {
		return err
	}
	defer func() { err = errors.Join(err, db.Close()) }()
	return do(db)
}

// noteToken writes down that somebody at this machine did that to the token.
func noteToken(ctx context.Context, db *store.Store, action string, t access.Token) error {
	return db.Note(ctx, audit.Entry{Actor: operator(), Via: audit.ViaCommand, Action: action, Object: t.Name, Fields: []string{}})
}

// operator is who is at this machine, as far as it knows.
func operator() string {
	if u, err := user.Current(); err == nil && u.Username != "" {
		return u.Username
	}
	return "command"
}

func scopesOf(names []string) (scopes []access.Scope, wrong []error) {
	for _, name := range names {
		scope := access.Scope(strings.TrimSpace(name))
		if !scope.Valid() {
			wrong = append(wrong, fmt.Errorf("scopes: %q is none of %v", name, access.Scopes()))
		}
		scopes = append(scopes, scope)
	}
	return scopes, wrong
}

func networksOf(flag string, texts []string) (from []netip.Prefix, wrong []error) {
	for _, text := range texts {
		n, err := access.Network(text)
		if err != nil {
			wrong = append(wrong, fmt.Errorf("%s: %q %w", flag, text, err))
		}
		from = append(from, n)
	}
	return from, wrong
}

// endOf reads when a token ends: "90d" from now, or the beginning of a day in UTC.
func endOf(text string, now time.Time) (time.Time, error) {
	if text == "" {
		return time.Time{}, nil
	}
	if days, ok := strings.CutSuffix(text, "d"); ok {
		if n, err := strconv.Atoi(days); err == nil && n >= 1 && n <= 3650 {
			return now.AddDate(0, 0, n), nil
		}
	}
	end, err := time.Parse(time.DateOnly, text)
	if err != nil {
		return time.Time{}, fmt.Errorf("expires: %q is neither a number of days from 1d to 3650d nor a day such as 2027-01-31", text)
	}
	if !end.After(now) {
		return time.Time{}, fmt.Errorf("expires: %s is over", text)
	}
	return end, nil
}
