package browser

import (
	"context"
	"encoding/json"
	"errors"
	"fmt"
	"net/url"
	"os"
	"path/filepath"
	"strings"
	"sync"
	"testing"
	"time"

	"github.com/chromedp/cdproto/log"
	"github.com/chromedp/cdproto/network"
	"github.com/chromedp/cdproto/runtime"
	"github.com/chromedp/chromedp"
)

// window is a private window on a house.
type window struct {
	t    *testing.T
	ctx  context.Context
	home string
	// company is where the accounts of the company are, "" when nobody may ask there.
	company string

	mu     sync.Mutex
	faults []string // guarded: what the console complained of, and requests that left
}

// window opens a private window, 1280 × 900, that reads Chinese and sees light.
func (h *house) window() *window {
	h.t.Helper()
	w := &window{t: h.t, home: h.url, company: h.company}
	ctx, closeWindow := chromedp.NewContext(chromium, chromedp.WithNewBrowserContext(), chromedp.WithListener(w.hear))
	w.ctx = ctx
	if err := chromedp.Do(ctx); err != nil { // the tab lives as long as the context it is opened with
		h.t.Fatalf("open a window: %v", err)
	}
	h.t.Cleanup(func() {
		w.shootFailure()
		closeWindow()
		for _, fault := range w.complaints() {
			h.t.Errorf("the browser complained: %s", fault)
		}
	})
	w.size(1280, 900)
	return w
}

// hear notes what must not happen, whatever the story is about.
func (w *window) hear(ev any) {
	switch e := ev.(type) {
	case *runtime.EventConsoleAPICalled:
		if e.Type == runtime.ConsoleAPICalledTypeError {
			w.note("console.error: " + arguments(e.Args))
		}
	case *runtime.EventExceptionThrown:
		w.note("exception: " + e.ExceptionDetails.Text + " " + description(e.ExceptionDetails))
	case *log.EventEntryAdded:
		// A form that is refused (4xx) is an answer; the console calls it an error.
		if e.Entry.Level == log.EntryLevelError && e.Entry.Source != log.EntrySourceNetwork {
			w.note(string(e.Entry.Source) + ": " + e.Entry.Text)
		}
	case *network.EventRequestWillBeSent:
		u, err := url.Parse(e.Request.URL)
		if err == nil && (u.Scheme == "http" || u.Scheme == "https") && !strings.HasPrefix(e.Request.URL, w.home+"/") && (w.company == "" || !strings.HasPrefix(e.Request.URL, w.company+"/")) {
			w.note("a request left the house: " + e.Request.URL)
		}
	}
}

func arguments(args []*runtime.RemoteObject) string {
	var said []string
	for _, a := range args {
		said = append(said, strings.Trim(string(a.Value), `"`)+a.Description)
	}
	return strings.Join(said, " ")
}

func (w *window) note(fault string) {
	w.mu.Lock()
	defer w.mu.Unlock()
	w.faults = append(w.faults, fault)
}

// complaints are what was noted so far.
func (w *window) complaints() []string {
	w.mu.Lock()
	defer w.mu.Unlock()
	return append([]string{}, w.faults...)
}

// do runs browser actions within the patience of a story.
func (w *window) do(what string, actions ...chromedp.Action[chromedp.Void]) {
	w.t.Helper()
	ctx, cancel := context.WithTimeout(w.ctx, patience)
	defer cancel()
	if err := chromedp.Do(ctx, actions...); err != nil {
		w.t.Fatalf("%s: %v", what, err)
	}
}

// visit opens a page of the house and waits until its scripts are ready.
func (w *window) visit(path string) {
	w.t.Helper()
	to := path
	if !strings.HasPrefix(path, "http") {
		to = w.home + path
	}
	w.do("visit "+path, chromedp.Navigate(to))
	w.ready()
}

// ready waits until the page that is shown is alive.
func (w *window) ready() {
	w.t.Helper()
	eventually(w.t, "the page is ready", func() error {
		if !script[bool](w, `document.documentElement.dataset.ready === "true"`) {
			return errors.New("its scripts have not run")
		}
		return nil
	})
}

// size makes the window so wide and high, in CSS pixels.
func (w *window) size(width, height int64) {
	w.t.Helper()
	w.do("resize", chromedp.EmulateViewport(width, height))
}

// prefers makes the system say light or dark.
func (w *window) prefers(scheme string) {
	w.t.Helper()
	w.media("prefers-color-scheme", scheme)
}

