package web

import (
	"encoding/json"
	"errors"
	"fmt"
	"io"
	"net/http"
)

// mostImport is how many bytes a file of people may have, a little more than the API takes.
const mostImport = 5 << 20

// importView is what an import would do, or did.
type importView struct {
	Refusal *refusal
	Prefix  string
	Report  *importReport
	// Done is set when it was more than a try.
	Done bool
}

type importReport struct {
	Created   int         `json:"created"`
	Updated   int         `json:"updated"`
	Unchanged int         `json:"unchanged"`
	Errors    []wrongCell `json:"errors"`
	ErrorFile string      `json:"error_file"`
}

// Good is how many rows change something.
func (r importReport) Good() int { return r.Created + r.Updated }

type wrongCell struct {
	Row     int    `json:"row"`
	Field   string `json:"field"`
	Message string `json:"message"`
}

// importUsers tells what a file of people would change, and changes it when asked to.
func importUsers(v *visit) error {
	file, err := v.sheet()
	if err != nil {
		return err
	}
	view := importView{Prefix: "import-", Done: v.r.PostFormValue("go") != ""}
	path := "/api/v1/users:import?dry_run=true"
	if view.Done {
		path = "/api/v1/users:import"
	}
	reply, err := v.call(http.MethodPost, path, "text/csv; charset=utf-8", file)
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
