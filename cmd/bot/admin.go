package main

import (
	"bufio"
	"context"
	"errors"
	"fmt"
	"log/slog"
	"os"
	"strings"
	"time"

	"golang.org/x/term"

	"ticketbell/access"
	"ticketbell/signin"
)

// adminCommand holds the commands about administrators.
type adminCommand struct {
	Create        adminCreateCommand `cmd:"" help:"Make somebody an administrator who can sign in, also while the service runs."`
	ResetPassword adminResetCommand  `cmd:"" help:"Set somebody's password. Their sessions end, and wrong passwords are forgiven."`
}

// secretly is how a command is told a password: never on the command line, which
// everybody on the machine can read.
type secretly struct {
	PasswordFile string `help:"File that holds the password; '-' is stdin. Empty: ask for it." placeholder:"FILE"`
}

// adminCreateCommand makes an administrator.
type adminCreateCommand struct {
	keeping
	secretly
	Username string `help:"Who; somebody known becomes an administrator, anybody else is added." required:""`
}

// Run makes the administrator.
func (c *adminCreateCommand) Run(ctx context.Context, s *streams) error {
	return withGate(ctx, c.keeping, c.secretly, s, func(gate *signin.Door, password string) error {
		return gate.CreateAdministrator(ctx, c.Username, password)
	})
}

func (c *adminCreateCommand) check() []error { return c.keeping.check() }

// adminResetCommand sets a password.
type adminResetCommand struct {
	keeping
	secretly
	Username string `help:"Whose." required:""`
}

// Run sets the password.
func (c *adminResetCommand) Run(ctx context.Context, s *streams) error {
	return withGate(ctx, c.keeping, c.secretly, s, func(gate *signin.Door, password string) error {
		return gate.SetPassword(ctx, c.Username, password)
	})
}

func (c *adminResetCommand) check() []error { return c.keeping.check() }

// withGate runs do with the door for people and the password the command was told.
func withGate(ctx context.Context, k keeping, from secretly, s *streams, do func(*signin.Door, string) error) (err error) {
	log := slog.New(slog.NewTextHandler(s.err, nil))
	db, _, err := openStore(ctx, k, log)
	if err != nil {
		return err
	}
	defer func() { err = errors.Join(err, db.Close()) }()
	password, err := from.read(s)
	if err != nil {
		return err
	}
	gate, err := openGate(db, time.Now, log)
	if err != nil {
		return err
	}
	return weakness(do(gate, password))
}

// weakness tells how long a password has to be, when that is what is wrong.
func weakness(err error) error {
	if errors.Is(err, access.ErrWeak) {
		return fmt.Errorf("the password needs %d to %d characters", access.MinPassword, access.MaxPassword)
	}
	return err
}

// read returns the password: the first line of the file, or what was typed.
func (p secretly) read(s *streams) (string, error) {
	switch p.PasswordFile {
	case "":
		return typed(s)
	case "-":
		return firstLine(os.Stdin)
	}
	return passwordIn(p.PasswordFile)
}

// passwordIn is the first line of a file.
func passwordIn(path string) (string, error) {
	f, err := os.Open(path) //nolint:gosec // the operator names the file
	if err != nil {
		return "", fmt.Errorf("read the password: %w", err)
	}
	defer f.Close()
	return firstLine(f)
}

func firstLine(f *os.File) (string, error) {
	line, err := bufio.NewReader(f).ReadString('\n')
	if line == "" && err != nil {
		return "", fmt.Errorf("read the password: %w", err)
	}
	return strings.TrimRight(line, "\r\n"), nil
}

// typed has the password typed twice, unseen.
func typed(s *streams) (string, error) {
	in := int(os.Stdin.Fd())
	if !term.IsTerminal(in) {
		return "", errors.New("there is no terminal to ask on: give --password-file, '-' for stdin")
	}
	var twice [2]string
	for i, prompt := range []string{"Password: ", "Once more: "} {
		fmt.Fprint(s.err, prompt)
		line, err := term.ReadPassword(in)
		fmt.Fprintln(s.err)
		if err != nil {
			return "", fmt.Errorf("read the password: %w", err)
		}
		twice[i] = string(line)
	}
	if twice[0] != twice[1] {
		return "", errors.New("the two passwords differ")
	}
	return twice[0], nil
}
