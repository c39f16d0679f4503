package server

import (
	"net/http"
	"os"
	"strings"
	"testing"

	"golang.org/x/text/encoding/simplifiedchinese"

	"ticketbell/access"
	"ticketbell/jobs"
	"ticketbell/roster"
	"ticketbell/ticket"
)

const sheet = "username,name,email,phone,role\n" +
	"bo,波,bo@corp.com,,\n" + // known, changed
	"al,艾,AL@corp.com,13800001234,operator\n" + // new
	"same,,,,\n" + // known, as before
	",谁,,,\n" +
	"cy,,no address,12,king\n" +
	"al,,,,\n" +
	"di,,bo@corp.com,,\n"

func importHouse(t *testing.T) *house {
	t.Helper()
	h := newHouse(t)
	h.rooms.users["bo"] = ticket.User{Person: ticket.Person{Username: "bo", Phone: "+8613800000000"}, Role: ticket.Admin, WeComUserID: "Bo"}
	h.rooms.users["same"] = ticket.User{Person: ticket.Person{Username: "same"}, Role: ticket.Member}
	return h
}

func (h *house) importing(body, query string) answer {
	return h.call("POST", "/api/v1/users:import"+query, h.token(access.Everything), body, "Content-Type: text/csv; charset=utf-8")
}

func rowsOf(r importReport) []string {
	return mapped(r.Errors, func(w wrongRow) string { return string(rune('0'+w.Row)) + " " + w.Field + " " + w.Code })
}

func TestGoodRowsAreTakenAndWrongOnesNamed(t *testing.T) {
	gb, err := simplifiedchinese.GB18030.NewEncoder().String(sheet)
	if err != nil {
		t.Fatal(err)
	}
	for name, body := range map[string]string{"UTF-8": sheet, "with a mark": "\ufeff" + sheet, "GB18030": gb, "Windows lines": strings.ReplaceAll(sheet, "\n", "\r\n")} {
		t.Run(name, func(t *testing.T) {
			h := importHouse(t)
			var got importReport
			h.importing(body, "").into(t, http.StatusOK, &got)
			if got.Created != 1 || got.Updated != 1 || got.Unchanged != 1 {
				t.Errorf("got %d new, %d changed, %d as before, want one each", got.Created, got.Updated, got.Unchanged)
			}
			equal(t, "wrong rows", rowsOf(got), []string{
				"5 username required", "6 email invalid", "6 phone invalid", "6 role unknown_value", "7 username taken", "8 email taken",
			})
			if bo := h.rooms.users["bo"]; bo.Name != "波" || bo.Phone != "" || bo.Role != ticket.Admin || bo.WeComUserID != "Bo" {
				t.Errorf("got %+v, want the columns of the sheet changed and no other", bo)
			}
			if al := h.rooms.users["al"]; al.Name != "艾" || al.Email != "al@corp.com" || al.Phone != "+8613800001234" || al.Role != ticket.Operator {
				t.Errorf("got %+v, want al as in the sheet", al)
			}
		})
	}
}

func TestASecondImportChangesNothing(t *testing.T) {
	h := importHouse(t)
	good := strings.Join(strings.SplitAfter(sheet, "\n")[:4], "")
	h.importing(good, "")
	var got importReport
	h.importing(good, "").into(t, http.StatusOK, &got)
	if got.Created != 0 || got.Updated != 0 || got.Unchanged != 3 {
		t.Errorf("got %+v, want three as before", got)
	}
}

func TestADryRunChangesNothing(t *testing.T) {
	h := importHouse(t)
	var got importReport
	h.importing(sheet, "?dry_run=true").into(t, http.StatusOK, &got)
	if !got.DryRun || got.Updated != 1 || h.rooms.users["bo"].Name != "" || len(h.rooms.users) != 2 {
		t.Errorf("got %+v and people %v, want a count and nothing changed", got, h.rooms.users)
	}
}

func TestSheetsThatAreNoneAreRefused(t *testing.T) {
	tests := []struct{ name, body, want string }{
		{"empty", "", "body required"},
		{"no username", "name\nbo\n", "username required"},
		{"an unknown column", "username,age\nbo,5\n", "age unknown_field"},
		{"a row too wide", "username\nbo,5\n", "body invalid"},
		{"too many rows", "username\n" + strings.Repeat("a\n", roster.MaxRows+1), "body too_many"},
	}
	for _, tt := range tests {
		t.Run(tt.name, func(t *testing.T) {
			equal(t, "fields", importHouse(t).importing(tt.body, "").problem(t).fields(), []string{tt.want})
		})
	}
	if got := importHouse(t).asRoot("POST", "/api/v1/users:import", sheet); got.status != http.StatusUnsupportedMediaType {
		t.Errorf("got %d for CSV that says it is JSON, want 415", got.status)
	}
}

