package main

import (
	"context"
	"errors"
	"fmt"
	"log/slog"
	"strings"
	"time"

	"ticketbell/access"
	"ticketbell/notify"
)

// tokenCommand holds the commands about API tokens.
type tokenCommand struct {
	Create tokenCreateCommand `cmd:"" help:"Make an API token and print it, alone, on stdout. It is shown this once."`
}

// tokenCreateCommand makes a token, also while the service runs.
type tokenCreateCommand struct {
	keeping
	Name     string   `help:"What the token is for; events without a source carry this name." required:""`
	Username string   `help:"Whose token it is: the person /api/v1/me answers for. Empty for a program's." placeholder:"NAME"`
	Scopes   []string `help:"What it may do: '*', or a list such as events:write,deliveries:read." required:""`
}

// Run prints the new token.
func (c *tokenCreateCommand) Run(ctx context.Context, s *streams) (err error) {
	scopes, _ := scopesOf(c.Scopes) // checked with the settings
	db, _, err := openStore(ctx, c.keeping, slog.New(slog.NewTextHandler(s.err, nil)))
	if err != nil {
		return err
	}
	defer func() { err = errors.Join(err, db.Close()) }()
	t, secret := access.NewToken(notify.NewID("tok_"), c.Name, scopes, time.Now())
	if t.Username = c.Username; t.Username != "" {
		if _, err := db.User(ctx, t.Username); err != nil {
			return err
		}
	}
	if err := db.CreateToken(ctx, t); err != nil {
		return err
	}
	fmt.Fprintln(s.out, secret)
	return nil
}

func (c *tokenCreateCommand) check() []error {
	_, wrong := scopesOf(c.Scopes)
	return append(c.keeping.check(), wrong...)
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
