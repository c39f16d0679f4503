package store

import (
	"context"
	"errors"
	"fmt"
	"path/filepath"
	"strings"
	"sync"
	"testing"
	"testing/synctest"
	"time"

	"ticketbell/notify"
)

func testSQLite(t *testing.T) *sqlite {
	t.Helper()
	db, err := openSQLite(t.Context(), filepath.Join(t.TempDir(), "x.db"), 0)
	if err != nil {
		t.Fatal(err)
	}
	t.Cleanup(func() {
		if err := db.close(); err != nil {
			t.Errorf("close: %v", err)
		}
	})
	return db
}

func count(name string) func(context.Context, querier) error {
	return func(ctx context.Context, q querier) error {
		_, err := q.ExecContext(ctx, `INSERT INTO counters (name, value) VALUES ($1, 1)`, name)
		return err
	}
}

// counted is how many rows the writes have left.
func counted(t *testing.T, db *sqlite) (n int) {
	t.Helper()
	if err := db.read.QueryRowContext(t.Context(), `SELECT count(*) FROM counters`).Scan(&n); err != nil {
		t.Fatal(err)
	}
	return n
}

func TestEveryConnectionIsSetToKeepWhatItCommits(t *testing.T) {
	db := testSQLite(t)
	for _, c := range []struct {
		who string
		q   querier
	}{{"writer", db.writer.conn}, {"reader", db.read}} {
		for pragma, want := range map[string]string{
			"journal_mode": "wal", "synchronous": "2", "foreign_keys": "1", "busy_timeout": "10000",
		} {
			var got string
			if err := c.q.QueryRowContext(t.Context(), "PRAGMA "+pragma).Scan(&got); err != nil || got != want {
				t.Errorf("%s: got %s = %q, %v, want %q", c.who, pragma, got, err, want)
			}
		}
	}
	if _, err := db.read.ExecContext(t.Context(), `DELETE FROM counters`); err == nil {
		t.Error("a reader may write")
	}
}

// commitAll commits the writes as one batch and returns how each fared.
func commitAll(t *testing.T, db *sqlite, writes ...func(context.Context, querier) error) []error {
	t.Helper()
	// A writer of its own, on the connection that the idle one does not use now.
	w := newWriter(db.writer.conn, 0)
	var batch []*job
	for _, do := range writes {
		batch = append(batch, &job{do: func(q querier) error { return do(t.Context(), q) }, done: make(chan struct{})})
	}
	w.commit(batch)
	var errs []error
	for _, j := range batch {
		<-j.done
		errs = append(errs, j.err)
	}
	return errs
}

func TestAFailedWriteTakesNoOtherWithIt(t *testing.T) {
	db := testSQLite(t)
	changedMyMind := errors.New("changed my mind")
	errs := commitAll(t, db, count("a"), func(ctx context.Context, q querier) error {
		return errors.Join(count("b")(ctx, q), changedMyMind)
	}, count("c"), count("a"), count("d"))
	if errs[0] != nil || errs[2] != nil || errs[4] != nil {
		t.Errorf("got %v, want a, c and d written", errs)
	}
	if !errors.Is(errs[1], changedMyMind) || errs[3] == nil {
		t.Errorf("got %v, want b and the second a refused", errs)
	}
	if n := counted(t, db); n != 3 {
		t.Errorf("got %d rows, want 3", n)
	}
}

func TestAFailedCommitIsEverybodysFailure(t *testing.T) {
	db := testSQLite(t)
	errs := commitAll(t, db, count("a"), func(ctx context.Context, q querier) error {
		_, err := q.ExecContext(ctx, "ROLLBACK") // as SQLite does by itself when the disk is full
		return errors.Join(err, errors.New("disk full"))
	}, count("c"))
	for i, err := range errs {
		if err == nil || !strings.Contains(err.Error(), "commit") {
			t.Errorf("write %d: got %v, want that it was not committed", i, err)
		}
	}
	if n := counted(t, db); n != 0 {
		t.Errorf("got %d rows, want none", n)
	}
	if err := db.write(t.Context(), count("next")); err != nil || counted(t, db) != 1 {
		t.Errorf("got %v, want the writer to go on", err)
	}
}

