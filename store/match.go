package store

import (
	"cmp"
	"context"
	"fmt"

	"ticketbell/ticket"
)

// Match implements [notify.People]. What is known of a person wins over what the
// event says; what is not known is taken from the event.
func (s *Store) Match(ctx context.Context, people []ticket.Person) ([]ticket.User, error) {
	known, err := s.candidates(ctx, people)
	if err != nil {
		return nil, fmt.Errorf("match people: %w", err)
	}
	users := make([]ticket.User, len(people))
	for i, p := range people {
		users[i] = known.find(p)
	}
	return users, nil
}

// candidates are the users any of people could be.
func (s *Store) candidates(ctx context.Context, people []ticket.Person) (register, error) {
	if len(people) == 0 {
		return register{}, nil
	}
	var names []string
	for _, p := range people {
		p = normalPerson(p)
		names = append(names, p.Username, p.Email, p.Phone)
	}
	users, err := all(ctx, s.read, scanUser,
		`WITH named (name) AS `+s.words.listed+`
		SELECT `+userColumns+` FROM users WHERE username IN (SELECT name FROM named)
			OR (email <> '' AND email IN (SELECT name FROM named))
			OR (phone <> '' AND phone IN (SELECT name FROM named))`, document{names})
	if err != nil {
		return register{}, err
	}
	return newRegister(users), nil
}

// register finds users by what they are called.
type register struct{ byUsername, byEmail, byPhone map[string]ticket.User }

func newRegister(users []ticket.User) register {
	r := register{map[string]ticket.User{}, map[string]ticket.User{}, map[string]ticket.User{}}
	for _, u := range users {
		r.byUsername[u.Username] = u
		if u.Email != "" {
			r.byEmail[u.Email] = u
		}
		if u.Phone != "" {
			r.byPhone[u.Phone] = u
		}
	}
	return r
}

func (r register) find(p ticket.Person) ticket.User {
	p = normalPerson(p)
	for _, try := range []struct {
		in  map[string]ticket.User
		key string
	}{{r.byUsername, p.Username}, {r.byEmail, p.Email}, {r.byPhone, p.Phone}} {
		if u, ok := try.in[try.key]; ok {
			return complete(u, p)
		}
	}
	return ticket.User{Person: p}
}

// complete fills the gaps in what is known of u.
func complete(u ticket.User, p ticket.Person) ticket.User {
	u.Name, u.Email, u.Phone = cmp.Or(u.Name, p.Name), cmp.Or(u.Email, p.Email), cmp.Or(u.Phone, p.Phone)
	return u
}

// normalPerson writes p as users are kept; a phone number that is none stays as it is.
func normalPerson(p ticket.Person) ticket.Person {
	p.Username, p.Email, p.Phone = clean(p.Username), normalEmail(p.Email), clean(p.Phone)
	if phone, err := ticket.NormalizePhone(p.Phone); err == nil {
		p.Phone = phone
	}
	return p
}
