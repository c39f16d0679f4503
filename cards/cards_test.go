package cards

import (
	"flag"
	"fmt"
	"os"
	"path/filepath"
	"regexp"
	"strings"
	"testing"
	"time"

	"github.com/google/go-cmp/cmp"

	"ticketbell/ticket"
)

var update = flag.Bool("update", false, "write the golden files anew")

var (
	shanghai = time.FixedZone("", 8*3600)
	ten      = time.Date(2026, 10, 1, 10, 0, 0, 0, shanghai)
	setting  = Setting{Location: shanghai, URLPrefix: "https://sqle.example.com"}
)

func zhang() ticket.Person {
	return ticket.Person{Username: "zhangsan", Name: "张三", Email: "zhangsan@corp.com", Phone: "+8613800001234"}
}

func li() ticket.Person {
	return ticket.Person{Username: "lisi", Name: "李四", Email: "lisi@corp.com"}
}

// event is the story's event of that kind, as a platform would post it.
func event(k ticket.Kind) ticket.Event {
	score := 92
	ev := ticket.Event{
		Source: "sqle", ID: "1024-7", Kind: k, OccurredAt: ten.Add(12 * time.Minute), Actor: li(),
		Ticket: ticket.Ticket{
			Key: "1024", Title: "订单表加索引", Description: "为慢查询 #881 增加联合索引\n有疑问请打 13800001234\n或写信给 zhangsan@corp.com\n第四行不显示",
			Project: ticket.Project{Key: "pay", Name: "支付中心"}, Path: "/sqle/project/1/exec-workflow/1024",
			Creator: zhang(), Executors: []ticket.Person{{Username: "admin"}},
			Targets:     []ticket.Target{{Instance: "mysql-prod", Schema: "orders", Environment: "prod"}},
			Audit:       &ticket.Audit{Score: &score, Level: "warn", Statements: 12},
			ExtraFields: []ticket.Field{{Label: "变更窗口", Value: "周四 02:00"}},
		},
	}
	t := &ev.Ticket
	switch k {
	case ticket.KindSubmitted, ticket.KindResubmitted, ticket.KindReminded:
		ev.Actor = zhang()
		t.Status = ticket.WaitingReview
		t.Step = &ticket.Step{Index: 2, Total: 3, Name: "DBA 审核", Kind: ticket.Review, Assignees: []ticket.Person{li(), {Email: "wangwu@corp.com"}}}
	case ticket.KindPassed:
		t.Status = ticket.WaitingExecution
		t.Step = &ticket.Step{Index: 3, Total: 3, Name: "执行上线", Kind: ticket.Execute, Assignees: []ticket.Person{{Username: "admin"}}}
	case ticket.KindRejected:
		t.Status, ev.Reason = ticket.Rejected, "缺少回滚方案\n请补充"
	case ticket.KindExecuting:
		t.Status = ticket.Running
	case ticket.KindSucceeded:
		t.Status = ticket.Succeeded
	case ticket.KindFailed:
		t.Status, ev.Reason = ticket.Failed, "Error 1061 (42000): Duplicate key name 'idx_a'\nat line 3"
	case ticket.KindCompleted:
		t.Status = ticket.Completed
	case ticket.KindCanceled:
		t.Status = ticket.Canceled
	}
	return ev
}

func trail() []Mark {
	return []Mark{
		{Kind: ticket.KindPassed, By: "组长", Step: "组长审核", At: ten.Add(-20 * time.Hour)},
		{Kind: ticket.KindPassed, By: "李四", Step: "DBA 审核", At: ten.Add(12 * time.Minute)},
	}
}

func notice(k ticket.Kind, r ticket.Role) Notice {
	n := Notice{Event: event(k), Reader: r, Decidable: true}
	if k != ticket.KindSubmitted {
		n.Trail = trail()
	}
	return n
}

func TestGoldenCards(t *testing.T) {
	for _, k := range ticket.Kinds() {
		for _, r := range ticket.Roles() {
			c := For(notice(k, r), setting)
			for _, lang := range Languages() {
				golden(t, fmt.Sprintf("%s.%s.%s.txt", k, r, lang), c.Plain(lang))
			}
		}
	}
}

func golden(t *testing.T, name, got string) {
	t.Helper()
	path := filepath.Join("testdata", name)
	if *update {
		if err := os.WriteFile(path, []byte(got), 0o644); err != nil {
			t.Fatal(err)
		}
	}
	want, err := os.ReadFile(path)
	if err != nil {
		t.Fatalf("%v (make golden writes it)", err)
	}
	if diff := cmp.Diff(string(want), got); diff != "" {
		t.Errorf("%s changed (-want +got):\n%s", name, diff)
	}
}

