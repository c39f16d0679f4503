package store

import (
	"slices"
	"strconv"
	"strings"

	"ticketbell/notify"
)

// line is what deliveries stand in line by: a column, or, without one, the time they
// were made alone.
type line struct {
	column string
	rising bool
}

func lineOf(o notify.Order) line {
	l := line{rising: o.Rising()}
	switch o {
	case notify.Slowest, notify.Fastest:
		l.column = `d.took_ms`
	case notify.MostTries, notify.FewestTries:
		l.column = `d.attempts`
	}
	return l
}

func byTime(rising bool) line { return line{rising: rising} }

// keys are the columns of the line; no two deliveries have all of them in common.
func (l line) keys() []string {
	if l.column == "" {
		return []string{`d.created_at`, `d.id`}
	}
	return []string{l.column, `d.created_at`, `d.id`}
}

// sql is the ORDER BY of the line.
func (l line) sql() string {
	keys := l.keys()
	if !l.rising {
		for i := range keys {
			keys[i] += ` DESC`
		}
	}
	return `ORDER BY ` + strings.Join(keys, `, `)
}

// at is the cursor of where d stands.
func (l line) at(d notify.Delivery) string {
	parts := []string{strconv.FormatInt(millis(d.CreatedAt), 10), d.ID}
	switch l.column {
	case `d.took_ms`:
		parts = append([]string{strconv.FormatInt(d.About.Took.Milliseconds(), 10)}, parts...)
	case `d.attempts`:
		parts = append([]string{strconv.Itoa(d.Attempts)}, parts...)
	}
	return cursor(parts...)
}

// after adds that a page begins behind the cursor.
func (l line) after(c *conditions, cursor string) error {
	if cursor == "" {
		return nil
	}
	keys := l.keys()
	parts, err := readCursor(cursor, len(keys))
	if err != nil {
		return err
	}
	numbers := make([]int64, len(keys)-1)
	for i := range numbers {
		if numbers[i], err = strconv.ParseInt(parts[i], 10, 64); err != nil {
			return notify.ErrCursor
		}
	}
	than := `<`
	if l.rising {
		than = `>`
	}
	c.add(keys[0]+` `+than+`= ?`, numbers[0]) // where an index begins to be read, if there is one
	term := keys[len(keys)-1] + ` ` + than + ` ` + c.bind(parts[len(parts)-1])
	for i, number := range slices.Backward(numbers) {
		n := c.bind(number)
		term = keys[i] + ` ` + than + ` ` + n + ` OR ` + keys[i] + ` = ` + n + ` AND (` + term + `)`
	}
	c.terms = append(c.terms, `(`+term+`)`)
	return nil
}

// byTime is the order in which deliveries are found.
func (p *picking) byTime() string { return byTime(p.line.rising && p.line.column == "").sql() }

// inLine is a query of the first n ids in the line of p: sorted among the newest that
// are found. An index for each line would be written to with every delivery, several
// times, for a question that is asked once a day.
func (p *picking) inLine(n int) (string, error) {
	if p.line.column == "" {
		return p.ids(n), nil
	}
	few := p.first(scanned)
	behind := conditions{args: p.args}
	if err := p.line.after(&behind, p.filter.Cursor); err != nil {
		return "", err
	}
	p.args = behind.args
	return `SELECT d.id FROM (` + few + `) d ` + behind.sql() + ` ` + p.line.sql() + ` LIMIT ` + strconv.Itoa(n), nil
}
