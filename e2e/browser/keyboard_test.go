package browser

import (
	"context"
	"errors"
	"fmt"
	"testing"

	"github.com/chromedp/cdproto/cdp"
	"github.com/chromedp/cdproto/emulation"
	"github.com/chromedp/chromedp"
	"github.com/chromedp/chromedp/kb"
)

// stops notes every control that Tab has to reach, of the topmost dialog or of the page.
const stops = `(() => {
  const scope = [...document.querySelectorAll("dialog[open]")].at(-1) ?? document;
  const shown = (el) => el.checkVisibility({ visibilityProperty: true }) && el.getClientRects().length > 0;
  const controls = [...scope.querySelectorAll("a[href], button, input, select, textarea, summary, iframe, [tabindex]")];
  window.stops = new Map(controls.filter((el) => shown(el) && el.tabIndex >= 0 && !el.disabled && !el.closest("[inert]"))
    .filter((el) => el.type !== "radio" || el.checked) // the arrow keys choose within a group
    .map((el) => [el, false]));
  return window.stops.size;
})()`

// arrived tells what is wrong with where the focus is now, "" for nothing: it must be
// seen, and not lie behind something else once the page has scrolled to it.
const arrived = `(async () => {
  const el = document.activeElement;
  if (!el || el === document.body || el === document.documentElement) return "";
  if (window.stops.has(el)) window.stops.set(el, true);
  if (el.tagName === "IFRAME") return "";
  const name = el.outerHTML.slice(0, 140);
  const style = getComputedStyle(el);
  if (style.outlineStyle === "none" || parseFloat(style.outlineWidth) < 2) return "no focus is seen on " + name;
  const mine = (hit) => hit && (el.contains(hit) || [...(el.labels ?? [])].some((l) => l.contains(hit)));
  const parts = [0.5, 0.1, 0.9];
  const seen = () => [...el.getClientRects()].some((r) => parts.some((x) => parts.some((y) => mine(document.elementFromPoint(r.x + r.width * x, r.y + r.height * y)))));
  for (const until = performance.now() + 3000; performance.now() < until;) { // a busy machine scrolls late
    if (seen() || el !== document.activeElement) return "";
    await new Promise((drawn) => { requestAnimationFrame(drawn); setTimeout(drawn, 100); });
  }
  return "the focus is hidden on " + name;
})()`

// missed are the controls the focus has not been on.
const missed = `[...window.stops].filter(([el, been]) => !been && el.isConnected && el.getClientRects().length > 0).map(([el]) => el.outerHTML.slice(0, 140))`

// walks goes through the page, or the dialog that is open, by Tab alone: it reaches every
// control, and wherever the focus is it can be seen.
func (w *window) walks(where string) {
	w.t.Helper()
	n := script[int](w, stops)
	if n == 0 {
		w.t.Errorf("%s: got nothing to walk to", where)
	}
	script[string](w, arrived)
	said := map[string]bool{}
	for i := range 2*n + 12 {
		w.press("\t")
		if wrong := script[string](w, arrived); wrong != "" && !said[wrong] {
			said[wrong] = true
			w.t.Errorf("%s: %s", where, wrong)
		}
		if i >= n/2 && len(script[[]string](w, missed)) == 0 {
			return
		}
	}
	for _, control := range script[[]string](w, missed) {
		w.t.Errorf("%s: Tab does not reach %s", where, control)
	}
}

// byKeyboard walks a scene, and leaves a dialog by Escape: the focus is then back on what
// opened it.
func (w *window) byKeyboard(s scene) {
	w.t.Helper()
	w.size(1280, 720)
	w.set(s, "zh")
	w.walks(s.name)
	if s.shows != "" || s.opener+s.keys == "" {
		return
	}
	for range 5 {
		if script[bool](w, `document.activeElement.closest("dialog[open]") !== null`) {
			break
		}
		w.press("\t") // from the browser's own controls, behind the last one
	}
	w.press(kb.Escape)
	eventually(w.t, s.name+": Escape closes it and the focus is back", func() error {
		if script[bool](w, `document.querySelector("dialog[open]") !== null`) {
			return errors.New("it is open")
		}
		if s.opener != "" && !script[bool](w, `document.activeElement.matches(`+quoted(s.opener)+`)`) {
			return fmt.Errorf("the focus is on %s", script[string](w, `document.activeElement.outerHTML.slice(0, 140)`))
		}
		return nil
	})
}

func TestEverySceneWorksByKeyboardAlone(t *testing.T) {
	w := furnished(t).window()
	for _, s := range ofTheDemo() {
		w.byKeyboard(s)
	}
	w.size(360, 800)
	w.visit("/me?lang=zh")
	w.tabTo("菜单")
	w.press("\r")
	w.walks("the menu of a phone")
}

// still fails the test when something moves although the reader asked for stillness.
func (w *window) still(where string) {
	w.t.Helper()
	w.media("prefers-reduced-motion", "reduce")
	moving := script[[]string](w, `[...document.querySelectorAll("body, body *")].filter((el) => {
		const s = getComputedStyle(el);
		return s.animationName !== "none" && parseFloat(s.animationDuration) > 0.01 || s.transitionDuration.split(",").some((d) => parseFloat(d) > 0.01);
	}).slice(0, 5).map((el) => el.outerHTML.slice(0, 120))`)
	for _, el := range moving {
		w.t.Errorf("%s: moves although nothing should: %s", where, el)
	}
	w.media("prefers-color-scheme", "light")
}

// media makes the system say one preference, and none else.
func (w *window) media(name, value string) {
	w.t.Helper()
	w.do("prefer "+value, chromedp.Func(func(ctx context.Context, t *chromedp.Target) error {
		_, err := cdp.Call(ctx, t, emulation.SetEmulatedMedia, emulation.SetEmulatedMediaParams{
			Features: []*emulation.MediaFeature{{Name: name, Value: value}},
		})
		return err
	}))
}

// Who opens a dialog came to do something in it, or to read it.
func TestNoDialogOfTheUsersBeginsWithItsCloseButton(t *testing.T) {
	w := furnished(t).window()
	for _, s := range ofTheDemo() {
		if s.path != "/users" || s.opener == "" {
			continue
		}
		w.set(s, "zh")
		eventually(t, s.name+": the focus is in the dialog, and not on 关闭", func() error {
			if on := script[string](w, `document.activeElement.closest("dialog[open]") ? "" : "outside"`); on != "" {
				return errors.New("the focus is " + on)
			}
			if script[bool](w, `document.activeElement.matches(".dialog-head [data-close]")`) {
				return errors.New("it is on 关闭")
			}
			return nil
		})
	}
}
