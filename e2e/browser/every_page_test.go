package browser

import "testing"

// look is one way a page is looked at.
type looked struct{ language, scheme string }

// looks are all of them.
func looks() []looked {
	return []looked{{"zh", "light"}, {"zh", "dark"}, {"en", "light"}, {"en", "dark"}}
}

// everyLook shows a page in both languages, light and dark, wide and narrow: axe finds
// nothing, and nothing is cut off.
func (w *window) everyLook(path string) {
	w.t.Helper()
	for _, l := range looks() {
		where := path + " " + l.language + " " + l.scheme
		w.prefers(l.scheme)
		w.size(1280, 900)
		w.visit(path + "?lang=" + l.language)
		w.accessible(where)
		w.fits(where)
		w.shoot(named(path) + "-" + l.language + "-" + l.scheme + "-wide")
		w.size(360, 800)
		w.accessible(where + " narrow")
		w.fits(where + " narrow")
		w.shoot(named(path) + "-" + l.language + "-" + l.scheme + "-narrow")
	}
	w.size(320, 700)
	w.fits(path + " at 320 px")
}

// named is a path as the name of a file.
func named(path string) string {
	if path == "/" {
		return "front"
	}
	name := []rune(path[1:])
	for i, r := range name {
		if r == '/' || r == '?' {
			name[i] = '-'
		}
	}
	return string(name)
}

func TestEveryPageIsAccessibleInEveryLook(t *testing.T) {
	w := demo(t).window()
	for _, path := range []string{"/users", "/users/t1", "/flows", "/flows/strict", "/tokens", "/audit", "/me"} {
		w.everyLook(path)
	}
}
