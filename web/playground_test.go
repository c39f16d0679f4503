package web

import (
	"encoding/json"
	"log/slog"
	"net/http"
	"net/http/httptest"
	"regexp"
	"slices"
	"strings"
	"testing"

	"ticketbell/access"
	"ticketbell/cards"
)

// nasty breaks out of whatever it is written into carelessly.
const nasty = `</script><script>alert(1)</script>"'&<!--`

// lenient lets everybody in as whoever they ask to be.
type lenient struct{ gate }

func (lenient) Enter(_ http.ResponseWriter, _ *http.Request, username string) (access.Principal, error) {
	role := access.Member
	if username == "admin" {
		role = access.Admin
	}
	return access.Principal{Username: username, Role: role, Demo: true}, nil
}

// playing is the pages of a demo in which visitors play with p and are somebody.
func playing(t *testing.T, p Playground, visitor string) *Site {
	t.Helper()
	s, err := New(Config{
		API: http.HandlerFunc(empty), Gate: lenient{}, Visitor: visitor, Playground: &p, Version: p.Token, Log: slog.New(slog.DiscardHandler),
	})
	if err != nil {
		t.Fatal(err)
	}
	return s
}

func demo(t *testing.T) http.Handler {
	t.Helper()
	return playing(t, Playground{
		Token:    "tb_demo",
		People:   []Person{{Username: "t1"}, {Username: "creator", Name: "张三"}},
		Projects: []Project{{Key: "pay", Name: cards.Text{ZH: "支付中心", EN: "Payments"}}},
	}, "admin")
}

// get asks h for a path as a browser on this machine would.
func get(t *testing.T, h http.Handler, path string) *httptest.ResponseRecorder {
	t.Helper()
	w := httptest.NewRecorder()
	h.ServeHTTP(w, httptest.NewRequestWithContext(t.Context(), http.MethodGet, "http://127.0.0.1:8080"+path, nil))
	return w
}

// block returns what stands in <script type="application/json" id="…">.
func block(t *testing.T, page, id string, into any) {
	t.Helper()
	_, rest, found := strings.Cut(page, `<script type="application/json" id="`+id+`">`)
	raw, _, closed := strings.Cut(rest, "</script>")
	if !found || !closed {
		t.Fatalf("the page has no block %q", id)
	}
	if err := json.Unmarshal([]byte(raw), into); err != nil {
		t.Fatalf("read block %q: %v", id, err)
	}
}

func TestThePageIsChineseUnlessEnglishIsAskedFor(t *testing.T) {
	for path, want := range map[string][]string{
		"/":         {`<html lang="zh-CN"`, "演练场", "创建工单"},
		"/?lang=zh": {`<html lang="zh-CN"`, "创建工单"},
		"/?lang=fr": {`<html lang="zh-CN"`, "创建工单"},
		"/?lang=en": {`<html lang="en"`, "Playground", "Create ticket"},
	} {
		res := get(t, demo(t), path)
		page := res.Body.String()
		if res.Code != http.StatusOK || res.Header().Get("Content-Type") != "text/html; charset=utf-8" {
			t.Errorf("%s: got %d %s, want 200 text/html", path, res.Code, res.Header().Get("Content-Type"))
		}
		for _, w := range want {
			if !strings.Contains(page, w) {
				t.Errorf("%s: got a page without %q", path, w)
			}
		}
	}
}

func TestTheScriptsGetTokenPeopleAndTexts(t *testing.T) {
	page := get(t, demo(t), "/").Body.String()
	var got setup
	block(t, page, "setup", &got)
	want := []Person{{Username: "t1"}, {Username: "creator", Name: "张三"}}
	if got.Token != "tb_demo" || !slices.Equal(got.People, want) {
		t.Errorf("got token %q and people %v, want tb_demo and %v", got.Token, got.People, want)
	}
	words := texts{}
	block(t, page, "texts", &words)
	for key := range loadTexts() {
		if words[key].ZH == "" {
			t.Errorf("got no text %q on the page", key)
		}
	}
}