func TestADryRunShowsWhatItRead(t *testing.T) {
	h := importHouse(t)
	var got importReport
	h.importing("账号,x,邮箱\nbo,1,bo@corp.com\nnew,2,no address\n", "?dry_run=true&known=skip&columns=username,-,email").into(t, http.StatusOK, &got)
	equal(t, "columns", got.Columns, []string{"username", "-", "email"})
	if len(got.Preview) != 2 || got.Preview[0].Outcome != roster.Skipped || got.Preview[1].Outcome != roster.LeftOut || got.Skipped != 1 {
		t.Errorf("got %+v, want both rows with what becomes of them", got)
	}
	equal(t, "cells", got.Preview[1].Cells, []string{"new", "2", "no address"})
	h.importing("账号,昵称,邮箱\nnew,x,new@corp.com\n", "?dry_run=true&columns=auto").into(t, http.StatusOK, &got)
	equal(t, "guessed columns", got.Columns, []string{"username", "-", "email"})
	h.importing("a,b\n1,2\n", "?dry_run=true&columns=auto").into(t, http.StatusOK, &got)
	if equal(t, "head", got.Head, []string{"a", "b"}); got.Created != 0 || len(got.Preview) != 1 || len(got.Errors) != 1 || got.Errors[0].Field != "username" {
		t.Errorf("got %+v, want the sheet shown and the usernames asked for", got)
	}
	var template importReport
	h.importing(h.asRoot("GET", "/api/v1/users:template", "").body, "?dry_run=true").into(t, http.StatusOK, &template)
	if template.Created != 1 || len(template.Errors) != 0 {
		t.Errorf("got %+v, want the template taken as it is", template)
	}
	h.importing("username\n"+strings.Repeat("a\n", 30), "?dry_run=true").into(t, http.StatusOK, &got)
	if len(got.Preview) != previewRows {
		t.Errorf("got %d rows shown, want %d", len(got.Preview), previewRows)
	}
	if p := h.importing("username\nbo\n", "?known=replace").problem(t); len(p.Errors) != 1 || p.Errors[0].Field != "known" {
		t.Errorf("got %+v, want known named", p.Errors)
	}
}

func TestAnImportRunsAsAJobAndItsReportComesBack(t *testing.T) {
	h := importHouse(t)
	var started struct {
		JobID string `json:"job_id"`
	}
	h.call("POST", "/api/v1/users:import-csv", h.token(access.Everything), sheet, "Content-Type: text/csv").into(t, http.StatusAccepted, &started)
	got := h.ended(started.JobID)
	if got.State != jobs.Done || got.Kind != "import" || got.Done != 7 || got.Total != 7 || got.Summary["created"] != 1 || got.Summary["updated"] != 1 || got.Summary["wrong"] != 4 || got.Rows != 4 {
		t.Errorf("got %+v, want seven rows done and four of them left out", got)
	}
	report := h.asRoot("GET", "/api/v1/jobs/"+started.JobID+"/report", "")
	if report.status != http.StatusOK || !strings.Contains(report.body, "cy,,no address,12,king,") || strings.Contains(report.body, "al@corp.com") {
		t.Errorf("got %d %s, want the rows left out with the reason", report.status, report.body)
	}
	var again importReport
	h.importing(strings.Replace(report.body, "no address,12,king", "cy@corp.com,,", 1), "").into(t, http.StatusOK, &again)
	if again.Created != 1 {
		t.Errorf("got %+v, want the mended row taken in", again)
	}
	if p := h.call("POST", "/api/v1/users:import-csv", h.token(access.Everything), "nickname\n", "Content-Type: text/csv").problem(t); p.Status != http.StatusBadRequest || len(p.Errors) != 2 {
		t.Errorf("got %+v, want a sheet that cannot be read refused at once", p)
	}
}

func TestAWorkbookIsTakenInAsWhatItSaysItIs(t *testing.T) {
	body, err := os.ReadFile("../roster/excel/testdata/people.xlsx")
	if err != nil {
		t.Fatal(err)
	}
	h := newHouse(t)
	importing := func(query, media string) answer {
		return h.call("POST", "/api/v1/users:import"+query, h.token(access.Everything), string(body), "Content-Type: "+media)
	}
	var got importReport
	importing("?dry_run=true&columns=auto", workbook).into(t, http.StatusOK, &got)
	equal(t, "columns", got.Columns, []string{"username", "name", "phone", "email", "disabled", roster.Ignored})
	equal(t, "choices", got.Choices, append([]string{roster.Ignored}, roster.Columns()...))
	if got.Created != 3 || len(got.Preview) != 3 || got.Preview[1].Row != 4 {
		t.Errorf("got %+v, want three people and the rows the sheet has them in", got)
	}
	importing("?columns=auto", workbook).into(t, http.StatusOK, &got)
	if u := h.rooms.users["zhaoliu"]; u.Phone != "+8613800000061" {
		t.Errorf("got %+v, want the phone number as digits", u)
	}
	if got := importing("", "application/zip"); got.status != http.StatusUnsupportedMediaType {
		t.Errorf("got %d for another media type, want 415", got.status)
	}
	if got := h.call("POST", "/api/v1/events", h.token(access.Everything), "{}", "Content-Type: "+workbook); got.status != http.StatusUnsupportedMediaType {
		t.Errorf("got %d for a workbook where none is taken, want 415", got.status)
	}
}

func TestAWorkbookThatCannotBeReadSaysWhatToDo(t *testing.T) {
	h := newHouse(t)
	for body, want := range map[string]string{
		"PK\x03\x04 and so on":                    "Excel 工作簿已损坏，请打开后重新保存",
		"\xd0\xcf\x11\xe0\xa1\xb1\x1a\xe1 of old": "这是旧版（.xls）或加密的 Excel 工作簿，请另存为不加密的 .xlsx，或 CSV UTF-8",
	} {
		p := h.call("POST", "/api/v1/users:import", h.token(access.Everything), body, "Content-Type: "+workbook, "Accept-Language: zh").problem(t)
		if p.Status != http.StatusBadRequest || len(p.Errors) != 1 || p.Errors[0].Message != want {
			t.Errorf("got %d %+v, want %s", p.Status, p.Errors, want)
		}
	}
}
