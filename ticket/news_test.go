package ticket

import "testing"

func TestWhichNewsSomebodyCanDoWithout(t *testing.T) {
	unassigned := Ticket{Key: "1024", Status: WaitingReview}
	tests := []struct {
		name string
		ev   Event
		role Role
		want News
	}{
		{"a step that waits for them", Event{Kind: KindPassed, Ticket: reviewing()}, RoleAssignee, NewsToDo},
		{"a reminder of it", Event{Kind: KindReminded, Ticket: reviewing()}, RoleAssignee, NewsToDo},
		{"an escalation", Event{Kind: KindEscalated, Ticket: reviewing()}, RoleNamed, NewsToDo},
		{"what they asked the bot for", Event{Kind: KindAsked, Ticket: reviewing()}, RoleNamed, NewsToDo},
		{"what may wait for whoever is named", Event{Kind: KindSubmitted, Ticket: unassigned}, RoleNamed, NewsToDo},
		{"a rejection, to the creator", Event{Kind: KindRejected, Ticket: in(Rejected)}, RoleCreator, NewsToDo},
		{"how it ended, to the creator", Event{Kind: KindSucceeded, Ticket: in(Succeeded)}, RoleCreator, NewsToDo},
		{"a passed step, to the creator", Event{Kind: KindPassed, Ticket: reviewing()}, RoleCreator, NewsCreated},
		{"a copy of the submission, to the creator", Event{Kind: KindSubmitted, Ticket: reviewing()}, RoleCreator, NewsCreated},
		{"a success, to who executes", Event{Kind: KindSucceeded, Ticket: in(Succeeded)}, RoleExecutor, NewsHandled},
		{"a failure, to who executes", Event{Kind: KindFailed, Ticket: in(Failed)}, RoleExecutor, NewsHandled},
		{"that a step no longer waits", Event{Kind: KindCanceled, Ticket: in(Canceled)}, RoleWaiting, NewsHandled},
		{"a passed step, to an executor who is named", Event{Kind: KindPassed, Ticket: reviewing()}, RoleExecutor, NewsCopied},
		{"what others are asked to do", Event{Kind: KindSubmitted, Ticket: reviewing()}, RoleNamed, NewsCopied},
		{"how it ended, to whoever is named", Event{Kind: KindFailed, Ticket: in(Failed)}, RoleNamed, NewsCopied},
	}
	all := Unwanted{Created: true, Handled: true, Copied: true}
	for _, tt := range tests {
		t.Run(tt.name, func(t *testing.T) {
			got := tt.ev.NewsFor(tt.role)
			if got != tt.want {
				t.Errorf("got %s, want %s", got, tt.want)
			}
			if off := all.Has(got); off != (tt.want != NewsToDo) {
				t.Errorf("got switched off: %v", off)
			}
		})
	}
}

func TestSomebodyInTwoGroupsHasBothReasons(t *testing.T) {
	both := in(Canceled)
	both.Creator = li
	for name, audience := range map[string][]Person{"by the table": nil, "named": {li}} {
		told := Audience(Event{Kind: KindCanceled, Actor: admin, Ticket: both, Audience: audience}, Around{Before: reviewing().Step})
		if len(told) == 0 || !told[0].Person.Same(li) || len(told[0].Roles()) != 2 {
			t.Errorf("%s: got %+v, want lisi once, as creator and as who was to review", name, told)
		}
	}
}
