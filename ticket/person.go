package ticket

import (
	"cmp"
	"strings"
)

// Person is somebody an event names. Any one of the fields is enough to name
// them; a known person is found by username, then e-mail, then phone.
type Person struct {
	Username string `json:"username,omitempty" doc:"Account name." example:"lisi"`
	Name     string `json:"name,omitempty" doc:"Name as people read it." example:"李四"`
	Email    string `json:"email,omitempty" doc:"E-mail address." example:"lisi@corp.com"`
	Phone    string `json:"phone,omitempty" doc:"Phone number; without a country code, +86." example:"+8613800001234"`
}

// IsZero reports whether p names nobody.
func (p Person) IsZero() bool { return p == Person{} }

// String returns what a card calls the person: the name, else the username.
// It never returns a phone number or an e-mail address; somebody of whom nothing
// else is known stays "".
func (p Person) String() string { return cmp.Or(p.Name, p.Username) }

// Key names the person within a delivery: the username, else the e-mail address
// in lower case, else the phone number, else the bare name.
func (p Person) Key() string {
	return cmp.Or(p.Username, strings.ToLower(p.Email), normalPhone(p.Phone), p.Name)
}

// Same reports whether p and q are one person, by username, then e-mail, then
// phone. Names do not count: two people may share one.
func (p Person) Same(q Person) bool {
	switch {
	case p.Username != "" && q.Username != "":
		return p.Username == q.Username
	case p.Email != "" && q.Email != "":
		return strings.EqualFold(p.Email, q.Email)
	case p.Phone != "" && q.Phone != "":
		return normalPhone(p.Phone) == normalPhone(q.Phone)
	}
	return false
}

// User is a person ticketbell knows, with what an administrator or the person
// entered about them.
type User struct {
	Person
	// WeComUserID and FeishuOpenID, when entered by hand, win over any look-up.
	WeComUserID  string
	FeishuOpenID string
	// Language is "zh", "en" or "" for the default of the installation.
	Language string
	// Timezone is the IANA name of the zone times are written in for them, or "" for that of
	// the installation.
	Timezone string `json:",omitempty"`
	Role     UserRole
	// Disabled people are never told anything.
	Disabled bool
	// Quiet is when new messages wait.
	Quiet Quiet `json:",omitzero"`
	// Ways is on which channels they are told; a delivery does not keep it.
	Ways Ways `json:"-"`
	// Unwanted is what they switched off; a delivery does not keep it either.
	Unwanted Unwanted `json:"-"`
}

// UserRole is what a person may do in ticketbell itself.
type UserRole string

// The roles, from everything to one's own profile.
const (
	Admin    UserRole = "admin"
	Operator UserRole = "operator"
	Member   UserRole = "member"
)

// Valid reports whether r is one of the roles.
func (r UserRole) Valid() bool { return r == Admin || r == Operator || r == Member }
