package main

import (
	"bufio"
	"bytes"
	"context"
	"encoding/json"
	"errors"
	"fmt"
	"io"
	"net/http"
	"os"
	"os/exec"
	"path/filepath"
	"strings"
	"time"
	"unicode"
)

// house is a demo of its own at work.
type house struct {
	url, token string

	dir  string
	stop func()
}

// open builds the bot and starts its demo on a free port.
func open(ctx context.Context) (*house, error) {
	dir, err := os.MkdirTemp("", "ticketbell-screenshots-")
	if err != nil {
		return nil, err
	}
	h := &house{dir: dir, stop: func() {}}
	binary := filepath.Join(dir, "bot")
	if out, err := exec.CommandContext(ctx, "go", "build", "-buildvcs=false", "-o", binary, "ticketbell/cmd/bot").CombinedOutput(); err != nil {
		h.close()
		return nil, fmt.Errorf("build the bot: %w\n%s", err, out)
	}
	if err := h.start(ctx, binary); err != nil {
		h.close()
		return nil, err
	}
	return h, nil
}

// start reads the log until the demo says where it is, and passes on what went wrong after that.
func (h *house) start(ctx context.Context, binary string) error {
	ctx, cancel := context.WithCancel(ctx)
	demo := exec.CommandContext(ctx, binary, "demo", "--http-listen", "127.0.0.1:0", "--data-dir", filepath.Join(h.dir, "data"))
	said, err := demo.StderrPipe()
	if err != nil {
		cancel()
		return err
	}
	if err := demo.Start(); err != nil {
		cancel()
		return fmt.Errorf("start the demo: %w", err)
	}
	h.stop = func() {
		cancel()
		_ = demo.Wait() // it was told to go
	}
	lines := bufio.NewScanner(said)
	for lines.Scan() {
		var line struct {
			Msg   string `json:"msg"`
			URL   string `json:"url"`
			Token string `json:"token"`
		}
		if json.Unmarshal(lines.Bytes(), &line) == nil && line.Msg == "ready" {
			h.url, h.token = line.URL, line.Token
			go complaints(lines, os.Stderr) // ends with the demo
			return nil
		}
	}
	return errors.New("the demo ended before it was ready")
}

func (h *house) close() {
	h.stop()
	_ = os.RemoveAll(h.dir)
}

// play submits the tickets, and takes their steps round by round when everybody has
// read what came before.
func (h *house) play(ctx context.Context, stories []story) error {
	tickets := make([]ticket, len(stories))
	for i, s := range stories {
		t, err := h.submit(ctx, s.title)
		if err != nil {
			return err
		}
		tickets[i] = t
	}
	for round, more := 0, true; more; round++ {
		if err := h.settled(ctx); err != nil {
			return err
		}
		more = false
		for i, s := range stories {
			if round >= len(s.steps) {
				continue
			}
			more = true
			if err := h.act(ctx, tickets[i], s.steps[round]); err != nil {
				return err
			}
		}
	}
	return nil
}

type ticket struct{ ID, Key string }

// project is what a ticket's project is called in the language of its title.
func project(title string) string {
	if strings.ContainsFunc(title, func(r rune) bool { return r > unicode.MaxASCII }) {
		return "支付中心"
	}
	return "Payments"
}

func (h *house) submit(ctx context.Context, title string) (t ticket, err error) {
	err = h.call(ctx, http.MethodPost, "/api/v1/tickets", map[string]any{
		"title": title, "creator": "creator",
		"project": map[string]string{"key": "pay", "name": project(title)},
		"targets": []map[string]string{{"instance": "mysql-prod", "schema": "orders", "environment": "prod"}},
		"audit":   map[string]any{"score": 92, "level": "warn", "statements": 12},
	}, &t)
	return t, err
}