func TestNastyNamesAndTokensStayData(t *testing.T) {
	page := get(t, playing(t, Playground{
		Token:    nasty,
		People:   []Person{{Username: nasty, Name: nasty}},
		Projects: []Project{{Key: nasty, Name: cards.Same(nasty)}},
	}, "admin"), "/").Body.String()
	if strings.Contains(page, "alert(1)</script>") || strings.Contains(page, "<script>") {
		t.Error("got markup from a name or a token, want it escaped")
	}
	var got setup
	block(t, page, "setup", &got)
	if got.Token != nasty || got.People[0].Name != nasty {
		t.Errorf("got token %q and name %q, want both as they were given", got.Token, got.People[0].Name)
	}
	if got, want := strings.Count(page, "<script"), strings.Count(get(t, demo(t), "/").Body.String(), "<script"); got != want {
		t.Errorf("got %d script elements, want %d", got, want)
	}
}

func TestThePageRunsNothingWrittenInline(t *testing.T) {
	page := get(t, demo(t), "/").Body.String()
	for what, pattern := range map[string]string{
		"inline script":  `<script(>| type="module">)`,
		"inline style":   `<style| style=`,
		"event handler":  ` on[a-z]+=`,
		"foreign origin": `(src|href)="(https?:)?//`,
	} {
		if found := regexp.MustCompile(pattern).FindString(page); found != "" {
			t.Errorf("got %s %q in the page, want none", what, found)
		}
	}
}

func TestEveryControlHasALabel(t *testing.T) {
	page := get(t, demo(t), "/").Body.String()
	controls := regexp.MustCompile(`<(?:input|select|textarea)\b[^>]*\bid="([^"]+)"`).FindAllStringSubmatch(page, -1)
	if len(controls) < 10 {
		t.Fatalf("got %d controls with an id, want the whole form", len(controls))
	}
	for _, c := range controls {
		if !regexp.MustCompile(`<label [^>]*for="` + c[1] + `"|<label class="check"><input type="checkbox" id="` + c[1] + `"`).MatchString(page) {
			t.Errorf("got no label for %q", c[1])
		}
	}
}

func TestTheCreatorOfTheManualIsChosenFirst(t *testing.T) {
	page := get(t, demo(t), "/").Body.String()
	if want := `<option value="creator" selected>张三</option>`; !strings.Contains(page, want) {
		t.Errorf("got a page without %s", want)
	}
	if want := `<option value="t1">t1</option>`; !strings.Contains(page, want) {
		t.Errorf("got a page without %s: who has no name is called by username", want)
	}
	if want := `<option value="pay" data-zh="支付中心" data-en="Payments">支付中心</option>`; !strings.Contains(page, want) {
		t.Errorf("got a page without the project %s", want)
	}
}

func TestThePlaygroundStandsInTheMenuOfWhoeverLooksOn(t *testing.T) {
	play := Playground{Token: "tb_demo"}
	for visitor, want := range map[string]string{
		"admin": "/overview /channels /users /flows /deliveries /playground /tokens /audit /me",
		"t1":    "/playground /me",
	} {
		page := get(t, playing(t, play, visitor), "/").Body.String()
		var menu []string
		for _, m := range regexp.MustCompile(`<a href="(/[a-z]*)" data-letter`).FindAllStringSubmatch(page, -1) {
			menu = append(menu, m[1])
		}
		if got := strings.Join(menu, " "); got != want {
			t.Errorf("%s: got the menu %s, want %s", visitor, got, want)
		}
		if !strings.Contains(page, `id="command-button"`) {
			t.Errorf("%s: got a page without the box of Ctrl K", visitor)
		}
	}
}

func TestOtherPathsAreNotFoundAndPostsAreRefused(t *testing.T) {
	res := get(t, demo(t), "/elsewhere")
	if res.Code != http.StatusNotFound {
		t.Errorf("got %d for a page that is not there, want 404", res.Code)
	}
	w := httptest.NewRecorder()
	demo(t).ServeHTTP(w, httptest.NewRequestWithContext(t.Context(), http.MethodPost, "/", nil))
	if w.Code != http.StatusMethodNotAllowed {
		t.Errorf("got %d for a POST, want 405", w.Code)
	}
}
