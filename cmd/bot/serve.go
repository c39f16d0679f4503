package main

import (
	"cmp"
	"context"
	"errors"
	"fmt"
	"net"
	"slices"
	"strings"

	"ticketbell/ticket"
)

// serveCommand runs the service.
type serveCommand struct {
	listening
	keeping
	sharing
	accounts
	BacklogLimit      int      `help:"How many deliveries may wait before events are turned away with 429." default:"200000"`
	AdminPasswordFile string   `help:"File that holds the password of the administrator \"admin\", who is made when there is no administrator. Empty: a one-time set-up link is logged instead." placeholder:"FILE"`
	TrustedProxies    []string `help:"Networks of the proxies in front, such as 10.0.0.0/8: their X-Forwarded-For is believed when a token may be used from some addresses only." placeholder:"NETWORK"`
	PublicURL         string   `name:"public-url" help:"Where people reach this service, such as https://bell.example.com: in links, for OIDC, and by what a cookie is told to travel by HTTPS alone. Empty: where a request says it came." placeholder:"URL"`
	Label             string   `help:"Name of this installation, shown beside ticketbell's on every page: prod." placeholder:"NAME"`
	Sandbox           bool     `help:"Start the simulators of Feishu, WeCom and mail as well, and connect every channel that is not configured to them."`
}

// Run serves until ctx is done.
func (c *serveCommand) Run(ctx context.Context, s *streams) (err error) {
	log := newLog(c.listening, s)
	h, err := newHouse(ctx, c.keeping, c.sharing, log)
	if err != nil {
		return err
	}
	defer func() { err = errors.Join(err, h.close()) }()
	h.desk.Backlog.Mark = c.BacklogLimit
	h.label = c.Label
	h.settleAt(c.PublicURL)
	if err := h.admitCompany(c.accounts); err != nil {
		return err
	}
	h.proxies, _ = networksOf("trusted-proxies", c.TrustedProxies) // checked with the settings
	ln, err := listen(ctx, c.HTTPListen)
	if err != nil {
		return err
	}
	defer ln.Close()
	if c.Sandbox {
		box, err := openSandbox()
		if err != nil {
			return err
		}
		defer box.close()
		if err := box.connect(ctx, h, false); err != nil {
			return err
		}
		box.callBack(ln.Addr())
	}
	if err := h.welcomeAdministrator(ctx, cmp.Or(h.home.Fixed, h.saved(ctx), "http://"+ln.Addr().String()), c.AdminPasswordFile); err != nil {
		return err
	}
	return h.live(ctx, ln, func(url string) { ready(s, "url", url, "version", version) })
}

// welcomeAdministrator sees to it that somebody can become the administrator when there
// is none: with the password in the file, else by a link that is logged.
func (h *house) welcomeAdministrator(ctx context.Context, url, passwordFile string) error {
	secret, err := h.gate.FirstLink(ctx)
	if err != nil || secret == "" {
		return err
	}
	if passwordFile == "" {
		h.log.Warn("there is no administrator yet: open this link within 30 minutes, it works once", "url", url+"/setup#"+secret)
		return nil
	}
	password, err := passwordIn(passwordFile)
	if err != nil {
		return err
	}
	if err := weakness(h.gate.CreateAdministrator(ctx, "admin", password)); err != nil {
		return fmt.Errorf("make the administrator of admin-password-file: %w", err)
	}
	return nil
}

func (c *serveCommand) check() []error {
	wrong := slices.Concat(c.listening.check(), c.keeping.check(), c.sharing.check(), c.accounts.check())
	if c.BacklogLimit < 1 {
		wrong = append(wrong, errors.New("backlog-limit: must be at least 1"))
	}
	if err := checkPublicURL(c.PublicURL); err != nil {
		wrong = append(wrong, fmt.Errorf("public-url: %w", err))
	}
	_, bad := networksOf("trusted-proxies", c.TrustedProxies)
	return append(wrong, bad...)
}

// checkPublicURL wants an origin: the pages are at its root.
func checkPublicURL(address string) error {
	if address == "" {
		return nil
	}
	if !ticket.ValidOrigin(address) {
		return errors.New("must be https://HOST or http://HOST, without a path")
	}
	return nil
}

// settleAt makes the house know where people reach it, whatever is saved; "" is what is
// saved, else wherever they say.
func (h *house) settleAt(publicURL string) {
	h.home.Fixed = strings.TrimRight(publicURL, "/")
	h.gate.Home = h.home
}

func listen(ctx context.Context, addr string) (net.Listener, error) {
	ln, err := new(net.ListenConfig).Listen(ctx, "tcp", addr)
	if err != nil {
		return nil, fmt.Errorf("listen on %s (another port: --http-listen 127.0.0.1:0): %w", addr, err)
	}
	return ln, nil
}
