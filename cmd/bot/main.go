// Command bot is ticketbell: it tells the right people, on the channel they read,
// that a ticket changed.
//
//	bot demo      everything on this machine, with simulated devices; needs nothing
//	bot serve     the service
//	bot sandbox   the simulated devices alone
//	bot --help    the rest
package main

import (
	"context"
	"fmt"
	"io"
	"os"
	"os/signal"
	"syscall"

	"github.com/alecthomas/kong"
)

// Set by the build (see Makefile).
var (
	version = "dev"
	commit  = ""
	builtAt = ""
)

// Exit codes: 0 fine, 1 it failed, 2 it was called wrongly.
const (
	exitFailed = 1
	exitUsage  = 2
)

func main() {
	setCollector()
	ctx, stop := signal.NotifyContext(context.Background(), os.Interrupt, syscall.SIGTERM)
	code := run(ctx, os.Args[1:], os.Environ(), os.Stdout, os.Stderr)
	stop()
	os.Exit(code)
}

// commands is what the command line knows.
type commands struct {
	Serve       serveCommand       `cmd:"" help:"Run the service."`
	Demo        demoCommand        `cmd:"" help:"Run everything on this machine, with simulated devices and no account anywhere."`
	Sandbox     sandboxCommand     `cmd:"" help:"Run the simulated Feishu, WeCom and mail server alone, for trying and testing a service that runs elsewhere."`
	Channel     channelCommand     `cmd:"" help:"Channels: whether they work."`
	User        userCommand        `cmd:"" help:"People: who they are and how they are reached."`
	Admin       adminCommand       `cmd:"" help:"Administrators and their passwords."`
	Delivery    deliveryCommand    `cmd:"" help:"Deliveries: what was said to whom, and sending it again."`
	Platform    platformCommand    `cmd:"" help:"Platforms: whether they keep the contract of decisions."`
	Token       tokenCommand       `cmd:"" help:"API tokens."`
	Healthcheck healthcheckCommand `cmd:"" help:"Ask a running service whether it is ready; for a container's health check."`
	Version     versionCommand     `cmd:"" help:"Print the version."`

	Config string `help:"YAML file with any of the settings below, by the same names." placeholder:"FILE" env:"TICKETBELL_CONFIG"`
}

// streams is where a command writes.
type streams struct {
	out, err io.Writer
}

// run is main without the process: it returns the exit code.
func run(ctx context.Context, args, environ []string, out, errOut io.Writer) int {
	exit := -1
	options := []kong.Option{
		kong.Name("bot"),
		kong.Description("ticketbell tells the right people, on the channel they read, that a ticket changed, and lets them act from the message."),
		kong.Writers(out, errOut),
		kong.Exit(func(code int) { exit = code }),
	}
	names, err := kong.New(new(commands), options...)
	if err != nil {
		fmt.Fprintln(errOut, "bot:", err)
		return exitFailed
	}
	known := flagNames(names.Model.Node)
	set, wrong := gather(known, args, environ)
	parser, err := kong.New(new(commands), append(options, kong.Resolvers(set))...)
	if err != nil {
		fmt.Fprintln(errOut, "bot:", err)
		return exitFailed
	}
	command, err := parse(parser, known, args, func() bool { return exit >= 0 })
	if exit >= 0 { // --help was asked for and answered
		return exit
	}
	if err := complaint(command, err, append(wrong, unknownFlags(known, args)...)); err != nil {
		fmt.Fprintf(errOut, "bot: %v\n\nTry: bot --help\n", err)
		return exitUsage
	}
	if err := chosen(command).Run(ctx, &streams{out, errOut}); err != nil {
		fmt.Fprintln(errOut, "bot:", err)
		return exitFailed
	}
	return 0
}
