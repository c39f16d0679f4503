package notify

import (
	"testing"
	"time"
)

func TestARepeatOfOneCallStaysOneCall(t *testing.T) {
	at := time.Unix(1000, 0)
	settled := []Settlement{
		{Status: Accepted, NotBefore: at},
		{Status: Retrying, Unknown: true, NotBefore: at.Add(900 * time.Millisecond)},
		{Status: Retrying, NotBefore: at.Add(2 * time.Second)},
		{Status: Retrying, Unknown: true, NotBefore: at.Add(1100 * time.Millisecond)},
	}
	together(settled)
	want := []time.Duration{0, 900 * time.Millisecond, 2 * time.Second, 900 * time.Millisecond}
	for i, s := range settled {
		if got := s.NotBefore.Sub(at); got != want[i] {
			t.Errorf("%d: got due after %v, want %v", i, got, want[i])
		}
	}
}
