package rig

import (
	"slices"
	"time"
)

// Percentile returns the smallest of the durations that p percent of them do not
// exceed, 0 when there are none.
func Percentile(all []time.Duration, p int) time.Duration {
	if len(all) == 0 {
		return 0
	}
	sorted := slices.Sorted(slices.Values(all))
	rank := (p*len(sorted) + 99) / 100 // rounded up
	return sorted[max(rank, 1)-1]
}
