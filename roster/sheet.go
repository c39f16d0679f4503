package roster

import (
	"bytes"
	"encoding/csv"
	"fmt"
	"slices"
	"strconv"
	"strings"
	"unicode/utf8"

	"golang.org/x/text/encoding/simplifiedchinese"

	"ticketbell/ticket"
)

// MaxRows is how many people a sheet may hold.
const MaxRows = 5000

const (
	// mark tells spreadsheets that a file is UTF-8.
	mark = "\ufeff"
	// errorColumn is added to the file of wrong rows; a file that comes back may have it.
	errorColumn = "error"
)

// Read reads CSV in UTF-8, with or without a byte order mark, or in GB18030. The
// first row names the columns. An [*ticket.Invalid] says why it cannot be read.
func Read(body []byte) ([]Row, error) {
	body, err := inUTF8(body)
	if err != nil {
		return nil, err
	}
	all, err := csv.NewReader(bytes.NewReader(body)).ReadAll()
	switch {
	case err != nil:
		return nil, wrongBody("invalid", "must be a row of CSV as wide as the first")
	case len(all) == 0:
		return nil, wrongBody("required", "is required")
	case len(all)-1 > MaxRows:
		return nil, wrongBody("too_many", "must hold at most "+strconv.Itoa(MaxRows)+" rows")
	}
	head, err := headOf(all[0])
	if err != nil {
		return nil, err
	}
	rows := make([]Row, 0, len(all)-1)
	for i, cells := range all[1:] {
		rows = append(rows, Row{Number: i + 2, Head: head, Cells: cells})
	}
	return rows, nil
}

func inUTF8(body []byte) ([]byte, error) {
	body = bytes.TrimPrefix(body, []byte(mark))
	if utf8.Valid(body) {
		return body, nil
	}
	body, err := simplifiedchinese.GB18030.NewDecoder().Bytes(body)
	if err != nil {
		return nil, wrongBody("invalid", "must be valid UTF-8")
	}
	return body, nil
}

func headOf(cells []string) ([]string, error) {
	head := make([]string, len(cells))
	wrong := []ticket.FieldError{}
	for i, name := range cells {
		head[i] = strings.ToLower(strings.TrimSpace(name))
		if head[i] == "display_name" {
			head[i] = "name"
		}
		if head[i] != errorColumn && !slices.Contains(Columns(), head[i]) {
			wrong = append(wrong, ticket.FieldError{Field: head[i], Code: "unknown_field", Message: "is not known here"})
		}
	}
	if !slices.Contains(head, "username") {
		wrong = append(wrong, ticket.FieldError{Field: "username", Code: "required", Message: "is required"})
	}
	if len(wrong) > 0 {
		return nil, &ticket.Invalid{Fields: wrong}
	}
	return head, nil
}

func wrongBody(code, message string) error {
	return &ticket.Invalid{Fields: []ticket.FieldError{{Field: "body", Code: code, Message: message}}}
}

// ErrorFile is the rows with a wrong cell as CSV, with a column that says what is
// wrong: to be mended and sent again. say puts a message into the reader's words. No
// cell of it is run by a spreadsheet.
func ErrorFile(rows []Row, wrong []Wrong, say func(message string) string) ([]byte, error) {
	messages := map[int][]string{}
	for _, w := range wrong {
		messages[w.Row] = append(messages[w.Row], w.Field+": "+say(w.Message))
	}
	if len(messages) == 0 {
		return nil, nil
	}
	table := [][]string{append(without(rows[0].Head, rows[0].Head), errorColumn)}
	for _, r := range rows {
		if m := messages[r.Number]; len(m) > 0 {
			table = append(table, append(without(r.Head, r.Cells), strings.Join(m, "; ")))
		}
	}
	return write(table)
}

// without leaves out the column of an earlier error file.
func without(head, cells []string) []string {
	var rest []string
	for i, cell := range cells {
		if head[i] != errorColumn {
			rest = append(rest, bare(cell))
		}
	}
	return rest
}

// write is a table as CSV that spreadsheets open as UTF-8 and run nothing of.
func write(table [][]string) ([]byte, error) {
	var out bytes.Buffer
	out.WriteString(mark)
	w := csv.NewWriter(&out)
	for _, cells := range table {
		shown := make([]string, len(cells))
		for i, cell := range cells {
			shown[i] = safe(cell)
		}
		if err := w.Write(shown); err != nil {
			return nil, fmt.Errorf("write csv: %w", err)
		}
	}
	w.Flush()
	return out.Bytes(), w.Error()
}
