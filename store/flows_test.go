package store_test

import (
	"database/sql"
	"errors"
	"strings"
	"sync"
	"testing"
	"time"

	"github.com/google/go-cmp/cmp"

	"ticketbell/notify"
	"ticketbell/store"
	"ticketbell/ticket"
)

func flow(key string, projects ...string) ticket.Flow {
	return ticket.Flow{Key: key, Name: "流程 " + key, Projects: projects, Steps: []ticket.FlowStep{
		{Name: "DBA 审核", Kind: ticket.Review, Members: []string{"t1"}, RemindAfter: 24 * time.Hour},
		{Name: "上线", Kind: ticket.Execute, Members: []string{"admin"}},
	}}
}

func putFlow(tb testing.TB, s *store.Store, f ticket.Flow) {
	tb.Helper()
	if err := s.PutFlow(tb.Context(), f); err != nil {
		tb.Fatal(err)
	}
}

func TestFlowsAreReadAsTheyWereWritten(t *testing.T) {
	onEach(t, func(t engineTest, s *store.Store) {
		pay := flow("pay", "pay", "billing")
		putFlow(t, s, flow("pay", "old"))
		putFlow(t, s, pay)
		putFlow(t, s, flow("core"))
		got, err := s.Flows(t.Context())
		if diff := cmp.Diff([]ticket.Flow{flow("core"), pay}, got); diff != "" || err != nil {
			t.Errorf("%v, flows (-want +got):\n%s", err, diff)
		}
		if f, err := s.Flow(t.Context(), "pay"); err != nil || !cmp.Equal(f, pay) {
			t.Errorf("got %+v, %v, want %+v", f, err, pay)
		}
		if err := s.DeleteFlow(t.Context(), "pay"); err != nil {
			t.Fatal(err)
		}
		if _, err := s.Flow(t.Context(), "pay"); !errors.Is(err, store.ErrNotFound) {
			t.Errorf("got %v after the deletion, want ErrNotFound", err)
		}
		if err := s.DeleteFlow(t.Context(), "pay"); !errors.Is(err, store.ErrNotFound) {
			t.Errorf("got %v for deleting nothing, want ErrNotFound", err)
		}
		putFlow(t, s, flow("next", "billing")) // the project is free again
	})
}

// of expects the flow that tickets of a project and type take, "" for none.
func of(t engineTest, s *store.Store, project, kind, want string) {
	t.Helper()
	f, ok, err := s.FlowOf(t.Context(), project, kind)
	if err != nil || ok != (want != "") || f.Key != want {
		t.Errorf("project %q, type %q: got %q, %v, %v, want %q", project, kind, f.Key, ok, err, want)
	}
}

func TestAProjectHasItsFlowOrTheDefault(t *testing.T) {
	onEach(t, func(t engineTest, s *store.Store) {
		of(t, s, "pay", "", "")
		putFlow(t, s, flow("zz", "pay", "billing"))
		of(t, s, "billing", "", "zz")
		of(t, s, "other", "", "")
		putFlow(t, s, flow("general"))
		of(t, s, "pay", "", "zz")
		of(t, s, "other", "", "general")
		of(t, s, "", "", "general")
	})
}

func TestTheMostSpecificFlowIsTaken(t *testing.T) {
	onEach(t, func(t engineTest, s *store.Store) {
		typed := func(key, project string, types ...string) ticket.Flow {
			f := flow(key)
			if f.Types = types; project != "" {
				f.Projects = []string{project}
			}
			return f
		}
		putFlow(t, s, typed("a-default", ""))
		putFlow(t, s, typed("b-type", "", "export", "sql"))
		putFlow(t, s, typed("c-project", "pay"))
		putFlow(t, s, typed("d-both", "pay", "export"))
		of(t, s, "pay", "export", "d-both")
		of(t, s, "pay", "sql", "c-project") // the project counts more than the type
		of(t, s, "pay", "", "c-project")
		of(t, s, "other", "sql", "b-type")
		of(t, s, "", "export", "b-type")
		of(t, s, "other", "archive", "a-default")
		of(t, s, "other", "", "a-default")
		if err := s.DeleteFlow(t.Context(), "d-both"); err != nil {
			t.Fatal(err)
		}
		of(t, s, "pay", "export", "c-project")
		putFlow(t, s, typed("c-project", "pay", "archive")) // it is for less now
		of(t, s, "pay", "export", "b-type")
		of(t, s, "pay", "", "a-default")
	})
}

func TestAProjectBelongsToOneFlow(t *testing.T) {
	onEach(t, func(t engineTest, s *store.Store) {
		putFlow(t, s, flow("first", "pay"))
		second := flow("second", "other", "pay")
		got, ok := errors.AsType[*store.Taken](s.PutFlow(t.Context(), second))
		if !ok || *got != (store.Taken{Field: "projects", By: "first"}) {
			t.Errorf("got %v, want the project taken by first", got)
		}
		if _, err := s.Flow(t.Context(), "second"); !errors.Is(err, store.ErrNotFound) {
			t.Errorf("got %v, want nothing written of a refused flow", err)
		}
	})
}

