package notify

import "github.com/google/uuid"

// NewID returns a fresh id that begins with prefix and sorts by the time it was
// made: "dlv_0192f0c1…". It is at most 36 characters for a prefix of four.
func NewID(prefix string) string {
	id, err := uuid.NewV7()
	if err != nil { // the random source failed, which it never does on a supported system
		panic("ticketbell: no randomness: " + err.Error())
	}
	hex := make([]byte, 0, 32)
	for _, c := range id.String() {
		if c != '-' {
			hex = append(hex, byte(c))
		}
	}
	return prefix + string(hex)
}
