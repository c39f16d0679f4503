package ticket

import (
	"fmt"
	"strings"
	"testing"
	"time"
)

var (
	zhang = Person{Username: "zhangsan", Name: "张三"}
	li    = Person{Username: "lisi", Name: "李四"}
	wang  = Person{Username: "wangwu", Name: "王五", Email: "wangwu@corp.com"}
	admin = Person{Username: "admin"}
)

// reviewing is a ticket of zhang's that waits for li and wang.
func reviewing() Ticket {
	return Ticket{
		Key: "1024", Title: "加索引", Status: WaitingReview, Creator: zhang,
		Step:      &Step{Index: 1, Total: 2, Name: "审核", Kind: Review, Assignees: []Person{li, wang}},
		Executors: []Person{admin},
	}
}

func in(s Status) Ticket {
	t := reviewing()
	t.Status, t.Step = s, nil
	return t
}

func executing() Ticket {
	t := reviewing()
	t.Status = WaitingExecution
	t.Step = &Step{Index: 2, Total: 2, Name: "上线", Kind: Execute, Assignees: []Person{admin}}
	return t
}

func TestAudienceOfEachKind(t *testing.T) {
	before := reviewing().Step
	tests := []struct {
		name string
		ev   Event
		a    Around
		want string
	}{
		{"submitted tells the assignees", Event{Kind: KindSubmitted, Actor: zhang, Ticket: reviewing()}, Around{}, "lisi:assignee wangwu:assignee"},
		{"submitted to the execution step tells who executes", Event{Kind: KindSubmitted, Ticket: executing()}, Around{}, "admin:assignee"},
		{"waiting for execution without a step tells the executors", Event{Kind: KindSubmitted, Ticket: in(WaitingExecution)}, Around{}, "admin:assignee"},
		{"resubmitted tells the assignees", Event{Kind: KindResubmitted, Actor: zhang, Ticket: reviewing()}, Around{}, "lisi:assignee wangwu:assignee"},
		{"a creator who reviews is told to review", Event{Kind: KindSubmitted, Actor: li, Ticket: reviewing()}, Around{}, "lisi:assignee wangwu:assignee"},
		{"passed tells the next assignees and the creator", Event{Kind: KindPassed, Actor: li, Ticket: executing()}, Around{Before: before}, "admin:assignee zhangsan:creator"},
		{"passed can leave the creator in peace", Event{Kind: KindPassed, Actor: li, Ticket: executing()}, Around{Before: before, QuietPass: true}, "admin:assignee"},
		{"passed by the creator is not told to them", Event{Kind: KindPassed, Actor: zhang, Ticket: executing()}, Around{}, "admin:assignee"},
		{"passed to a step of the reviewer's own asks them again", Event{Kind: KindPassed, Actor: li, Ticket: reviewing()}, Around{}, "lisi:assignee wangwu:assignee zhangsan:creator"},
		{"rejected tells the creator", Event{Kind: KindRejected, Actor: li, Reason: "无回滚", Ticket: in(Rejected)}, Around{Before: before}, "zhangsan:creator"},
		{"rejected by the creator tells nobody", Event{Kind: KindRejected, Actor: zhang, Ticket: in(Rejected)}, Around{Before: before}, ""},
		{"executing tells nobody", Event{Kind: KindExecuting, Actor: admin, Ticket: in(Running)}, Around{}, ""},
		{"succeeded tells creator and executor", Event{Kind: KindSucceeded, Actor: admin, Ticket: in(Succeeded)}, Around{}, "zhangsan:creator admin:executor"},
		{"succeeded reaches the creator who executed", Event{Kind: KindSucceeded, Actor: zhang, Ticket: in(Succeeded)}, Around{}, "zhangsan:creator admin:executor"},
		{"failed tells creator and executor", Event{Kind: KindFailed, Actor: admin, Ticket: in(Failed)}, Around{}, "zhangsan:creator admin:executor"},
		{"completed by hand tells the creator", Event{Kind: KindCompleted, Actor: admin, Ticket: in(Completed)}, Around{}, "zhangsan:creator"},
		{"canceled tells the creator and those who waited", Event{Kind: KindCanceled, Actor: admin, Ticket: in(Canceled)}, Around{Before: before}, "zhangsan:creator lisi:waiting wangwu:waiting"},
		{"canceled by the creator tells those who waited", Event{Kind: KindCanceled, Actor: zhang, Ticket: in(Canceled)}, Around{Before: before}, "lisi:waiting wangwu:waiting"},
		{"canceled by one who waited is not told to them", Event{Kind: KindCanceled, Actor: li, Ticket: in(Canceled)}, Around{Before: before}, "zhangsan:creator wangwu:waiting"},
		{"canceled when nobody waited", Event{Kind: KindCanceled, Actor: admin, Ticket: in(Canceled)}, Around{}, "zhangsan:creator"},
		{"the creator is copied, of their own submission too", Event{Kind: KindSubmitted, Actor: zhang, Ticket: copying(reviewing())}, Around{}, "lisi:assignee wangwu:assignee zhangsan:creator"},
		{"the creator is copied where passes are not told", Event{Kind: KindPassed, Actor: li, Ticket: copying(reviewing())}, Around{QuietPass: true}, "lisi:assignee wangwu:assignee zhangsan:creator"},
		{"the creator is not copied of their own pass", Event{Kind: KindPassed, Actor: zhang, Ticket: copying(reviewing())}, Around{}, "lisi:assignee wangwu:assignee"},
		{"a reminder is not copied", Event{Kind: KindReminded, Ticket: copying(reviewing())}, Around{}, "lisi:assignee wangwu:assignee"},
		{"reminded tells the assignees", Event{Kind: KindReminded, Ticket: reviewing()}, Around{}, "lisi:assignee wangwu:assignee"},
		{"an audience wins over every rule", Event{Kind: KindSubmitted, Ticket: reviewing(), Audience: []Person{wang, zhang, {Email: "guest@corp.com"}}}, Around{}, "wangwu:assignee zhangsan:creator guest@corp.com:named"},
		{"an empty audience is nobody", Event{Kind: KindSubmitted, Ticket: reviewing(), Audience: []Person{}}, Around{}, ""},
		{"somebody named twice is told once", Event{Kind: KindSubmitted, Ticket: reviewing(), Audience: []Person{wang, {Email: "WangWu@corp.com"}}}, Around{}, "wangwu:assignee"},
		{"no creator, nobody to tell", Event{Kind: KindRejected, Ticket: Ticket{Status: Rejected}}, Around{}, ""},
	}
	for _, tt := range tests {
		t.Run(tt.name, func(t *testing.T) {
			if got := listeners(Audience(tt.ev, tt.a)); got != tt.want {
				t.Errorf("got %q, want %q", got, tt.want)
			}
		})
	}
}

