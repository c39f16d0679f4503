package signin

import (
	"context"
	"errors"
	"fmt"
	"log/slog"
	"net/http"
	"time"

	"github.com/alexedwards/scs/v2"

	"ticketbell/access"
	"ticketbell/audit"
	"ticketbell/notify"
	"ticketbell/ticket"
)

// The rules of the door.
const (
	mostFailures = 5
	lockTime     = 10 * time.Minute
	idleTime     = 8 * time.Hour
	longest      = 7 * 24 * time.Hour
	linkTime     = 30 * time.Minute
)

// Records keeps what the door must not forget. What is not there is [notify.ErrNotFound].
type Records interface {
	Password(ctx context.Context, username string) (hash string, err error)
	PutPassword(ctx context.Context, username, hash string) error
	// HasAdministrator reports whether an administrator can come in: with a password, or,
	// when others than us can prove who they are, at all.
	HasAdministrator(ctx context.Context, provenByOthers bool) (bool, error)

	Locked(ctx context.Context, name string) (until time.Time, err error)
	CountFailure(ctx context.Context, name string, most int, long time.Duration) (failed int, err error)
	Forgive(ctx context.Context, name string) error

	PutLink(ctx context.Context, hash, username string, end time.Time) error
	Link(ctx context.Context, hash string) (username string, err error)
	TakeLink(ctx context.Context, hash string) error
}

// Sessions keeps sessions by the hash of their token.
type Sessions interface {
	Session(ctx context.Context, token string) (data []byte, found bool, err error)
	PutSession(ctx context.Context, token string, data []byte, end time.Time) error
	DeleteSession(ctx context.Context, token string) error
}

// Users keeps the people.
type Users interface {
	User(ctx context.Context, username string) (ticket.User, error)
	// UserNamed is User for a name that others spell: in any case of its letters.
	UserNamed(ctx context.Context, username string) (ticket.User, error)
	UserByEmail(ctx context.Context, email string) (ticket.User, error)
	CreateUser(ctx context.Context, u ticket.User) error
	UpdateUser(ctx context.Context, u ticket.User) error
}

// Config is what the door needs.
type Config struct {
	Records  Records
	Sessions Sessions
	Users    Users
	Audit    audit.Log
	// Company is where the company's accounts are; nil: people come in by password alone.
	Company Company
	// Key, of 32 bytes, seals what a browser carries on its way to the company's accounts.
	Key []byte
	// Home is where people reach the door.
	Home access.Home
	Now  func() time.Time
	Log  *slog.Logger
}

// Door lets people in.
type Door struct {
	Config
	sessions *scs.SessionManager
	hasher   *hasher
}

// New returns a door, ready to let people in.
func New(c Config) (*Door, error) {
	m := scs.New()
	m.Store = keeper{c.Sessions}
	m.HashTokenInStore = true
	m.IdleTimeout, m.Lifetime = idleTime, longest
	return &Door{Config: c, sessions: m, hasher: newHasher()}, nil
}

// What a session remembers.
const (
	keyUsername = "username"
	keyStamp    = "stamp" // of the password that it was begun with
	keyDemo     = "demo"
)

// Wrap finds out who is behind each request, by its cookie, and says so in its
// context. It refuses nobody: what a request takes is for those to ask who answer it.
func (d *Door) Wrap(next http.Handler) http.Handler {
	return http.HandlerFunc(func(w http.ResponseWriter, r *http.Request) {
		token := tokenOf(r)
		if token == "" {
			next.ServeHTTP(w, r)
			return
		}
		who, err := d.whose(r.Context(), token)
		if err != nil {
			d.Log.ErrorContext(r.Context(), "could not read a session", "error", err)
		}
		if who.Known() {
			r = r.WithContext(who.In(r.Context()))
		}
		next.ServeHTTP(w, r)
	})
}

// whose is who a session belongs to; nobody when it is over.
func (d *Door) whose(ctx context.Context, token string) (access.Principal, error) {
	ctx, err := d.sessions.Load(ctx, token)
	if err != nil {
		return access.Principal{}, fmt.Errorf("load a session: %w", err)
	}
	username := d.sessions.GetString(ctx, keyUsername)
	if username == "" {
		return access.Principal{}, nil
	}
	u, err := d.Users.User(ctx, username)
	if errors.Is(err, notify.ErrNotFound) || (err == nil && u.Disabled) {
		return access.Principal{}, nil
	}
	if err != nil {
		return access.Principal{}, err
	}
	demo := d.sessions.GetBool(ctx, keyDemo)
	if !demo {
		stamp, err := d.stamp(ctx, username)
		if err != nil || stamp != d.sessions.GetString(ctx, keyStamp) {
			return access.Principal{}, err
		}
	}
	if _, _, err := d.sessions.Commit(ctx); err != nil { // it is in use: it does not end yet
		return access.Principal{}, fmt.Errorf("renew a session: %w", err)
	}
	return principal(u, demo), nil
}

