package roster_test

import (
	"errors"
	"fmt"
	"slices"
	"strings"
	"testing"

	"golang.org/x/text/encoding/simplifiedchinese"

	"ticketbell/notify"
	"ticketbell/roster"
	"ticketbell/ticket"
)

// sheet has two good rows, four bad ones and one duplicate.
const sheet = "username,display_name,phone,email,disabled\n" +
	"bo,波,13800000001,bo@corp.com,\n" +
	"al,艾,13800000002,AL@corp.com,true\n" +
	"cy,四,12,,\n" +
	"di,五,,no address,\n" +
	",谁,,,\n" +
	"ed,七,,,maybe\n" +
	"fi,八,,al@corp.com,\n"

func names(wrong []roster.Wrong) []string {
	var all []string
	for _, w := range wrong {
		all = append(all, fmt.Sprint(w.Row, " ", w.Field, " ", w.Code))
	}
	return all
}

func TestADryRunNamesEveryBadCellAndTheImportKeepsTheRest(t *testing.T) {
	gb, err := simplifiedchinese.GB18030.NewEncoder().String(sheet)
	if err != nil {
		t.Fatal(err)
	}
	for name, body := range map[string]string{"UTF-8": sheet, "UTF-8 with a mark": "\ufeff" + sheet, "GB18030": gb} {
		t.Run(name, func(t *testing.T) {
			p := known()
			want := []string{"4 phone invalid", "5 email invalid", "6 username required", "7 disabled invalid", "8 email taken"}
			dry := p.takeIn(t, body, roster.Options{DryRun: true})
			if !dry.DryRun || dry.Created != 2 || !slices.Equal(names(dry.Errors), want) || p.writes != 0 {
				t.Errorf("dry: got %+v and %d writes, want two new, %q and none", dry, p.writes, want)
			}
			if last := dry.Errors[4]; last.Message != "is taken by al" {
				t.Errorf("got %q, want the other person's name", last.Message)
			}
			done := p.takeIn(t, body, roster.Options{})
			if done.Created != 2 || !slices.Equal(names(done.Errors), want) {
				t.Errorf("got %+v, want the same as the dry run", done)
			}
			if al := p.users["al"]; al.Name != "艾" || al.Email != "al@corp.com" || al.Phone != "+8613800000002" || !al.Disabled {
				t.Errorf("got %+v, want al as in the sheet", al)
			}
			if !slices.Equal(p.edited, []string{"bo", "al"}) {
				t.Errorf("got edits of %v, want bo and al", p.edited)
			}
			again := p.takeIn(t, body, roster.Options{})
			if again.Created != 0 || again.Updated != 0 || again.Unchanged != 2 || p.writes != 2 {
				t.Errorf("again: got %+v and %d writes, want nothing changed", again, p.writes)
			}
		})
	}
}

func TestAnAddressMayPassFromOneToAnother(t *testing.T) {
	const swap = "username,email\nal,new@corp.com\nbo,al@corp.com\n"
	for _, dry := range []bool{true, false} {
		p := known(person("al", "al@corp.com"), person("bo", "bo@corp.com"))
		if r := p.takeIn(t, swap, roster.Options{DryRun: dry}); r.Updated != 2 || len(r.Errors) != 0 {
			t.Errorf("dry %v: got %+v, want both changed", dry, r)
		}
	}
}

func TestColumnsThatAreNotThereStay(t *testing.T) {
	u := person("al", "al@corp.com")
	u.WeComUserID, u.Role, u.Disabled = "Al", ticket.Admin, true
	p := known(u)
	p.takeIn(t, "username,name,role\nal,艾,\n", roster.Options{})
	u.Name = "艾"
	if p.users["al"] != u {
		t.Errorf("got %+v, want %+v", p.users["al"], u)
	}
}

func TestALenientImportTakesPeopleWithoutTheirWrongCells(t *testing.T) {
	p := known(person("al", "al@corp.com"))
	r := p.takeIn(t, "username,email,phone\nbo,al@corp.com,13800000001\nal,zz,xyz\n,x@corp.com,\n", roster.Options{Lenient: true})
	want := []string{"2 email taken", "3 email invalid", "3 phone invalid", "4 username required"}
	if !slices.Equal(names(r.Errors), want) || r.Created != 1 || r.Unchanged != 1 {
		t.Errorf("got %+v, want one new, one as before and %q", r, want)
	}
	if bo := p.users["bo"]; bo.Email != "" || bo.Phone != "+8613800000001" {
		t.Errorf("got %+v, want bo with the phone alone", bo)
	}
}

