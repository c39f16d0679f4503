package store_test

import (
	"context"
	"database/sql"
	"strings"
	"sync"
	"sync/atomic"
	"testing"
	"time"

	"ticketbell/notify"
	"ticketbell/store"
)

// busy opens a second connection to the database at url, in a transaction that lets nobody
// else write what a probe writes; the returned function ends it.
func busy(tb testing.TB, url string) (release func()) {
	tb.Helper()
	db := direct(tb, url)
	tx, err := db.BeginTx(context.Background(), nil)
	if err != nil {
		tb.Fatal(err)
	}
	hold := `LOCK TABLE settings`
	if strings.HasPrefix(url, "sqlite:") {
		hold = `DELETE FROM settings` // any write holds the whole file
	}
	if _, err := tx.ExecContext(tb.Context(), hold); err != nil {
		tb.Fatal(err)
	}
	release = sync.OnceFunc(func() { _, _ = tx.Rollback(), db.Close() })
	tb.Cleanup(release)
	return release
}

// direct opens the database at url past the store.
func direct(tb testing.TB, url string) *sql.DB {
	tb.Helper()
	driver, dsn := "pgx", url
	if path, ok := strings.CutPrefix(url, "sqlite:"); ok {
		driver, dsn = "sqlite", path
	}
	db, err := sql.Open(driver, dsn)
	if err != nil {
		tb.Fatal(err)
	}
	return db
}

// aging opens the database with a clock that stands still but for what is added to it.
func aging(tb testing.TB, url string) (s *store.Store, age func(time.Duration)) {
	tb.Helper()
	var passed atomic.Int64
	c := config(url)
	c.Now = func() time.Time { return noon.Add(time.Duration(passed.Load())) }
	s, err := store.Open(tb.Context(), c)
	if err != nil {
		tb.Fatal(err)
	}
	tb.Cleanup(func() { _ = s.Close() })
	return s, func(d time.Duration) { passed.Add(int64(d)) }
}

func ready(tb testing.TB, s *store.Store, want bool, when string) {
	tb.Helper()
	if err := s.Ready(tb.Context()); (err == nil) != want {
		tb.Errorf("got %v %s, want ready: %v", err, when, want)
	}
}

func TestReadyIsWhereAnEventCouldBeStored(t *testing.T) {
	onEachURL(t, func(t engineTest, url string) {
		s, age := aging(t, url)
		age(time.Minute)
		ready(t, s, true, "when nothing was written lately")
		release := busy(t, url)
		ready(t, s, true, "when something was just written")
		age(time.Minute)
		var callers sync.WaitGroup
		for range 20 {
			callers.Go(func() { ready(t, s, false, "while another holds the database") })
		}
		callers.Wait()
		release()
		eventually(t, "the probe under way is through", func() bool { return s.Ready(t.Context()) == nil })
	})
}

func TestAWriteThatFailedTakesReadinessAwayAtOnce(t *testing.T) {
	onEachURL(t, func(t engineTest, url string) {
		s, age := aging(t, url)
		save := func() error { return s.PutSettings(t.Context(), notify.DefaultSettings()) }
		if err := save(); err != nil {
			t.Fatal(err)
		}
		run(t, url, `ALTER TABLE settings RENAME TO mislaid`)
		ready(t, s, true, "while the last write went well")
		if save() == nil {
			t.Fatal("got settings saved in a table that is not there")
		}
		ready(t, s, false, "after a write that failed")
		run(t, url, `ALTER TABLE mislaid RENAME TO settings`)
		ready(t, s, false, "within the second for which a probe's failure speaks")
		age(time.Second)
		ready(t, s, true, "when writing works again")
	})
}

func TestAServerThatOnlyReadsIsNotWorkedWith(t *testing.T) {
	url := postgresURL(t)
	s := open(t, url)
	database := url[strings.LastIndex(url, "/")+1:]
	database, _, _ = strings.Cut(database, "?")
	run(t, url, `ALTER DATABASE `+database+` SET default_transaction_read_only = on`,
		`SELECT pg_terminate_backend(pid) FROM pg_stat_activity WHERE datname = current_database() AND pid <> pg_backend_pid()`)
	eventually(t, "the server that only reads makes it unready", func() bool { return s.Ready(t.Context()) != nil })
	run(t, strings.Replace(url, "?", "?default_transaction_read_only=off&", 1), `ALTER DATABASE `+database+` RESET default_transaction_read_only`)
	eventually(t, "it is ready with one that writes", func() bool { return s.Ready(t.Context()) == nil })
	record(t, s, entry("1"), planned(entry("1")))
}

// run has the statements done over a connection of their own.
func run(tb testing.TB, url string, statements ...string) {
	tb.Helper()
	db := direct(tb, url)
	defer func() { _ = db.Close() }()
	for _, st := range statements {
		if _, err := db.ExecContext(tb.Context(), st); err != nil {
			tb.Fatalf("%s: %v", st, err)
		}
	}
}
