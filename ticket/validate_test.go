package ticket

import (
	"errors"
	"slices"
	"strconv"
	"strings"
	"testing"
	"time"
)

func valid() Event {
	return Event{Kind: KindSubmitted, Ticket: reviewing()}
}

func TestAGoodEventPasses(t *testing.T) {
	if err := valid().Validate(); err != nil {
		t.Errorf("got %v, want nil", err)
	}
}

func TestEachWrongFieldIsNamed(t *testing.T) {
	score := 101
	long := strings.Repeat("长", 10_001)
	tests := []struct {
		field, code string
		spoil       func(*Event)
	}{
		{"source", "too_long", func(e *Event) { e.Source = long[:300] }},
		{"id", "too_long", func(e *Event) { e.ID = strings.Repeat("x", 129) }},
		{"kind", "required", func(e *Event) { e.Kind = "" }},
		{"kind", "unknown_value", func(e *Event) { e.Kind = "exploded" }},
		{"occurred_at", "invalid", func(e *Event) { e.OccurredAt = time.Date(1969, 1, 1, 0, 0, 0, 0, time.UTC) }},
		{"actor.email", "invalid", func(e *Event) { e.Actor = Person{Email: "not an address"} }},
		{"reason", "too_long", func(e *Event) { e.Reason = long }},
		{"ticket.key", "required", func(e *Event) { e.Ticket.Key = " " }},
		{"ticket.title", "required", func(e *Event) { e.Ticket.Title = "" }},
		{"ticket.title", "too_long", func(e *Event) { e.Ticket.Title = strings.Repeat("题", 257) }},
		{"ticket.description", "too_long", func(e *Event) { e.Ticket.Description = long }},
		{"ticket.status", "unknown_value", func(e *Event) { e.Ticket.Status = "limbo" }},
		{"ticket.revision", "invalid", func(e *Event) { e.Ticket.Revision = -1 }},
		{"ticket.type", "too_long", func(e *Event) { e.Ticket.Type = strings.Repeat("x", 65) }},
		{"ticket.url", "invalid", func(e *Event) { e.Ticket.URL = "javascript:alert(1)" }},
		{"ticket.url", "invalid", func(e *Event) { e.Ticket.URL = "https://me:secret@sqle.example.com/" }},
		{"ticket.path", "invalid", func(e *Event) { e.Ticket.Path = "//evil.example/x" }},
		{"ticket.creator.phone", "invalid", func(e *Event) { e.Ticket.Creator.Phone = "12" }},
		{"ticket.step.index", "invalid", func(e *Event) { e.Ticket.Step = &Step{Index: -1} }},
		{"ticket.step.total", "invalid", func(e *Event) { e.Ticket.Step = &Step{Index: 3, Total: 2} }},
		{"ticket.step.kind", "unknown_value", func(e *Event) { e.Ticket.Step = &Step{Kind: "party"} }},
		{"ticket.step.assignees[1]", "required", func(e *Event) { e.Ticket.Step = &Step{Assignees: []Person{li, {}}} }},
		{"ticket.audit.score", "invalid", func(e *Event) { e.Ticket.Audit = &Audit{Score: &score} }},
		{"ticket.audit.statements", "invalid", func(e *Event) { e.Ticket.Audit = &Audit{Statements: -1} }},
		{"ticket.targets", "too_many", func(e *Event) { e.Ticket.Targets = make([]Target, 101) }},
		{"ticket.fields[0].label", "required", func(e *Event) { e.Ticket.ExtraFields = []Field{{Value: "v"}} }},
		{"audience[0].email", "invalid", func(e *Event) { e.Audience = []Person{{Email: "a@b.c\r\nBcc: x@y.z"}} }},
		{"audience", "too_many", func(e *Event) { e.Audience = make([]Person, 1001) }},
	}
	for _, tt := range tests {
		t.Run(tt.field+" "+tt.code, func(t *testing.T) {
			ev := valid()
			tt.spoil(&ev)
			invalid, ok := errors.AsType[*Invalid](ev.Validate())
			if !ok {
				t.Fatalf("got no *Invalid")
			}
			if len(invalid.Fields) != 1 || invalid.Fields[0].Field != tt.field || invalid.Fields[0].Code != tt.code {
				t.Errorf("got %+v, want one: %s %s", invalid.Fields, tt.field, tt.code)
			}
		})
	}
}

