package server

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

// sheetRow is a person of an imported sheet.
type sheetRow struct {
	number int
	head   []string
	cells  []string
}

// value is what stands in the column of that name, "" when there is none.
func (r sheetRow) value(name string) string {
	i := slices.Index(r.head, name)
	if i < 0 || i >= len(r.cells) {
		return ""
	}
	return strings.TrimSpace(r.cells[i])
}

// apply puts the columns that are there into u, in the form they are kept in. An
// empty role or an unreadable phone number stays as it is.
func (r sheetRow) apply(u *ticket.User) {
	for _, name := range r.head {
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
		}
	}
}

// seenBefore refuses a second row for one person.
func seenBefore(seen map[string]int, r sheetRow) error {
	name := r.value("username")
	if first, ok := seen[name]; ok && name != "" {
		return wrongField("username", "taken", fmt.Sprintf("is in row %d already", first))
	}
	seen[name] = r.number
	return nil
}

// columns are the names a sheet may use.
func columns() []string {
	return []string{"username", "name", "email", "phone", "wecom_userid", "feishu_open_id", "language", "role"}
}

// readSheet reads CSV in UTF-8, with or without a byte order mark, or in GB18030.
func readSheet(body []byte) (head []string, rows [][]string, err error) {
	body = bytes.TrimPrefix(body, []byte("\ufeff"))
	if !utf8.Valid(body) {
		if body, err = simplifiedchinese.GB18030.NewDecoder().Bytes(body); err != nil {
			return nil, nil, wrongField("body", "invalid", "must be valid UTF-8")
		}
	}
	all, err := csv.NewReader(bytes.NewReader(body)).ReadAll()
	if err != nil {
		return nil, nil, wrongField("body", "invalid", "must be a row of CSV as wide as the first")
	}
	if len(all) == 0 {
		return nil, nil, wrongField("body", "required", "is required")
	}
	if len(all)-1 > maxRows {
		return nil, nil, wrongField("body", "too_many", "must hold at most "+strconv.Itoa(maxRows)+" rows")
	}
	return all[0], all[1:], checkHead(all[0])
}

func checkHead(head []string) error {
	wrong := []ticket.FieldError{}
	for i, name := range head {
		head[i] = strings.TrimSpace(name)
		if !slices.Contains(columns(), head[i]) {
			wrong = append(wrong, ticket.FieldError{Field: head[i], Code: "unknown_field", Message: "is not known here"})
		}
	}
	if !slices.Contains(head, "username") {
		wrong = append(wrong, ticket.FieldError{Field: "username", Code: "required", Message: "is required"})
	}
	if len(wrong) > 0 {
		return &ticket.Invalid{Fields: wrong}
	}
	return nil
}
