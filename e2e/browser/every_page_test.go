package browser

import (
	"fmt"
	"net/http"
	"slices"
	"strings"
	"testing"
)

// scene is something to look at: a page, or what opens on it.
type scene struct {
	name, path string
	// opener is a selector of what Enter opens a dialog with, and keys are pressed
	// instead where there is no such thing.
	opener, keys string
	// shows is a selector of what is there once the scene is set, for what is no dialog.
	shows string
}

// ofTheDemo are the pages of whoever is signed in, and everything that opens on them.
func ofTheDemo() []scene {
	return []scene{
		{name: "overview", path: "/overview"},
		{name: "overview-test", path: "/overview", opener: "[data-test=mail]"},
		{name: "channels", path: "/channels"},
		{name: "channels-general", path: "/channels", opener: "#general button[hx-get]", shows: "#general form"},
		{name: "channels-mail", path: "/channels", opener: "#mail button[hx-get$=edit]", shows: "#mail form [type=submit]"},
		{name: "channels-wecom", path: "/channels", opener: "#wecom button[hx-get$=edit]", shows: "#wecom form [type=submit]"},
		{name: "channels-feishu", path: "/channels", opener: "#feishu button[hx-get$=edit]", shows: "#feishu form [type=submit]"},
		{name: "channels-off", path: "/channels", opener: "[data-open=wecom-off]"},
		{name: "channels-test", path: "/channels", opener: "[data-test=wecom]"},
		{name: "users", path: "/users"},
		{name: "users-nobody", path: "/users?q=nobody-has-this-name"},
		{name: "users-person", path: "/users", opener: `a[hx-get="/users/t1"]`},
		{name: "users-new", path: "/users", opener: "[data-open=new-dialog]"},
		{name: "users-import", path: "/users", opener: "[data-open=import-dialog]"},
		{name: "users-dms", path: "/users", opener: "[data-open=dms-dialog]"},
		{name: "users-resolve", path: "/users", opener: "[data-open=resolve-dialog]"},
		{name: "person", path: "/users/t1"},
		{name: "flows", path: "/flows"},
		{name: "flow", path: "/flows/strict"},
		{name: "deliveries", path: "/deliveries"},
		{name: "deliveries-dead", path: "/deliveries?status=dead"},
		{name: "deliveries-none", path: "/deliveries?q=nothing-is-called-this"},
		{name: "deliveries-one", path: "/deliveries", opener: "#rows a.open"},
		{name: "playground", path: "/playground?ticket=1"},
		{name: "playground-reject", path: "/playground?ticket=1", opener: "[data-action=reject]"},
		{name: "tokens", path: "/tokens"},
		{name: "tokens-new", path: "/tokens", opener: "[data-open=token-dialog]"},
		{name: "audit", path: "/audit"},
		{name: "me", path: "/me"},
		{name: "shortcuts", path: "/me", keys: "?"},
		{name: "command", path: "/me", opener: "#command-button"},
		{name: "account", path: "/me", opener: ".who > summary", shows: ".who[open]"},
		{name: "missing", path: "/there/is/no/such/page"},
		{name: "refused", path: "/users/nobody-has-this-name"},
	}
}

// set plays a scene in one language.
func (w *window) set(s scene, language string) {
	w.t.Helper()
	mark := "?"
	if strings.Contains(s.path, mark) {
		mark = "&"
	}
	path, hash, _ := strings.Cut(s.path, "#")
	w.visit(path + mark + "lang=" + language + "#" + hash)
	if s.opener != "" {
		w.awaits(s.opener)
		script[bool](w, `(document.querySelector(`+quoted(s.opener)+`).focus(), true)`)
		w.press("\r")
	}
	if s.keys != "" {
		w.press(s.keys)
	}
	if s.shows != "" {
		w.awaits(s.shows)
	} else if s.opener+s.keys != "" {
		w.awaits("dialog[open]")
	}
}

// awaits waits until a selector finds something.
func (w *window) awaits(selector string) {
	w.t.Helper()
	eventually(w.t, "there is "+selector, func() error {
		if !script[bool](w, `document.querySelector(`+quoted(selector)+`) !== null && !document.querySelector(".htmx-request, .htmx-swapping, .htmx-settling")`) {
			return fmt.Errorf("not on %s", script[string](w, `location.href`))
		}
		return nil
	})
}

