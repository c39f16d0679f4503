// Command receiver is a ticket platform in as few lines as it takes: it answers the
// signed calls by which ticketbell asks it for a decision (docs/platform.md).
package main

import (
	"encoding/json"
	"io"
	"log"
	"net/http"
	"os"
	"sync"
	"time"

	standardwebhooks "github.com/standard-webhooks/standard-webhooks/libraries/go"
)

// desk knows the revision each ticket waits at, and what it answered to each call.
type desk struct {
	hook *standardwebhooks.Webhook

	mu       sync.Mutex // guards what follows
	waits    map[string]int64
	answered map[string]int
}

// call is what the desk reads of a call.
type call struct {
	Type string `json:"type"`
	Data struct {
		Action string `json:"action"`
		By     struct {
			Username string `json:"username"`
		} `json:"by"`
		Ticket struct {
			Key      string `json:"key"`
			Revision int64  `json:"revision"`
		} `json:"ticket"`
	} `json:"data"`
}

func (d *desk) ServeHTTP(w http.ResponseWriter, r *http.Request) {
	body, err := io.ReadAll(io.LimitReader(r.Body, 1<<20))
	var c call
	switch {
	case err != nil || d.hook.Verify(body, r.Header) != nil:
		http.Error(w, "the signature is wrong or old", http.StatusUnauthorized)
		return
	case json.Unmarshal(body, &c) != nil:
		http.Error(w, "this is no call", http.StatusBadRequest)
		return
	}
	status := http.StatusOK
	if c.Type == "decision.requested" {
		status = d.decide(r.Header.Get("webhook-id"), c)
	}
	w.Header().Set("Content-Type", "application/json")
	w.WriteHeader(status)
	_, _ = io.WriteString(w, map[int]string{200: `{"result":"accepted"}`, 202: `{"result":"accepted"}`, 409: `{"result":"settled"}`}[status])
}

// decide decides once, and answers a repeat as it answered first.
func (d *desk) decide(id string, c call) int {
	d.mu.Lock()
	defer d.mu.Unlock()
	if d.answered[id] == 0 {
		d.answered[id] = http.StatusConflict
		if t := c.Data.Ticket; d.waits[t.Key] != 0 && d.waits[t.Key] == t.Revision {
			d.waits[t.Key], d.answered[id] = t.Revision+1, http.StatusAccepted
			log.Printf("%s by %s on %s; post the event to /api/v1/events now", c.Data.Action, c.Data.By.Username, t.Key)
		}
	}
	return d.answered[id]
}

func newDesk(secret string) (*desk, error) {
	hook, err := standardwebhooks.NewWebhookRaw([]byte(secret))
	return &desk{hook: hook, waits: map[string]int64{"1024": 7}, answered: map[string]int{}}, err
}

func main() {
	if len(os.Args) != 3 {
		log.Fatal("usage: receiver HOST:PORT SECRET")
	}
	d, err := newDesk(os.Args[2])
	if err != nil {
		log.Fatal(err)
	}
	srv := &http.Server{Addr: os.Args[1], Handler: d, ReadHeaderTimeout: 10 * time.Second}
	log.Fatal(srv.ListenAndServe())
}
