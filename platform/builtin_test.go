package platform_test

import (
	"bytes"
	"context"
	"errors"
	"path/filepath"
	"strings"
	"sync"
	"testing"
	"time"

	"go.uber.org/goleak"

	"ticketbell/notify"
	"ticketbell/platform"
	"ticketbell/store"
	"ticketbell/ticket"
)

func TestMain(m *testing.M) { goleak.VerifyTestMain(m) }

// byMail is a switchboard on which mail alone is on.
type byMail struct{ notify.Switchboard }

// Enabled implements [notify.Switchboard].
func (byMail) Enabled(context.Context) ([]notify.Channel, error) {
	return []notify.Channel{notify.Mail}, nil
}

// house is the built-in desk on a real ledger.
type house struct {
	*platform.BuiltIn
	t     *testing.T
	store *store.Store
}

// open returns a house with the manual's flow for project pay: t1 or t2 review, then
// admin executes.
func open(t *testing.T) *house {
	t.Helper()
	s, err := store.Open(t.Context(), store.Config{
		URL: "sqlite:" + filepath.Join(t.TempDir(), "ticketbell.db"), Key: bytes.Repeat([]byte("k"), 32),
	})
	if err != nil {
		t.Fatal(err)
	}
	t.Cleanup(func() {
		if err := s.Close(); err != nil {
			t.Errorf("close: %v", err)
		}
	})
	desk := &notify.Desk{Ledger: s, Flows: s, People: s, Channels: byMail{}, Settings: s, Now: time.Now}
	h := &house{t: t, store: s, BuiltIn: &platform.BuiltIn{Tickets: s, Flows: s, Desk: desk, Now: time.Now}}
	h.putFlow("pay", "t1", "t2")
	return h
}

func (h *house) putFlow(project string, reviewers ...string) {
	h.t.Helper()
	err := h.store.PutFlow(h.t.Context(), ticket.Flow{Key: "f-" + project, Name: "flow", Projects: []string{project}, Steps: []ticket.FlowStep{
		{Name: "审核", Kind: ticket.Review, Members: reviewers},
		{Name: "上线", Kind: ticket.Execute, Members: []string{"admin"}},
	}})
	if err != nil {
		h.t.Fatal(err)
	}
}

func draft(project string) ticket.Ticket {
	return ticket.Ticket{
		Title: "订单表加索引", Project: ticket.Project{Key: project}, Creator: ticket.Person{Username: "creator"},
	}
}

// submit opens a ticket of project pay and returns its id.
func (h *house) submit() string {
	h.t.Helper()
	r, err := h.Submit(h.t.Context(), draft("pay"))
	if err != nil {
		h.t.Fatal(err)
	}
	return r.TicketID
}

func (h *house) act(id string, action ticket.Action, by string) notify.Receipt {
	h.t.Helper()
	r, err := h.Act(h.t.Context(), id, action, "because", by)
	if err != nil {
		h.t.Fatal(err)
	}
	return r
}

// told lists who a receipt's deliveries go to.
func told(r notify.Receipt) string {
	var all []string
	for _, d := range r.Deliveries {
		all = append(all, d.Person)
	}
	return strings.Join(all, " ")
}

func TestTheManualsOwnCase(t *testing.T) {
	h := open(t)
	r, err := h.Submit(t.Context(), draft("pay"))
	if err != nil || told(r) != "t1 t2" {
		t.Fatalf("got %q told, %v, want the reviewers", told(r), err)
	}
	for _, step := range []struct {
		action ticket.Action
		by     string
		told   string
		status ticket.Status
	}{
		{ticket.ActApprove, "t1", "admin creator", ticket.WaitingExecution},
		{ticket.ActStart, "admin", "", ticket.Running},
		{ticket.ActSucceed, "admin", "creator admin", ticket.Succeeded},
	} {
		got := h.act(r.TicketID, step.action, step.by)
		rec, err := h.Ticket(t.Context(), r.TicketID)
		ev, trail := rec.Event, rec.Trail
		if err != nil || ev.Ticket.Status != step.status || told(got) != step.told || len(trail) == 0 {
			t.Errorf("got %s, %q told, %d marks, %v after %s, want %s and %q", ev.Ticket.Status, told(got), len(trail), err, step.action, step.status, step.told)
		}
	}
}

// TestTwentyPressesOneDecision: of twenty at once, by two people and in both senses,
// one decides and the others read that the ticket has moved on.
func TestTwentyPressesOneDecision(t *testing.T) {
	h := open(t)
	id := h.submit()
	errs := make([]error, 20)
	var all sync.WaitGroup
	for i := range errs {
		by, action := []string{"t1", "t2"}[i%2], []ticket.Action{ticket.ActApprove, ticket.ActReject}[i/2%2]
		all.Go(func() { _, errs[i] = h.Act(t.Context(), id, action, "because", by) })
	}
	all.Wait()
	decided := 0
	for _, err := range errs {
		switch {
		case err == nil:
			decided++
		case !errors.Is(err, ticket.ErrSettled):
			t.Errorf("got %v, want that the ticket has moved on", err)
		}
	}
	rec, err := h.Ticket(t.Context(), id)
	if err != nil {
		t.Fatal(err)
	}
	if decided != 1 || len(rec.Trail) != 1 || rec.Event.Ticket.Revision != 2 {
		t.Errorf("got %d decisions, %d marks and revision %d, want one of each, and 2", decided, len(rec.Trail), rec.Event.Ticket.Revision)
	}
}

