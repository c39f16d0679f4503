package store_test

import (
	"bufio"
	"context"
	"fmt"
	"os"
	"os/exec"
	"strings"
	"testing"
	"time"

	"ticketbell/notify"
	"ticketbell/store"
)

// victimEnv is set for the process that is killed: the URL of its database.
const victimEnv = "TICKETBELL_STORE_VICTIM"

// TestWhatWasAnsweredSurvivesAKill kills a process in the middle of recording and
// settling. Whatever it had said was done must be on record, and all of it.
func TestWhatWasAnsweredSurvivesAKill(t *testing.T) {
	onEachURL(t, func(t engineTest, url string) {
		recorded, settled := killAfter(t, url, 300)
		s := open(t, url)
		for _, id := range recorded {
			e := entry(id)
			r := record(t, s, e, planned(e))
			if !r.Replayed || len(r.Deliveries) != 3 {
				t.Errorf("got event %s replayed %v with %d deliveries, want it on record with 3", id, r.Replayed, len(r.Deliveries))
			}
		}
		for _, id := range settled {
			d, attempts, err := s.Delivery(t.Context(), id)
			if err != nil || d.Status != notify.Accepted || len(attempts) != 1 {
				t.Errorf("got %s %s with %d attempts, %v, want accepted with one", id, d.Status, len(attempts), err)
			}
		}
		if len(settled) == 0 {
			t.Error("got nothing settled before the kill, want some")
		}
		claimedAgain(t, s)
	})
}

// claimedAgain checks that nothing the dead process held stays held.
func claimedAgain(tb testing.TB, s *store.Store) {
	tb.Helper()
	later := noon.Add(time.Hour)
	for left := true; left; {
		left = len(claim(tb, s, "after", 200, later)) > 0
	}
	counts, err := s.CountDeliveries(tb.Context())
	if err != nil {
		tb.Fatal(err)
	}
	for st, n := range counts[notify.Feishu] {
		if st != notify.Accepted && st != notify.Sending {
			tb.Errorf("got %d %s that nobody can claim", n, st)
		}
	}
}

// killAfter runs a victim until it has said n lines, kills it, and returns what it
// said was recorded and settled.
func killAfter(tb testing.TB, url string, n int) (recorded, settled []string) {
	tb.Helper()
	cmd := exec.CommandContext(tb.Context(), os.Args[0])
	cmd.Env = append(os.Environ(), victimEnv+"="+url)
	cmd.Stderr = os.Stderr
	said, err := cmd.StdoutPipe()
	if err != nil {
		tb.Fatal(err)
	}
	if err := cmd.Start(); err != nil {
		tb.Fatal(err)
	}
	lines := bufio.NewScanner(said)
	for i := 0; lines.Scan(); i++ {
		if i == n {
			if err := cmd.Process.Kill(); err != nil {
				tb.Fatal(err)
			}
		}
		what, id, _ := strings.Cut(lines.Text(), " ") // also what it said before the kill reached it
		switch what {
		case "recorded":
			recorded = append(recorded, id)
		case "settled":
			settled = append(settled, id)
		}
	}
	if err := cmd.Wait(); err == nil || !strings.Contains(err.Error(), "killed") {
		tb.Fatalf("got %v, want the process killed", err)
	}
	return recorded, settled
}

// victim records and settles until it is killed, and says what is done.
func victim(url string) int {
	ctx := context.Background()
	s, err := store.Open(ctx, config(url))
	if err != nil {
		fmt.Fprintln(os.Stderr, err)
		return 1
	}
	s.SetClock(func() time.Time { return noon })
	failed := make(chan error)
	for w := range 4 {
		go func() { failed <- recordForEver(ctx, s, w) }()
		go func() { failed <- settleForEver(ctx, s, fmt.Sprint("w", w)) }()
	}
	fmt.Fprintln(os.Stderr, <-failed)
	return 1
}

func recordForEver(ctx context.Context, s *store.Store, w int) error {
	for i := 0; ; i++ {
		e := entry(fmt.Sprintf("%d-%d", w, i))
		plan := planned(e, delivery(e, "a", notify.Feishu), delivery(e, "b", notify.Feishu), delivery(e, "c", notify.Mail))
		if _, err := s.Record(ctx, e, plan); err != nil {
			return err
		}
		fmt.Fprintln(os.Stdout, "recorded", e.Event.ID)
	}
}

func settleForEver(ctx context.Context, s *store.Store, lease string) error {
	for {
		notices, err := s.Claim(ctx, notify.Feishu, 5, lease, time.Minute)
		if err != nil {
			return err
		}
		var settled []notify.Settlement
		for _, n := range notices {
			settled = append(settled, sent(n.Delivery))
		}
		if err := s.Settle(ctx, lease, settled); err != nil {
			return err
		}
		for _, n := range notices {
			fmt.Fprintln(os.Stdout, "settled", n.Delivery.ID)
		}
	}
}