func TestSheetsThatAreNoneAreRefused(t *testing.T) {
	tests := []struct{ name, body, want string }{
		{"empty", "", "body"},
		{"no username", "name\nbo\n", "username"},
		{"an unknown column", "username,age\nbo,5\n", "age"},
		{"a row too wide", "username\nbo,5\n", "body"},
		{"too many rows", "username\n" + strings.Repeat("a\n", roster.MaxRows+1), "body"},
	}
	for _, tt := range tests {
		t.Run(tt.name, func(t *testing.T) {
			_, err := roster.Read([]byte(tt.body))
			e, ok := errors.AsType[*ticket.Invalid](err)
			if !ok || e.Fields[0].Field != tt.want {
				t.Errorf("got %v, want %s named", err, tt.want)
			}
		})
	}
}

func TestTheFileOfErrorsRunsNothingAndComesBack(t *testing.T) {
	const evil = "username,name,phone,email\nbo,=1+1,+8613800000001,bad\nal,ok,,al@corp.com\n"
	rows, err := roster.Read([]byte(evil))
	if err != nil {
		t.Fatal(err)
	}
	r := known().takeIn(t, evil, roster.Options{DryRun: true})
	file, err := roster.ErrorFile(rows, r.Errors, strings.ToUpper)
	if err != nil {
		t.Fatal(err)
	}
	want := "\ufeffusername,name,phone,email,error\nbo,'=1+1,'+8613800000001,bad,email: MUST BE AN E-MAIL ADDRESS SUCH AS LISI@CORP.COM\n"
	if string(file) != want {
		t.Errorf("got %q, want %q", file, want)
	}
	p := known()
	back := p.takeIn(t, strings.Replace(string(file), "bad", "bo@corp.com", 1), roster.Options{})
	if bo := p.users["bo"]; back.Created != 1 || bo.Name != "=1+1" || bo.Phone != "+8613800000001" {
		t.Errorf("got %+v and %+v, want the mended row taken as it was written", back, bo)
	}
	if none, err := roster.ErrorFile(rows, nil, strings.ToUpper); err != nil || none != nil {
		t.Errorf("got %q, %v; want no file when nothing is wrong", none, err)
	}
}

func TestAnExportComesBackUnchanged(t *testing.T) {
	p := known()
	for i := range 450 {
		u := person(fmt.Sprintf("u%03d", i), fmt.Sprintf("u%03d@corp.com", i))
		u.Phone, u.Name, u.Disabled = fmt.Sprintf("+86138%08d", i), "@"+u.Username, i%2 == 0
		p.users[u.Username] = u
	}
	file, err := roster.Export(t.Context(), p, notify.PeopleFilter{})
	if err != nil {
		t.Fatal(err)
	}
	if strings.Contains(string(file), ",@") || strings.Contains(string(file), ",+") {
		t.Error("got a cell that a spreadsheet would run")
	}
	if r := p.takeIn(t, string(file), roster.Options{}); r.Unchanged != 450 || len(r.Errors) != 0 {
		t.Errorf("got %+v, want everybody unchanged", r)
	}
}

func person(username, email string) ticket.User {
	return ticket.User{Person: ticket.Person{Username: username, Email: email}, Role: ticket.Member}
}

func TestUsernamesThatDifferInCaseAreOnePersons(t *testing.T) {
	p := known()
	r := p.takeIn(t, "username\nbo\nBo\n", roster.Options{DryRun: true})
	if !slices.Equal(names(r.Errors), []string{"3 username taken"}) || r.Created != 1 {
		t.Errorf("got %+v, want the second row left out", r)
	}
}

func TestAnErrorOfTheSpreadsheetIsNamedAndNobodysName(t *testing.T) {
	p := known()
	r := p.takeIn(t, "username,name,email,error\nnew1,#N/A,a@corp.com,\n#REF!,x,,\nnew2,# 7,,#N/A\n", roster.Options{})
	if want := []string{"2 name invalid", "3 username invalid"}; !slices.Equal(names(r.Errors), want) || r.Created != 1 {
		t.Errorf("got %+v, want %q left out, and new2 taken", r, want)
	}
	if got := p.users["new2"].Name; got != "# 7" {
		t.Errorf("got %q, want a name that begins so taken", got)
	}
}