// stamp changes with the password, "" without one.
func (d *Door) stamp(ctx context.Context, username string) (string, error) {
	hash, err := d.Records.Password(ctx, username)
	if errors.Is(err, notify.ErrNotFound) {
		return "", nil
	}
	return access.HashToken(hash), err
}

func principal(u ticket.User, demo bool) access.Principal {
	return access.Principal{Username: u.Username, Name: u.Name, Language: u.Language, Role: access.Role(u.Role), Demo: demo}
}

// SignIn lets somebody in with their password and sets the cookie, or returns an
// [*access.Refused].
func (d *Door) SignIn(w http.ResponseWriter, r *http.Request, username, password string) (access.Principal, error) {
	ctx := r.Context()
	until, err := d.Records.Locked(ctx, username)
	if err != nil {
		return access.Principal{}, err
	}
	if !until.IsZero() {
		return access.Principal{}, &access.Refused{Until: until}
	}
	right, err := d.matches(ctx, username, password)
	if err != nil {
		return access.Principal{}, err
	}
	d.note(ctx, audit.Entry{Actor: username, Action: audit.SignIn, Object: username, Failed: !right})
	if !right {
		return access.Principal{}, d.refuse(ctx, username)
	}
	if err := d.Records.Forgive(ctx, username); err != nil {
		return access.Principal{}, err
	}
	return d.begin(w, r, username, false)
}

// matches reports whether that is the password of somebody who may come in. It takes
// as long for a name nobody has.
func (d *Door) matches(ctx context.Context, username, password string) (bool, error) {
	hash, err := d.Records.Password(ctx, username)
	if err != nil && !errors.Is(err, notify.ErrNotFound) {
		return false, err
	}
	right, err := d.hasher.right(ctx, password, hash)
	if err != nil || !right {
		return false, err
	}
	u, err := d.Users.User(ctx, username)
	if err != nil {
		return false, err
	}
	return !u.Disabled, nil
}

func (d *Door) refuse(ctx context.Context, username string) error {
	failed, err := d.Records.CountFailure(ctx, username, mostFailures, lockTime)
	if err != nil {
		return err
	}
	if failed >= mostFailures {
		return &access.Refused{Until: d.Now().Add(lockTime)}
	}
	return &access.Refused{Left: mostFailures - failed}
}

// Enter lets somebody in without asking for a password: the demo's visitors.
func (d *Door) Enter(w http.ResponseWriter, r *http.Request, username string) (access.Principal, error) {
	return d.begin(w, r, username, true)
}

// begin begins a new session, whatever session there was before.
func (d *Door) begin(w http.ResponseWriter, r *http.Request, username string, demo bool) (access.Principal, error) {
	u, err := d.Users.User(r.Context(), username)
	if err != nil {
		return access.Principal{}, err
	}
	if err := d.end(r); err != nil {
		return access.Principal{}, err
	}
	token, err := d.remember(r.Context(), u.Username, demo)
	if err != nil {
		return access.Principal{}, fmt.Errorf("begin a session: %w", err)
	}
	http.SetCookie(w, d.cookie(r, token))
	return principal(u, demo), nil
}

func (d *Door) remember(ctx context.Context, username string, demo bool) (token string, err error) {
	if ctx, err = d.sessions.Load(ctx, ""); err != nil {
		return "", err
	}
	stamp, err := d.stamp(ctx, username)
	if err != nil {
		return "", err
	}
	d.sessions.Put(ctx, keyUsername, username)
	d.sessions.Put(ctx, keyStamp, stamp)
	d.sessions.Put(ctx, keyDemo, demo)
	token, _, err = d.sessions.Commit(ctx)
	return token, err
}

// SignOut ends the session.
func (d *Door) SignOut(w http.ResponseWriter, r *http.Request) error {
	if who := access.Current(r.Context()); who.Known() {
		d.note(r.Context(), audit.Entry{Actor: who.Username, Action: audit.SignOut, Object: who.Username})
	}
	gone := d.cookie(r, "") //nolint:gosec // see cookie
	gone.MaxAge = -1
	http.SetCookie(w, gone)
	return d.end(r)
}

func (d *Door) end(r *http.Request) error {
	ctx, err := d.sessions.Load(r.Context(), tokenOf(r))
	if err != nil {
		return fmt.Errorf("end a session: %w", err)
	}
	if err := d.sessions.Destroy(ctx); err != nil {
		return fmt.Errorf("end a session: %w", err)
	}
	return nil
}

// note writes down what was done. What is done is not undone when that fails.
func (d *Door) note(ctx context.Context, e audit.Entry) {
	if e.Via == "" {
		e.Via = audit.ViaSession
	}
	if err := d.Audit.Note(ctx, e); err != nil {
		d.Log.ErrorContext(ctx, "the audit log cannot be written", "action", e.Action, "error", err)
	}
}
