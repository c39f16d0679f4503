package signin

import (
	"context"
	"crypto/rand"
	"errors"
	"net/http"

	"ticketbell/access"
	"ticketbell/audit"
	"ticketbell/notify"
	"ticketbell/ticket"
)

// FirstLink returns the secret of the link with which the first administrator sets
// themselves up; "" when there is an administrator who can come in already.
func (d *Door) FirstLink(ctx context.Context) (secret string, err error) {
	there, err := d.Records.HasAdministrator(ctx, d.Company != nil)
	if err != nil || there {
		return "", err
	}
	return d.link(ctx, "")
}

// Invite returns the secret of a link with which somebody known sets their password.
// Links made for them before are void.
func (d *Door) Invite(ctx context.Context, username string) (secret string, err error) {
	u, err := d.Users.User(ctx, username)
	if err != nil {
		return "", err
	}
	d.note(ctx, audit.Entry{Actor: access.Current(ctx).Username, Action: audit.Invite, Object: u.Username})
	return d.link(ctx, u.Username)
}

func (d *Door) link(ctx context.Context, username string) (string, error) {
	secret := rand.Text()
	if err := d.Records.PutLink(ctx, access.HashToken(secret), username, d.Now().Add(linkTime)); err != nil {
		return "", err
	}
	return secret, nil
}

// Invited returns whom a link is for, "" for the first administrator, or
// [access.ErrLink].
func (d *Door) Invited(ctx context.Context, secret string) (username string, err error) {
	username, err = d.Records.Link(ctx, access.HashToken(secret))
	if errors.Is(err, notify.ErrNotFound) {
		return "", access.ErrLink
	}
	return username, err
}

// SetUp uses a link up: it sets the password of the person it is for and lets them in.
// With the link of the first administrator, that is whoever username names.
func (d *Door) SetUp(w http.ResponseWriter, r *http.Request, secret, username, password string) (access.Principal, error) {
	ctx := r.Context()
	invited, err := d.Invited(ctx, secret)
	if err != nil {
		return access.Principal{}, err
	}
	hash, err := d.hasher.hash(ctx, password)
	if err != nil {
		return access.Principal{}, err
	}
	if err := d.use(ctx, secret); err != nil {
		return access.Principal{}, err
	}
	if username, err = d.equip(ctx, invited, username, hash); err != nil { // the link was not worth it
		return access.Principal{}, errors.Join(err, d.Records.PutLink(ctx, access.HashToken(secret), invited, d.Now().Add(linkTime)))
	}
	d.note(ctx, audit.Entry{Actor: username, Action: audit.SetUp, Object: username, Fields: []string{"password"}})
	return d.begin(w, r, username, false)
}

// use uses a link up.
func (d *Door) use(ctx context.Context, secret string) error {
	err := d.Records.TakeLink(ctx, access.HashToken(secret))
	if errors.Is(err, notify.ErrNotFound) {
		return access.ErrLink
	}
	return err
}

// equip gives somebody the password of that hash: who was invited, else the first
// administrator, who is called username.
func (d *Door) equip(ctx context.Context, invited, username, hash string) (string, error) {
	if invited != "" {
		return invited, d.Records.PutPassword(ctx, invited, hash)
	}
	if err := d.administrator(ctx, username); err != nil {
		return "", err
	}
	return username, d.Records.PutPassword(ctx, username, hash)
}

// CreateAdministrator makes somebody an administrator who can sign in, on the command
// line or from a file.
func (d *Door) CreateAdministrator(ctx context.Context, username, password string) error {
	hash, err := d.hasher.hash(ctx, password)
	if err != nil {
		return err
	}
	if err := d.administrator(ctx, username); err != nil {
		return err
	}
	return d.keep(ctx, username, hash)
}

// SetPassword sets somebody's password. Their sessions end.
func (d *Door) SetPassword(ctx context.Context, username, password string) error {
	hash, err := d.hasher.hash(ctx, password)
	if err != nil {
		return err
	}
	if _, err := d.Users.User(ctx, username); err != nil {
		return err
	}
	return d.keep(ctx, username, hash)
}

func (d *Door) keep(ctx context.Context, username, hash string) error {
	if err := d.Records.PutPassword(ctx, username, hash); err != nil {
		return err
	}
	d.note(ctx, audit.Entry{Actor: username, Via: audit.ViaCommand, Action: audit.SetPassword, Object: username, Fields: []string{"password"}})
	return nil
}

// administrator makes whoever has that name an administrator, and adds them when
// nobody has it.
func (d *Door) administrator(ctx context.Context, username string) error {
	u, err := d.Users.User(ctx, username)
	if errors.Is(err, notify.ErrNotFound) {
		return d.Users.CreateUser(ctx, ticket.User{Person: ticket.Person{Username: username}, Role: ticket.Admin})
	}
	if err != nil {
		return err
	}
	u.Role, u.Disabled = ticket.Admin, false
	return d.Users.UpdateUser(ctx, u)
}
