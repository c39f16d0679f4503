package server

import (
	"context"
	"errors"
	"fmt"
	"net/http"
	"unicode/utf8"

	"ticketbell/access"
	"ticketbell/cards"
	"ticketbell/notify"
	"ticketbell/ticket"
)

const (
	// maxImportBytes and maxRows are how much one import may hold.
	maxImportBytes = 4 << 20
	maxRows        = 5000
)

type importInput struct {
	DryRun  bool   `query:"dry_run" doc:"Only tell what would happen."`
	RawBody []byte `contentType:"text/csv"`
}

type importOutput struct{ Body importReport }

// importReport is what an import did, or would do.
type importReport struct {
	DryRun    bool       `json:"dry_run"`
	Created   int        `json:"created"`
	Updated   int        `json:"updated"`
	Unchanged int        `json:"unchanged"`
	Errors    []wrongRow `json:"errors" doc:"Every row that was left out, and why. The others were taken."`
}

// wrongRow is a cell that is wrong. It never holds the value.
type wrongRow struct {
	Row     int    `json:"row" doc:"Number of the row; the row of names is 1."`
	Field   string `json:"field" doc:"Name of the column."`
	Code    string `json:"code"`
	Message string `json:"message"`
}

func (a *api) registerImport() {
	register(a, route{
		method: http.MethodPost, path: "/api/v1/users:import", id: "import-users", scope: access.UsersWrite, tag: tagPeople,
		title: "Bring in many people",
		text: "CSV in UTF-8 or GB18030. The first row names the columns: `username` (required) `name` `email` `phone` `wecom_userid` `feishu_open_id` `language` `role`. " +
			"Somebody new is added, somebody known is changed in the columns that are there. A wrong row is left out and named. Send it with " +
			"`curl --data-binary @people.csv -H \"Content-Type: text/csv\"`.",
		limit: maxImportBytes, fails: []int{400, 413, 415},
	}, a.importUsers)
}

func (a *api) importUsers(ctx context.Context, in *importInput) (*importOutput, error) {
	head, rows, err := readSheet(in.RawBody)
	if err != nil {
		return nil, err
	}
	out := &importOutput{importReport{DryRun: in.DryRun, Errors: []wrongRow{}}}
	seen := map[string]int{}
	for i, cells := range rows {
		p := sheetRow{number: i + 2, head: head, cells: cells}
		err := seenBefore(seen, p)
		if err == nil {
			err = a.importRow(ctx, p, &out.Body)
		}
		if err = out.Body.note(current(ctx).language(), p, err); err != nil {
			return nil, err
		}
	}
	return out, nil
}

// note writes down why a row was left out. An error that is not about the row ends
// the import.
func (r *importReport) note(lang cards.Language, row sheetRow, err error) error {
	if err == nil {
		return nil
	}
	p := problemOf(err)
	if len(p.Errors) == 0 {
		return fmt.Errorf("import row %d: %w", row.number, err)
	}
	for _, w := range p.Errors {
		r.Errors = append(r.Errors, wrongRow{row.number, w.Field, w.Code, inLanguage(lang, w.Message)})
	}
	return nil
}

// importRow adds or changes the person of one row.
func (a *api) importRow(ctx context.Context, row sheetRow, report *importReport) error {
	old, err := a.Users.User(ctx, row.value("username"))
	known := err == nil
	if err != nil && !errors.Is(err, notify.ErrNotFound) {
		return err
	}
	u := old
	if !known {
		u = ticket.User{Role: ticket.Member}
	}
	row.apply(&u)
	if err := checkImported(u); err != nil {
		return err
	}
	return a.keepImported(ctx, old, u, known, report)
}

func (a *api) keepImported(ctx context.Context, old, u ticket.User, known bool, report *importReport) error {
	keep, count := a.Users.CreateUser, &report.Created
	switch {
	case known && u == old:
		report.Unchanged++
		return nil
	case known:
		keep, count = a.Users.UpdateUser, &report.Updated
	}
	if !report.DryRun {
		if err := keep(ctx, u); err != nil {
			return err
		}
		a.Identities.Edited(ctx, old, u)
	}
	*count++
	return nil
}

// checkImported names what the schema of a user would have.
func checkImported(u ticket.User) error {
	var wrong []ticket.FieldError
	if u.Username == "" {
		wrong = append(wrong, ticket.FieldError{Field: "username", Code: "required", Message: "is required"})
	}
	if u.Language != "" && u.Language != string(cards.Chinese) && u.Language != string(cards.English) {
		wrong = append(wrong, ticket.FieldError{Field: "language", Code: "unknown_value", Message: "must be one of zh, en"})
	}
	if !u.Role.Valid() {
		wrong = append(wrong, ticket.FieldError{Field: "role", Code: "unknown_value", Message: "must be one of admin, operator, member"})
	}
	for _, f := range []struct {
		name, value string
		limit       int
	}{{"username", u.Username, 128}, {"name", u.Name, 128}, {"wecom_userid", u.WeComUserID, 64}, {"feishu_open_id", u.FeishuOpenID, 128}} {
		if utf8.RuneCountInString(f.value) > f.limit {
			wrong = append(wrong, ticket.FieldError{Field: f.name, Code: "too_long", Message: fmt.Sprintf("must be at most %d characters", f.limit)})
		}
	}
	if e, ok := errors.AsType[*ticket.Invalid](checkUser(u)); ok {
		wrong = append(wrong, e.Fields...)
	}
	if len(wrong) > 0 {
		return &ticket.Invalid{Fields: wrong}
	}
	return nil
}
