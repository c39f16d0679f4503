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
	places map[string]int // in people, of the first one with that address, number or id; as the keys below spell them
}

// NewDirectory returns a directory of these people. An open one also hires
// everybody who is looked up by an e-mail address or phone number, unless the
// address is at [NobodyDomain]; a closed one knows only its people.
func NewDirectory(open bool, people ...Person) *Directory {
	d := &Directory{open: open, places: map[string]int{}}
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
	for _, k := range []string{emailKey(p.Email), phoneKey(p.Phone), openIDKey(p.OpenID), userIDKey(p.UserID)} {
		if _, taken := d.places[k]; !taken {
			d.places[k] = len(d.people)
		}
	}
	d.people = append(d.people, p)
	return p
}

// freeUserID returns username, with a number behind it when somebody has it already.
func (d *Directory) freeUserID(username string) string {
	id := username
	for n := 2; ; n++ {
		if _, taken := d.places[userIDKey(id)]; !taken {
			return id
		}
		id = username + "-" + strconv.Itoa(n)
	}
}

// What a person is found by.
func emailKey(email string) string { return "email " + strings.ToLower(email) }
func phoneKey(phone string) string { return "phone " + strings.TrimPrefix(phone, "+86") }
func openIDKey(id string) string   { return "open_id " + id }
func userIDKey(id string) string   { return "userid " + strings.ToLower(id) }

// ByEmail finds the person with that address, in any letter case.
func (d *Directory) ByEmail(email string) (Person, bool) {
	if email == "" {
		return Person{}, false
	}
	return d.at(emailKey(email), func() (Person, bool) {
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
	return d.at(phoneKey(bare), func() (Person, bool) {
		return Person{Username: "u" + strings.TrimPrefix(bare, "+"), Name: bare, Phone: bare}, true
	})
}

// ByID finds the person with that open_id or userid; userids compare without regard to case.
func (d *Directory) ByID(id string) (Person, bool) {
	d.mu.Lock()
	defer d.mu.Unlock()
	i, ok := d.places[openIDKey(id)]
	if !ok {
		i, ok = d.places[userIDKey(id)]
	}
	if !ok {
		return Person{}, false
	}
	return d.people[i], true
}

// Names reports whether who (a username, address or id) is this person.
func (p Person) Names(who string) bool {
	return strings.EqualFold(p.Username, who) || strings.EqualFold(p.Email, who) || p.OpenID == who ||
		strings.EqualFold(p.UserID, who) || (p.Phone != "" && strings.TrimPrefix(p.Phone, "+86") == strings.TrimPrefix(who, "+86"))
}

// Find returns the person who is called so: by username, address or id.
func (d *Directory) Find(who string) (Person, bool) {
	d.mu.Lock()
	defer d.mu.Unlock()
	i := slices.IndexFunc(d.people, func(p Person) bool { return p.Names(who) })
	if i < 0 {
		return Person{}, false
	}
	return d.people[i], true
}

// People returns everybody, in the order they were hired.
func (d *Directory) People() []Person {
	d.mu.Lock()
	defer d.mu.Unlock()
	return append([]Person{}, d.people...)
}

// at returns the person of that key; an open directory hires one when there is none.
func (d *Directory) at(key string, hire func() (Person, bool)) (Person, bool) {
	d.mu.Lock()
	defer d.mu.Unlock()
	if i, ok := d.places[key]; ok {
		return d.people[i], true
	}
	if !d.open {
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
