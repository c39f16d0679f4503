package e2e

import (
	"context"
	"errors"
	"fmt"
	"io/fs"
	"os"
	"os/exec"
	"path/filepath"
	"strings"
	"testing"
)

// scripts start the servers some stories need; TestMain puts them beside the binary.
const scripts = "./scripts"

// binary is the bot as TestMain built it, in the working directory of every test.
const binary = "./bot"

// TestMain builds the bot once and makes its folder the working directory, so that
// no story can touch the checkout.
func TestMain(m *testing.M) {
	code, err := inOwnFolder(m.Run)
	if err != nil {
		fmt.Fprintln(os.Stderr, err)
		code = 1
	}
	os.Exit(code)
}

// inOwnFolder plays the stories beside a fresh binary, and leaves nothing behind.
func inOwnFolder(play func() int) (int, error) {
	if err := look(".."); err != nil {
		return 0, err
	}
	dir, err := os.MkdirTemp("", "ticketbell-e2e-")
	if err != nil {
		return 0, err
	}
	defer func() {
		_ = os.Chdir(os.TempDir())
		_ = os.RemoveAll(dir)
	}()
	if err := build(context.Background(), dir); err != nil {
		return 0, err
	}
	return play(), nil
}

// look lists every folder of the repository, so that `go test` knows what the
// binary is made of and never shows the result of an older one.
func look(root string) error {
	return filepath.WalkDir(root, func(path string, d fs.DirEntry, err error) error {
		if err != nil && !errors.Is(err, fs.ErrNotExist) { // somebody may be tidying up
			return err
		}
		if d != nil && d.IsDir() && path != root && strings.HasPrefix(d.Name(), ".") {
			return fs.SkipDir
		}
		return nil
	})
}

// build makes the folder the stories play in.
func build(ctx context.Context, dir string) error {
	cmd := exec.CommandContext(ctx, "go", "build", "-buildvcs=false", "-o", filepath.Join(dir, binary), "ticketbell/cmd/bot")
	if out, err := cmd.CombinedOutput(); err != nil {
		return fmt.Errorf("build the bot: %w\n%s", err, out)
	}
	there, err := filepath.Abs(filepath.Join("..", scripts))
	if err != nil {
		return err
	}
	if err := os.Symlink(there, filepath.Join(dir, scripts)); err != nil {
		return err
	}
	return os.Chdir(dir)
}