// TestPatientWritesWaitForCompany runs on a clock that stands still as long as
// anybody has something to do.
func TestPatientWritesWaitForCompany(t *testing.T) {
	db := testSQLite(t)
	synctest.Test(t, func(t *testing.T) {
		const linger = 2 * time.Millisecond
		w := newWriter(db.writer.conn, linger)
		var work sync.WaitGroup
		defer work.Wait()
		defer w.stop()
		work.Go(w.run)
		began := time.Now()
		write := func(name string, patient bool) *time.Duration {
			took := new(time.Duration)
			work.Go(func() {
				if err := w.write(t.Context(), count(name), patient); err != nil {
					t.Error(err)
				}
				*took = time.Since(began)
			})
			synctest.Wait()
			return took
		}
		alone := write("alone", true)
		time.Sleep(linger + 1)
		synctest.Wait()
		if *alone != linger {
			t.Errorf("got %v, want one alone to be committed after %v", *alone, linger)
		}
		patient, urgent := write("patient", true), write("urgent", false)
		if at := time.Since(began); *patient != at || *urgent != at {
			t.Errorf("got %v and %v, want both committed at once, at %v", *patient, *urgent, at)
		}
	})
	if n := counted(t, db); n != 3 {
		t.Errorf("got %d rows, want 3", n)
	}
}

func TestManyWritersAtOnceAreAllServed(t *testing.T) {
	db := testSQLite(t)
	var wg sync.WaitGroup
	for i := range 3 * maxBatch {
		wg.Go(func() {
			if err := db.write(t.Context(), count(fmt.Sprint(i))); err != nil {
				t.Error(err)
			}
		})
	}
	wg.Wait()
	if n := counted(t, db); n != 3*maxBatch {
		t.Errorf("got %d rows, want %d", n, 3*maxBatch)
	}
}

func TestStatementsAreKeptUpToALimit(t *testing.T) {
	db := testSQLite(t)
	for i := range maxStatements + 10 {
		err := db.write(t.Context(), func(ctx context.Context, q querier) error {
			got, err := one(ctx, q, value[int], fmt.Sprintf(`SELECT %d`, i))
			if err == nil && got != i {
				err = fmt.Errorf("got %d, want %d", got, i)
			}
			return err
		})
		if err != nil {
			t.Fatal(err)
		}
	}
	if n := len(db.writer.statements); n != maxStatements {
		t.Errorf("got %d compiled statements, want %d", n, maxStatements)
	}
}

// TestTheQueueIsReadByItsIndexes guards the wording of queries: a partial index is
// used only where the query repeats its condition.
func TestTheQueueIsReadByItsIndexes(t *testing.T) {
	db := testSQLite(t)
	for _, tc := range []struct {
		query, index string
		args         int
	}{
		{claimQuery(sqliteWords()), "deliveries_due", 5},
		{nextDueQuery, "deliveries_due", 1},
		{renewQuery(sqliteWords()), "sqlite_autoindex_deliveries_1", 3},
		{countQuery, "COVERING INDEX deliveries_status", 0},
		{takenQuery("email"), "users_email", 2},
	} {
		plan, err := all(t.Context(), db.read, func(r row) (detail string, err error) {
			var id, parent, unused int
			return detail, r.Scan(&id, &parent, &unused, &detail)
		}, `EXPLAIN QUERY PLAN `+tc.query, make([]any, tc.args)...)
		text := strings.Join(plan, "; ")
		if err != nil || !strings.Contains(text, tc.index) || strings.Contains(text, "TEMP B-TREE") {
			t.Errorf("%s\ngot %s, %v, want it by %s and unsorted", tc.query, text, err, tc.index)
		}
	}
}

func TestABellRingsOnceHoweverOftenItIsRung(t *testing.T) {
	b := newBells()
	b.ring([]notify.Channel{notify.Mail, notify.Mail, "unknown"})
	b.ring([]notify.Channel{notify.Mail})
	<-b[notify.Mail]
	select {
	case <-b[notify.Mail]:
		t.Error("the bell still rings")
	case <-b[notify.WeCom]:
		t.Error("another bell rings")
	default:
	}
}
