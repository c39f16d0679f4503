package sandbox_test

import (
	"testing"

	"ticketbell/sandbox"
)

func TestAFaultHitsAsOftenAsItWasTold(t *testing.T) {
	s := sandbox.NewFaults()
	s.Set(sandbox.Fault{Channel: "feishu", Name: "left", Times: 2})
	for i, want := range []bool{true, true, false} {
		if _, got := s.Take("feishu", "left"); got != want {
			t.Errorf("request %d: got %t, want %t", i+1, got, want)
		}
	}
	if got := s.Active(); len(got) != 0 {
		t.Errorf("got %v, want none left", got)
	}
}

func TestAFaultWithoutTimesLastsUntilItIsCleared(t *testing.T) {
	s := sandbox.NewFaults()
	s.Set(sandbox.Fault{Channel: "feishu", Name: "left"})
	for range 100 {
		if _, hit := s.Take("feishu", "left"); !hit {
			t.Fatal("got no fault, want it every time")
		}
	}
	s.Clear("wecom")
	if _, hit := s.Take("feishu", "left"); !hit {
		t.Error("got no fault after another channel was cleared, want it")
	}
	s.Clear("feishu")
	if name, hit := s.Take("feishu", "left"); hit {
		t.Errorf("got %s after clearing, want none", name)
	}
}

func TestAFaultHitsOnlyWhatItIsAbout(t *testing.T) {
	s := sandbox.NewFaults()
	s.Set(sandbox.Fault{Channel: "feishu", Name: "left", Times: 1})
	if name, hit := s.Take("wecom", "left"); hit {
		t.Errorf("got %s on another channel, want none", name)
	}
	if name, hit := s.Take("feishu", "slow", "blocked"); hit {
		t.Errorf("got %s at a point that is not its own, want none", name)
	}
	if name, _ := s.Take("feishu", "slow", "left"); name != "left" {
		t.Errorf("got %q, want left", name)
	}
}

func TestTheOldestFaultHitsFirst(t *testing.T) {
	s := sandbox.NewFaults()
	s.Set(sandbox.Fault{Channel: "feishu", Name: "slow", Times: 1})
	s.Set(sandbox.Fault{Channel: "feishu", Name: "left", Times: 1})
	for _, want := range []string{"slow", "left"} {
		if got, _ := s.Take("feishu", "left", "slow"); got != want {
			t.Errorf("got %s, want %s", got, want)
		}
	}
}

// With one chance in two, a thousand requests that are all hit, or all spared, do not happen.
func TestAProbableFaultHitsSome(t *testing.T) {
	s := sandbox.NewFaults()
	s.Set(sandbox.Fault{Channel: "feishu", Name: "left", Probability: 0.5})
	hits := 0
	for range 1000 {
		if _, hit := s.Take("feishu", "left"); hit {
			hits++
		}
	}
	if hits == 0 || hits == 1000 {
		t.Errorf("got %d of 1000, want some", hits)
	}
}