// complaints passes the warnings and errors of a log on: a picture of what went wrong should
// not look like any other.
func complaints(log *bufio.Scanner, to io.Writer) {
	for log.Scan() {
		if line := log.Text(); strings.Contains(line, `"level":"WARN"`) || strings.Contains(line, `"level":"ERROR"`) {
			_, _ = fmt.Fprintln(to, line)
		}
	}
}

// act takes a step, "action who reason". What t1 does is pressed on the WeCom card, as people do.
func (h *house) act(ctx context.Context, t ticket, step string) error {
	action, rest, _ := strings.Cut(step, " ")
	who, reason, _ := strings.Cut(rest, " ")
	if who == "t1" {
		return h.press(ctx, t, action)
	}
	return h.call(ctx, http.MethodPost, "/api/v1/tickets/"+t.ID+"/actions", map[string]string{"action": action, "by": who, "reason": reason}, nil)
}

// press presses a button of t1's WeCom card of the ticket; a rejection takes a reason.
func (h *house) press(ctx context.Context, t ticket, action string) error {
	var shown struct{ Items []struct{ ID, Text string } }
	if err := h.call(ctx, http.MethodGet, "/sandbox/messages?channel=wecom&to=t1", nil, &shown); err != nil {
		return err
	}
	form := map[string]string{}
	if action == "reject" {
		form["reason"] = "detail"
	}
	for _, m := range shown.Items {
		if strings.Contains(m.Text, "#"+t.Key+" ") {
			return h.call(ctx, http.MethodPost, "/sandbox/press", map[string]any{"channel": "wecom", "message_id": m.ID, "person": "t1", "action": action, "form": form}, nil)
		}
	}
	return fmt.Errorf("t1 has no card of ticket %s on WeCom", t.Key)
}

// reads makes a person read a language.
func (h *house) reads(ctx context.Context, username, language string) error {
	return h.call(ctx, http.MethodPatch, "/api/v1/users/"+username, map[string]string{"language": language}, nil)
}

// empty empties the devices.
func (h *house) empty(ctx context.Context) error {
	return h.call(ctx, http.MethodDelete, "/sandbox/messages", nil, nil)
}

// settled waits until nothing is queued and nothing has changed on the devices for two seconds.
func (h *house) settled(ctx context.Context) error {
	ctx, cancel := context.WithTimeout(ctx, 2*time.Minute)
	defer cancel()
	tick := time.NewTicker(200 * time.Millisecond)
	defer tick.Stop()
	var before string
	for quiet := 0; quiet < 10; quiet++ {
		var now json.RawMessage
		if err := h.call(ctx, http.MethodGet, "/sandbox/messages", nil, &now); err != nil {
			return err
		}
		var waiting struct{ Items []struct{ ID string } } // for a provider's limit, up to a minute
		if err := h.call(ctx, http.MethodGet, "/api/v1/deliveries?status=queued&limit=1", nil, &waiting); err != nil {
			return err
		}
		if string(now) != before || len(waiting.Items) > 0 {
			before, quiet = string(now), 0
		}
		<-tick.C
	}
	return nil
}

func (h *house) call(ctx context.Context, method, path string, body, into any) error {
	sent, err := json.Marshal(body)
	if err != nil {
		return err
	}
	if body == nil {
		sent = nil
	}
	r, err := http.NewRequestWithContext(ctx, method, h.url+path, bytes.NewReader(sent))
	if err != nil {
		return err
	}
	r.Header.Set("Authorization", "Bearer "+h.token)
	r.Header.Set("Content-Type", "application/json")
	resp, err := http.DefaultClient.Do(r)
	if err != nil {
		return err
	}
	defer resp.Body.Close()
	answer, err := io.ReadAll(resp.Body)
	if err != nil {
		return err
	}
	if resp.StatusCode >= 300 {
		return fmt.Errorf("%s %s: %d %s", method, path, resp.StatusCode, answer)
	}
	if into == nil {
		return nil
	}
	return json.Unmarshal(answer, into)
}
