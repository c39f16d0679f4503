package server

import (
	"errors"
	"fmt"
	"log/slog"
	"net/http"
	"net/netip"
	"time"

	"github.com/danielgtaylor/huma/v2"

	"ticketbell/jobs"
)

// Config is what the door opens to. All of it is needed, unless a field says otherwise.
type Config struct {
	Desk        Desk
	Deliveries  Deliveries
	Channels    Channels
	Users       Users
	Preferences Preferences
	Mutes       Mutes
	Addresses   Addresses
	Identities  Identities
	Flows       Flows
	Settings    Settings
	Logos       Logos
	Tokens      Tokens
	Platforms   Platforms
	Tickets     Tickets
	Reminders   Reminders
	Audit       Audit
	Advice      Advice
	Live        Live
	// Jobs runs what takes longer than a request. Whoever made it closes it.
	Jobs *jobs.Registry

	// Checks are what GET /readyz asks; none means always ready.
	Checks []Check
	// Metrics answers GET /metrics; nil leaves the path out.
	Metrics http.Handler
	// MetricsToken makes /metrics ask for a token with the scope metrics:read.
	MetricsToken bool
	// Mount holds further handlers by path: "/callbacks/feishu" is that path alone,
	// "/sandbox/" everything below it, "/{$}" the root alone, "/" whatever is left
	// outside /api/.
	Mount map[string]http.Handler
	// Missing answers a browser that asks for a page nobody serves; nil: a problem in
	// JSON does, as for programs.
	Missing http.HandlerFunc
	// Sessions says in the context of a request who signed in, see [access.Current];
	// nil: nobody does.
	Sessions func(http.Handler) http.Handler
	// TrustedOrigins may send cross-origin requests that change something:
	// "https://tickets.example.com". Behind a proxy that rewrites Host, its own
	// origin belongs here.
	TrustedOrigins []string
	// TrustedProxies are believed when they say whose request they pass on.
	TrustedProxies []netip.Prefix
	// Usage counts how often tokens are used. Whoever made it runs it; nil counts nothing.
	Usage *Usage

	// Build is what GET /version tells.
	Build Build
	Now   func() time.Time
	Log   *slog.Logger
}

// New returns the handler of everything the process answers over HTTP. An error
// names all that is missing or wrong in c.
func New(c Config) (http.Handler, error) {
	if err := c.check(); err != nil {
		return nil, fmt.Errorf("configure the server: %w", err)
	}
	cross, err := crossOrigin(c.TrustedOrigins)
	if err != nil {
		return nil, fmt.Errorf("configure the server: %w", err)
	}
	engine := newEngine(c.Mount, c.Missing)
	api := newAPI(c, engine)
	api.registerAll()
	if err := api.registerPlain(engine); err != nil {
		return nil, fmt.Errorf("configure the server: %w", err)
	}
	inside := plainColons(engine)
	if c.Sessions != nil {
		inside = c.Sessions(inside)
	}
	return introduce(c, recoverPanics(secure(cross.Handler(inside)))), nil
}

func (c Config) check() error {
	needs := []struct {
		name    string
		missing bool
	}{
		{"Desk", c.Desk == nil},
		{"Deliveries", c.Deliveries == nil},
		{"Channels", c.Channels == nil},
		{"Users", c.Users == nil},
		{"Preferences", c.Preferences == nil},
		{"Mutes", c.Mutes == nil},
		{"Addresses", c.Addresses == nil},
		{"Identities", c.Identities == nil},
		{"Flows", c.Flows == nil},
		{"Settings", c.Settings == nil},
		{"Logos", c.Logos == nil},
		{"Tokens", c.Tokens == nil},
		{"Platforms", c.Platforms == nil},
		{"Tickets", c.Tickets == nil},
		{"Reminders", c.Reminders == nil},
		{"Audit", c.Audit == nil},
		{"Advice", c.Advice == nil},
		{"Live", c.Live == nil},
		{"Jobs", c.Jobs == nil},
		{"Now", c.Now == nil},
		{"Log", c.Log == nil},
	}
	var errs []error
	for _, n := range needs {
		if n.missing {
			errs = append(errs, fmt.Errorf("%s is missing", n.name))
		}
	}
	return errors.Join(errs...)
}

// api is the part of the server that huma describes.
type api struct {
	Config
	huma huma.API

	tests, checks, reaches *budget
	strangers              onceAMinute
}

// registerAll puts every operation of api.md on the engine, in the order they are read.
func (a *api) registerAll() {
	a.registerEvents()
	a.registerBatch()
	a.registerDeliveries()
	a.registerChannels()
	a.registerUsers()
	a.registerReveal()
	a.registerImport()
	a.registerIdentities()
	a.registerMe()
	a.registerMine()
	a.registerPreferences()
	a.registerMutes()
	a.registerAddresses()
	a.registerResolve()
	a.registerPeopleTrials()
	a.registerDMS()
	a.registerJobs()
	a.registerStream()
	a.registerFlows()
	a.registerSettings()
	a.registerBrand()
	a.registerTokens()
	a.registerPlatforms()
	a.registerTickets()
	a.registerAudit()
}
