package sandbox

import (
	"crypto/sha256"
	"encoding/hex"
	"slices"
	"strconv"
	"strings"
	"sync"
)

// Person works at the simulated company and has a device on every channel.
type Person struct {
	Username string `json:"username"`
	Name     string `json:"name"`
	Email    string `json:"email"`
	Phone    string `json:"phone"`
	// OpenID is the person's id at the simulated Feishu, UserID the one at the simulated WeCom.
	OpenID string `json:"open_id"`
	UserID string `json:"userid"`
}

// NobodyDomain is the mail domain of people who exist on no simulated platform,
// even in an open directory.
const NobodyDomain = "nobody.example"

// Directory is who works at the simulated company.
type Directory struct {
	open bool

	mu     sync.Mutex
	people []Person
}

// NewDirectory returns a directory of these people. An open one also hires
// everybody who is looked up by an e-mail address or phone number, unless the
// address is at [NobodyDomain]; a closed one knows only its people.
func NewDirectory(open bool, people ...Person) *Directory {
	d := &Directory{open: open}
	for _, p := range people {
		d.Add(p)
	}
	return d
}

// Add hires p. Ids left empty are made from the username.
func (d *Directory) Add(p Person) Person {
	d.mu.Lock()
	defer d.mu.Unlock()
	return d.add(p)
}

func (d *Directory) add(p Person) Person {
	if p.OpenID == "" {
		p.OpenID = "ou_" + digest(p.Username+p.Email)
	}
	if p.UserID == "" {
		p.UserID = d.freeUserID(p.Username)
	}
	d.people = append(d.people, p)
	return p
}

// freeUserID returns username, with a number behind it when somebody has it already.
func (d *Directory) freeUserID(username string) string {
	id := username
	for n := 2; slices.ContainsFunc(d.people, func(p Person) bool { return strings.EqualFold(p.UserID, id) }); n++ {
		id = username + "-" + strconv.Itoa(n)
	}
	return id
}

// ByEmail finds the person with that address, in any letter case.
func (d *Directory) ByEmail(email string) (Person, bool) {
	if email == "" {
		return Person{}, false
	}
	return d.find(func(p Person) bool { return strings.EqualFold(p.Email, email) }, func() (Person, bool) {
		name, domain, ok := strings.Cut(strings.ToLower(email), "@")
		return Person{Username: name, Name: name, Email: strings.ToLower(email)}, ok && domain != NobodyDomain
	})
}

// ByPhone finds the person with that number, with or without +86.
func (d *Directory) ByPhone(phone string) (Person, bool) {
	bare := strings.TrimPrefix(phone, "+86")
	if bare == "" {
		return Person{}, false
	}
	return d.find(func(p Person) bool { return strings.TrimPrefix(p.Phone, "+86") == bare }, func() (Person, bool) {
		return Person{Username: "u" + strings.TrimPrefix(bare, "+"), Name: bare, Phone: bare}, true
	})
}

// ByID finds the person with that open_id or userid; userids compare without regard to case.
func (d *Directory) ByID(id string) (Person, bool) {
	return d.find(func(p Person) bool { return p.OpenID == id || strings.EqualFold(p.UserID, id) }, nil)
}

// Names reports whether who (a username, address or id) is this person.
func (p Person) Names(who string) bool {
	return strings.EqualFold(p.Username, who) || strings.EqualFold(p.Email, who) || p.OpenID == who ||
		strings.EqualFold(p.UserID, who) || (p.Phone != "" && strings.TrimPrefix(p.Phone, "+86") == strings.TrimPrefix(who, "+86"))
}

// Find returns the person who is called so: by username, address or id.
func (d *Directory) Find(who string) (Person, bool) {
	return d.find(func(p Person) bool { return p.Names(who) }, nil)
}

// People returns everybody, in the order they were hired.
func (d *Directory) People() []Person {
	d.mu.Lock()
	defer d.mu.Unlock()
	return append([]Person{}, d.people...)
}

func (d *Directory) find(match func(Person) bool, hire func() (Person, bool)) (Person, bool) {
	d.mu.Lock()
	defer d.mu.Unlock()
	for _, p := range d.people {
		if match(p) {
			return p, true
		}
	}
	if !d.open || hire == nil {
		return Person{}, false
	}
	p, ok := hire()
	if !ok {
		return Person{}, false
	}
	return d.add(p), true
}

func digest(s string) string {
	sum := sha256.Sum256([]byte(s))
	return hex.EncodeToString(sum[:16])
}
