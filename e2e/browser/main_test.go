package browser

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

	"github.com/chromedp/chromedp"
)

// binary is the bot, and chromium the browser, while the stories are played.
var (
	binary   string
	chromium context.Context
	axe      string
)

// TestMain builds the bot once and opens one browser for all stories.
func TestMain(m *testing.M) {
	code, err := play(m.Run)
	if err != nil {
		fmt.Fprintln(os.Stderr, err)
		code = 1
	}
	os.Exit(code)
}

func play(run func() int) (int, error) {
	script, err := os.ReadFile("testdata/axe.min.js")
	if err != nil {
		return 0, err
	}
	axe = string(script)
	if err := look("../.."); err != nil {
		return 0, err
	}
	dir, err := os.MkdirTemp("", "ticketbell-browser-")
	if err != nil {
		return 0, err
	}
	defer func() { _ = os.RemoveAll(dir) }()
	binary = filepath.Join(dir, "bot")
	build := exec.CommandContext(context.Background(), "go", "build", "-buildvcs=false", "-o", binary, "ticketbell/cmd/bot")
	if out, err := build.CombinedOutput(); err != nil {
		return 0, fmt.Errorf("build the bot: %w\n%s", err, out)
	}
	ctx, closeBrowser := chromedp.NewExecAllocator(context.Background(), append(flags(), chromedp.UserDataDir(filepath.Join(dir, "profile")))...)
	defer closeBrowser()
	ctx, closeFirst := chromedp.NewContext(ctx)
	defer closeFirst()
	if err := chromedp.Do(ctx); err != nil { // the browser lives as long as its first tab
		return 0, fmt.Errorf("open Chromium: %w", err)
	}
	chromium = ctx
	return run(), nil
}

// flags keep the browser to itself: it talks to nobody but the page's own server.
func flags() []chromedp.ExecAllocatorOption {
	options := []chromedp.ExecAllocatorOption{
		chromedp.Headless, chromedp.NoSandbox, chromedp.DisableGPU, chromedp.NoFirstRun, chromedp.NoDefaultBrowserCheck,
	}
	for _, name := range []string{
		"disable-quic", "disable-background-networking", "disable-component-update", "disable-sync", "disable-extensions",
		"disable-default-apps", "disable-domain-reliability", "hide-scrollbars", "mute-audio",
	} {
		options = append(options, chromedp.Flag(name, true))
	}
	return append(options, chromedp.Flag("lang", "zh-CN"), chromedp.Flag("accept-lang", "zh-CN"), chromedp.Flag("disable-features", "Translate,OptimizationHints,MediaRouter"))
}

// look lists every folder of the repository, so that `go test` knows what the binary is
// made of and never shows the result of an older one.
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
