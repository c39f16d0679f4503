package store

import (
	"database/sql/driver"
	"encoding/json"
	"fmt"
	"strings"
	"time"
)

// millis is t as a column holds it: epoch milliseconds, 0 for the zero time.
func millis(t time.Time) int64 {
	if t.IsZero() {
		return 0
	}
	return t.UnixMilli()
}

// stamp reads a column of epoch milliseconds into a time in UTC.
type stamp struct{ t *time.Time }

// Scan implements sql.Scanner.
func (s stamp) Scan(src any) error {
	ms, ok := src.(int64)
	if !ok {
		return fmt.Errorf("a time is kept as a number, not as %T", src)
	}
	*s.t = time.Time{}
	if ms != 0 {
		*s.t = time.UnixMilli(ms).UTC()
	}
	return nil
}

// span reads a column of microseconds into a duration.
type span struct{ d *time.Duration }

// Scan implements sql.Scanner.
func (s span) Scan(src any) error {
	us, ok := src.(int64)
	if !ok {
		return fmt.Errorf("a duration is kept as a number, not as %T", src)
	}
	*s.d = time.Duration(us) * time.Microsecond
	return nil
}

// document is a value kept as JSON. To be read, it holds a pointer; the empty
// text leaves what it points to as it is.
type document struct{ v any }

// Value implements driver.Valuer.
func (d document) Value() (driver.Value, error) {
	b, err := json.Marshal(d.v)
	return string(b), err
}

// Scan implements sql.Scanner.
func (d document) Scan(src any) error {
	text, ok := src.(string)
	if !ok {
		return fmt.Errorf("JSON is kept as text, not as %T", src)
	}
	if text == "" {
		return nil
	}
	return json.Unmarshal([]byte(text), d.v)
}

// clean makes text of what a stranger sent: PostgreSQL refuses bytes that are no
// UTF-8 and the character 0, and a refused row would be tried for ever.
func clean(s string) string {
	return strings.ReplaceAll(strings.ToValidUTF8(s, "\uFFFD"), "\x00", "")
}

// likeAny is a pattern for LIKE … ESCAPE '\' that finds q anywhere, in lower case.
func likeAny(q string) string {
	return "%" + strings.NewReplacer(`\`, `\\`, `%`, `\%`, `_`, `\_`).Replace(strings.ToLower(q)) + "%"
}
