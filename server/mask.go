package server

import (
	"context"
	"net/http"
	"slices"
	"strings"

	"ticketbell/access"
	"ticketbell/notify"
	"ticketbell/ticket"
)

// masked reports whether the caller sees people's addresses masked: a person on a page,
// who may have to say that they want to see them, and a program that may look at people
// and not write them.
func masked(ctx context.Context) bool {
	t := current(ctx).token
	return t.ID == "" || !t.Allows(access.UsersWrite)
}

// revealed are somebody's addresses in full.
type revealed struct {
	Email string `json:"email"`
	Phone string `json:"phone"`
}

type revealInput struct {
	Username string `path:"username"`
}

// auditFields are what the audit log says was looked at.
func (*revealInput) auditFields() []string { return []string{"email", "phone"} }

type revealOutput struct{ Body revealed }

func (a *api) registerReveal() {
	register(a, route{
		method: http.MethodPost, path: "/api/v1/users/{username}:reveal", id: "reveal-user", scope: access.UsersWrite, tag: tagPeople,
		title: "Somebody's addresses in full", text: "The pages show them masked. Who looked is in the audit log.", fails: []int{404},
	}, func(ctx context.Context, in *revealInput) (*revealOutput, error) {
		u, err := a.Users.User(ctx, in.Username)
		if err != nil {
			return nil, err
		}
		return &revealOutput{revealed{u.Email, u.Phone}}, nil
	})
}

// userFor is u as the caller may see them.
func userFor(ctx context.Context, u ticket.User) user {
	shown := userOf(u)
	if masked(ctx) {
		shown.Email, shown.Phone = maskEmail(u.Email), maskPhone(u.Phone)
	}
	return shown
}

// identityFor is id as the caller may see it.
func identityFor(ctx context.Context, id notify.Identity) explainedIdentity {
	if id.Channel == notify.Mail && masked(ctx) {
		id.Address = maskEmail(id.Address)
	}
	return explainID(id, current(ctx).language())
}

// maskPhone keeps the beginning and the end: 138****1234.
func maskPhone(phone string) string {
	digits := strings.TrimPrefix(phone, ticket.DefaultCountry)
	if len(digits) < 8 {
		return strings.Repeat("*", len(digits))
	}
	return digits[:3] + "****" + digits[len(digits)-4:]
}

// maskEmail keeps the first letter and the domain: z***@corp.com.
func maskEmail(email string) string {
	local, domain, ok := strings.Cut(email, "@")
	if !ok || local == "" {
		return strings.Repeat("*", len(email))
	}
	first := []rune(local)[:1]
	return string(first) + "***@" + domain
}

// maskKey masks the key of a person who is known by an address alone, unless the caller
// may write people: it is also what their deliveries are looked for by.
func maskKey(ctx context.Context, key string) string {
	switch {
	case current(ctx).token.Allows(access.UsersWrite):
		return key
	case strings.Contains(key, "@"):
		return maskEmail(key)
	case strings.HasPrefix(key, "+"):
		return maskPhone(key)
	}
	return key
}

// mayAppoint refuses a role that may do more than the caller: whoever may change people
// would otherwise have every right there is.
func mayAppoint(ctx context.Context, before, after ticket.UserRole) error {
	if before == after {
		return nil
	}
	for _, r := range []ticket.UserRole{before, after} {
		scopes := slices.DeleteFunc(access.Role(r).Scopes(), func(s access.Scope) bool { return s == access.Me }) // that is theirs anyway
		if err := mayGrant(current(ctx).token, scopes); err != nil {
			return err
		}
	}
	return nil
}
