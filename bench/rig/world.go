package rig

import (
	"bytes"
	"context"
	"encoding/json"
	"errors"
	"fmt"
	"net"
	"net/http"
	"slices"
	"time"

	"ticketbell/sandbox"
	"ticketbell/sandbox/feishu"
	"ticketbell/sandbox/smtp"
	"ticketbell/sandbox/wecom"
)

// The simulated app and mailbox.
const (
	corpID   = "ww_bench"
	agentID  = 1000002
	appID    = "cli_bench"
	sender   = "bell@ticketbell.example"
	password = "not a secret: the simulators live as long as a run"
)

// mailReplies is how many replies of the server one mail on an open connection waits
// for: to MAIL, RCPT, DATA and the dot.
const mailReplies = 4

// World is the outside: Feishu, WeCom and a mail server on loopback ports, with what
// they received and what goes wrong with them.
type World struct {
	Faults *sandbox.Faults
	// Counted gives the channels limits too high to be met.
	Counted bool

	box       *sandbox.Box
	directory *sandbox.Directory
	feishu    *feishu.Simulator
	wecom     *wecom.Simulator
	mail      *smtp.Server
	servers   []*http.Server
	urls      map[string]string
}

// Open starts a world without limits. Each of its providers takes latency for a
// message; a mail server spreads it over its replies.
func Open(ctx context.Context, latency time.Duration) (*World, error) {
	w := &World{
		Faults: sandbox.NewFaults(), box: sandbox.NewBox(time.Now), directory: sandbox.NewDirectory(true), urls: map[string]string{},
	}
	w.feishu = feishu.New(feishu.Config{
		AppID: appID, AppSecret: password, EncryptKey: password, VerificationToken: password,
		Box: w.box, Directory: w.directory, Faults: w.Faults, Unlimited: true,
	})
	w.wecom = wecom.New(wecom.Config{CorpID: corpID, CorpSecret: password, AgentID: agentID, Box: w.box, Directory: w.directory, Faults: w.Faults})
	err := errors.Join(w.serve(ctx, "feishu", w.feishu, latency), w.serve(ctx, "wecom", w.wecom, latency))
	if err == nil {
		err = w.listen(latency) //nolint:contextcheck // the mail server lives until it is closed
	}
	if err != nil {
		w.Close()
		return nil, fmt.Errorf("open the world outside: %w", err)
	}
	return w, nil
}

func (w *World) serve(ctx context.Context, name string, h http.Handler, latency time.Duration) error {
	ln, err := new(net.ListenConfig).Listen(ctx, "tcp", "127.0.0.1:0")
	if err != nil {
		return err
	}
	srv := &http.Server{Handler: late(h, latency), ReadHeaderTimeout: 10 * time.Second}
	w.servers, w.urls[name] = append(w.servers, srv), "http://"+ln.Addr().String()
	go func() { _ = srv.Serve(ln) }() // ends with srv.Close
	return nil
}

// late answers as h does, after d.
func late(h http.Handler, d time.Duration) http.Handler {
	if d <= 0 {
		return h
	}
	return http.HandlerFunc(func(rw http.ResponseWriter, r *http.Request) {
		timer := time.NewTimer(d)
		defer timer.Stop()
		select {
		case <-timer.C:
			h.ServeHTTP(rw, r)
		case <-r.Context().Done():
		}
	})
}

func (w *World) listen(latency time.Duration) (err error) {
	w.mail, err = smtp.Listen(smtp.Config{
		Addr: "127.0.0.1:0", Box: w.box, Directory: w.directory, Faults: w.Faults,
		Username: sender, Password: password, Slow: latency / mailReplies, TextOnly: true,
	})
	if latency > 0 {
		w.Faults.Set(sandbox.Fault{Channel: smtp.Channel, Name: "slow"})
	}
	return err
}

// Hire makes person n work at the simulated company.
func (w *World) Hire(n int) { w.directory.Add(Employee(n)) }