func TestATieIsRefusedAndNamesTheOtherFlow(t *testing.T) {
	onEach(t, func(t engineTest, s *store.Store) {
		everywhere, here := flow("everywhere"), flow("here", "pay")
		everywhere.Types, here.Types = []string{"export"}, []string{"export", "sql"}
		putFlow(t, s, everywhere)
		putFlow(t, s, here) // more specific: no tie
		putFlow(t, s, flow("plain", "pay"))
		for _, tt := range []struct {
			projects, types []string
			want            store.Taken
		}{
			{nil, []string{"sql", "export"}, store.Taken{Field: "types", By: "everywhere"}},
			{[]string{"other", "pay"}, []string{"sql"}, store.Taken{Field: "projects", By: "here"}},
			{[]string{"pay"}, nil, store.Taken{Field: "projects", By: "plain"}},
		} {
			late := flow("late", tt.projects...)
			late.Types = tt.types
			if got, ok := errors.AsType[*store.Taken](s.PutFlow(t.Context(), late)); !ok || *got != tt.want {
				t.Errorf("%v, %v: got %v, want %+v", tt.projects, tt.types, got, tt.want)
			}
		}
		putFlow(t, s, here) // it ties with nobody but itself
	})
}

func TestSettingsBeginWithDefaults(t *testing.T) {
	onEach(t, func(t engineTest, s *store.Store) {
		if got, err := s.Settings(t.Context()); err != nil || got != notify.DefaultSettings() {
			t.Errorf("got %+v, %v, want the defaults", got, err)
		}
		want := notify.DefaultSettings()
		want.URLPrefix, want.TellCreatorOnPass, want.RetentionDays = "https://sqle.corp.com", false, 7
		if err := s.PutSettings(t.Context(), want); err != nil {
			t.Fatal(err)
		}
		if got, err := s.Settings(t.Context()); err != nil || got != want {
			t.Errorf("got %+v, %v, want %+v", got, err, want)
		}
	})
}

func TestATicketKeepsTheFlowItBeganWith(t *testing.T) {
	onEach(t, func(t engineTest, s *store.Store) {
		began, other := flow("a"), flow("b")
		first, second := entry("1"), entry("2")
		first.Flow, second.Flow = &began, &other
		record(t, s, first, planned(first))
		record(t, s, second, planned(second))
		for _, read := range []func() (store.TicketRecord, error){
			func() (store.TicketRecord, error) { return s.Ticket(t.Context(), "tkt_1024") },
			func() (store.TicketRecord, error) { return s.TicketByKey(t.Context(), "sqle", "1024") },
		} {
			got, err := read()
			want := store.TicketRecord{ID: "tkt_1024", Source: "sqle", Event: second.Event, Flow: &began, UpdatedAt: noon, State: "waiting_review/1"}
			if diff := cmp.Diff(want, got); diff != "" || err != nil {
				t.Errorf("%v, ticket (-want +got):\n%s", err, diff)
			}
		}
		if _, err := s.TicketByKey(t.Context(), "other", "1024"); !errors.Is(err, store.ErrNotFound) {
			t.Errorf("got %v for another source, want ErrNotFound", err)
		}
	})
}

func TestAForeignTicketHasNoFlow(t *testing.T) {
	onEach(t, func(t engineTest, s *store.Store) {
		e := entry("1")
		record(t, s, e, planned(e))
		if got, err := s.Ticket(t.Context(), "tkt_1024"); err != nil || got.Flow != nil {
			t.Errorf("got flow %v, %v, want none", got.Flow, err)
		}
	})
}

func TestNumbersAreGivenOnce(t *testing.T) {
	onEach(t, func(t engineTest, s *store.Store) {
		numbers := make([]int64, 20)
		var wg sync.WaitGroup
		for i := range numbers {
			wg.Go(func() {
				n, err := s.NextNumber(t.Context())
				if err != nil {
					t.Error(err)
				}
				numbers[i] = n
			})
		}
		wg.Wait()
		seen := map[int64]bool{}
		for _, n := range numbers {
			if n < 1 || n > 20 || seen[n] {
				t.Errorf("got %v, want each of 1 to 20 once", numbers)
				return
			}
			seen[n] = true
		}
	})
}

func TestProjectsKeepTheFlowsTheyHadBeforeTypes(t *testing.T) {
	url := sqliteURL(t)
	s, err := store.Open(t.Context(), config(url))
	if err != nil {
		t.Fatal(err)
	}
	putFlow(t, s, flow("general"))
	putFlow(t, s, flow("pay", "pay", "billing"))
	if err := s.Close(); err != nil {
		t.Fatal(err)
	}
	db, err := sql.Open("sqlite", strings.TrimPrefix(url, "sqlite:"))
	if err != nil {
		t.Fatal(err)
	}
	t.Cleanup(func() { _ = db.Close() })
	for _, before := range []string{
		`DROP TABLE flow_scopes`, `DELETE FROM goose_db_version WHERE version_id = 48`,
		`CREATE TABLE flow_projects (project TEXT PRIMARY KEY, flow_key TEXT NOT NULL REFERENCES flows (key) ON DELETE CASCADE)`,
		`INSERT INTO flow_projects (project, flow_key) VALUES ('pay', 'pay'), ('billing', 'pay'), ('', 'pay')`,
	} {
		if _, err := db.ExecContext(t.Context(), before); err != nil {
			t.Fatal(err)
		}
	}
	again := open(t, url)
	for project, want := range map[string]string{"pay": "pay", "billing": "pay", "other": "general", "": "general"} {
		if f, ok, err := again.FlowOf(t.Context(), project, "sql"); err != nil || !ok || f.Key != want {
			t.Errorf("project %q: got %q, %v, %v, want %q", project, f.Key, ok, err, want)
		}
	}
}