// copying is t at a step of which the creator is told.
func copying(t Ticket) Ticket {
	step := *t.Step
	step.TellCreator = true
	t.Step = &step
	return t
}

func TestTheFlowHasTheCreatorCopiedWhateverElseThePlatformSays(t *testing.T) {
	f := twoStepFlow()
	f.Steps[0].TellCreator = true
	for name, step := range map[string]*Step{
		"nothing said": nil, "assignees": {Index: 1, Assignees: []Person{wang}}, "a reminder": {Index: 1, RemindAfter: Span(time.Hour)},
	} {
		ev := Event{Kind: KindSubmitted, Ticket: Ticket{Status: WaitingReview, Step: step}}.WithFlow(f)
		if !ev.Ticket.Step.TellCreator {
			t.Errorf("%s: got %+v, want the creator copied", name, ev.Ticket.Step)
		}
	}
	if ev := (Event{Kind: KindPassed, Ticket: Ticket{Status: WaitingReview, Step: &Step{Index: 2}}}).WithFlow(f); ev.Ticket.Step.TellCreator {
		t.Error("got the creator copied at the second step, want only where the flow says so")
	}
}

func TestAStepIsTheCreatorsWhereTheFlowSaysSo(t *testing.T) {
	f := twoStepFlow()
	f.Steps[0].Assign, f.Steps[0].Members = AssignCreator, nil
	last := len(f.Steps) - 1
	f.Steps[last].Assign, f.Steps[last].Members = AssignCreator, nil
	ev := Event{Kind: KindSubmitted, Ticket: Ticket{Status: WaitingReview, Creator: zhang}}.WithFlow(f)
	if got := ev.Ticket.Step.Assignees; len(got) != 1 || !got[0].Same(zhang) {
		t.Errorf("got assignees %v, want the creator", got)
	}
	if got := ev.Ticket.Executors; len(got) != 1 || !got[0].Same(zhang) {
		t.Errorf("got executors %v, want the creator", got)
	}
	if got := listeners(Audience(ev, Around{})); got != "zhangsan:assignee" {
		t.Errorf("got %q told, want the creator asked to act", got)
	}
	if got := f.Steps[0].People(Person{}); got == nil || len(got) != 0 {
		t.Errorf("got %v for a ticket without a creator, want nobody", got)
	}
	opened := Submit(Ticket{Key: "1", Title: "x", Creator: zhang}, f, time.Now())
	if _, err := Apply(opened.Ticket, f, Move{Action: ActApprove, By: zhang}); err != nil {
		t.Errorf("got %v, want the creator to pass their own step", err)
	}
}

