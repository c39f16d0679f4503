package store_test

import (
	"encoding/json"
	"errors"
	"os"
	"path/filepath"
	"strings"
	"testing"
	"time"

	"github.com/google/go-cmp/cmp"

	"ticketbell/notify"
	"ticketbell/store"
)

func withSecret(secret string) notify.ChannelRecord {
	return notify.ChannelRecord{
		Channel: notify.Feishu, Enabled: true, Fields: json.RawMessage(`{"app_id":"cli_1"}`),
		Secrets: map[string]notify.Secret{"app_secret": {Value: secret, SetAt: noon, SetBy: "admin"}},
	}
}

func readChannel(tb testing.TB, s *store.Store) notify.ChannelRecord {
	tb.Helper()
	rec, err := s.Channel(tb.Context(), notify.Feishu)
	if err != nil {
		tb.Fatal(err)
	}
	return rec
}

func TestAChannelIsReadAsItWasWritten(t *testing.T) {
	onEach(t, func(t engineTest, s *store.Store) {
		if got := readChannel(t, s); !cmp.Equal(got, notify.ChannelRecord{Channel: notify.Feishu}) {
			t.Errorf("got %+v, want nothing of a channel never configured", got)
		}
		want := withSecret("s3cret")
		if err := s.PutChannel(t.Context(), want); err != nil {
			t.Fatal(err)
		}
		want.Version = 1
		if diff := cmp.Diff(want, readChannel(t, s)); diff != "" {
			t.Errorf("channel (-want +got):\n%s", diff)
		}
	})
}

func TestTheChannelsThatAreOnAreListedInOrder(t *testing.T) {
	onEach(t, func(t engineTest, s *store.Store) {
		for ch, on := range map[notify.Channel]bool{notify.Mail: true, notify.WeCom: false, notify.Feishu: true} {
			if err := s.PutChannel(t.Context(), notify.ChannelRecord{Channel: ch, Enabled: on}); err != nil {
				t.Fatal(err)
			}
		}
		if err := s.PauseChannel(t.Context(), notify.Mail, "a wrong password", noon, 1); err != nil {
			t.Fatal(err)
		}
		got, err := s.EnabledChannels(t.Context())
		if want := []notify.Channel{notify.Feishu, notify.Mail}; err != nil || !cmp.Equal(got, want) {
			t.Errorf("got %v, %v, want %v: a pause does not switch a channel off", got, err, want)
		}
	})
}

func TestOfTwoChangesFromOneVersionOneIsRefused(t *testing.T) {
	onEach(t, func(t engineTest, s *store.Store) {
		if err := s.PutChannel(t.Context(), withSecret("first")); err != nil {
			t.Fatal(err)
		}
		for _, version := range []int64{0, 2} {
			rec := withSecret("second")
			rec.Version = version
			if err := s.PutChannel(t.Context(), rec); !errors.Is(err, store.ErrConflict) {
				t.Errorf("got %v for version %d, want ErrConflict", err, version)
			}
		}
		rec := withSecret("third")
		rec.Version = 1
		if err := s.PutChannel(t.Context(), rec); err != nil {
			t.Fatal(err)
		}
		if got := readChannel(t, s); got.Version != 2 || got.Secrets["app_secret"].Value != "third" {
			t.Errorf("got version %d with %q, want 2 with the third", got.Version, got.Secrets["app_secret"].Value)
		}
	})
}

func TestAPauseLastsUntilTheChannelIsMended(t *testing.T) {
	onEach(t, func(t engineTest, s *store.Store) {
		rec := withSecret("wrong")
		if err := s.PutChannel(t.Context(), rec); err != nil {
			t.Fatal(err)
		}
		pause := func(version int64) notify.ChannelRecord {
			t.Helper()
			if err := s.PauseChannel(t.Context(), notify.Feishu, "feishu.10014", noon, version); err != nil {
				t.Fatal(err)
			}
			return readChannel(t, s)
		}
		if got := pause(1); got.Paused != "feishu.10014" || !got.PausedAt.Equal(noon) {
			t.Errorf("got %q since %s, want it paused at noon", got.Paused, got.PausedAt)
		}
		rec.Version = 1
		if err := s.PutChannel(t.Context(), rec); err != nil {
			t.Fatal(err)
		}
		if got := readChannel(t, s); got.Paused != "" || !got.PausedAt.IsZero() {
			t.Errorf("got %q since %s after a change, want no pause", got.Paused, got.PausedAt)
		}
		if got := pause(1); got.Paused != "" {
			t.Errorf("got %q for a version that was replaced, want no pause", got.Paused)
		}
		pause(2)
		if err := s.ReleaseChannel(t.Context(), notify.Feishu); err != nil {
			t.Fatal(err)
		}
		if got := readChannel(t, s); got.Paused != "" || got.Version != 2 {
			t.Errorf("got %q at version %d after the release, want no pause at 2", got.Paused, got.Version)
		}
	})
}

func TestNoSecretIsReadableInTheDatabase(t *testing.T) {
	dir := t.TempDir()
	s := open(t, "sqlite:"+filepath.Join(dir, "ticketbell.db"))
	const secret = "correct-horse-battery-staple"
	if err := s.PutChannel(t.Context(), withSecret(secret)); err != nil {
		t.Fatal(err)
	}
	if err := s.PutPlatform(t.Context(), notify.Platform{Source: "sqle", Kind: notify.PlatformWebhook, Secret: secret}); err != nil {
		t.Fatal(err)
	}
	files, err := os.ReadDir(dir)
	if err != nil || len(files) == 0 {
		t.Fatalf("got %d files, %v, want the database", len(files), err)
	}
	found := false
	for _, f := range files {
		content, err := os.ReadFile(filepath.Join(dir, f.Name()))
		if err != nil {
			t.Fatal(err)
		}
		found = found || strings.Contains(string(content), "cli_1")
		if strings.Contains(string(content), secret) {
			t.Errorf("the secret is in %s", f.Name())
		}
	}
	if !found {
		t.Error("got no file with the channel's fields: the search proves nothing")
	}
}

func TestAPlatformIsReadAsItWasWritten(t *testing.T) {
	onEach(t, func(t engineTest, s *store.Store) {
		if p, err := s.Platform(t.Context(), "sqle"); err != nil || p != (notify.Platform{Source: "sqle", Kind: notify.PlatformNone}) {
			t.Errorf("got %+v, %v of a platform never told of, want nobody to judge", p, err)
		}
		for _, want := range []notify.Platform{
			{Source: "sqle", Kind: notify.PlatformWebhook, URL: "https://sqle.corp.com/hook", Secret: "a secret of 24 bytes at least", Timeout: 5 * time.Second},
			{Source: "sqle", Kind: notify.PlatformBuiltIn},
		} {
			if err := s.PutPlatform(t.Context(), want); err != nil {
				t.Fatal(err)
			}
			if got, err := s.Platform(t.Context(), "sqle"); err != nil || got != want {
				t.Errorf("got %+v, %v, want %+v", got, err, want)
			}
		}
	})
}
