package e2e

import (
	"fmt"
	"net/http"
	"testing"
	"time"
)

// PostgreSQL is broken off and comes back: nobody has to start the bot again.
func TestNothingIsLostWhenPostgresRestarts(t *testing.T) {
	t.Parallel()
	dir, w, db := t.TempDir(), openWorld(t), startPostgres(t)
	b := serveOn(t, dir, w, []string{"TICKETBELL_DATABASE_URL=" + db.url + "&options=-c%20synchronous_commit%3Don"})
	b.connect(w)
	w.breaks(mail, "slow")
	arrived := 0
	b.postUntil(few, few/2, func() {
		arrived = len(w.messages(mail, ""))
		db.restart()
	})
	if arrived >= few/2 {
		t.Errorf("restarted too late: all %d mails had arrived", arrived)
	}
	eventually(t, "all events are on record", func() error {
		for n := range few {
			got, err := b.send(request{method: "POST", path: "/api/v1/events", body: crowded(n)})
			if err != nil || got.status/100 != 2 {
				return fmt.Errorf("event %d: %d %s (%w)", n, got.status, got.body, err)
			}
		}
		return nil
	})
	b.toldOrRepeated(crowdOf(few), connections)
}

// connections is how many mails can be on their way: the default of max_connections.
const connections = 4

// Two share a database and one is killed. The other goes on at once, and when the hold of the dead
// one runs out (15 s, the length of this story) it sends what that one held.
func TestAReplicaGoesOnWhenTheOtherIsKilled(t *testing.T) {
	t.Parallel()
	dir, w, db := t.TempDir(), openWorld(t), startPostgres(t)
	settings := []string{"TICKETBELL_DATABASE_URL=" + db.url}
	dies, lives := serveOn(t, dir, w, settings), serveOn(t, dir, w, settings)
	dies.connect(w)
	gate := dies.atMail(w, true)
	dies.posts(0, few/2)
	lives.posts(few/2, few)
	lives.settles(wecom, few)
	lives.settles(feishu, few)
	eventually(t, "both hold mails", func() error {
		if got := gate.connections(); got < 2*connections {
			return fmt.Errorf("%d connections", got)
		}
		return nil
	})
	dies.kill()
	gate.open()

	began := time.Now()
	lives.posts(few, few+5)
	w.receives(wecom, few+5)
	w.receives(feishu, few+5)
	t.Logf("new events were told %v after the kill", time.Since(began))
	lives.told(crowdOf(few + 5))
	if took := time.Since(began); took > 30*time.Second { // the hold, and as long again for a busy machine
		t.Errorf("everything was told %v after the kill, want it within 30 s", took)
	}
}

// settles waits until n deliveries on the channel are written down as accepted.
func (b *bot) settles(channel string, n int) {
	b.door.t.Helper()
	eventually(b.door.t, channel+" is settled", func() error {
		if got := len(b.deliveries("status=accepted&channel=" + channel)); got != n {
			return fmt.Errorf("%d of %d are accepted", got, n)
		}
		return nil
	})
}

// Redis is a cache and a shared count: without it work goes on.
func TestWorkGoesOnWithoutRedis(t *testing.T) {
	t.Parallel()
	dir, w, redis := t.TempDir(), openWorld(t), startRedis(t)
	b := serveOn(t, dir, w, []string{"TICKETBELL_REDIS_URL=" + redis.url})
	b.connect(w)
	b.posts(0, 10)
	b.told(crowdOf(10))
	redis.stop()
	b.posts(10, few)
	b.told(crowdOf(few))
	redis.start() // it has forgotten everything
	b.posts(few, few+10)
	b.told(crowdOf(few + 10))
}

// What cannot be stored is not accepted; what was not accepted leaves nothing behind.
func TestAFullDiskIsSaidAndNothingIsAcceptedFalsely(t *testing.T) {
	t.Parallel()
	dir, w := t.TempDir(), openWorld(t)
	b := serve(t, dir, w)
	b.connect(w)
	b.posts(0, 5)
	b.told(crowdOf(5))
	b.fills()
	for n := 5; n < 15; n++ {
		got := b.call(request{method: "POST", path: "/api/v1/events", body: crowded(n)})
		if got.status != http.StatusServiceUnavailable || got.header.Get("Retry-After") == "" {
			t.Errorf("event %d: got %d %s, want 503 with Retry-After", n, got.status, got.body)
		}
	}
	readiness := request{method: "GET", path: "/readyz"}
	if got := b.call(readiness); got.status != http.StatusServiceUnavailable {
		t.Errorf("readiness: got %d %s, want 503", got.status, got.body)
	}
	b.empties()
	eventually(t, "it is ready again", func() error {
		if got := b.call(readiness); got.status != http.StatusOK {
			return fmt.Errorf("readiness: got %d %s", got.status, got.body)
		}
		return nil
	})
	if got := len(b.deliveries("")); got != 3*5 {
		t.Errorf("deliveries: got %d, want those of 5 events", got)
	}
	b.posts(5, 15) // 202, as new ones are
	b.told(crowdOf(15))
}
