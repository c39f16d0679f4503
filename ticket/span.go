package ticket

import (
	"fmt"
	"strings"
	"time"
)

// Span is a length of time as people write it: 24h, 90m.
type Span time.Duration

// String writes s without the parts that are zero: "24h", not "24h0m0s".
func (s Span) String() string {
	if s == 0 {
		return ""
	}
	text := time.Duration(s).String()
	if rest, ok := strings.CutSuffix(text, "m0s"); ok {
		text = rest + "m"
	}
	if rest, ok := strings.CutSuffix(text, "h0m"); ok {
		text = rest + "h"
	}
	return text
}

// MarshalText implements [encoding.TextMarshaler].
func (s Span) MarshalText() ([]byte, error) { return []byte(s.String()), nil }

// UnmarshalText implements [encoding.TextUnmarshaler]. Nothing is no time at all.
func (s *Span) UnmarshalText(text []byte) error {
	if *s = 0; len(text) == 0 {
		return nil
	}
	d, err := time.ParseDuration(string(text))
	if err != nil || d < 0 {
		return fmt.Errorf("%q is no length of time such as 24h", text)
	}
	*s = Span(d)
	return nil
}
