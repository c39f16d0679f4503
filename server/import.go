package server

import (
	"context"
	"errors"
	"fmt"
	"net/http"
	"slices"
	"strings"

	"ticketbell/access"
	"ticketbell/cards"
	"ticketbell/jobs"
	"ticketbell/roster"
	"ticketbell/ticket"
)

// maxImportBytes is how much one import may hold.
const maxImportBytes = 4 << 20

// workbook is the media type of an Excel workbook.
const workbook = "application/vnd.openxmlformats-officedocument.spreadsheetml.sheet"

// ImportHow is how a sheet is taken in.
type ImportHow struct {
	Columns string `query:"columns" maxLength:"1024" doc:"What each column holds, by place, where the first row does not say: names of columns and - for one to be ignored, separated by commas; auto ignores those whose name is not known." example:"username,-,email"`
	Known   string `query:"known" enum:"update,skip,error" default:"update" doc:"What to do with somebody who is known: change them, leave them as they are, or call the row wrong."`
}

// read reads the sheet, and what its columns are taken for.
func (h ImportHow) read(body []byte) (sheet roster.Sheet, columns []string, err error) {
	sheet, err = roster.Open(body)
	switch h.Columns {
	case "":
		return sheet, nil, err
	case "auto":
		return sheet, sheet.Guess(), err
	default:
		return sheet, strings.Split(h.Columns, ","), err
	}
}

func (h ImportHow) rows(body []byte) ([]roster.Row, error) {
	sheet, columns, err := h.read(body)
	if err != nil {
		return nil, err
	}
	return sheet.Rows(columns)
}

type importInput struct {
	ImportHow

	DryRun  bool   `query:"dry_run" doc:"Only tell what would happen."`
	RawBody []byte `contentType:"text/csv"`
}

type importJobInput struct {
	ImportHow

	RawBody []byte `contentType:"text/csv"`
}

type importOutput struct{ Body importReport }

// previewRows is how many rows of a dry run are shown as they were read.
const previewRows = 20

// importReport is what an import did, or would do.
type importReport struct {
	DryRun    bool         `json:"dry_run"`
	Created   int          `json:"created"`
	Updated   int          `json:"updated"`
	Unchanged int          `json:"unchanged"`
	Skipped   int          `json:"skipped" doc:"Known already, and left as they are."`
	Errors    []wrongRow   `json:"errors" doc:"Every cell that is wrong. Its row was left out, the others were taken."`
	ErrorFile string       `json:"error_file,omitempty" doc:"The rows left out as CSV with a column error, to be mended and sent again. A spreadsheet runs none of its cells."`
	Head      []string     `json:"head,omitempty" doc:"Of a dry run: the first row as it was written."`
	Columns   []string     `json:"columns,omitempty" doc:"Of a dry run: what each column was taken for."`
	Choices   []string     `json:"choices,omitempty" doc:"Of a dry run: what a column can be taken for; - is for one to be ignored."`
	Preview   []previewRow `json:"preview,omitempty" doc:"Of a dry run: its first 20 rows as they were read."`
}

// previewRow is a row as it was read, and what would become of it.
type previewRow struct {
	Row     int            `json:"row"`
	Cells   []string       `json:"cells"`
	Outcome roster.Outcome `json:"outcome" enum:"created,updated,unchanged,skipped,wrong"`
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
		text: "CSV in UTF-8 or GB18030, or the first sheet of an Excel workbook (.xlsx). The first row names the columns: `username` (required) `name` `email` `phone` `wecom_userid` `feishu_open_id` `language` `role` `disabled`. " +
			"Somebody new is added, somebody known is changed in the columns that are there. A wrong row is left out and named. Send it with " +
			"`curl --data-binary @people.csv -H \"Content-Type: text/csv\"`.",
		limit: maxImportBytes, media: workbook, fails: []int{400, 413, 415},
	}, a.importUsers)
	register(a, route{
		method: http.MethodPost, path: "/api/v1/users:import-csv", id: "import-users-job", scope: access.UsersWrite, tag: tagPeople,
		title: "Bring in many people, as a job",
		text:  "As users:import, and answers with a job at once. The rows left out are its report. One that is canceled, or ended by a restart, keeps what it took in; sent again it goes on from there, for people go by their username.",
		limit: maxImportBytes, media: workbook, status: http.StatusAccepted, fails: []int{400, 409, 413, 415},
	}, a.importUsersJob)
	register(a, route{
		method: http.MethodGet, path: "/api/v1/users:template", id: "get-users-template", scope: access.UsersWrite, tag: tagPeople,
		title: "A sheet to fill in", text: "CSV in UTF-8 with every column and one example, as users:import takes it.",
	}, func(context.Context, *struct{}) (*exportOutput, error) {
		file, err := roster.Template()
		return asFile("people", file), err
	})
	register(a, route{
		method: http.MethodGet, path: "/api/v1/users:export", id: "export-users", scope: access.UsersWrite, tag: tagPeople,
		title: "Take people out", noting: always, text: "Everybody, or those the filters of the list pick, or those that are named, as CSV in UTF-8 that can be imported again. A spreadsheet runs none of its cells.",
	}, a.exportUsers)
}

