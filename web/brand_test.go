package web

import (
	"context"
	"errors"
	"log/slog"
	"net/http"
	"strings"
	"testing"

	"ticketbell/notify"
)

// sign is what a house goes by.
type sign struct {
	name string
	logo *notify.Logo
	err  error
}

func (s sign) Settings(context.Context) (notify.Settings, error) {
	return notify.Settings{BrandName: s.name}, s.err
}

func (s sign) Logo(context.Context) (notify.Logo, error) {
	switch {
	case s.err != nil:
		return notify.Logo{}, s.err
	case s.logo == nil:
		return notify.Logo{}, notify.ErrNotFound
	}
	return *s.logo, nil
}

func (s sign) LogoContent(ctx context.Context) (notify.Logo, error) { return s.Logo(ctx) }

// headed is a site that goes by s.
func headed(t *testing.T, s sign) *Site {
	t.Helper()
	made, err := New(Config{API: http.HandlerFunc(empty), Gate: gate{}, Brand: s, Log: slog.New(slog.DiscardHandler)})
	if err != nil {
		t.Fatal(err)
	}
	return made
}

func TestTheDoorIsHeadedWithNameAndLogoInTheVisitorsLanguage(t *testing.T) {
	logo := &notify.Logo{Hash: "abc123", Type: "image/png", Content: []byte("picture")}
	for _, tt := range []struct {
		name  string
		sign  sign
		lang  string
		says  []string
		lacks string
	}{
		{"named", sign{name: "变更<台>", logo: logo}, "zh", []string{`>登录变更&lt;台&gt;</title>`, `<img src="/brand/abc123.png" alt="">`, `<link rel="icon" href="/brand/abc123.png">`}, "变更<台>"},
		{"ours", sign{}, "en", []string{">Sign in to ticketbell</title>", "favicon.svg"}, "/brand/"},
		{"unreadable", sign{err: errors.New("no database")}, "zh", []string{">登录工单通知</title>", "favicon.svg"}, "no database"},
	} {
		t.Run(tt.name, func(t *testing.T) {
			page := get(t, headed(t, tt.sign), "/signin?lang="+tt.lang)
			for _, want := range tt.says {
				if !strings.Contains(page.Body.String(), want) {
					t.Errorf("got %d without %q", page.Code, want)
				}
			}
			if strings.Contains(page.Body.String(), tt.lacks) {
				t.Errorf("got %q in the page", tt.lacks)
			}
		})
	}
}

func TestALogoIsServedForEverUnderItsOwnNameAlone(t *testing.T) {
	s := headed(t, sign{logo: &notify.Logo{Hash: "abc123", Type: "image/jpeg", Content: []byte("picture")}})
	got := get(t, s, "/brand/abc123.jpeg")
	want := map[string]string{
		"Content-Type": "image/jpeg", "X-Content-Type-Options": "nosniff", "Cache-Control": "public, max-age=31536000, immutable",
		"Content-Security-Policy": "default-src 'none'; frame-ancestors 'none'",
	}
	for name, value := range want {
		if h := got.Header().Get(name); h != value {
			t.Errorf("%s: got %q, want %q", name, h, value)
		}
	}
	if got.Code != http.StatusOK || got.Body.String() != "picture" {
		t.Errorf("got %d %q, want the picture", got.Code, got.Body)
	}
	for _, tt := range []struct {
		site *Site
		path string
		want int
	}{
		{s, "/brand/before.jpeg", http.StatusNotFound},
		{s, "/brand/", http.StatusNotFound},
		{headed(t, sign{}), "/brand/abc123.jpeg", http.StatusNotFound},
		{headed(t, sign{err: errors.New("no database")}), "/brand/abc123.jpeg", http.StatusInternalServerError},
		{site(t, empty), "/brand/abc123.jpeg", http.StatusNotFound},
	} {
		if got := get(t, tt.site, tt.path); got.Code != tt.want || got.Header().Get("Cache-Control") != "" {
			t.Errorf("%s: got %d %s, want %d and nothing cached", tt.path, got.Code, got.Header().Get("Cache-Control"), tt.want)
		}
	}
}
