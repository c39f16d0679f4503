package main

import (
	"context"
	"errors"
	"fmt"
	"io"
	"strings"

	"ticketbell/cards"
	"ticketbell/notify"
)

// channelCommand holds the commands about channels. All of them work while the service runs.
type channelCommand struct {
	Test channelTestCommand `cmd:"" help:"Send a test message as the channel is saved, stage by stage. A test that succeeds ends a pause."`
}

// channelTestCommand sends a test message and says what went wrong.
type channelTestCommand struct {
	inHouse
	Channel string `arg:"" help:"feishu, wecom or mail." enum:"feishu,wecom,mail"`
	To      string `required:"" help:"Username, e-mail address or phone number (with +) of the receiver." placeholder:"WHO"`
	Lang    string `help:"en or zh." default:"en" enum:"en,zh"`
}

// errTestFailed is how a test that found a fault ends the command.
var errTestFailed = errors.New("the test failed")

// Run prints a line for each stage as it ends, and the advice when one failed.
func (c *channelTestCommand) Run(ctx context.Context, s *streams) error {
	return c.do(ctx, s, func(h *house) error {
		report, err := h.board.Test(ctx, notify.Channel(c.Channel), notify.TestRequest{
			To: target(c.To), Language: cards.Language(c.Lang), Watch: func(stage notify.TestStage) { printStage(s.out, stage) },
		})
		if err != nil {
			return err
		}
		if report.Error != nil {
			printAdvice(s.out, report.Error, cards.Language(c.Lang))
			return errTestFailed
		}
		_, err = fmt.Fprintln(s.out, report.ProviderID)
		return err
	})
}

// target is who is meant: by the look of it an address, a number, or a username.
func target(who string) notify.TestTarget {
	switch {
	case strings.Contains(who, "@"):
		return notify.TestTarget{Email: who}
	case strings.HasPrefix(who, "+"):
		return notify.TestTarget{Phone: who}
	default:
		return notify.TestTarget{Username: who}
	}
}

func printStage(w io.Writer, s notify.TestStage) {
	if s.Running {
		return
	}
	how := "ok"
	if !s.OK {
		how = "FAILED"
	}
	fmt.Fprintf(w, "%-6s %-12s %5d ms  %s\n", how, s.Name, s.DurationMS, s.Detail)
}

func printAdvice(w io.Writer, e *notify.TestError, lang cards.Language) {
	fmt.Fprintf(w, "\n%s: %s\n%s\n", e.Code, e.Title.In(lang), e.Cause.In(lang))
	for i, step := range e.Steps {
		fmt.Fprintf(w, "%d. %s\n", i+1, step.In(lang))
	}
	for _, l := range e.Links {
		fmt.Fprintf(w, "%s: %s\n", l.Text.In(lang), l.URL)
	}
}
