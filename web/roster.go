package web

import (
	"cmp"
	"encoding/json"
	"errors"
	"fmt"
	"io"
	"net/http"
	"net/url"
	"slices"
	"strings"
)

// mostImport is how many bytes a file of people may have, a little more than the API takes.
const mostImport = 5 << 20

// importView is what an import would do.
type importView struct {
	Refusal *refusal
	Prefix  string
	Report  *importReport
	Known   string // what is done with people who are known
}

// Ways are what can be done with people who are known.
func (importView) Ways() []string { return []string{"update", "skip", "error"} }

type importReport struct {
	Created   int          `json:"created"`
	Updated   int          `json:"updated"`
	Unchanged int          `json:"unchanged"`
	Skipped   int          `json:"skipped"`
	Errors    []wrongCell  `json:"errors"`
	Head      []string     `json:"head"`
	Columns   []string     `json:"columns"`
	Choices   []string     `json:"choices"`
	Preview   []previewRow `json:"preview"`
}

// Good is how many rows change something.
func (r importReport) Good() int { return r.Created + r.Updated }

// Named reports whether it is known where the usernames stand.
func (r importReport) Named() bool { return slices.Contains(r.Columns, "username") }

// mostWrong is how many wrong cells a page names; all are in the file of a job.
const mostWrong = 100

// Worst are the wrong cells that are named.
func (r importReport) Worst() []wrongCell { return r.Errors[:min(len(r.Errors), mostWrong)] }

// previewRow is a row as it was read.
type previewRow struct {
	Row     int      `json:"row"`
	Cells   []string `json:"cells"`
	Outcome string   `json:"outcome"`
}

type wrongCell struct {
	Row     int    `json:"row"`
	Field   string `json:"field"`
	Message string `json:"message"`
}

// Wrong is what is wrong with a cell of the preview, "" for nothing.
func (r importReport) Wrong(row, column int) string {
	for _, w := range r.Errors {
		if w.Row == row && column < len(r.Columns) && w.Field == r.Columns[column] {
			return w.Message
		}
	}
	return ""
}

// importUsers shows what was read of a file of people and what would become of it, and
// starts the import when asked to.
func importUsers(v *visit) error {
	file, err := v.sheet()
	if err != nil {
		return err
	}
	how := url.Values{"columns": {"auto"}, "known": {cmp.Or(v.r.PostFormValue("known"), "update")}}
	if columns := v.r.PostForm["column"]; len(columns) > 0 && v.r.PostFormValue("again") == "" {
		how.Set("columns", strings.Join(columns, ","))
	}
	view := importView{Prefix: "import-", Known: how.Get("known")}
	if v.r.PostFormValue("go") != "" {
		return v.startImport(view, how, file)
	}
	how.Set("dry_run", "true")
	reply, err := v.call(http.MethodPost, "/api/v1/users:import?"+how.Encode(), mediaOf(file), file)
	if no, ok := errors.AsType[*refusal](err); ok && no.Status < http.StatusInternalServerError {
		view.Refusal = no
		return v.refused("import-result", view)
	}
	if err != nil {
		return err
	}
	view.Report = &importReport{}
	if err := json.Unmarshal(reply.Bytes(), view.Report); err != nil {
		return fmt.Errorf("read the report of an import: %w", err)
	}
	return v.part("import-result", view)
}

func (v *visit) startImport(view importView, how url.Values, file []byte) error {
	reply, err := v.call(http.MethodPost, "/api/v1/users:import-csv?"+how.Encode(), mediaOf(file), file)
	if no, ok := errors.AsType[*refusal](err); ok && no.Status < http.StatusInternalServerError {
		view.Refusal = no
		return v.refused("import-result", view)
	}
	if err != nil {
		return err
	}
	var started struct {
		ID string `json:"job_id"`
	}
	if err := json.Unmarshal(reply.Bytes(), &started); err != nil {
		return fmt.Errorf("read the start of an import: %w", err)
	}
	return v.job(http.MethodGet, started.ID, "")
}

// peopleTemplate is a sheet to fill in.
func peopleTemplate(v *visit) error {
	reply, err := v.call(http.MethodGet, "/api/v1/users:template", "", nil)
	if err != nil {
		return err
	}
	v.w.Header().Set("Content-Type", "text/csv; charset=utf-8")
	v.w.Header().Set("Content-Disposition", `attachment; filename="people.csv"`)
	_, _ = v.w.Write(reply.Bytes()) //nolint:gosec // CSV of our own; the visitor may be gone
	return nil
}

// mediaOf says what a file of people is: whatever is packed is taken for a workbook.
func mediaOf(file []byte) string {
	if http.DetectContentType(file) == "application/zip" {
		return "application/vnd.openxmlformats-officedocument.spreadsheetml.sheet"
	}
	return "text/csv; charset=utf-8"
}

// sheet is the file that was chosen, else what was pasted.
func (v *visit) sheet() ([]byte, error) {
	v.r.Body = http.MaxBytesReader(v.w, v.r.Body, mostImport)
	file, _, err := v.r.FormFile("file")
	if err != nil { // none was chosen
		return []byte(v.r.PostFormValue("pasted")), nil
	}
	defer file.Close()
	content, err := io.ReadAll(file)
	if err != nil {
		return nil, fmt.Errorf("read a file of people: %w", err)
	}
	if len(content) == 0 {
		return []byte(v.r.PostFormValue("pasted")), nil
	}
	return content, nil
}
