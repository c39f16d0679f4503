package main

import (
	"context"
	"crypto/rand"
	"encoding/json"
	"errors"
	"fmt"
	"net"
	"net/http"
	"strconv"
	"time"

	"ticketbell/notify"
	"ticketbell/sandbox"
	simfeishu "ticketbell/sandbox/feishu"
	simsmtp "ticketbell/sandbox/smtp"
	simwecom "ticketbell/sandbox/wecom"
)

// agentID is the simulated WeCom app.
const agentID = 1000002

// simulators are the world outside on this machine: each on a loopback port of its own.
type simulators struct {
	box       *sandbox.Box
	directory *sandbox.Directory
	faults    *sandbox.Faults

	feishu, wecom *http.Server
	mail          *simsmtp.Server
	settings      map[notify.Channel]map[string]any
	names         map[string][]string

	// What the devices press and type, by channel, and who must be told where our own
	// door is before any of it can be carried there.
	press map[string]func(context.Context, sandbox.Press) (sandbox.Carried, error)
	say   map[string]func(context.Context, sandbox.Saying) (sandbox.Carried, error)
	read  map[string]func(context.Context, sandbox.Reading) (sandbox.Carried, error)
	doors []func(url string)
	ends  []func()
}

// openSandbox starts the simulators. Their directory is open: whoever is looked up
// by an address works there, apart from addresses at nobody.example.
func openSandbox(people ...sandbox.Person) (*simulators, error) {
	s := &simulators{
		box: sandbox.NewBox(time.Now), directory: sandbox.NewDirectory(true, people...), faults: sandbox.NewFaults(),
		settings: map[notify.Channel]map[string]any{}, names: map[string][]string{},
		press: map[string]func(context.Context, sandbox.Press) (sandbox.Carried, error){},
		say:   map[string]func(context.Context, sandbox.Saying) (sandbox.Carried, error){},
	}
	for _, open := range []func() error{s.openFeishu, s.openWeCom, s.openMail} {
		if err := open(); err != nil {
			s.close()
			return nil, fmt.Errorf("start the sandbox: %w", err)
		}
	}
	return s, nil
}

func (s *simulators) openFeishu() error {
	secret, key, token := rand.Text(), rand.Text(), rand.Text()
	sim := simfeishu.New(simfeishu.Config{
		AppID: "cli_sandbox", AppSecret: secret, EncryptKey: key, VerificationToken: token,
		Line: simfeishu.LineConfig{ReconnectCount: -1, ReconnectInterval: 1, PingInterval: 30},
		Box:  s.box, Directory: s.directory, Faults: s.faults, Now: time.Now,
	})
	srv, url, err := serveLocally(sim)
	s.feishu, s.ends = srv, append(s.ends, sim.Close)
	s.names["feishu"] = simfeishu.FaultNames()
	s.press["feishu"], s.say["feishu"] = sim.Press, sim.Say
	s.read = map[string]func(context.Context, sandbox.Reading) (sandbox.Carried, error){"feishu": sim.Read}
	s.doors = append(s.doors, func(house string) { sim.SetDoor(house + "/callbacks/feishu") })
	s.settings[notify.Feishu] = map[string]any{
		"enabled": true, "app_id": "cli_sandbox", "app_secret": secret, "api_base_url": url,
		"callback": "http", "encrypt_key": key, "verification_token": token,
	}
	return err
}

func (s *simulators) openWeCom() error {
	secret, token, key := rand.Text(), rand.Text(), (rand.Text() + rand.Text())[:43]
	sim := simwecom.New(simwecom.Config{
		CorpID: "ww_sandbox", CorpSecret: secret, AgentID: agentID, CallbackToken: token, CallbackAESKey: key,
		Box: s.box, Directory: s.directory, Faults: s.faults, Now: time.Now,
	})
	srv, url, err := serveLocally(sim)
	s.wecom = srv
	s.names["wecom"] = sim.FaultNames()
	s.press["wecom"], s.say["wecom"] = sim.Press, sim.Say
	s.doors = append(s.doors, func(house string) { sim.SetDoor(house + "/callbacks/wecom") })
	s.settings[notify.WeCom] = map[string]any{
		"enabled": true, "corp_id": "ww_sandbox", "agent_id": agentID, "corp_secret": secret, "style": "card", "api_base_url": url,
		"callback_token": token, "callback_aes_key": key,
	}
	return err
}

func (s *simulators) openMail() error {
	password := rand.Text()
	srv, err := simsmtp.Listen(simsmtp.Config{
		Addr: "127.0.0.1:0", Box: s.box, Directory: s.directory, Faults: s.faults,
		Username: "bell@ticketbell.example", Password: password,
	})
	if err != nil {
		return err
	}
	s.mail = srv
	s.names["mail"] = simsmtp.FaultNames()
	host, port, err := net.SplitHostPort(srv.Addr())
	s.settings[notify.Mail] = map[string]any{
		"enabled": true, "host": host, "port": json.Number(port), "security": "auto",
		"username": "bell@ticketbell.example", "password": password, "from_name": "工单通知",
	}
	return err
}

// serveLocally answers with h on a free loopback port.
func serveLocally(h http.Handler) (*http.Server, string, error) {
	ln, err := listen(context.Background(), "127.0.0.1:0")
	if err != nil {
		return nil, "", err
	}
	srv := &http.Server{Handler: h, ReadHeaderTimeout: 10 * time.Second}
	go func() { _ = srv.Serve(ln) }() // ends with srv.Close
	return srv, "http://" + ln.Addr().String(), nil
}

// connect points the channels of h at the simulators: all of them, or those that
// were never configured. It opens the sandbox's door on h.
func (s *simulators) connect(ctx context.Context, h *house, all bool) error {
	for ch, settings := range s.settings {
		rec, err := h.store.Channel(ctx, ch)
		if err != nil {
			return err
		}
		if rec.Version > 0 && !all {
			continue
		}
		patch := map[string]json.RawMessage{}
		for name, value := range settings {
			if patch[name], err = json.Marshal(value); err != nil {
				return err
			}
		}
		if _, _, err := h.board.Patch(ctx, ch, patch, "", "sandbox"); err != nil {
			return fmt.Errorf("connect %s to the sandbox: %w", ch, err)
		}
	}
	h.mounts["/sandbox/"] = s.door()
	return nil
}

// door shows the devices and takes faults (api.md 6).
func (s *simulators) door() http.Handler {
	return sandbox.Handler(sandbox.HandlerConfig{
		Box: s.box, Directory: s.directory, Faults: s.faults, FaultNames: s.names, Press: s.press, Say: s.say, Read: s.read,
	})
}

// callBack tells the simulators where our own door is: addr is what it listens on.
func (s *simulators) callBack(addr net.Addr) {
	url := "http://" + addr.String()
	if tcp, ok := addr.(*net.TCPAddr); ok && tcp.IP.IsUnspecified() { // listening everywhere is no place to call
		url = "http://" + net.JoinHostPort("127.0.0.1", strconv.Itoa(tcp.Port))
	}
	for _, tell := range s.doors {
		tell(url)
	}
}

func (s *simulators) close() {
	var errs []error
	for _, srv := range []*http.Server{s.feishu, s.wecom} {
		if srv != nil {
			errs = append(errs, srv.Close())
		}
	}
	if s.mail != nil {
		errs = append(errs, s.mail.Close())
	}
	for _, end := range s.ends {
		end()
	}
	_ = errors.Join(errs...) // the process ends; nothing is left to be done about it
}