func TestEveryKindHasItsRow(t *testing.T) {
	for _, k := range Kinds() {
		if k != KindExecuting && parts(k) == nil {
			t.Errorf("%s tells nobody; only %s may", k, KindExecuting)
		}
	}
}

func listeners(told []Listener) string {
	var s []string
	for _, l := range told {
		s = append(s, fmt.Sprintf("%s:%s", l.Person.Key(), l.Role))
	}
	return strings.Join(s, " ")
}

func TestFlowFillsInWhatThePlatformLeftOut(t *testing.T) {
	f := twoStepFlow()
	tests := []struct {
		name string
		ev   Event
		want string
	}{
		{"no step at all, submitted", Event{Kind: KindSubmitted, Ticket: Ticket{Status: WaitingReview}}, "t1"},
		{"no step, waiting for execution", Event{Kind: KindPassed, Ticket: Ticket{Status: WaitingExecution}}, "admin"},
		{"the step by its number", Event{Kind: KindPassed, Ticket: Ticket{Status: WaitingReview, Step: &Step{Index: 2}}}, "t2"},
		{"the step by its name", Event{Kind: KindPassed, Ticket: Ticket{Status: WaitingReview, Step: &Step{Name: "DBA 审核"}}}, "t2"},
		{"assignees that were said stay", Event{Kind: KindPassed, Ticket: Ticket{Status: WaitingReview, Step: &Step{Index: 1, Assignees: []Person{wang}}}}, "wangwu"},
		{"nobody, when it was said so", Event{Kind: KindPassed, Ticket: Ticket{Status: WaitingReview, Step: &Step{Index: 1, Assignees: []Person{}}}}, ""},
		{"a number the flow has not", Event{Kind: KindPassed, Ticket: Ticket{Status: WaitingReview, Step: &Step{Index: 9}}}, ""},
	}
	for _, tt := range tests {
		t.Run(tt.name, func(t *testing.T) {
			ev := tt.ev.WithFlow(f)
			var got []string
			for _, p := range ev.Ticket.Step.Assignees {
				got = append(got, p.Key())
			}
			if strings.Join(got, " ") != tt.want {
				t.Errorf("got %q, want %q", got, tt.want)
			}
			if ev.Ticket.Executors[0].Username != "admin" {
				t.Errorf("got executors %v, want admin", ev.Ticket.Executors)
			}
		})
	}
}

func twoStepFlow() Flow {
	return Flow{Key: "pay", Name: "支付", Steps: []FlowStep{
		{Name: "组长审核", Kind: Review, Members: []string{"t1"}},
		{Name: "DBA 审核", Kind: Review, Members: []string{"t2"}},
		{Name: "上线", Kind: Execute, Members: []string{"admin"}},
	}}
}
