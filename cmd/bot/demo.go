package main

import (
	"cmp"
	"context"
	"errors"
	"fmt"
	"io"
	"os"
	"slices"
	"strings"
	"time"

	"ticketbell/access"
	"ticketbell/cards"
	"ticketbell/notify"
	"ticketbell/sandbox"
	"ticketbell/ticket"
	"ticketbell/web"
)

// demoCommand is the whole thing on a laptop.
type demoCommand struct {
	listening
	sharing
	DataDir     string `help:"Keep the demo's data here; empty: a temporary directory that is removed at the end." placeholder:"DIR"`
	DatabaseURL string `help:"postgres://… ; empty: SQLite in the data directory." placeholder:"URL"`
}

// Run plays until ctx is done.
func (c *demoCommand) Run(ctx context.Context, s *streams) (err error) {
	dir := c.DataDir
	if dir == "" {
		if dir, err = os.MkdirTemp("", "ticketbell-demo-"); err != nil {
			return fmt.Errorf("make a place for the demo's data: %w", err)
		}
		defer func() { err = errors.Join(err, os.RemoveAll(dir)) }()
	}
	h, err := newHouse(ctx, keeping{DataDir: dir, DatabaseURL: c.DatabaseURL}, c.sharing, newLog(c.listening, s))
	if err != nil {
		return err
	}
	defer func() { err = errors.Join(err, h.close()) }()
	token, err := furnish(ctx, h)
	if err != nil {
		return fmt.Errorf("furnish the demo: %w", err)
	}
	box, err := openSandbox(company()...)
	if err != nil {
		return err
	}
	defer box.close()
	if err := box.connect(ctx, h, true); err != nil {
		return err
	}
	if err := introduce(ctx, h); err != nil {
		return fmt.Errorf("introduce the demo's people: %w", err)
	}
	openPage(h, token)
	ln, err := listen(ctx, c.HTTPListen)
	if err != nil {
		return err
	}
	box.callBack(ln.Addr())
	if err := here(ctx, h, "http://"+ln.Addr().String()); err != nil {
		return err
	}
	return h.live(ctx, ln, func(url string) {
		ready(s, "url", url, "token", token, "version", version)
		welcome(s.out, url, token)
	})
}

// openPage shows the playground first, and lets everybody see the other pages as the
// administrator.
func openPage(h *house, token string) {
	h.playground = &web.Playground{Token: token, People: faces(), Projects: []web.Project{
		{Key: "pay", Name: cards.Text{ZH: "支付中心", EN: "Payments"}},
		{Key: "core", Name: cards.Text{ZH: "核心账务", EN: "Core ledger"}},
	}}
	for _, f := range demoFlows() {
		for _, s := range f.Steps {
			h.playground.Steps = append(h.playground.Steps, s.Name)
		}
	}
	h.visitor = "admin"
	for _, u := range demoPeople() {
		h.cast = append(h.cast, u.Username)
	}
	h.builtIn.Path = func(key string) string { return "/?ticket=" + key }
	h.wrap = web.LoopbackOnly // the page holds a token, and the sandbox's door asks nobody for one
}

func (c *demoCommand) check() []error {
	keep := keeping{DataDir: cmp.Or(c.DataDir, os.TempDir()), DatabaseURL: c.DatabaseURL}
	return slices.Concat(c.listening.check(), keep.check(), c.sharing.check())
}

// demoPeople are who the demo knows: the manual's own case (creator, t1, admin) and
// those of the example event.
func demoPeople() []ticket.User {
	user := func(username, name, phone string, role ticket.UserRole) ticket.User {
		return ticket.User{
			Person: ticket.Person{Username: username, Name: name, Email: username + "@corp.com", Phone: phone},
			Role:   role,
		}
	}
	return []ticket.User{
		user("creator", "creator", "+8613800000001", ticket.Member),
		user("t1", "t1", "+8613800000002", ticket.Member),
		user("admin", "admin", "+8613800000003", ticket.Admin),
		user("zhangsan", "张三", "+8613800000004", ticket.Member),
		user("lisi", "李四", "+8613800000005", ticket.Member),
		user("wangwu", "王五", "+8613800000006", ticket.Operator),
	}
}

// demoFlows are the manual's flow, t1 reviews and admin executes, and one with two reviews.
func demoFlows() []ticket.Flow {
	return []ticket.Flow{
		{Key: "default", Name: "默认流程", Projects: []string{}, Steps: []ticket.FlowStep{
			{Name: "审核", Kind: ticket.Review, Members: []string{"t1"}},
			{Name: "上线", Kind: ticket.Execute, Members: []string{"admin"}},
		}},
		{Key: "strict", Name: "两级审核", Projects: []string{"core"}, Steps: []ticket.FlowStep{
			{Name: "审核", Kind: ticket.Review, Members: []string{"lisi"}},
			{Name: "DBA", Kind: ticket.Review, Members: []string{"t1", "wangwu"}},
			{Name: "上线", Kind: ticket.Execute, Members: []string{"admin"}},
		}},
	}
}

// company employs the demo's people on the simulated platforms.
func company() []sandbox.Person {
	var staff []sandbox.Person
	for _, u := range demoPeople() {
		staff = append(staff, sandbox.Person{
			Username: u.Username, Name: u.Name, Email: u.Email, Phone: strings.TrimPrefix(u.Phone, ticket.DefaultCountry),
		})
	}
	return staff
}

func faces() []web.Person {
	var people []web.Person
	for _, u := range demoPeople() {
		people = append(people, web.Person{Username: u.Username, Name: u.Name})
	}
	return people
}

// furnish puts the demo's people, flows, settings and token in, and returns the
// token. A demo that is started again in the same place keeps what it has.
func furnish(ctx context.Context, h *house) (token string, err error) {
	for _, u := range demoPeople() {
		err := h.store.CreateUser(ctx, u)
		if _, taken := errors.AsType[*notify.Taken](err); err != nil && !taken {
			return "", err
		}
	}
	for _, f := range demoFlows() {
		if err := h.store.PutFlow(ctx, f); err != nil {
			return "", err
		}
	}
	t, secret := access.NewToken(notify.NewID("tok_"), "demo", []access.Scope{access.Everything}, time.Now())
	return secret, h.store.CreateToken(ctx, t)
}

// introduce looks the demo's people up on every channel: the bot then knows whoever
// writes to it, also before it has ever written to them.
func introduce(ctx context.Context, h *house) error {
	for _, u := range demoPeople() {
		if _, err := h.directory.Resolve(ctx, u); err != nil {
			return err
		}
	}
	return nil
}

// here makes the links of the demo's own tickets lead to its page.
func here(ctx context.Context, h *house, url string) error {
	settings, err := h.store.Settings(ctx)
	if err != nil {
		return err
	}
	settings.URLPrefix = url
	return h.store.PutSettings(ctx, settings)
}

// welcome tells a person at the terminal where to look.
func welcome(out io.Writer, url, token string) {
	fmt.Fprintf(out, `
  ticketbell 演练场 · playground
    %s

  API 令牌 · API token
    %s

  Ctrl-C 结束 · stops

`, url, token)
}
