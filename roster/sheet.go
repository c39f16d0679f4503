package roster

import (
	"bytes"
	"encoding/csv"
	"errors"
	"fmt"
	"maps"
	"slices"
	"strconv"
	"strings"
	"unicode/utf8"

	"golang.org/x/text/encoding/simplifiedchinese"

	"ticketbell/roster/excel"
	"ticketbell/ticket"
)

// MaxRows is how many people a sheet may hold.
const MaxRows = 10_000

const (
	// mark tells spreadsheets that a file is UTF-8.
	mark = "\ufeff"
	// errorColumn is added to the file of wrong rows; a file that comes back may have it.
	errorColumn = "error"
)

// Ignored stands, in a list of columns, for one that is not taken in.
const Ignored = "-"

// Sheet is a table as it was sent.
type Sheet struct {
	// Head are the names of the first row as they were written.
	Head []string
	// Cells are the rows below it, each as wide as the head.
	Cells [][]string

	// numbers are those of the rows where some were left out, nil when none were.
	numbers []int
}

// Number is the number of a row of Cells for people: the row of names is 1.
func (s Sheet) Number(i int) int {
	if s.numbers != nil {
		return s.numbers[i]
	}
	return i + 2
}

// Open reads an Excel workbook (.xlsx), of which it takes the first sheet, or CSV in
// UTF-8, with or without a byte order mark, or in GB18030; the cells are separated by
// commas, by semicolons, or, as when they were copied out of a spreadsheet, by tabs. An
// [*ticket.Invalid] says why it cannot be read.
func Open(body []byte) (Sheet, error) {
	if excel.Workbook(body) {
		return openWorkbook(body)
	}
	body, err := inUTF8(body)
	if err != nil {
		return Sheet{}, err
	}
	r := csv.NewReader(bytes.NewReader(body))
	r.Comma = separator(body)
	all, err := r.ReadAll()
	if wrong, ok := errors.AsType[*csv.ParseError](err); ok {
		return Sheet{}, wrongBody("invalid", fmt.Sprintf("must be a row of CSV as wide as the first; line %d is not", wrong.Line))
	}
	switch {
	case err != nil:
		return Sheet{}, wrongBody("invalid", "must be a row of CSV as wide as the first")
	case len(all) == 0:
		return Sheet{}, wrongBody("required", "is required")
	case len(all)-1 > MaxRows:
		return Sheet{}, wrongBody("too_many", "must hold at most "+strconv.Itoa(MaxRows)+" rows")
	}
	return Sheet{Head: all[0], Cells: all[1:]}, nil
}

// separator is what the first line has most of.
func separator(body []byte) rune {
	line, _, _ := bytes.Cut(body, []byte("\n"))
	most := ','
	for _, other := range "\t;" {
		if bytes.Count(line, []byte(string(other))) > bytes.Count(line, []byte(string(most))) {
			most = other
		}
	}
	return most
}

// Guess names the column of each name of the head, [Ignored] where it is none we know.
func (s Sheet) Guess() []string {
	columns := make([]string, len(s.Head))
	for i, name := range s.Head {
		columns[i] = columnOf(name)
		if columns[i] == "" || slices.Contains(columns[:i], columns[i]) {
			columns[i] = Ignored
		}
	}
	return columns
}

// columnOf is the column a name stands for, also by what people call it; "" for none.
func columnOf(name string) string {
	name = strings.ToLower(written(name))
	if name == errorColumn || slices.Contains(Columns(), name) {
		return name
	}
	called := map[string]string{
		"display_name": "name", "display name": "name", "姓名": "name", "显示名": "name", "user": "username", "user name": "username", "login": "username",
		"用户名": "username", "账号": "username", "e-mail": "email", "mail": "email", "邮箱": "email", "电子邮箱": "email", "邮件": "email",
		"mobile": "phone", "手机": "phone", "手机号": "phone", "电话": "phone", "wecom": "wecom_userid", "企业微信userid": "wecom_userid", "企业微信": "wecom_userid",
		"微信id": "wecom_userid", "open_id": "feishu_open_id", "飞书open_id": "feishu_open_id", "飞书": "feishu_open_id", "语言": "language", "角色": "role",
		"停用": "disabled", "是否禁用": "disabled",
	}
	return called[name]
}