func (a *api) importUsers(ctx context.Context, in *importInput) (*importOutput, error) {
	sheet, columns, err := in.read(in.RawBody)
	if err != nil {
		return nil, err
	}
	if in.DryRun && in.Columns == "auto" && !slices.Contains(columns, "username") {
		return nameless(sheet, columns, current(ctx).language()), nil
	}
	rows, err := sheet.Rows(columns)
	if err != nil {
		return nil, err
	}
	o := a.importOptions(ctx, in.ImportHow)
	o.DryRun = in.DryRun
	var preview []previewRow
	o.Each = func(r roster.Row, became roster.Outcome) {
		if o.DryRun && len(preview) < previewRows {
			preview = append(preview, previewRow{r.Number, r.Cells, became})
		}
	}
	report, err := roster.Import(ctx, a.Users, rows, o)
	if err != nil {
		return nil, err
	}
	lang := current(ctx).language()
	out := &importOutput{importReportOf(report, lang)}
	if out.Body.Preview = preview; in.DryRun && len(rows) > 0 {
		out.Body.Head, out.Body.Columns, out.Body.Choices = sheet.Head, rows[0].Head, choices()
	}
	file, err := errorFile(rows, report, lang)
	out.Body.ErrorFile = string(file)
	return out, err
}

// choices are what a column can be taken for.
func choices() []string { return append([]string{roster.Ignored}, roster.Columns()...) }

// nameless shows a sheet of which nobody said yet where the usernames stand.
func nameless(sheet roster.Sheet, columns []string, lang cards.Language) *importOutput {
	out := &importOutput{importReport{DryRun: true, Head: sheet.Head, Columns: columns, Choices: choices()}}
	out.Body.Errors = []wrongRow{{Row: 1, Field: "username", Code: "required", Message: inLanguage(lang, "is required")}}
	for i, cells := range sheet.Cells[:min(len(sheet.Cells), previewRows)] {
		out.Body.Preview = append(out.Body.Preview, previewRow{sheet.Number(i), cells, roster.LeftOut})
	}
	return out
}

func (a *api) importUsersJob(ctx context.Context, in *importJobInput) (*jobStarted, error) {
	rows, err := in.rows(in.RawBody)
	if err != nil {
		return nil, err
	}
	o, lang := a.importOptions(ctx, in.ImportHow), current(ctx).language()
	return a.startJob(ctx, "import", func(ctx context.Context, j *jobs.Job) error {
		j.Expect(len(rows))
		for _, o := range []roster.Outcome{roster.Created, roster.Updated, roster.Unchanged, roster.Skipped, roster.LeftOut} {
			j.Count(string(o), 0) // what did not happen is told as well
		}
		o.Next = j.Step
		left := 0
		o.Each = func(_ roster.Row, became roster.Outcome) {
			if j.Advance(string(became)); became == roster.LeftOut {
				left++
			}
		}
		report, err := roster.Import(ctx, a.Users, rows, o)
		for _, w := range report.Errors {
			j.Note(fmt.Sprintf("%d: %s %s", w.Row, w.Field, inLanguage(lang, w.Message)))
		}
		file, bad := errorFile(rows, report, lang)
		if file != nil {
			j.Attach(file, left)
		}
		return errors.Join(err, bad)
	})
}

// importOptions are those of an import the caller asks for.
func (a *api) importOptions(ctx context.Context, how ImportHow) roster.Options {
	return roster.Options{
		Known: roster.Known(how.Known), Edited: a.Identities.Edited,
		Appoint: func(before, after ticket.UserRole) bool { return mayAppoint(ctx, before, after) == nil },
	}
}

func errorFile(rows []roster.Row, r roster.Report, lang cards.Language) ([]byte, error) {
	return roster.ErrorFile(rows, r.Errors, func(message string) string { return inLanguage(lang, message) })
}

func importReportOf(r roster.Report, lang cards.Language) importReport {
	return importReport{
		DryRun: r.DryRun, Created: r.Created, Updated: r.Updated, Unchanged: r.Unchanged, Skipped: r.Skipped,
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
