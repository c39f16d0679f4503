package cards

import (
	"testing"

	"ticketbell/ticket"
)

func TestATemplateMakesTheLinkOfATicketWithoutAPath(t *testing.T) {
	const sqle = "/sqle/project/{project}/exec-workflow/{ticket}"
	for name, row := range map[string]struct{ project, key, path, prefix, template, want string }{
		"both keys":            {"pay", "1024", "", "https://b.example", sqle, "https://b.example/sqle/project/pay/exec-workflow/1024"},
		"its own path wins":    {"pay", "1024", "/p/1", "https://b.example", sqle, "https://b.example/p/1"},
		"keys are no path":     {"a/b", "1?x#y", "", "https://b.example/", "/t/{project}/{ticket}", "https://b.example/t/a%2Fb/1%3Fx%23y"},
		"without a project":    {"", "1024", "", "https://b.example", sqle, ""},
		"no project is needed": {"", "1024", "", "https://b.example", "/t?id={ticket}", "https://b.example/t?id=1024"},
		"without a prefix":     {"pay", "1024", "", "", sqle, ""},
	} {
		t.Run(name, func(t *testing.T) {
			n := notice(ticket.KindSubmitted, ticket.RoleAssignee)
			n.Event.Ticket.URL, n.Event.Ticket.Path, n.Event.Ticket.Key = "", row.path, row.key
			n.Event.Ticket.Project.Key = row.project
			if got := For(n, Setting{URLPrefix: row.prefix, LinkTemplate: row.template}).Link(); got != row.want {
				t.Errorf("got %q, want %q", got, row.want)
			}
		})
	}
}

func TestATemplateIsAPathThatNamesTheTicket(t *testing.T) {
	for template, want := range map[string]bool{
		"/sqle/project/{project}/exec-workflow/{ticket}": true, "/t/{ticket}#top": true,
		"/t": false, "t/{ticket}": false, "//evil.example/{ticket}": false, "https://evil.example/{ticket}": false,
		"/t/{ticket}/{workflow_id}": false, "/t/{ticket": false, "/t {ticket}": false, `/\{ticket}`: false, "": false,
	} {
		if got := GoodLinkTemplate(template); got != want {
			t.Errorf("got %t for %q, want %t", got, template, want)
		}
	}
}
