package store

import (
	"path/filepath"
	"sync"
	"testing"
)

func TestAQuestionIsCompiledOnceForAllWhoAsk(t *testing.T) {
	db := testSQLite(t)
	if err := db.write(t.Context(), count("a")); err != nil {
		t.Fatal(err)
	}
	var askers sync.WaitGroup
	for range 50 {
		askers.Go(func() {
			if got, err := one(t.Context(), db.reader, value[int], `SELECT value FROM counters WHERE name = $1`, "a"); got != 1 || err != nil {
				t.Errorf("got %d, %v, want 1", got, err)
			}
		})
	}
	askers.Wait()
	if n := len(db.reader.statements); n != 1 {
		t.Errorf("got %d compiled statements, want 1", n)
	}
}

func TestACompiledQuestionSeesWhatWasWrittenSince(t *testing.T) {
	db := testSQLite(t)
	for want := range 3 {
		got, err := one(t.Context(), db.reader, value[int], `SELECT count(*) FROM counters`)
		if got != want || err != nil {
			t.Errorf("got %d, %v, want %d", got, err, want)
		}
		if err := db.write(t.Context(), count(string(rune('a'+want)))); err != nil {
			t.Fatal(err)
		}
	}
}

func TestAQuestionThatIsNoneFailsAndIsNotKept(t *testing.T) {
	db := testSQLite(t)
	for range 2 {
		if _, err := one(t.Context(), db.reader, value[int], `SELECT nothing FROM nowhere`); err == nil {
			t.Error("got no error, want one")
		}
	}
	if n := len(db.reader.statements); n != 0 {
		t.Errorf("got %d compiled statements, want none", n)
	}
}

func TestAReaderThatWasClosedAnswersNobody(t *testing.T) {
	db, err := openSQLite(t.Context(), filepath.Join(t.TempDir(), "x.db"), 0)
	if err != nil {
		t.Fatal(err)
	}
	const question = `SELECT count(*) FROM counters`
	if _, err := one(t.Context(), db.reader, value[int], question); err != nil {
		t.Fatal(err)
	}
	if err := db.close(); err != nil {
		t.Fatal(err)
	}
	if _, err := one(t.Context(), db.reader, value[int], question); err == nil {
		t.Error("got an answer from a closed store, want an error")
	}
}