// Channel is what to PATCH to a channel of ticketbell, so that it uses this world
// without any limit of its own; with Counted, every message is counted all the same.
func (w *World) Channel(name string) map[string]any {
	most := 0
	if w.Counted {
		most = 1_000_000
	}
	unlimited := map[string]int{"per_second": 0, "per_minute": most, "person_per_second": 0, "person_per_minute": most, "person_per_hour": 0}
	switch name {
	case "feishu":
		return map[string]any{
			"enabled": true, "limits": unlimited, "app_id": appID, "app_secret": password, "api_base_url": w.urls[name],
			"callback": "http", "encrypt_key": password, "verification_token": password,
		}
	case "wecom":
		return map[string]any{
			"enabled": true, "limits": unlimited, "corp_id": corpID, "agent_id": agentID, "corp_secret": password, "api_base_url": w.urls[name],
		}
	}
	host, port, _ := net.SplitHostPort(w.mail.Addr()) // an address of a listener has both
	return map[string]any{
		"enabled": true, "limits": unlimited, "host": host, "port": json.Number(port), "security": "auto",
		"username": sender, "password": password, "max_connections": MailConnections,
	}
}

// MailConnections is how many connections a run lets ticketbell open to the mail server.
const MailConnections = 8

// Arrivals lists what was received on the channels, in order.
func (w *World) Arrivals(channels ...string) []Arrival {
	shown := w.Messages(channels...)
	arrived := make([]Arrival, 0, len(shown))
	for _, m := range shown {
		arrived = append(arrived, arrivalOf(m))
	}
	return arrived
}

// Messages lists what the devices of the channels show, in order of arrival.
func (w *World) Messages(channels ...string) []sandbox.Message {
	return w.box.Messages(func(m sandbox.Message) bool { return slices.Contains(channels, m.Channel) })
}

// Received is how many different messages the channels received: a repeat under the
// same id is the same message.
func (w *World) Received(channels ...string) int {
	seen := map[string]bool{}
	w.box.Messages(func(m sandbox.Message) bool {
		if slices.Contains(channels, m.Channel) {
			seen[m.Channel+m.ID] = true
		}
		return false // counted, not copied
	})
	return len(seen)
}

// Shown is how many messages all channels received, repeats as well.
func (w *World) Shown() int {
	n := 0
	w.box.Messages(func(sandbox.Message) bool { n++; return false })
	return n
}

// Answers has what is pressed on Feishu's cards handed in at the bot of that address.
func (w *World) Answers(url string) { w.feishu.SetDoor(url + "/callbacks/feishu") }

// Approve presses the button of a Feishu card as its receiver does, and returns how
// long they waited for the toast. Any other than one that says it is done is an error.
func (w *World) Approve(ctx context.Context, m sandbox.Message) (time.Duration, error) {
	began := time.Now()
	done, err := w.feishu.Press(ctx, sandbox.Press{Channel: "feishu", MessageID: m.ID, Person: m.Person, Action: approve})
	if err == nil && (done.Status != http.StatusOK || !bytes.Contains(done.Answer, []byte(`"type":"success"`))) {
		err = fmt.Errorf("a press was answered %d: %s", done.Status, done.Answer)
	}
	return time.Since(began), err
}

// approve is the action of the button that approves.
const approve = "approve"

// Approvable returns the messages on Feishu that can still be approved.
func (w *World) Approvable() []sandbox.Message {
	return w.box.Messages(func(m sandbox.Message) bool {
		return m.Channel == "feishu" && slices.ContainsFunc(m.Buttons, func(b sandbox.Button) bool { return b.Action == approve })
	})
}

// TokenCalls is how often WeCom was asked for a token.
func (w *World) TokenCalls() int { return w.wecom.Calls()["gettoken"] }

// Dials is how many connections the mail server had so far.
func (w *World) Dials() int { return w.mail.Connections() }

// Close ends the world.
func (w *World) Close() {
	for _, srv := range w.servers {
		_ = srv.Close()
	}
	if w.mail != nil {
		_ = w.mail.Close()
	}
}
