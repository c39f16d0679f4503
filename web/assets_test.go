package web

import (
	"io/fs"
	"net/http"
	"path"
	"regexp"
	"strings"
	"testing"
)

func TestEveryAssetIsServedWithItsTypeForEver(t *testing.T) {
	h, held := demo(t), loadAssets()
	types := map[string]string{".js": "text/javascript; charset=utf-8", ".css": "text/css; charset=utf-8", ".svg": "image/svg+xml"}
	for name := range held.zipped {
		content := plain(name)
		res := get(t, h, held.folder+name)
		got := res.Body.String()
		if res.Code != http.StatusOK || got != string(content) {
			t.Errorf("%s: got %d and %d bytes, want 200 and %d", name, res.Code, len(got), len(content))
		}
		if got, want := res.Header().Get("Content-Type"), types[path.Ext(name)]; got != want {
			t.Errorf("%s: got type %q, want %q", name, got, want)
		}
		if got := res.Header().Get("Cache-Control"); !strings.Contains(got, "immutable") {
			t.Errorf("%s: got Cache-Control %q, want immutable", name, got)
		}
	}
}

func TestWhatThePageAsksForIsThere(t *testing.T) {
	h := demo(t)
	page := get(t, h, "/").Body.String()
	links := regexp.MustCompile(`(?:src|href)="(/assets/[^"#]+)["#]`).FindAllStringSubmatch(page, -1)
	if len(links) < 6 {
		t.Fatalf("got %d assets on the page, want styles, scripts and icon", len(links))
	}
	for _, link := range links {
		if res := get(t, h, link[1]); res.Code != http.StatusOK {
			t.Errorf("%s: got %d, want 200", link[1], res.Code)
		}
	}
}

func TestAssetsOfAnotherBuildAreNotFound(t *testing.T) {
	for _, name := range []string{"/assets/000000000000/main.js", "/assets/", "/assets/main.js", loadAssets().folder, loadAssets().folder + "../playground.go"} {
		if res := get(t, demo(t), name); res.Code == http.StatusOK {
			t.Errorf("%s: got 200, want it refused", name)
		}
	}
}

func TestTheIconIsFoundWithoutThePage(t *testing.T) {
	res := get(t, demo(t), "/favicon.ico")
	icon := res.Body.String()
	if res.Code != http.StatusOK || res.Header().Get("Content-Type") != "image/svg+xml" || !strings.HasPrefix(icon, "<svg") {
		t.Errorf("got %d %s, want the SVG icon", res.Code, res.Header().Get("Content-Type"))
	}
}

func TestScriptsImportOnlyOneAnother(t *testing.T) {
	for name, content := range scripts(t) {
		for _, m := range regexp.MustCompile(`(?m)^import .* from "([^"]+)";$`).FindAllStringSubmatch(content, -1) {
			if _, err := fs.Stat(embedded, path.Join("assets", m[1])); err != nil || !strings.HasPrefix(m[1], "./") {
				t.Errorf("%s imports %q, want a script of the same folder", name, m[1])
			}
		}
	}
}

func TestOnlyTheMailTurnsStringsIntoMarkup(t *testing.T) {
	sinks := regexp.MustCompile(`innerHTML|outerHTML\s*=|insertAdjacentHTML|document\.write|\beval\(|new Function|srcdoc|DOMParser`)
	for name, content := range scripts(t) {
		if found := sinks.FindString(content); found != "" && name != "mail.js" && path.Dir(name) != "vendor" {
			t.Errorf("%s uses %s, want text nodes only", name, found)
		}
	}
}

// scripts are the embedded scripts by name.
func scripts(t *testing.T) map[string]string {
	t.Helper()
	found := map[string]string{}
	for name := range loadAssets().zipped {
		if path.Ext(name) == ".js" {
			found[name] = string(plain(name))
		}
	}
	if len(found) == 0 {
		t.Fatal("got no scripts")
	}
	return found
}
