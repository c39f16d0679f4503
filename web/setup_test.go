package web

import (
	"bytes"
	"fmt"
	"io"
	"log/slog"
	"net/http"
	"net/http/httptest"
	"slices"
	"strings"
	"testing"

	"ticketbell/access"
)

func TestTheFirstAdministratorSaysWherePeopleReachUs(t *testing.T) {
	var asked []string
	s := site(t, func(w http.ResponseWriter, r *http.Request) {
		body, _ := io.ReadAll(r.Body)
		asked = append(asked, fmt.Sprintf("%s %s %s", r.Method, r.URL, bytes.TrimSpace(body)))
		empty(w, r)
	})
	got := open(t, s, access.Principal{}, "POST", "/setup/open", "secret=SECRET", "HX-Request: true")
	if !strings.Contains(got.Body.String(), `value="http://bell.example"`) {
		t.Errorf("got %s, want the address the request came to suggested", got.Body)
	}
	const form = "secret=SECRET&first=1&username=root&password=right&home="
	got = open(t, s, access.Principal{}, "POST", "/setup", form+"bell.example/x", "HX-Request: true")
	if got.Code != http.StatusUnprocessableEntity || !strings.Contains(got.Body.String(), "不带路径") || len(asked) > 0 {
		t.Errorf("got %d %s and %q asked, want it refused before the link is used up", got.Code, got.Body, asked)
	}
	open(t, s, access.Principal{}, "POST", "/setup", form+"https://bell.example", "HX-Request: true")
	if want := `PATCH /api/v1/settings {"public_url":"https://bell.example"}`; !slices.Contains(asked, want) {
		t.Errorf("got %q asked, want %s", asked, want)
	}
}

func TestAnAddressOfThisMachineAloneIsNotSuggested(t *testing.T) {
	r := httptest.NewRequestWithContext(t.Context(), http.MethodPost, "http://127.0.0.1:8080/setup/open", strings.NewReader("secret=SECRET"))
	r.Header.Set("Content-Type", "application/x-www-form-urlencoded")
	got := httptest.NewRecorder()
	site(t, empty).ServeHTTP(got, r)
	if !strings.Contains(got.Body.String(), `name="home" value=""`) {
		t.Errorf("got %s, want nothing suggested", got.Body)
	}
}

func TestWhatTheServiceWasStartedWithHoldsAndThePagesSaySo(t *testing.T) {
	asked := ""
	s, err := New(Config{API: http.HandlerFunc(func(w http.ResponseWriter, r *http.Request) {
		if r.Method == http.MethodPatch {
			body, _ := io.ReadAll(r.Body)
			asked += string(body)
		}
		empty(w, r)
	}), Gate: gate{}, Home: access.Home{Fixed: "https://tickets.example"}, Log: slog.New(slog.DiscardHandler)})
	if err != nil {
		t.Fatal(err)
	}
	for path, body := range map[string]string{"/setup/open": "secret=SECRET", "/channels/general": "public_url=https://other.example&brand_name=x"} {
		got := open(t, s, root(), "POST", path, body, "HX-Request: true").Body.String()
		if !strings.Contains(got, "https://tickets.example") || !strings.Contains(got, "由启动参数 --public-url 指定") {
			t.Errorf("%s: got %s, want the address of the start, and where it comes from", path, got)
		}
	}
	if strings.Contains(asked, "public_url") || !strings.Contains(asked, "brand_name") {
		t.Errorf("got %s asked, want all but the public URL", asked)
	}
}
