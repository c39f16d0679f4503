package roster

import (
	"fmt"
	"strings"
	"unicode/utf8"

	"ticketbell/cards"
	"ticketbell/ticket"
)

// Check returns an [*ticket.Invalid] that names every wrong field of u, or nil.
func Check(u ticket.User) error {
	if wrong := check(u); len(wrong) > 0 {
		return &ticket.Invalid{Fields: wrong}
	}
	return nil
}

func check(u ticket.User) []ticket.FieldError {
	var wrong []ticket.FieldError
	add := func(field, code, message string) {
		wrong = append(wrong, ticket.FieldError{Field: field, Code: code, Message: message})
	}
	switch {
	case u.Username == "":
		add("username", "required", "is required")
	case strings.TrimSpace(u.Username) != u.Username || strings.Contains(u.Username, "/"):
		add("username", "invalid", "must not begin or end with a space, nor contain a slash")
	}
	if u.Email != "" && !ticket.ValidEmail(u.Email) {
		add("email", "invalid", "must be an e-mail address such as lisi@corp.com")
	}
	if _, err := ticket.NormalizePhone(u.Phone); u.Phone != "" && err != nil {
		add("phone", "invalid", err.Error())
	}
	if u.Language != "" && u.Language != string(cards.Chinese) && u.Language != string(cards.English) {
		add("language", "unknown_value", "must be one of zh, en")
	}
	if u.Timezone != "" && !ticket.ValidZone(u.Timezone) {
		add("timezone", "invalid", "must be the name of a time zone such as Asia/Shanghai")
	}
	if !u.Role.Valid() {
		add("role", "unknown_value", "must be one of admin, operator, member")
	}
	for _, w := range u.Quiet.Wrong() {
		w.Field = "quiet_hours." + w.Field
		wrong = append(wrong, w)
	}
	for _, f := range []struct {
		name, value string
		limit       int
	}{
		{"username", u.Username, ticket.MaxName},
		{"name", u.Name, ticket.MaxName},
		{"wecom_userid", u.WeComUserID, 64}, // wecom.md 6
		{"feishu_open_id", u.FeishuOpenID, 128},
	} {
		if utf8.RuneCountInString(f.value) > f.limit {
			add(f.name, "too_long", fmt.Sprintf("must be at most %d characters", f.limit))
		}
	}
	return wrong
}

// unique are the fields of u that belong to one person alone.
func unique(u ticket.User) map[string]string {
	return map[string]string{
		"email": u.Email, "phone": u.Phone, "wecom_userid": u.WeComUserID, "feishu_open_id": u.FeishuOpenID,
	}
}

// keepOld puts back what u had in a field; false when the field must be there.
func keepOld(u *ticket.User, old ticket.User, field string) bool {
	switch field {
	case "name":
		u.Name = old.Name
	case "email":
		u.Email = old.Email
	case "phone":
		u.Phone = old.Phone
	case "wecom_userid":
		u.WeComUserID = old.WeComUserID
	case "feishu_open_id":
		u.FeishuOpenID = old.FeishuOpenID
	case "language":
		u.Language = old.Language
	default:
		return false
	}
	return true
}