func TestAllWrongFieldsAreNamedAtOnce(t *testing.T) {
	ev := Event{Kind: "exploded", Ticket: Ticket{Status: "limbo", Revision: -1, Path: "x", Step: &Step{Kind: "party"}}}
	invalid, _ := errors.AsType[*Invalid](ev.Validate())
	var got []string
	for _, f := range invalid.Fields {
		got = append(got, f.Field)
	}
	want := []string{"kind", "ticket.key", "ticket.title", "ticket.status", "ticket.revision", "ticket.path", "ticket.step.kind"}
	if !slices.Equal(got, want) {
		t.Errorf("got %v, want %v", got, want)
	}
}

// numbered are n names.
func numbered(n int) []string {
	names := make([]string, n)
	for i := range names {
		names[i] = "n" + strconv.Itoa(i)
	}
	return names
}

func TestFlowsThatAreRefused(t *testing.T) {
	tests := []struct {
		name, field string
		spoil       func(*Flow)
	}{
		{"no name", "name", func(f *Flow) { f.Name = "" }},
		{"a project without a key", "projects[1]", func(f *Flow) { f.Projects = []string{"pay", " "} }},
		{"a type without a word", "types[0]", func(f *Flow) { f.Types = []string{""} }},
		{"a long type", "types[0]", func(f *Flow) { f.Types = []string{strings.Repeat("x", 65)} }},
		{"another way to assign", "steps[0].assign", func(f *Flow) { f.Steps[0].Assign = "lottery" }},
		{"members beside the creator", "steps[0].members", func(f *Flow) { f.Steps[0].Assign, f.Steps[0].Members = AssignCreator, []string{"t1"} }},
		{"members beside the platform's", "steps[0].members", func(f *Flow) { f.Steps[0].Assign, f.Steps[0].Members = AssignPlatform, []string{"t1"} }},
		{"a long note", "steps[0].note", func(f *Flow) { f.Steps[0].Note = strings.Repeat("x", 256) }},
		{"too many types", "types", func(f *Flow) { f.Types = numbered(21) }},
		{"too many pairs", "types", func(f *Flow) { f.Projects, f.Types = numbered(1000), numbered(3) }},
		{"no step", "steps", func(f *Flow) { f.Steps = nil }},
		{"five reviews", "steps", func(f *Flow) { f.Steps = append(flowWith(3).Steps[:3], f.Steps...) }},
		{"execution first", "steps[0].kind", func(f *Flow) { f.Steps[0].Kind = Execute }},
		{"no execution", "steps[2].kind", func(f *Flow) { f.Steps[2].Kind = Review }},
		{"a step without a name", "steps[1].name", func(f *Flow) { f.Steps[1].Name = "" }},
		{"a reminder in the past", "steps[0].remind_after", func(f *Flow) { f.Steps[0].RemindAfter = -1 }},
	}
	for _, tt := range tests {
		t.Run(tt.name, func(t *testing.T) {
			f := twoStepFlow()
			tt.spoil(&f)
			invalid, ok := errors.AsType[*Invalid](f.Validate())
			if !ok || invalid.Fields[0].Field != tt.field {
				t.Errorf("got %+v, want %s", invalid, tt.field)
			}
		})
	}
	if err := twoStepFlow().Validate(); err != nil {
		t.Errorf("a good flow: got %v, want nil", err)
	}
}

func TestPhonesBecomeE164(t *testing.T) {
	tests := map[string]string{
		"18991911234": "+8618991911234", "138 0000-1234": "+8613800001234", "+86 138 0000 1234": "+8613800001234",
		"008613800001234": "+8613800001234", "+1 (212) 555-0123": "+12125550123",
		"12": "", "": "", "abc": "", "+0123456789": "", "2380000123": "",
	}
	for in, want := range tests {
		if got, err := NormalizePhone(in); got != want || (err == nil) != (want != "") {
			t.Errorf("NormalizePhone(%q) = %q, %v; want %q", in, got, err, want)
		}
	}
}

func TestNewerGoesByRevisionThenTime(t *testing.T) {
	at := func(revision int64, minute int) Event {
		return Event{OccurredAt: noon.Add(time.Duration(minute) * time.Minute), Ticket: Ticket{Revision: revision}}
	}
	tests := []struct {
		name       string
		next, prev Event
		want       bool
	}{
		{"higher revision, earlier clock", at(8, 0), at(7, 5), true},
		{"lower revision, later clock", at(6, 9), at(7, 5), false},
		{"same revision, later clock", at(7, 6), at(7, 5), true},
		{"no revision, earlier", at(0, 4), at(7, 5), false},
		{"a tie goes to the later arrival", at(0, 5), at(0, 5), true},
	}
	for _, tt := range tests {
		if got := Newer(tt.next, tt.prev); got != tt.want {
			t.Errorf("%s: got %v, want %v", tt.name, got, tt.want)
		}
	}
}