// Rows are the rows of the sheet under these columns, one for each of the head; nil is
// the head's own names, of which none may be unknown.
func (s Sheet) Rows(columns []string) ([]Row, error) {
	head, err := s.headOf(columns)
	if err != nil {
		return nil, err
	}
	rows := make([]Row, 0, len(s.Cells))
	for i, cells := range s.Cells {
		rows = append(rows, Row{Number: s.Number(i), Head: head, Cells: cells})
	}
	return rows, nil
}

// Read opens a sheet and takes its rows by the names of its head.
func Read(body []byte) ([]Row, error) {
	s, err := Open(body)
	if err != nil {
		return nil, err
	}
	return s.Rows(nil)
}

// RowsBy are the rows of the sheet with its columns assigned by the names of the head: as
// by says, which may be [Ignored], else as they are called, by which they must be known.
// An [*ticket.Invalid] names what is not, and what by names and the head does not.
func (s Sheet) RowsBy(by map[string]string) ([]Row, error) {
	columns, wrong := s.assign(by)
	for _, name := range slices.Sorted(maps.Keys(by)) {
		if !slices.ContainsFunc(s.Head, func(head string) bool { return written(head) == name }) {
			wrong = append(wrong, ticket.FieldError{Field: name, Code: "unknown_field", Message: "is not in the first row"})
		}
	}
	rows, err := s.Rows(columns)
	if more, ok := errors.AsType[*ticket.Invalid](err); ok {
		wrong = append(wrong, more.Fields...)
	}
	if len(wrong) > 0 {
		return nil, &ticket.Invalid{Fields: wrong}
	}
	return rows, nil
}

func (s Sheet) assign(by map[string]string) (columns []string, wrong []ticket.FieldError) {
	for _, head := range s.Head {
		column, said := by[written(head)]
		if !said {
			column = columnOf(head)
		}
		if column == "" {
			wrong = append(wrong, ticket.FieldError{Field: written(head), Code: "unknown_field", Message: "is not known here"})
		}
		columns = append(columns, column)
	}
	return columns, wrong
}

// written is a name of the head as people see it.
func written(head string) string { return strings.TrimSpace(strings.TrimPrefix(head, mark)) }

func (s Sheet) headOf(columns []string) ([]string, error) {
	wrong := []ticket.FieldError{}
	if columns == nil {
		columns, wrong = s.assign(nil)
	} else if len(columns) != len(s.Head) {
		wrong = append(wrong, ticket.FieldError{Field: "columns", Code: "invalid", Message: fmt.Sprintf("must name %d columns, one for each of the first row", len(s.Head))})
	}
	for i, name := range columns {
		switch {
		case name == "" || name == Ignored || name == errorColumn: // "" was named above
		case !slices.Contains(Columns(), name):
			wrong = append(wrong, ticket.FieldError{Field: "columns", Code: "unknown_value", Message: "must be one of " + strings.Join(append(Columns(), Ignored), ", ")})
		case slices.Contains(columns[:i], name):
			wrong = append(wrong, ticket.FieldError{Field: name, Code: "invalid", Message: "is the name of two columns"})
		}
	}
	if !slices.Contains(columns, "username") {
		wrong = append(wrong, ticket.FieldError{Field: "username", Code: "required", Message: "is required"})
	}
	if len(wrong) > 0 {
		return nil, &ticket.Invalid{Fields: wrong}
	}
	return columns, nil
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

// Template is an empty sheet with an example, to be filled in.
func Template() ([]byte, error) {
	return write([][]string{Columns(), {"zhangsan", "张三", "zhangsan@example.com", "13800000000", "", "", "zh", "member", "false"}})
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
		if head[i] != errorColumn && head[i] != Ignored {
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