// script runs an expression in the page. While a page is being replaced there is
// nothing to run it in, and the answer is the zero value.
func script[T any](w *window, expression string) T {
	w.t.Helper()
	ctx, cancel := context.WithTimeout(w.ctx, patience)
	defer cancel()
	v, err := chromedp.Run(ctx, chromedp.Evaluate[T](expression, chromedp.EvalAwaitPromise))
	if err != nil {
		var zero T
		if ctx.Err() != nil {
			w.t.Fatalf("run %.60s: %v", expression, err)
		}
		return zero
	}
	return v
}

// finder finds what can be used by the words a person reads: the topmost dialog that is
// open comes first, and only what can be seen counts.
const finder = `(() => {
  const squeeze = (s) => (s ?? "").replace(/\s+/g, " ").trim();
  const shown = (el) => el.checkVisibility({ visibilityProperty: true, opacityProperty: true }) && el.getClientRects().length > 0;
  const scope = [...document.querySelectorAll("dialog[open]")].at(-1) ?? document;
  const name = (el) => squeeze(el.getAttribute("aria-label") || [...(el.labels ?? [])].map((l) => l.textContent).join(" ") || el.innerText || el.textContent || el.value);
  const pick = (selector, words) => {
    const all = [...scope.querySelectorAll(selector)].filter(shown);
    return all.find((el) => name(el) === words) ?? all.find((el) => name(el).includes(words));
  };
  return {
    scope, shown, name,
    control: (words) => pick("button, a[href], summary, [role=button], [role=tab], [role=switch], input[type=checkbox], input[type=radio], input[type=submit], label", words),
    field: (words) => pick("input, select, textarea", words),
    text: () => squeeze(document.body.innerText),
  };
})()`

// quoted is a string as a script writes it.
func quoted(s string) string {
	b, _ := json.Marshal(s) // a string can be written
	return string(b)
}

// at is the middle of the control or field with those words, scrolled into view.
func (w *window) at(kind, words string) (x, y float64) {
	w.t.Helper()
	var where []float64
	eventually(w.t, fmt.Sprintf("find the %s %q", kind, words), func() error {
		where = script[[]float64](w, `(() => {
			if (document.querySelector(".htmx-request, .htmx-swapping, .htmx-settling")) return [];
			const el = `+finder+`.`+kind+`(`+quoted(words)+`);
			if (!el) return [];
			el.scrollIntoView({ block: "center", inline: "nearest", behavior: "instant" });
			const r = el.getBoundingClientRect();
			return [r.x + r.width / 2, r.y + r.height / 2];
		})()`)
		if len(where) != 2 {
			return errors.New("nothing to be seen with these words")
		}
		return nil
	})
	return where[0], where[1]
}

// click clicks the button, link or box with those words.
func (w *window) click(words string) {
	w.t.Helper()
	x, y := w.at("control", words)
	w.do("click "+words, chromedp.MouseClickXY(x, y))
}

// tick clicks a control wherever it stands: what loads beside it may still move it.
func (w *window) tick(words string) {
	w.t.Helper()
	w.at("control", words)
	if !script[bool](w, `(`+finder+`.control(`+quoted(words)+`)?.click(), true)`) {
		w.t.Fatalf("there is no control %q any more", words)
	}
}

// fill types text into the field of that label, in place of what is there.
func (w *window) fill(label, text string) {
	w.t.Helper()
	eventually(w.t, fmt.Sprintf("write %q into %q", text, label), func() error {
		w.at("field", label)
		script[bool](w, `(() => { const el = `+finder+`.field(`+quoted(label)+`); el.focus(); el.select?.(); return true; })()`)
		w.do("fill "+label, chromedp.KeyEvent("\b"+text))
		if got := w.value(label); got != text && text != "" { // something took the focus
			return fmt.Errorf("it holds %q", got)
		}
		return nil
	})
}

// choose picks the option with those words in the list of that label.
func (w *window) choose(label, option string) {
	w.t.Helper()
	w.at("field", label)
	ok := script[bool](w, `(() => {
		const el = `+finder+`.field(`+quoted(label)+`);
		const option = [...el.options].find((o) => o.textContent.trim() === `+quoted(option)+` || o.value === `+quoted(option)+`);
		if (!option) return false;
		el.value = option.value;
		el.dispatchEvent(new Event("input", { bubbles: true }));
		el.dispatchEvent(new Event("change", { bubbles: true }));
		return true;
	})()`)
	if !ok {
		w.t.Fatalf("the list %q has no option %q", label, option)
	}
}