// everyLook looks at a scene in both languages, light and dark, wide and narrow: axe
// finds nothing, nothing is cut off at 320 px or enlarged to 200 %, and nothing moves for
// whoever asked for stillness.
func (w *window) everyLook(s scene) {
	w.t.Helper()
	for _, language := range []string{"zh", "en"} {
		w.size(1280, 900)
		w.set(s, language)
		for _, scheme := range []string{"dark", "light"} {
			w.prefers(scheme)
			where := strings.Join([]string{s.name, language, scheme}, "-")
			w.accessible(where)
			w.shoot(where + "-wide")
		}
		w.fits(s.name + " " + language)
		w.size(640, 450) // 1280 × 900 at 200 %
		w.fits(s.name + " " + language + " at 200 %")
		w.size(360, 800)
		if language == "zh" { // what is narrow is laid out alike in both
			w.accessible(s.name + " at 360 px")
		}
		w.fits(s.name + " " + language + " at 360 px")
		w.shoot(s.name + "-" + language + "-narrow")
		w.size(320, 700)
		w.fits(s.name + " " + language + " at 320 px")
	}
	w.still(s.name)
}

// furnished is a demo with a ticket that waits for t1, and a mail that nobody took.
func furnished(t *testing.T) *house {
	t.Helper()
	h := demo(t)
	h.breaks("mail", "unknown_person")
	h.submitted("订单表加索引")
	h.awaits("accepted")
	h.awaits("dead")
	h.mends("mail")
	return h
}

func TestEverySceneIsAccessibleInEveryLook(t *testing.T) {
	w := furnished(t).window()
	for _, s := range ofTheDemo() {
		w.everyLook(s)
	}
}

func TestEveryPageOfTheMenuIsAScene(t *testing.T) {
	w := demo(t).window()
	w.visit("/me")
	var known []string
	for _, s := range ofTheDemo() {
		path, _, _ := strings.Cut(s.path, "?")
		known = append(known, path)
	}
	listed := script[[]string](w, `[...document.querySelectorAll("#menu li a")].map((a) => a.getAttribute("href"))`)
	if len(listed) < 9 {
		t.Fatalf("got %v in the menu, want all pages", listed)
	}
	for _, path := range listed {
		if !slices.Contains(known, path) {
			t.Errorf("got %s in the menu, and no scene of it", path)
		}
	}
}

func TestTheDoorIsAccessibleInEveryLookAndByKeyboard(t *testing.T) {
	h := serve(t)
	_, secret, _ := strings.Cut(h.setUp, "#")
	w := h.window()
	for _, s := range []scene{
		{name: "signin", path: "/signin"},
		{name: "signin-refused", path: "/signin", opener: "#signin-form [type=submit]", shows: "#signin-problem"},
		{name: "setup", path: "/setup"},
		{name: "setup-over", path: "/setup", opener: "#setup-link [type=submit]", shows: "#setup-link [role=alert]"},
		{name: "setup-form", path: "/setup#" + secret, shows: "#setup-password"},
		{name: "missing-outside", path: "/there/is/no/such/page"},
	} {
		w.everyLook(s)
		w.byKeyboard(s)
	}
}

func TestWhatARoleMayNotSeeSaysSoAccessibly(t *testing.T) {
	w := demo(t).window()
	w.visit("/me")
	w.becomes("t1")
	w.everyLook(scene{name: "forbidden", path: "/channels"})
	w.byKeyboard(scene{name: "forbidden", path: "/channels"})
	w.everyLook(scene{name: "me-member", path: "/me"})
}

// becomes makes the visitor of a demo somebody else of its cast.
func (w *window) becomes(username string) {
	w.t.Helper()
	status := script[int](w, `fetch("/signin/as", { method: "POST", body: new URLSearchParams({ username: `+quoted(username)+` }) }).then((r) => r.status)`)
	if status != http.StatusOK {
		w.t.Fatalf("become %s: got %d", username, status)
	}
}
