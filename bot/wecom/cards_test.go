package wecom

import (
	"strings"
	"testing"
	"time"

	"ticketbell/cards"
	"ticketbell/notify"
	"ticketbell/ticket"
)

// TestEveryCardIsTaken sends what the house says of every kind of event to every
// reader, with texts as long as the API takes them, past the simulator's rules.
func TestEveryCardIsTaken(t *testing.T) {
	for name, change := range map[string]func(*Config){"confidential": confidential, "card": func(*Config) {}, "text": styleText, "textcard": styleCards, "markdown": styleMarks} {
		t.Run(name, func(t *testing.T) {
			s := newStand(t, change)
			for _, kind := range ticket.Kinds() {
				for _, role := range ticket.Roles() {
					for _, lang := range cards.Languages() {
						s.clock.pass(time.Minute)
						m := messageTo(cards.For(longNotice(kind, role), cards.Setting{}), "lisi")
						m.Language = lang
						if o := s.Send(t.Context(), m)[0]; o.Err != nil {
							t.Errorf("%s to %s in %s: %v", kind, role, lang, o.Err)
						}
					}
				}
			}
			for _, m := range s.messages() {
				if len(m.Links) != 1 || m.Links[0] != "https://sqle.example.com/1024?a=1&b=2" {
					t.Errorf("got links %v in %q, want the ticket's", m.Links, m.Text)
				}
			}
		})
	}
}

func longNotice(kind ticket.Kind, role ticket.Role) cards.Notice {
	at := time.Date(2026, 10, 1, 10, 0, 0, 0, time.UTC)
	people := []ticket.Person{{Username: "lisi", Name: "李四"}, {Email: "wangwu@corp.com"}}
	return cards.Notice{
		Reader: role, Decidable: true, Mutable: true, Trail: []cards.Mark{{Kind: ticket.KindPassed, By: "组长", Step: "组长审核", At: at}},
		Event: ticket.Event{
			Kind: kind, OccurredAt: at, Actor: people[0], Reason: strings.Repeat("原因 <a> ", 60),
			Ticket: ticket.Ticket{
				Key: strings.Repeat("k", 128), Title: strings.Repeat("标题", 128), Description: strings.Repeat("说明很长\n", 100),
				Project: ticket.Project{Name: strings.Repeat("项目", 60)}, Status: ticket.WaitingReview, URL: "https://sqle.example.com/1024?a=1&b=2",
				Creator: people[0], Step: &ticket.Step{Index: 2, Total: 3, Name: strings.Repeat("步骤", 60), Kind: ticket.Review, Assignees: people},
				Targets:     []ticket.Target{{Instance: "mysql-prod", Schema: "orders", Environment: "prod"}},
				Audit:       &ticket.Audit{Score: new(92), Level: "warn", Statements: 12},
				ExtraFields: []ticket.Field{{Label: strings.Repeat("标签", 32), Value: strings.Repeat("值", 512)}},
			},
		},
	}
}

func TestBotIsASenderOfManyAtOnce(t *testing.T) {
	var sender notify.Sender = newBot(t, nil)
	if got := sender.Batch(); got != 1000 {
		t.Errorf("got %d, want 1000 (wecom.md 4)", got)
	}
}
