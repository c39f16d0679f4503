package server

import (
	"context"
	"net/http"

	"ticketbell/access"
	"ticketbell/cards"
	"ticketbell/roster"
	"ticketbell/ticket"
)

// maxImportBytes is how much one import may hold.
const maxImportBytes = 4 << 20

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
	Errors    []wrongRow `json:"errors" doc:"Every cell that is wrong. Its row was left out, the others were taken."`
	ErrorFile string     `json:"error_file,omitempty" doc:"The rows left out as CSV with a column error, to be mended and sent again. A spreadsheet runs none of its cells."`
}

// wrongRow is a cell that is wrong. It never holds the value.
type wrongRow struct {
	Row     int    `json:"row" doc:"Number of the row; the row of names is 1."`
	Field   string `json:"field" doc:"Name of the column."`
	Code    string `json:"code"`
	Message string `json:"message"`
}

type exportOutput struct {
	ContentType string `header:"Content-Type"`
	Disposition string `header:"Content-Disposition"`
	Body        []byte
}

func (a *api) registerImport() {
	register(a, route{
		method: http.MethodPost, path: "/api/v1/users:import", id: "import-users", scope: access.UsersWrite, tag: tagPeople,
		title: "Bring in many people",
		text: "CSV in UTF-8 or GB18030. The first row names the columns: `username` (required) `name` `email` `phone` `wecom_userid` `feishu_open_id` `language` `role` `disabled`. " +
			"Somebody new is added, somebody known is changed in the columns that are there. A wrong row is left out and named. Send it with " +
			"`curl --data-binary @people.csv -H \"Content-Type: text/csv\"`.",
		limit: maxImportBytes, fails: []int{400, 413, 415},
	}, a.importUsers)
	register(a, route{
		method: http.MethodGet, path: "/api/v1/users:export", id: "export-users", scope: access.UsersWrite, tag: tagPeople,
		title: "Take people out", text: "Everybody, or those the filters of the list pick, or those that are named, as CSV in UTF-8 that can be imported again. A spreadsheet runs none of its cells.",
	}, a.exportUsers)
}

func (a *api) importUsers(ctx context.Context, in *importInput) (*importOutput, error) {
	rows, err := roster.Read(in.RawBody)
	if err != nil {
		return nil, err
	}
	report, err := roster.Import(ctx, a.Users, rows, roster.Options{
		DryRun: in.DryRun, Edited: a.Identities.Edited,
		Appoint: func(before, after ticket.UserRole) bool { return mayAppoint(ctx, before, after) == nil },
	})
	if err != nil {
		return nil, err
	}
	lang := current(ctx).language()
	out := &importOutput{importReportOf(report, lang)}
	file, err := roster.ErrorFile(rows, report.Errors, func(message string) string { return inLanguage(lang, message) })
	out.Body.ErrorFile = string(file)
	return out, err
}

func importReportOf(r roster.Report, lang cards.Language) importReport {
	return importReport{
		DryRun: r.DryRun, Created: r.Created, Updated: r.Updated, Unchanged: r.Unchanged,
		Errors: mapped(r.Errors, func(w roster.Wrong) wrongRow {
			return wrongRow{w.Row, w.Field, w.Code, inLanguage(lang, w.Message)}
		}),
	}
}

type usersExportInput struct {
	PickedPeople

	Usernames []string `query:"username,explode" maxItems:"200" doc:"Only these; may be repeated."`
}

func (a *api) exportUsers(ctx context.Context, in *usersExportInput) (*exportOutput, error) {
	f := in.filter()
	if len(in.Usernames) > 0 {
		f.Usernames = in.Usernames
	}
	file, err := roster.Export(ctx, a.Users, f)
	if err != nil {
		return nil, err
	}
	return &exportOutput{ContentType: "text/csv; charset=utf-8", Disposition: `attachment; filename="people.csv"`, Body: file}, nil
}
