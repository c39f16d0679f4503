package ticket

import "testing"

func TestAMuteHidesNeitherWhatWaitsForSomebodyNorHowItEnded(t *testing.T) {
	tests := []struct {
		name string
		kind Kind
		role Role
		told bool
	}{
		{"a step that waits for them", KindPassed, RoleAssignee, true},
		{"a reminder of it", KindReminded, RoleAssignee, true},
		{"how it ended, to the creator", KindSucceeded, RoleCreator, true},
		{"a rejection, to the creator", KindRejected, RoleCreator, true},
		{"a passed step, to the creator", KindPassed, RoleCreator, false},
		{"a failure, to who executes", KindFailed, RoleExecutor, true},
		{"a success, to who executes", KindSucceeded, RoleExecutor, false},
		{"that a step no longer waits", KindCanceled, RoleWaiting, false},
		{"whatever the platform names them for", KindFailed, RoleNamed, false},
		{"an escalation", KindEscalated, RoleNamed, true},
		{"what they asked the bot for", KindAsked, RoleNamed, true},
	}
	for _, tt := range tests {
		t.Run(tt.name, func(t *testing.T) {
			if got := tt.kind.ToldAnyway(tt.role); got != tt.told {
				t.Errorf("got %v, want %v", got, tt.told)
			}
		})
	}
}

func TestATicketIsOverWhenNothingIsToBeDoneAboutIt(t *testing.T) {
	over := map[Status]bool{Succeeded: true, Completed: true, Canceled: true}
	for _, s := range Statuses() {
		if s.Over() != over[s] {
			t.Errorf("%s: got over %v, want %v", s, s.Over(), over[s])
		}
	}
}
