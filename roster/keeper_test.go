package roster_test

import (
	"context"
	"maps"
	"slices"
	"testing"

	"ticketbell/notify"
	"ticketbell/roster"
	"ticketbell/ticket"
)

// people keeps people as the real store does: unique values belong to one person.
type people struct {
	users  map[string]ticket.User
	edited []string
	writes int
}

func known(users ...ticket.User) *people {
	p := &people{users: map[string]ticket.User{}}
	for _, u := range users {
		p.users[u.Username] = u
	}
	return p
}

func (p *people) User(_ context.Context, username string) (ticket.User, error) {
	u, ok := p.users[username]
	if !ok {
		return u, notify.ErrNotFound
	}
	return u, nil
}

func (p *people) CreateUser(ctx context.Context, u ticket.User) error { return p.UpdateUser(ctx, u) }

func (p *people) UpdateUser(ctx context.Context, u ticket.User) error {
	if owners, _ := p.Owners(ctx, u); len(owners) > 0 {
		return &owners[0]
	}
	p.users[u.Username] = u
	p.writes++
	return nil
}

func (p *people) Owners(_ context.Context, u ticket.User) ([]notify.Taken, error) {
	var owners []notify.Taken
	for _, name := range slices.Sorted(maps.Keys(p.users)) {
		o := p.users[name]
		for _, v := range []struct{ field, mine, theirs string }{
			{"email", u.Email, o.Email},
			{"phone", u.Phone, o.Phone},
			{"wecom_userid", u.WeComUserID, o.WeComUserID},
		} {
			if name != u.Username && v.mine != "" && v.mine == v.theirs {
				owners = append(owners, notify.Taken{Field: v.field, By: name})
			}
		}
	}
	return owners, nil
}

func (p *people) People(_ context.Context, f notify.PeopleFilter) ([]ticket.User, string, error) {
	var page []ticket.User
	for _, name := range slices.Sorted(maps.Keys(p.users)) {
		if name > f.Cursor && len(page) < f.Limit {
			page = append(page, p.users[name])
		}
	}
	if len(page) < f.Limit {
		return page, "", nil
	}
	return page, page[f.Limit-1].Username, nil
}

func (p *people) Edited(_ context.Context, users ...ticket.User) {
	p.edited = append(p.edited, users[len(users)-1].Username)
}

// takeIn reads and imports a sheet.
func (p *people) takeIn(t *testing.T, sheet string, o roster.Options) roster.Report {
	t.Helper()
	rows, err := roster.Read([]byte(sheet))
	if err != nil {
		t.Fatal(err)
	}
	o.Edited = p.Edited
	report, err := roster.Import(t.Context(), p, rows, o)
	if err != nil {
		t.Fatal(err)
	}
	return report
}
