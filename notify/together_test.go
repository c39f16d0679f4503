package notify

import (
	"testing"
	"time"
)

func TestARepeatOfOneCallStaysOneCall(t *testing.T) {
	settled := []Settlement{
		{Status: Accepted},
		{Status: Retrying, Unknown: true, Wait: 900 * time.Millisecond},
		{Status: Retrying, Wait: 2 * time.Second},
		{Status: Retrying, Unknown: true, Wait: 1100 * time.Millisecond},
	}
	together(settled)
	want := []time.Duration{0, 900 * time.Millisecond, 2 * time.Second, 900 * time.Millisecond}
	for i, s := range settled {
		if got := s.Wait; got != want[i] {
			t.Errorf("%d: got due after %v, want %v", i, got, want[i])
		}
	}
}
