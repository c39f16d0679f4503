package server

import (
	"bytes"
	"context"
	"encoding/csv"
	"fmt"
	"net/http"

	"ticketbell/access"
)

func (a *api) registerReport() {
	register(a, route{
		method: http.MethodGet, path: "/api/v1/jobs/{id}/report", id: "get-job-report", scope: access.UsersWrite, also: jobScopes(), tag: tagPeople,
		title: "What came of a job in full",
		text: "CSV in UTF-8: whom a look-up or a test message did not reach, and why; of an import, the rows left out, to be mended and sent again. Only the newest job of a kind keeps it, at most 15,000 rows. " +
			"A spreadsheet runs none of its cells.",
		fails: []int{404},
	}, a.jobReport)
}

func (a *api) jobReport(ctx context.Context, in *jobInput) (*exportOutput, error) {
	v, err := a.jobFor(ctx, in.ID)
	if err != nil {
		return nil, err
	}
	if file, err := a.Jobs.File(in.ID); err != nil || file != nil {
		return asFile(v.Kind, file), err
	}
	rows, err := a.Jobs.Report(in.ID)
	if err != nil {
		return nil, err
	}
	file := bytes.NewBufferString("\ufeff")
	w := csv.NewWriter(file)
	for _, cells := range append([][]string{reportHead()}, rows...) {
		if err := w.Write(mapped(cells, plainCell)); err != nil {
			return nil, fmt.Errorf("write the report of %s: %w", v.ID, err)
		}
	}
	w.Flush()
	return asFile(v.Kind, file.Bytes()), w.Error()
}

// asFile is CSV to be saved under that name.
func asFile(name string, csv []byte) *exportOutput {
	return &exportOutput{ContentType: "text/csv; charset=utf-8", Disposition: `attachment; filename="` + name + `.csv"`, Body: csv}
}

// reportHead names the cells of a row, see [api.resolveAll] and [api.sendTrials].
func reportHead() []string { return []string{"username", "name", "channel", "reason", "explanation"} }
