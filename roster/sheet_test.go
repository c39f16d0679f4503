package roster_test

import (
	"errors"
	"os"
	"slices"
	"strings"
	"testing"

	"ticketbell/roster"
	"ticketbell/ticket"
)

func TestASheetIsReadHoweverItsCellsAreSeparated(t *testing.T) {
	for name, body := range map[string]string{
		"commas":     "username,email\nbo,bo@corp.com\n",
		"tabs":       "username\temail\nbo\tbo@corp.com\n",
		"semicolons": "username;email\r\nbo;bo@corp.com\r\n",
	} {
		rows, err := roster.Read([]byte(body))
		if err != nil || len(rows) != 1 || !slices.Equal(rows[0].Cells, []string{"bo", "bo@corp.com"}) {
			t.Errorf("%s: got %+v, %v, want bo with an address", name, rows, err)
		}
	}
}

func TestWhatPeopleCallAColumnIsUnderstood(t *testing.T) {
	s, err := roster.Open([]byte("用户名,姓名,手机号,邮箱,部门,E-mail,企业微信UserID\n"))
	if err != nil {
		t.Fatal(err)
	}
	want := []string{"username", "name", "phone", "email", roster.Ignored, roster.Ignored, "wecom_userid"}
	if got := s.Guess(); !slices.Equal(got, want) {
		t.Errorf("got %q, want %q: what is unknown, or there twice, is left out", got, want)
	}
}

func TestColumnsAreNamedByPlace(t *testing.T) {
	p := known()
	s, err := roster.Open([]byte("a,b,c\nnewcomer,ignored,New@Corp.com\n"))
	if err != nil {
		t.Fatal(err)
	}
	rows, err := s.Rows([]string{"username", roster.Ignored, "email"})
	if err != nil {
		t.Fatal(err)
	}
	report, err := roster.Import(t.Context(), p, rows, roster.Options{})
	if u := p.users["newcomer"]; err != nil || report.Created != 1 || u.Email != "new@corp.com" || u.Name != "" {
		t.Errorf("got %+v, %+v, %v, want the newcomer with an address and nothing else", u, report, err)
	}
	for columns, want := range map[string]string{
		"username,-":              "columns invalid",
		"username,-,nickname":     "columns unknown_value",
		"username,email,email":    "email invalid",
		"email,-,name":            "username required",
		"username,username,email": "username invalid",
	} {
		_, err := s.Rows(strings.Split(columns, ","))
		wrong, _ := errors.AsType[*ticket.Invalid](err)
		if wrong == nil || len(wrong.Fields) != 1 || wrong.Fields[0].Field+" "+wrong.Fields[0].Code != want {
			t.Errorf("%s: got %v, want %s", columns, err, want)
		}
	}
}

func TestASheetThatCannotBeReadSaysWhyAndWhere(t *testing.T) {
	for body, want := range map[string]string{
		"PK\x03\x04 and so on":                 "broken Excel",
		"\xd0\xcf\x11\xe0\xa1\xb1\x1a\xe1 and": "old or protected",
		"username,email\nbo,b@c.de\nal\n":      "line 3",
		"username,email\nbo,\"b@c.de\n":        "line",
		strings.Repeat("username\n", 10_002):   "10000 rows",
	} {
		_, err := roster.Read([]byte(body))
		wrong, _ := errors.AsType[*ticket.Invalid](err)
		if wrong == nil || !strings.Contains(wrong.Fields[0].Message, want) {
			t.Errorf("got %v, want an error with %q", err, want)
		}
	}
}

func TestWhoIsKnownIsChangedLeftOrRefused(t *testing.T) {
	const two = "username,name\nbo,波\nnewcomer,新\n"
	for how, want := range map[roster.Known]roster.Report{
		roster.UpdateKnown: {Created: 1, Updated: 1},
		roster.SkipKnown:   {Created: 1, Skipped: 1},
		roster.RefuseKnown: {Created: 1},
	} {
		p := known()
		p.users["bo"] = ticket.User{Person: ticket.Person{Username: "bo", Name: "before"}, Role: ticket.Member}
		var became []roster.Outcome
		got := p.takeIn(t, two, roster.Options{Known: how, Each: func(_ roster.Row, o roster.Outcome) { became = append(became, o) }})
		if got.Created != want.Created || got.Updated != want.Updated || got.Skipped != want.Skipped || len(became) != 2 {
			t.Errorf("%s: got %+v and %v, want %+v", how, got, became, want)
		}
		refused := len(got.Errors) == 1 && got.Errors[0].Message == "is known already" && became[0] == roster.LeftOut
		if refused != (how == roster.RefuseKnown) || (p.users["bo"].Name == "before") != (how != roster.UpdateKnown) {
			t.Errorf("%s: got %+v and bo called %s", how, got.Errors, p.users["bo"].Name)
		}
	}
}

func TestTheTemplateCanBeImported(t *testing.T) {
	file, err := roster.Template()
	if err != nil {
		t.Fatal(err)
	}
	p := known()
	if got := p.takeIn(t, string(file), roster.Options{}); got.Created != 1 || len(got.Errors) != 0 {
		t.Errorf("got %+v, want its example taken in", got)
	}
}

func TestAWorkbookIsImportedWithThePhonesItKeepsAsNumbers(t *testing.T) {
	body, err := os.ReadFile("excel/testdata/people.xlsx")
	if err != nil {
		t.Fatal(err)
	}
	s, err := roster.Open(body)
	if err != nil {
		t.Fatal(err)
	}
	rows, err := s.Rows([]string{"username", "name", "phone", "email", "disabled", roster.Ignored})
	if err != nil {
		t.Fatal(err)
	}
	var numbers []int
	for i, r := range rows {
		if numbers = append(numbers, r.Number); s.Number(i) != r.Number || len(r.Cells) != len(s.Head) {
			t.Errorf("got row %d at %d with %d cells, want it as wide as the head", r.Number, s.Number(i), len(r.Cells))
		}
	}
	if want := []int{2, 4, 5}; !slices.Equal(numbers, want) {
		t.Errorf("got rows %v, want %v: those of the sheet, the empty one left out", numbers, want)
	}
	p := known()
	report, err := roster.Import(t.Context(), p, rows, roster.Options{})
	if err != nil || report.Created != 3 || len(report.Errors) != 0 {
		t.Fatalf("got %+v, %v, want three people", report, err)
	}
	if u := p.users["sunqi"]; u.Phone != "+8613800000062" || !u.Disabled || u.Email != "" {
		t.Errorf("got %+v, want the phone written out and TRUE understood", u)
	}
}

func TestColumnsAreAssignedByTheNamesOfTheHead(t *testing.T) {
	s, err := roster.Open([]byte("登录名,姓名,部门\nbo,波,DBA\n"))
	if err != nil {
		t.Fatal(err)
	}
	rows, err := s.RowsBy(map[string]string{"登录名": "username", "部门": roster.Ignored})
	if err != nil || len(rows) != 1 || !slices.Equal(rows[0].Head, []string{"username", "name", roster.Ignored}) {
		t.Errorf("got %+v, %v, want the name by its own, and the department left out", rows, err)
	}
	_, err = s.RowsBy(map[string]string{"登陆名": "username"})
	wrong, _ := errors.AsType[*ticket.Invalid](err)
	var fields []string
	if wrong != nil {
		for _, f := range wrong.Fields {
			fields = append(fields, f.Field+" "+f.Code)
		}
	}
	if want := []string{"登录名 unknown_field", "部门 unknown_field", "登陆名 unknown_field", "username required"}; !slices.Equal(fields, want) {
		t.Errorf("got %q, want %q", fields, want)
	}
}
