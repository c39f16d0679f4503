package main

import (
	"context"
	"errors"
	"fmt"
	"io"
	"time"

	"ticketbell/cards"
	"ticketbell/notify"
	"ticketbell/platform"
)

// platformCommand holds the commands for whoever writes a platform's side.
type platformCommand struct {
	Check platformCheckCommand `cmd:"" help:"Call a platform as docs/platform.md describes, and tell which expectations it meets. Decides nothing."`
}

// platformCheckCommand calls a platform and says how it keeps the contract.
type platformCheckCommand struct {
	URL        string        `required:"" help:"Where the platform takes decisions: https://…, or http:// to this machine." placeholder:"URL"`
	Secret     string        `help:"The secret that signs the calls, at least 24 bytes." placeholder:"SECRET"`
	SecretFile string        `help:"File whose first line is the secret; '-' is stdin." placeholder:"FILE"`
	Timeout    time.Duration `help:"How long to wait for the answer." default:"5s"`
	Lang       string        `help:"en or zh." default:"en" enum:"en,zh"`
}

func (c *platformCheckCommand) check() []error {
	var errs []error
	if err := platform.CheckURL(c.URL); err != nil {
		errs = append(errs, fmt.Errorf("url: %w", err))
	}
	switch {
	case (c.Secret == "") == (c.SecretFile == ""):
		errs = append(errs, errors.New("secret, secret-file: one of the two is needed"))
	case c.Secret != "":
		if err := platform.CheckSecret(c.Secret); err != nil {
			errs = append(errs, fmt.Errorf("secret: %w", err))
		}
	}
	return errs
}

// Run prints a line for each expectation as it ends. One that is not met is an error.
func (c *platformCheckCommand) Run(ctx context.Context, s *streams) error {
	secret := c.Secret
	if c.SecretFile != "" {
		var err error
		if secret, err = (secretly{PasswordFile: c.SecretFile}).read(s); err != nil {
			return err
		}
		if err := platform.CheckSecret(secret); err != nil {
			return fmt.Errorf("secret-file: %w", err)
		}
	}
	p := notify.Platform{Kind: notify.PlatformWebhook, URL: c.URL, Secret: secret, Timeout: c.Timeout}
	unmet := 0
	for e := range platform.NewWebhook(time.Now).Check(ctx, p) {
		if !e.Met {
			unmet++
		}
		printExpectation(s.out, e, cards.Language(c.Lang))
	}
	if unmet > 0 {
		return fmt.Errorf("the platform does not keep the contract: %d not met", unmet)
	}
	return nil
}

func printExpectation(w io.Writer, e platform.Expectation, lang cards.Language) {
	mark := "✓"
	if !e.Met {
		mark = "✖"
	}
	fmt.Fprintf(w, "%s %s"+cards.Text{ZH: "（%s）", EN: " (%s)"}.In(lang)+"\n", mark, e.What.In(lang), e.Got)
}
