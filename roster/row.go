package roster

import (
	"slices"
	"strconv"
	"strings"

	"ticketbell/ticket"
)

// Columns are the names a sheet may use, in the order of an export.
func Columns() []string {
	return []string{"username", "name", "email", "phone", "wecom_userid", "feishu_open_id", "language", "role", "disabled"}
}

// Row is one person as a source writes them. What its head does not name stays as it is.
type Row struct {
	// Number is the row's place for people: the row of names is 1.
	Number int
	Head   []string
	Cells  []string
}

// value is what stands in the column of that name, "" when there is none.
func (r Row) value(name string) string {
	i := slices.Index(r.Head, name)
	if i < 0 || i >= len(r.Cells) {
		return ""
	}
	return bare(strings.TrimSpace(r.Cells[i]))
}

// faults are the cells in which a spreadsheet wrote that it cannot tell the value. Taken
// for text, #N/A would be the name of everybody whom a formula did not find.
func (r Row) faults() (wrong []ticket.FieldError) {
	for _, name := range r.Head {
		if name == Ignored || name == errorColumn || !slices.Contains(spreadsheetErrors(), strings.ToUpper(r.value(name))) {
			continue
		}
		wrong = append(wrong, ticket.FieldError{Field: name, Code: "invalid", Message: "holds an error of the spreadsheet such as #N/A: mend its formula, or empty the cell"})
	}
	return wrong
}

// spreadsheetErrors are what Excel and its like write in the place of a value.
func spreadsheetErrors() []string {
	return []string{"#N/A", "#REF!", "#VALUE!", "#DIV/0!", "#NAME?", "#NUM!", "#NULL!", "#SPILL!", "#CALC!", "#FIELD!", "#BLOCKED!", "#CONNECT!", "#UNKNOWN!", "#GETTING_DATA"}
}

// apply puts the columns that are there into u, in the form they are kept in. An
// empty role stays as it is; what cannot be read is for [Check] to name.
func (r Row) apply(u ticket.User) (ticket.User, []ticket.FieldError) {
	var wrong []ticket.FieldError
	for _, name := range r.Head {
		value := r.value(name)
		switch name {
		case "username":
			u.Username = value
		case "name":
			u.Name = value
		case "email":
			u.Email = strings.ToLower(value)
		case "phone":
			u.Phone = value
			if phone, err := ticket.NormalizePhone(value); err == nil {
				u.Phone = phone
			}
		case "wecom_userid":
			u.WeComUserID = value
		case "feishu_open_id":
			u.FeishuOpenID = value
		case "language":
			u.Language = value
		case "role":
			if value != "" {
				u.Role = ticket.UserRole(value)
			}
		case "disabled":
			disabled, err := yes(value)
			if err != nil {
				wrong = append(wrong, ticket.FieldError{Field: name, Code: "invalid", Message: "must be true or false"})
			}
			u.Disabled = disabled
		}
	}
	return u, wrong
}

func yes(value string) (bool, error) {
	if value == "" {
		return false, nil
	}
	return strconv.ParseBool(value)
}

// formula begins a cell that a spreadsheet would run.
const formula = "=+-@\t\r"

// safe writes a cell so that a spreadsheet shows it and runs nothing.
func safe(cell string) string {
	if cell != "" && strings.ContainsRune(formula, rune(cell[0])) {
		return "'" + cell
	}
	return cell
}

// bare undoes safe, for a file that comes back.
func bare(cell string) string {
	if rest, ok := strings.CutPrefix(cell, "'"); ok && rest != "" && strings.ContainsRune(formula, rune(rest[0])) {
		return rest
	}
	return cell
}
