package web

import (
	"encoding/json"
	"errors"
	"fmt"
	"io"
	"net/http"
	"net/url"
	"time"
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

// jobView is long work and how far it is.
type jobView struct {
	ID        string         `json:"id"`
	State     string         `json:"state"`
	Done      int            `json:"done"`
	Total     int            `json:"total"`
	Summary   map[string]int `json:"summary"`
	Error     string         `json:"error"`
	StartedAt time.Time      `json:"started_at"`
	// Refusal is set when it could not be started.
	Refusal *refusal `json:"-"`
	Prefix  string   `json:"-"`
}

// Over reports whether nothing more will happen.
func (j jobView) Over() bool { return j.State != "running" && j.State != "paused" }

// resolveUsers has everybody looked up again, or those who are not reached.
func resolveUsers(v *visit) error {
	asked := map[string]any{}
	if v.r.PostFormValue("only") == "failed" {
		asked["only"] = "failed"
	}
	var started struct {
		JobID string `json:"job_id"`
	}
	err := v.ask(http.MethodPost, "/api/v1/users:resolve", asked, &started)
	if no, ok := errors.AsType[*refusal](err); ok && no.Status < http.StatusInternalServerError {
		return v.refused("job", jobView{Refusal: no})
	}
	if err != nil {
		return err
	}
	return v.job(http.MethodGet, started.JobID, "")
}

func showJob(v *visit) error { return v.job(http.MethodGet, v.r.PathValue("id"), "") }

func cancelJob(v *visit) error { return v.job(http.MethodPost, v.r.PathValue("id"), ":cancel") }

func (v *visit) job(method, id, verb string) error {
	var j jobView
	if err := v.ask(method, "/api/v1/jobs/"+url.PathEscape(id)+verb, nil, &j); err != nil {
		return err
	}
	return v.part("job", j)
}
