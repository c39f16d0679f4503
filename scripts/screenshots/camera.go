package main

import (
	"bytes"
	"context"
	"errors"
	"fmt"
	"image/png"
	"os"
	"path/filepath"
	"time"

	"github.com/chromedp/cdproto/cdp"
	"github.com/chromedp/cdproto/emulation"
	"github.com/chromedp/cdproto/page"
	"github.com/chromedp/chromedp"
)

// picture is one picture to take.
type picture struct {
	// name is its file below the folder, without the ending.
	name, path string
	// of is a selector of what to show, "" for the whole window.
	of string
	// before is a script to run first.
	before        string
	width, height int64
	// scale is how many pixels of the picture a CSS pixel has; 0 is 1.
	scale float64
	dark  bool
}

// camera is a browser on a house.
type camera struct {
	tab    context.Context
	home   string
	folder string
	close  func()
}

// look opens a browser that talks to nobody but the house.
func look(ctx context.Context, home, folder string) (*camera, error) {
	ctx, closeBrowser := chromedp.NewExecAllocator(ctx,
		chromedp.Headless, chromedp.NoSandbox, chromedp.DisableGPU, chromedp.NoFirstRun, chromedp.NoDefaultBrowserCheck,
		chromedp.Flag("disable-background-networking", true), chromedp.Flag("disable-component-update", true),
		chromedp.Flag("hide-scrollbars", true), chromedp.Flag("lang", "zh-CN"))
	tab, closeTab := chromedp.NewContext(ctx)
	c := &camera{tab: tab, home: home, folder: folder, close: func() { closeTab(); closeBrowser() }}
	if err := chromedp.Do(tab); err != nil {
		c.close()
		return nil, fmt.Errorf("open Chromium: %w", err)
	}
	return c, nil
}

// take opens the page, waits until it stands still, and writes the picture.
func (c *camera) take(ctx context.Context, p picture) error {
	tab, cancel := context.WithTimeout(c.tab, time.Minute)
	defer cancel()
	stop := context.AfterFunc(ctx, cancel)
	defer stop()
	err := chromedp.Do(tab, chromedp.EmulateViewport(p.width, p.height), prefers(p.dark), chromedp.Navigate(c.home+p.path))
	if err != nil {
		return fmt.Errorf("open %s: %w", p.path, err)
	}
	if p.before == "" {
		p.before = "true"
	}
	if err := becomes(tab, `document.documentElement.dataset.ready === "true"`); err != nil {
		return fmt.Errorf("%s: %w", p.path, err)
	}
	if err := becomes(tab, p.before); err != nil {
		return fmt.Errorf("prepare %s: %w", p.name, err)
	}
	if err := becomes(tab, `(document.getAnimations().forEach((a) => a.finish()), document.fonts.status === "loaded")`); err != nil {
		return fmt.Errorf("%s: %w", p.path, err)
	}
	return c.shoot(tab, p)
}

func (c *camera) shoot(tab context.Context, p picture) error {
	where := "[scrollX, scrollY, innerWidth, innerHeight]"
	if p.of != "" {
		where = fmt.Sprintf(`(() => {
			const r = document.querySelector(%q).getBoundingClientRect();
			return [r.x + scrollX, r.y + scrollY, r.width, r.height];
		})()`, p.of)
	}
	box, err := chromedp.Run(tab, chromedp.Evaluate[[]float64](where))
	if err != nil {
		return fmt.Errorf("find %q: %w", p.of, err)
	}
	var taken []byte
	// Beyond the viewport, frames such as a mail's are left white: only what may lie there is taken so.
	err = chromedp.Do(tab, chromedp.Func(func(ctx context.Context, t *chromedp.Target) error {
		shot, err := cdp.Call(ctx, t, page.CaptureScreenshot, page.CaptureScreenshotParams{
			Clip: &page.Viewport{X: box[0], Y: box[1], Width: box[2], Height: box[3], Scale: max(p.scale, 1)}, CaptureBeyondViewport: new(p.of != ""),
		})
		taken = shot.Data
		return err
	}))
	if err != nil {
		return fmt.Errorf("photograph %s: %w", p.name, err)
	}
	return c.keep(p.name, taken)
}

// keep writes the picture as small as PNG can be.
func (c *camera) keep(name string, taken []byte) error {
	drawn, err := png.Decode(bytes.NewReader(taken))
	if err != nil {
		return fmt.Errorf("read %s: %w", name, err)
	}
	var small bytes.Buffer
	if err := (&png.Encoder{CompressionLevel: png.BestCompression}).Encode(&small, drawn); err != nil {
		return fmt.Errorf("write %s: %w", name, err)
	}
	if small.Len() > len(taken) {
		small = *bytes.NewBuffer(taken)
	}
	fmt.Printf("%s.png %d KB\n", name, small.Len()>>10)
	return os.WriteFile(filepath.Join(c.folder, name+".png"), small.Bytes(), 0o644)
}

// prefers makes the system say dark or light.
func prefers(dark bool) chromedp.Action[chromedp.Void] {
	scheme := "light"
	if dark {
		scheme = "dark"
	}
	return chromedp.Func(func(ctx context.Context, t *chromedp.Target) error {
		_, err := cdp.Call(ctx, t, emulation.SetEmulatedMedia, emulation.SetEmulatedMediaParams{
			Features: []*emulation.MediaFeature{{Name: "prefers-color-scheme", Value: scheme}},
		})
		return err
	})
}

// becomes waits until an expression is true in the page.
func becomes(tab context.Context, expression string) error {
	tick := time.NewTicker(50 * time.Millisecond)
	defer tick.Stop()
	for {
		if yes, err := chromedp.Run(tab, chromedp.Evaluate[bool](expression)); err == nil && yes {
			return nil
		}
		select {
		case <-tab.Done():
			return errors.New("the page did not come to rest")
		case <-tick.C:
		}
	}
}