func TestWhoeverComesAfterTheDecisionReadsThatTheTicketHasMovedOn(t *testing.T) {
	h := open(t)
	id := h.submit()
	h.act(id, ticket.ActApprove, "t1")
	for _, action := range []ticket.Action{ticket.ActApprove, ticket.ActReject} {
		if _, err := h.Act(t.Context(), id, action, "because", "t2"); !errors.Is(err, ticket.ErrSettled) {
			t.Errorf("got %v for %s, want that the ticket has moved on", err, action)
		}
	}
	if _, err := h.Act(t.Context(), id, ticket.ActReject, "because", "creator"); !errors.Is(err, ticket.ErrNotAllowed) {
		t.Errorf("got %v for a stranger, want that it is not theirs", err)
	}
}

func TestWhoMayNotActIsToldSo(t *testing.T) {
	h := open(t)
	id := h.submit()
	for name, row := range map[string]struct {
		action ticket.Action
		reason string
		by     string
		want   error
	}{
		"a stranger":            {ticket.ActApprove, "", "creator", ticket.ErrNotAllowed},
		"nobody":                {ticket.ActApprove, "", "", ticket.ErrNotAllowed},
		"too early":             {ticket.ActSucceed, "", "admin", ticket.ErrSettled},
		"without a reason":      {ticket.ActReject, " ", "t1", ticket.ErrReasonMissing},
		"an action of no desk":  {"escalate", "", "t1", ticket.ErrSettled},
		"a ticket of no record": {ticket.ActApprove, "", "t1", notify.ErrNotFound},
	} {
		on := id
		if errors.Is(row.want, notify.ErrNotFound) {
			on = "tkt_none"
		}
		if _, err := h.Act(t.Context(), on, row.action, row.reason, row.by); !errors.Is(err, row.want) {
			t.Errorf("got %v for %s, want %v", err, name, row.want)
		}
	}
	if rec, err := h.Ticket(t.Context(), id); err != nil || rec.Event.Ticket.Revision != 1 {
		t.Errorf("got revision %d, %v, want the ticket as it was", rec.Event.Ticket.Revision, err)
	}
}

func TestATicketOfAnotherPlatformIsNotMoved(t *testing.T) {
	h := open(t)
	desk, ok := h.Desk.(*notify.Desk)
	if !ok {
		t.Fatalf("got a %T, want the real desk", h.Desk)
	}
	r, err := desk.Accept(t.Context(), ticket.Event{Source: "sqle", ID: "1", Kind: ticket.KindSubmitted, Ticket: ticket.Ticket{
		Key: "1024", Title: "t", Status: ticket.WaitingReview,
		Step: &ticket.Step{Index: 1, Assignees: []ticket.Person{{Username: "t1"}}},
	}})
	if err != nil {
		t.Fatal(err)
	}
	if _, err := h.Act(t.Context(), r.TicketID, ticket.ActApprove, "", "t1"); !errors.Is(err, notify.ErrNotFound) {
		t.Errorf("got %v, want that it is none of the built-in desk's", err)
	}
}

func TestATicketKeepsTheFlowItBeganWith(t *testing.T) {
	h := open(t)
	id := h.submit()
	h.putFlow("pay", "newcomer")
	h.act(id, ticket.ActReject, "t1")
	if got := told(h.act(id, ticket.ActResubmit, "creator")); got != "t1 t2" {
		t.Errorf("got %q asked, want the reviewers of the flow it began with", got)
	}
}

func TestATooLongReasonIsWrong(t *testing.T) {
	h := open(t)
	id := h.submit()
	_, err := h.Act(t.Context(), id, ticket.ActReject, strings.Repeat("长", ticket.MaxReason+1), "t1")
	wantWrong(t, err, "reason")
}

func wantWrong(t *testing.T, err error, fields ...string) {
	t.Helper()
	invalid, ok := errors.AsType[*ticket.Invalid](err)
	if !ok {
		t.Fatalf("got %v, want one that names %v", err, fields)
	}
	var got []string
	for _, f := range invalid.Fields {
		got = append(got, f.Field)
	}
	if strings.Join(got, " ") != strings.Join(fields, " ") {
		t.Errorf("got wrong fields %v, want %v", got, fields)
	}
}

func TestAProjectWithoutAFlowIsNamedWithEverythingElseThatIsWrong(t *testing.T) {
	h := open(t)
	_, err := h.Submit(t.Context(), draft("unknown"))
	wantWrong(t, err, "ticket.project")
	_, err = h.Submit(t.Context(), ticket.Ticket{Project: ticket.Project{Key: "unknown"}, Path: "no slash"})
	wantWrong(t, err, "ticket.title", "ticket.path", "ticket.creator", "ticket.project")
	wantWrong(t, h.Check(t.Context(), ticket.Ticket{Project: ticket.Project{Key: "unknown"}}), "ticket.title", "ticket.creator", "ticket.project")
}

func TestANumberIsTakenOnlyForATicketThatIsOpened(t *testing.T) {
	h := open(t)
	for range 3 {
		if _, err := h.Submit(t.Context(), draft("unknown")); err == nil {
			t.Fatal("got no error, want one")
		}
		if _, err := h.Submit(t.Context(), ticket.Ticket{Project: ticket.Project{Key: "pay"}}); err == nil {
			t.Fatal("got no error, want one")
		}
		if err := h.Check(t.Context(), draft("pay")); err != nil {
			t.Fatalf("got %v for a ticket that can be opened, want nil", err)
		}
	}
	for _, want := range []string{"1", "2"} {
		rec, err := h.Ticket(t.Context(), h.submit())
		if err != nil || rec.Event.Ticket.Key != want {
			t.Errorf("got number %s, %v, want %s", rec.Event.Ticket.Key, err, want)
		}
		if by, err := h.Ticket(t.Context(), want); err != nil || by.ID != rec.ID {
			t.Errorf("got %s, %v by its number %s, want %s", by.ID, err, want, rec.ID)
		}
	}
}
