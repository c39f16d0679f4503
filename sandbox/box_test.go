package sandbox_test

import (
	"strings"
	"sync"
	"testing"
	"time"

	"ticketbell/sandbox"
)

func everything(sandbox.Message) bool { return true }

func TestAChangeKeepsPlaceReceiverAndArrival(t *testing.T) {
	now := time.Date(2026, 11, 22, 10, 0, 0, 0, time.UTC)
	box := sandbox.NewBox(func() time.Time { return now })
	arrived := now
	box.Put(sandbox.Message{Channel: "feishu", ID: "1", To: "ou_1", Title: "before"})
	box.Put(sandbox.Message{Channel: "wecom", ID: "1", To: "lisi", Title: "another"})
	now = now.Add(time.Minute)
	if err := box.Change("feishu", "1", func(m *sandbox.Message) { m.Title = "after" }); err != nil {
		t.Fatal(err)
	}
	got := box.Messages(everything)
	first := got[0]
	if first.Title != "after" || first.To != "ou_1" || first.Updates != 1 || !first.ReceivedAt.Equal(arrived) || !first.UpdatedAt.Equal(now) {
		t.Errorf("got %+v, want it changed once, a minute after it came", first)
	}
	if got[1].Title != "another" || got[1].Updates != 0 {
		t.Errorf("got %+v, want the other channel's message as it was", got[1])
	}
}

func TestAMessageThatIsNotThereCannotBeChanged(t *testing.T) {
	box := sandbox.NewBox(time.Now)
	err := box.Change("mail", "7", func(*sandbox.Message) { t.Error("got a message to change, want none") })
	if err == nil || !strings.Contains(err.Error(), "no message 7 on mail") {
		t.Errorf("got %v, want the message and channel named", err)
	}
}

func TestEveryChangeIsAnnounced(t *testing.T) {
	box := sandbox.NewBox(time.Now)
	for name, change := range map[string]func(){
		"put":   func() { box.Put(sandbox.Message{Channel: "mail", ID: "1"}) },
		"clear": box.Clear,
	} {
		announced := box.Changed()
		change()
		select {
		case <-announced:
		default:
			t.Errorf("%s: got silence, want an announcement", name)
		}
	}
}

func TestManyDevicesAtOnce(t *testing.T) {
	box := sandbox.NewBox(time.Now)
	var senders sync.WaitGroup
	for range 50 {
		senders.Go(func() {
			box.Put(sandbox.Message{Channel: "mail", ID: "1"})
			_ = box.Messages(everything)
			_ = box.Change("mail", "1", func(m *sandbox.Message) { m.Title = "changed" })
		})
	}
	senders.Wait()
	got := box.Messages(everything)
	if len(got) != 50 || got[0].Updates != 50 {
		t.Errorf("got %d messages, the first changed %d times, want 50 and 50", len(got), got[0].Updates)
	}
}
