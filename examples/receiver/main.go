// Command receiver is a ticket platform in as few lines as it takes: it answers the
// signed calls by which ticketbell asks it for a decision (docs/platform.md).
package main

import (
	"crypto/hmac"
	"crypto/sha256"
	"encoding/base64"
	"encoding/json"
	"io"
	"log"
	"net/http"
	"os"
	"strconv"
	"strings"
	"sync"
	"time"
)

// desk knows the step each ticket waits at, and what it answered to each call.
type desk struct {
	secret []byte

	mu       sync.Mutex // guards what follows
	waits    map[string]int64
	answered map[string]int
}

func (d *desk) ServeHTTP(w http.ResponseWriter, r *http.Request) {
	body, err := io.ReadAll(io.LimitReader(r.Body, 1<<20))
	if err != nil || !d.signed(r.Header, body) {
		answer(w, http.StatusUnauthorized, "refused", "the signature is wrong or old")
		return
	}
	var call struct {
		Type string
		Data struct {
			Action string
			By     struct{ Username string }
			Ticket struct {
				Key      string
				Revision int64
			}
		}
	}
	if json.Unmarshal(body, &call) != nil || call.Type != "decision.requested" {
		answer(w, http.StatusOK, "accepted", "") // a ping
		return
	}
	d.mu.Lock()
	defer d.mu.Unlock()
	id, t := r.Header.Get("webhook-id"), call.Data.Ticket
	if d.answered[id] == 0 { // the first time: decide, and keep the answer for a repeat
		d.answered[id] = http.StatusConflict
		if d.waits[t.Key] == t.Revision {
			d.waits[t.Key], d.answered[id] = t.Revision+1, http.StatusAccepted
			log.Printf("%s by %s on %s; post the event to /api/v1/events now", call.Data.Action, call.Data.By.Username, t.Key)
		}
	}
	answer(w, d.answered[id], map[int]string{202: "accepted", 409: "settled"}[d.answered[id]], "")
}

// signed checks the headers of Standard Webhooks: v1 is an HMAC-SHA256 over id, time and body.
func (d *desk) signed(h http.Header, body []byte) bool {
	at, err := strconv.ParseInt(h.Get("webhook-timestamp"), 10, 64)
	if err != nil || time.Since(time.Unix(at, 0)).Abs() > 5*time.Minute {
		return false
	}
	mac := hmac.New(sha256.New, d.secret)
	_, _ = io.WriteString(mac, h.Get("webhook-id")+"."+h.Get("webhook-timestamp")+"."+string(body))
	want := "v1," + base64.StdEncoding.EncodeToString(mac.Sum(nil))
	for _, got := range strings.Fields(h.Get("webhook-signature")) {
		if hmac.Equal([]byte(got), []byte(want)) {
			return true
		}
	}
	return false
}

func answer(w http.ResponseWriter, status int, result, message string) {
	w.Header().Set("Content-Type", "application/json")
	w.WriteHeader(status)
	_ = json.NewEncoder(w).Encode(map[string]string{"result": result, "message": message}) // the caller may have left
}

func main() {
	if len(os.Args) != 3 {
		log.Fatal("usage: receiver HOST:PORT SECRET")
	}
	d := &desk{secret: []byte(os.Args[2]), waits: map[string]int64{"1024": 7}, answered: map[string]int{}}
	srv := &http.Server{Addr: os.Args[1], Handler: d, ReadHeaderTimeout: 10 * time.Second}
	log.Fatal(srv.ListenAndServe())
}