// value is what stands in the field of that label.
func (w *window) value(label string) string {
	w.t.Helper()
	w.at("field", label)
	return script[string](w, finder+`.field(`+quoted(label)+`).value`)
}

// press presses keys; those of package kb are single characters.
func (w *window) press(keys string) {
	w.t.Helper()
	w.do("press", chromedp.KeyEvent(keys))
}

// text is all that can be read on the page.
func (w *window) text() string {
	w.t.Helper()
	return script[string](w, finder+`.text()`)
}

// see waits until words can be read on the page.
func (w *window) see(words string) {
	w.t.Helper()
	eventually(w.t, fmt.Sprintf("see %q", words), func() error {
		if text := w.text(); !strings.Contains(text, words) {
			return fmt.Errorf("the page reads: %s", text)
		}
		return nil
	})
}

// gone waits until words cannot be read on the page any more.
func (w *window) gone(words string) {
	w.t.Helper()
	eventually(w.t, fmt.Sprintf("%q is gone", words), func() error {
		if strings.Contains(w.text(), words) {
			return errors.New("it can still be read")
		}
		return nil
	})
}

// path waits until the page shown is at that path.
func (w *window) path(want string) {
	w.t.Helper()
	eventually(w.t, "be at "+want, func() error {
		if got := script[string](w, `location.pathname`); got != want {
			return fmt.Errorf("at %s", got)
		}
		return nil
	})
	w.ready()
}

// focused is the name of what has the focus.
func (w *window) focused() string {
	w.t.Helper()
	return script[string](w, `document.activeElement === document.body ? "" : `+finder+`.name(document.activeElement)`)
}

// accessible fails the test for each violation axe finds on the page as it is shown.
func (w *window) accessible(where string) {
	w.t.Helper()
	if !script[bool](w, `"axe" in window`) { // once a page
		script[bool](w, axe+`; true`)
	}
	found := script[string](w, `(async () => {
		document.getAnimations().forEach((a) => a.finish?.call(a));
		const result = await axe.run(document, { resultTypes: ["violations"] });
		return JSON.stringify(result.violations.map((v) => v.id + ": " + v.help + "\n    " +
			v.nodes.slice(0, 3).map((n) => n.html.slice(0, 160) + " " + (n.any[0]?.message ?? n.all[0]?.message ?? "")).join("\n    ")));
	})()`)
	var violations []string
	if err := json.Unmarshal([]byte(found), &violations); err != nil {
		w.t.Fatalf("%s: axe did not answer: %v", where, err)
	}
	for _, v := range violations {
		w.t.Errorf("%s: %s", where, v)
	}
}

// fits fails the test when the page is wider than its window.
func (w *window) fits(where string) {
	w.t.Helper()
	if over := script[float64](w, `document.documentElement.scrollWidth - document.documentElement.clientWidth`); over > 0 {
		w.t.Errorf("%s: got a page %v px wider than its window", where, over)
	}
}

// shoot writes a picture of the window, when somebody wants pictures.
func (w *window) shoot(name string) {
	w.t.Helper()
	dir := os.Getenv("TICKETBELL_TEST_SHOTS")
	if dir == "" {
		return
	}
	ctx, cancel := context.WithTimeout(w.ctx, patience)
	defer cancel()
	picture, err := chromedp.Run(ctx, chromedp.CaptureScreenshot())
	if err == nil {
		err = os.WriteFile(filepath.Join(dir, name+".png"), picture, 0o644)
	}
	if err != nil {
		w.t.Logf("no picture of %s: %v", name, err)
	}
}

func (w *window) shootFailure() {
	if w.t.Failed() {
		w.shoot("failed-" + strings.ReplaceAll(w.t.Name(), "/", "-") + "-" + time.Now().Format("150405"))
	}
}

func description(d *runtime.ExceptionDetails) string {
	if d.Exception == nil {
		return d.URL
	}
	return d.Exception.Description
}

// tabTo presses Tab until what has those words has the focus.
func (w *window) tabTo(words string) {
	w.t.Helper()
	for range 120 {
		w.press("\t")
		if strings.Contains(w.focused(), words) {
			return
		}
	}
	w.t.Fatalf("got no focus on %q by Tab alone", words)
}

// fillByKeyboard presses Tab until the field of that id has the focus, and types.
func (w *window) fillByKeyboard(id, text string) {
	w.t.Helper()
	for range 120 {
		if script[string](w, `document.activeElement.id`) == id {
			w.press(text)
			return
		}
		w.press("\t")
	}
	w.t.Fatalf("got no focus on the field %s by Tab alone", id)
}
