package rig

import (
	"testing"
	"time"
)

func TestPeakMemoryIsReadInMB(t *testing.T) {
	tests := []struct {
		name, status string
		want         int
	}{
		{"as Linux tells it", "Name:\tbot\nVmPeak:\t 1260000 kB\nVmHWM:\t   61440 kB\nVmRSS:\t   50000 kB\n", 60},
		{"rounded", "VmHWM:\t   1600 kB\n", 2},
		{"not told", "Name:\tbot\n", 0},
	}
	for _, test := range tests {
		if got := peakOf(test.status); got != test.want {
			t.Errorf("%s: got %d MB, want %d", test.name, got, test.want)
		}
	}
}

func TestCPUTimeIsReadBehindTheName(t *testing.T) {
	tests := []struct {
		name, stat string
		want       time.Duration
	}{
		{"user and system", "42 (bot) S 1 42 42 0 -1 4194560 900 0 0 0 150 25 0 0 20 0 9 0 100 0 0", 1750 * time.Millisecond},
		{"a name with blanks and brackets", "42 (a ) b) S 1 42 42 0 -1 4194560 900 0 0 0 3 4 0 0 20", 70 * time.Millisecond},
		{"cut short", "42 (bot) S 1", 0},
		{"nothing", "", 0},
	}
	for _, test := range tests {
		if got := cpuOf(test.stat); got != test.want {
			t.Errorf("%s: got %v, want %v", test.name, got, test.want)
		}
	}
}
