package main

import (
	"context"
	"fmt"
	"reflect"
	"strings"

	"github.com/alecthomas/kong"
)

// checked is a command whose settings may be wrong. They are checked before it runs.
type checked interface{ check() []error }

// runner is a command with its settings. It is run without kong, which keeps a megabyte
// of what the other commands take for as long as it runs one.
type runner interface {
	Run(ctx context.Context, s *streams) error
}

// chosen is the command that was called. Each is a runner, see TestEveryCommandCanBeRun.
func chosen(command *kong.Context) runner {
	c, _ := reflect.TypeAssert[runner](command.Selected().Target.Addr())
	return c
}

// parse reads the command line. Flags that no command knows are passed over, without
// and then with the word behind them, so that the others are read all the same.
// answered tells that there is no more to be done: --help was there.
func parse(parser *kong.Kong, known map[string]bool, args []string, answered func() bool) (command *kong.Context, err error) {
	for _, rest := range [][]string{args, passOver(known, args, false), passOver(known, args, true)} {
		if command, err = parser.Parse(rest); err == nil || answered() {
			break
		}
	}
	return command, err
}

// complaint names what is wrong with a call: names nobody knows, the settings of the
// command, or, where it could not be read so far, why.
func complaint(command *kong.Context, unread error, unknown []error) error {
	if unread == nil {
		if c, ok := reflect.TypeAssert[checked](command.Selected().Target.Addr()); ok {
			unknown = append(unknown, c.check()...)
		}
		return settingsError(unknown...)
	}
	if settingsError(unknown...) == nil {
		return unread
	}
	return settingsError(append(unknown, unread)...)
}

// unknownFlags reports every flag that no command knows; kong would stop at the first.
func unknownFlags(known map[string]bool, args []string) []error {
	var errs []error
	for _, arg := range args {
		if arg == "--" {
			break
		}
		if name := unknownFlag(known, arg); name != "" {
			errs = append(errs, fmt.Errorf("--%s: no such flag", name))
		}
	}
	return errs
}

// unknownFlag returns the name of a flag nobody knows, "" for anything else.
func unknownFlag(known map[string]bool, arg string) string {
	name, ok := strings.CutPrefix(arg, "--")
	name, _, _ = strings.Cut(name, "=")
	if !ok || known[name] {
		return ""
	}
	return name
}

// passOver returns args without the flags nobody knows, and without the words behind
// them when those are taken for values.
func passOver(known map[string]bool, args []string, values bool) []string {
	var rest []string
	for i := 0; i < len(args); i++ {
		if args[i] == "--" {
			return append(rest, args[i:]...)
		}
		if unknownFlag(known, args[i]) == "" {
			rest = append(rest, args[i])
			continue
		}
		if values && !strings.Contains(args[i], "=") && i+1 < len(args) && !strings.HasPrefix(args[i+1], "-") {
			i++
		}
	}
	return rest
}