func TestNoAddressEverShows(t *testing.T) {
	address := regexp.MustCompile(`[A-Za-z0-9._%+-]+@[A-Za-z0-9.-]+|1[3-9]\d{9}`)
	hostile := event(ticket.KindSubmitted)
	hostile.Ticket.Title = "联系 13800001234,13900005678 或 a.b+c@corp.com"
	hostile.Ticket.Creator = ticket.Person{Username: "zhang@corp.com", Phone: "13800001234"}
	hostile.Ticket.Step.Name = "x@y.com 审核"
	hostile.Ticket.Step.Assignees = []ticket.Person{{Email: "only@corp.com"}, {Phone: "13800001234"}, {Name: "+86 138 0000 1234"}}
	hostile.Ticket.Targets = []ticket.Target{{Instance: "root@10.0.0.1.corp.com"}}
	hostile.Ticket.ExtraFields = []ticket.Field{{Label: "tel", Value: "(86)13800001234"}, {Label: "a@b.cn", Value: "86-13800001234"}}
	hostile.Reason = "mail me@corp.com"
	hostile.Actor = ticket.Person{Username: "boss@corp.com"}
	events := []ticket.Event{hostile}
	for _, k := range ticket.Kinds() {
		events = append(events, event(k))
	}
	for _, ev := range events {
		for _, r := range ticket.Roles() {
			c := For(Notice{Event: ev, Reader: r, Trail: []Mark{{Kind: ticket.KindPassed, By: "x@y.com", Step: "a@b.cn", At: ten}}}, setting)
			for _, lang := range Languages() {
				if found := address.FindString(c.Plain(lang)); found != "" {
					t.Errorf("%s for %s shows %q:\n%s", ev.Kind, r, found, c.Plain(lang))
				}
			}
		}
	}
}

func TestNumbersThatAreNoPhonesStay(t *testing.T) {
	for _, s := range []string{"1658637666259832832", "order_13800001234x", "2026-10-01 10:00", "10.0.0.1:3306", "12345678901"} {
		if got := clean(s); got != s {
			t.Errorf("got %q, want %q", got, s)
		}
	}
}

func TestTheLinkIsWholeOrAbsent(t *testing.T) {
	tests := []struct{ name, url, path, prefix, want string }{
		{"own link wins", "https://a.example/1", "/p", "https://b.example", "https://a.example/1"},
		{"path below the prefix", "", "/p/1", "https://b.example/", "https://b.example/p/1"},
		{"path without a prefix", "", "/p/1", "", ""},
		{"neither", "", "", "https://b.example", ""},
	}
	for _, tt := range tests {
		t.Run(tt.name, func(t *testing.T) {
			n := notice(ticket.KindSubmitted, ticket.RoleAssignee)
			n.Event.Ticket.URL, n.Event.Ticket.Path = tt.url, tt.path
			c := For(n, Setting{URLPrefix: tt.prefix})
			if c.Link() != tt.want {
				t.Errorf("got %q, want %q", c.Link(), tt.want)
			}
		})
	}
}

func TestOnlyAReviewerWhoCanDecideGetsTheButtons(t *testing.T) {
	tests := []struct {
		name string
		n    Notice
		want string
	}{
		{"a reviewer", notice(ticket.KindSubmitted, ticket.RoleAssignee), "approve reject view"},
		{"an executor", notice(ticket.KindPassed, ticket.RoleAssignee), "view"},
		{"the creator", notice(ticket.KindSubmitted, ticket.RoleCreator), "view"},
		{"a reviewer of a platform that takes no decisions", Notice{Event: event(ticket.KindSubmitted), Reader: ticket.RoleAssignee}, "view"},
		{"a card of a step that is over", notice(ticket.KindPassed, ticket.RoleWaiting), "view"},
	}
	for _, tt := range tests {
		t.Run(tt.name, func(t *testing.T) {
			var got []string
			for _, b := range For(tt.n, setting).Buttons {
				got = append(got, string(b.Action))
			}
			if strings.Join(got, " ") != tt.want {
				t.Errorf("got %v, want %s", got, tt.want)
			}
		})
	}
}

func TestBothLanguagesAlwaysSpeak(t *testing.T) {
	han := regexp.MustCompile(`\p{Han}`)
	for _, k := range ticket.Kinds() {
		for _, r := range ticket.Roles() {
			c := For(notice(k, r), setting)
			for _, text := range []Text{c.Chip, c.Verb, c.Footer, c.Title()} {
				if text.ZH == "" || text.EN == "" {
					t.Errorf("%s for %s: half a text: %+v", k, r, text)
				}
			}
			if !han.MatchString(c.Chip.ZH) || han.MatchString(c.Chip.EN) {
				t.Errorf("%s for %s: chip speaks the wrong language: %+v", k, r, c.Chip)
			}
		}
	}
}

func TestLongTextIsCutWithASign(t *testing.T) {
	n := notice(ticket.KindSubmitted, ticket.RoleAssignee)
	n.Event.Ticket.Description = strings.Repeat("长", 1000)
	c := For(n, setting)
	if got := []rune(c.Description); len(got) != maxDescriptionRunes+1 || got[len(got)-1] != '…' {
		t.Errorf("got %d characters ending in %q, want %d and an ellipsis", len(got), got[len(got)-1], maxDescriptionRunes+1)
	}
}

func TestAStepCalledByItsKindIsCalledSoInBothLanguages(t *testing.T) {
	for name, want := range map[string]Text{
		"审核": {ZH: "审核", EN: "Review"}, "审批": {ZH: "审批", EN: "Review"}, "Review": {ZH: "审核", EN: "Review"}, "上线": {ZH: "上线", EN: "Execution"},
		"DBA 审核": Same("DBA 审核"), "": {},
	} {
		if got := StepName(name); got != want {
			t.Errorf("%q: got %v, want %v", name, got, want)
		}
	}
}
