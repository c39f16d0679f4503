package ticket

import (
	"errors"
	"fmt"
	"strings"
	"testing"
	"time"
)

var noon = time.Date(2026, 10, 1, 12, 0, 0, 0, time.UTC)

func TestATicketRunsAlongItsFlow(t *testing.T) {
	t2 := Person{Username: "t2"}
	tests := []struct {
		name    string
		reviews int
		moves   []Move
		want    string
	}{
		{"no review, straight to execution", 0, []Move{{Action: ActSucceed, By: admin}}, "submitted:waiting_execution succeeded:succeeded"},
		{
			"one review", 1,
			[]Move{{Action: ActApprove, By: t2}, {Action: ActStart, By: admin}, {Action: ActSucceed, By: admin}},
			"submitted:waiting_review passed:waiting_execution executing:executing succeeded:succeeded",
		},
		{
			"four reviews", 4,
			[]Move{{Action: ActApprove, By: t2}, {Action: ActApprove, By: t2}, {Action: ActApprove, By: t2}, {Action: ActApprove, By: t2}},
			"submitted:waiting_review passed:waiting_review passed:waiting_review passed:waiting_review passed:waiting_execution",
		},
		{
			"rejected and submitted again", 1,
			[]Move{{Action: ActReject, By: t2, Reason: "缺少回滚方案"}, {Action: ActResubmit, By: zhang}},
			"submitted:waiting_review rejected:rejected resubmitted:waiting_review",
		},
		{
			"failed, started again, completed by hand", 0,
			[]Move{{Action: ActStart, By: admin}, {Action: ActFail, By: admin}, {Action: ActComplete, By: admin}},
			"submitted:waiting_execution executing:executing failed:failed completed:completed",
		},
		{"closed by its creator", 1, []Move{{Action: ActCancel, By: zhang}}, "submitted:waiting_review canceled:canceled"},
	}
	for _, tt := range tests {
		t.Run(tt.name, func(t *testing.T) {
			f := flowWith(tt.reviews)
			ev := Submit(Ticket{Key: "1", Title: "x", Creator: zhang}, f, noon)
			story := []string{tell1(ev)}
			for _, m := range tt.moves {
				next, err := Apply(ev.Ticket, f, m)
				if err != nil {
					t.Fatalf("%s after %v: %v", m.Action, story, err)
				}
				if next.Ticket.Revision != ev.Ticket.Revision+1 {
					t.Errorf("got revision %d after %d, want one more", next.Ticket.Revision, ev.Ticket.Revision)
				}
				story, ev = append(story, tell1(next)), next
			}
			if got := strings.Join(story, " "); got != tt.want {
				t.Errorf("got  %s\nwant %s", got, tt.want)
			}
		})
	}
}

func tell1(ev Event) string { return fmt.Sprintf("%s:%s", ev.Kind, ev.Ticket.Status) }

func flowWith(reviews int) Flow {
	f := Flow{Key: "f", Name: "f"}
	for range reviews {
		f.Steps = append(f.Steps, FlowStep{Name: "审核", Kind: Review, Members: []string{"t2"}})
	}
	f.Steps = append(f.Steps, FlowStep{Name: "上线", Kind: Execute, Members: []string{"admin"}})
	return f
}

func TestMovesThatAreRefused(t *testing.T) {
	f := flowWith(1)
	open := Submit(Ticket{Key: "1", Title: "x", Creator: zhang}, f, noon).Ticket
	done := open
	done.Status, done.Step = Succeeded, nil
	tests := []struct {
		name string
		t    Ticket
		m    Move
		want error
	}{
		{"approve by a stranger", open, Move{Action: ActApprove, By: wang}, ErrNotAllowed},
		{"approve by nobody", open, Move{Action: ActApprove}, ErrNotAllowed},
		{"approve by the creator", open, Move{Action: ActApprove, By: zhang}, ErrNotAllowed},
		{"reject without a reason", open, Move{Action: ActReject, By: Person{Username: "t2"}, Reason: "  "}, ErrReasonMissing},
		{"execute before the review", open, Move{Action: ActSucceed, By: admin}, ErrSettled},
		{"approve what is done", done, Move{Action: ActApprove, By: Person{Username: "t2"}}, ErrSettled},
		{"close what is done", done, Move{Action: ActCancel, By: zhang}, ErrSettled},
		{"an unknown action", open, Move{Action: "burn", By: zhang}, ErrSettled},
		{"close by a reviewer", open, Move{Action: ActCancel, By: Person{Username: "t2"}}, ErrNotAllowed},
	}
	for _, tt := range tests {
		t.Run(tt.name, func(t *testing.T) {
			before := fmt.Sprintf("%+v", tt.t)
			if _, err := Apply(tt.t, f, tt.m); !errors.Is(err, tt.want) {
				t.Errorf("got %v, want %v", err, tt.want)
			}
			if after := fmt.Sprintf("%+v", tt.t); after != before {
				t.Errorf("the ticket changed: got %s, want %s", after, before)
			}
		})
	}
}

func TestEveryChoiceCanBeMade(t *testing.T) {
	f := flowWith(1)
	for _, status := range Statuses() {
		open := Ticket{Key: "1", Title: "x", Creator: zhang, Status: status, Executors: f.Executors(zhang)}
		switch status {
		case WaitingReview:
			open.Step = f.Step(1, open.Creator)
		case WaitingExecution:
			open.Step = f.Step(2, open.Creator)
		}
		for _, c := range Choices(open) {
			for _, by := range c.By {
				if _, err := Apply(open, f, Move{Action: c.Action, By: by, Reason: "r"}); err != nil {
					t.Errorf("%s by %s on %s: got %v, want it made", c.Action, by, status, err)
				}
			}
		}
	}
}
