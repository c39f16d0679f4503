package store_test

import (
	"bytes"
	"context"
	"database/sql"
	"errors"
	"os"
	"path/filepath"
	"strings"
	"sync"
	"testing"
	"time"

	"ticketbell/store"
)

func TestADatabaseIsOpenedAgain(t *testing.T) {
	onEachURL(t, func(t engineTest, url string) {
		first, err := store.Open(t.Context(), config(url))
		if err != nil {
			t.Fatal(err)
		}
		first.SetClock(func() time.Time { return noon })
		recordTo(t, first, "1", "lisi")
		if err := first.Close(); err != nil {
			t.Fatal(err)
		}
		if n := len(claim(t, open(t, url), "w", 1, noon)); n != 1 {
			t.Errorf("got %d deliveries after opening again, want 1", n)
		}
	})
}

func TestAMigrationThatLandedLateIsDone(t *testing.T) {
	url := sqliteURL(t)
	s, err := store.Open(t.Context(), config(url))
	if err != nil {
		t.Fatal(err)
	}
	if err := s.Close(); err != nil {
		t.Fatal(err)
	}
	db, err := sql.Open("sqlite", strings.TrimPrefix(url, "sqlite:"))
	if err != nil {
		t.Fatal(err)
	}
	t.Cleanup(func() { _ = db.Close() })
	if _, err := db.ExecContext(t.Context(), `DELETE FROM goose_db_version WHERE version_id = 16`); err != nil {
		t.Fatal(err)
	}
	open(t, url)
	done := 0
	if err := db.QueryRowContext(t.Context(), `SELECT count(*) FROM goose_db_version WHERE version_id = 16`).Scan(&done); err != nil || done != 1 {
		t.Errorf("got migration 16 done %d times, %v; want once, after the later ones", done, err)
	}
}

func TestManyOpenANewDatabaseAtOnce(t *testing.T) {
	onEachURL(t, func(t engineTest, url string) {
		var wg sync.WaitGroup
		for range 4 {
			wg.Go(func() {
				s, err := store.Open(t.Context(), config(url))
				if err != nil {
					t.Error(err)
					return
				}
				if err := s.Ping(t.Context()); err != nil {
					t.Error(err)
				}
				if err := s.Close(); err != nil {
					t.Error(err)
				}
			})
		}
		wg.Wait()
	})
}

func TestTwoProcessesShareADatabase(t *testing.T) {
	onEachURL(t, func(t engineTest, url string) {
		one, other := open(t, url), open(t, url)
		recordTo(t, one, "1", "lisi")
		recordTo(t, other, "2", "lisi")
		if n := len(claim(t, one, "w", 10, noon)); n != 2 {
			t.Errorf("got %d deliveries, want those of both", n)
		}
	})
}

func TestAWrongConfigurationIsNamed(t *testing.T) {
	good := sqliteURL(t)
	for _, tc := range []struct {
		name, url string
		key       []byte
		want      string
	}{
		{"no engine", "mysql://root:hunter2@db/x", key, `must begin with "sqlite:" or "postgres://"`},
		{"short key", good, key[:16], "must be 32 bytes long, not 16"},
		{"no folder", "sqlite:" + filepath.Join(t.TempDir(), "none", "x.db"), key, "no such file or directory"},
		{"unreadable URL", "postgres://bot:hunter2@db:port/x", key, "cannot be read"},
		{"nobody there", "postgres://bot:hunter2@127.0.0.1:1/x", key, "connect"},
	} {
		t.Run(tc.name, func(t *testing.T) {
			_, err := store.Open(t.Context(), store.Config{URL: tc.url, Key: tc.key})
			if err == nil || !strings.Contains(err.Error(), tc.want) {
				t.Fatalf("got %v, want it to say %q", err, tc.want)
			}
			if strings.Contains(err.Error(), "hunter2") {
				t.Errorf("the password is in the error: %v", err)
			}
		})
	}
}

func TestTheWrongKeyIsFoundAtTheStart(t *testing.T) {
	onEachURL(t, func(t engineTest, url string) {
		s := open(t, url)
		if err := s.PutChannel(t.Context(), withSecret("s3cret")); err != nil {
			t.Fatal(err)
		}
		wrong := config(url)
		wrong.Key = bytes.Repeat([]byte("x"), 32)
		_, err := store.Open(t.Context(), wrong)
		if !errors.Is(err, store.ErrOtherKey) || !strings.Contains(err.Error(), "read channel feishu: open secret app_secret: ") {
			t.Errorf("got %v, want it to say which secret is sealed with another key", err)
		}
	})
}

func TestAPathIsTakenAsItIs(t *testing.T) {
	path := filepath.Join(t.TempDir(), "100% of ?it#=工单.db")
	recordTo(t, open(t, "sqlite:"+path), "1", "lisi")
	info, err := os.Stat(path)
	if err != nil {
		t.Fatal(err)
	}
	if info.Size() == 0 || info.Mode().Perm() != 0o600 {
		t.Errorf("got %d bytes with mode %o, want the database, for its owner only", info.Size(), info.Mode().Perm())
	}
}

func TestAClosedStoreSaysSo(t *testing.T) {
	onEachURL(t, func(t engineTest, url string) {
		s, err := store.Open(t.Context(), config(url))
		if err != nil {
			t.Fatal(err)
		}
		if err := s.Close(); err != nil {
			t.Fatal(err)
		}
		if _, err := s.NextNumber(t.Context()); err == nil || !strings.Contains(err.Error(), "closed") {
			t.Errorf("got %v for a write, want that it is closed", err)
		}
		if err := s.Ping(t.Context()); err == nil {
			t.Error("got an answer to a ping, want an error")
		}
	})
}

func TestAWriteTakenBackIsNotDone(t *testing.T) {
	onEach(t, func(t engineTest, s *store.Store) {
		ctx, cancel := context.WithCancel(t.Context())
		cancel()
		e := entry("1")
		if _, err := s.Record(ctx, e, planned(e)); !errors.Is(err, context.Canceled) {
			t.Errorf("got %v, want context.Canceled", err)
		}
		if _, err := s.Event(t.Context(), "evt_1"); !errors.Is(err, store.ErrNotFound) {
			t.Errorf("got %v for the event, want ErrNotFound", err)
		}
	})
}
