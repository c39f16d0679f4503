package store

import (
	"context"
	"slices"
	"strconv"
	"strings"
	"time"

	"ticketbell/notify"
)

// Bounds that keep every question short.
const (
	scanned     = notify.Sorted // deliveries one page looks through when no index leads to them
	read        = 1000          // deliveries, likewise, when what they are about has to be read
	maxTickets  = 1000          // tickets a typed word may lead to; with more, deliveries are looked through
	maxPeople   = 40            // people, likewise
	maxCodes    = 40            // codes, likewise
	maxCounted  = 10_000        // deliveries counted of each status
	manyCodes   = 500           // different codes on record that are looked at
	amissStates = `status IN ('retrying', 'failed', 'dead', 'skipped', 'canceled')`
)

// listing answers questions about deliveries.
type listing struct {
	querier
	words dialect
}

// page finds one page. It asks for the ids first: the rows are large.
func (l listing) page(ctx context.Context, f notify.DeliveryFilter) (items []notify.Delivery, next string, err error) {
	p, err := l.plan(ctx, f)
	if err != nil {
		return nil, "", err
	}
	limit := pageSize(f.Limit)
	ids, err := p.inLine(limit + 1)
	if err != nil {
		return nil, "", err
	}
	items, err = all(ctx, l, scanListed, listedQuery(ids, p.line.sql()), p.args...)
	if err != nil {
		return nil, "", err
	}
	if len(items) > limit {
		return items[:limit], p.line.at(items[limit-1]), nil
	}
	if !p.scans() || p.line.column != "" {
		return items, "", nil
	}
	next, err = p.horizon(ctx, l)
	return items, next, err
}

// subjects are what a typed word leads to.
type subjects struct {
	text                   string
	tickets, people, codes []string
	// many is true when the word leads to more than can be followed one by one.
	many bool
}

// follow finds what q leads to.
func (l listing) follow(ctx context.Context, q string) (s subjects, err error) {
	s.text = strings.ToLower(strings.TrimPrefix(strings.TrimSpace(clean(q)), "#"))
	if s.tickets, err = l.named(ctx, termTicket, s.text, maxTickets); err != nil {
		return s, err
	}
	if s.people, err = l.named(ctx, termPerson, s.text, maxPeople); err != nil {
		return s, err
	}
	codes, err := all(ctx, l, value[string], codesQuery, manyCodes)
	if err != nil {
		return s, err
	}
	for _, c := range codes {
		if strings.Contains(strings.ToLower(c), s.text) {
			s.codes = append(s.codes, c)
		}
	}
	s.many = len(s.tickets) > maxTickets || len(s.people) > maxPeople || len(s.codes) > maxCodes
	return s, nil
}

// named are the subjects of a kind with a term that begins with the text: more than
// most when there are more.
func (l listing) named(ctx context.Context, kind, text string, most int) ([]string, error) {
	from, to := between(text)
	found, err := all(ctx, l, value[string],
		l.words.subjectsOf("$1", "$2", "$3")+` LIMIT $4`, kind, from, to, 4*most)
	if len(found) == 4*most {
		return found, err // a name may be found at several of its words, but hardly at four
	}
	slices.Sort(found)
	return slices.Compact(found), err
}

// codesQuery leaps from code to code: there are few, however many deliveries.
const codesQuery = `WITH RECURSIVE leap (code) AS (
		SELECT (SELECT min(code) FROM deliveries WHERE code <> '')
		UNION ALL SELECT (SELECT min(code) FROM deliveries d WHERE d.code <> '' AND d.code > leap.code) FROM leap WHERE leap.code IS NOT NULL)
	SELECT code FROM leap WHERE code IS NOT NULL LIMIT $1`

// Codes returns the providers' codes that deliveries have as their last failure.
func (s *Store) Codes(ctx context.Context) ([]string, error) {
	return all(ctx, s.read, value[string], codesQuery, manyCodes)
}

// picking is how the deliveries of a filter are found: by leads, each of which an
// index answers, or, without any, by looking through them in order.
type picking struct {
	conditions
	filter notify.DeliveryFilter
	words  dialect
	line   line
	// leads are alternatives; whatever one of them finds is picked.
	leads []string
	// gathered are leads whose finds are few and in no order.
	gathered []string
}

// plan decides how f is answered.
func (l listing) plan(ctx context.Context, f notify.DeliveryFilter) (*picking, error) {
	p := &picking{filter: f, words: l.words, line: lineOf(f.Order)}
	p.narrow(f)
	if p.line.column == "" {
		if err := p.line.after(&p.conditions, f.Cursor); err != nil {
			return nil, err
		}
	}
	if f.Query != "" {
		s, err := l.follow(ctx, f.Query)
		if err != nil {
			return nil, err
		}
		p.lead(s)
	}
	return p, nil
}

// narrow adds what the fields of f ask for, apart from the query.
func (p *picking) narrow(f notify.DeliveryFilter) {
	p.equal(`d.ticket_id IN (SELECT id FROM tickets WHERE id = ? OR key = ?)`, f.Ticket)
	p.equal(`d.person = ?`, f.Person)
	p.equal(`d.channel = ?`, string(f.Channel))
	p.equal(`d.event_id = ?`, f.EventID)
	p.equal(`d.code = ?`, f.Code)
	p.equal(`d.reason = ?`, f.Reason)
	p.equal(`d.kind = ?`, string(f.Kind))
	p.equal(`d.project = ?`, f.Project)
	if f.Status != "" {
		p.terms = append(p.terms, statusIs(f.Status))
	}
	if f.Code != "" || f.Codes != nil {
		p.terms = append(p.terms, `d.code <> ''`) // as in the index
	}
	if f.Codes != nil {
		p.in(`d.code`, f.Codes)
	}
	if !f.Since.IsZero() {
		p.add(`d.created_at >= ?`, millis(f.Since))
	}
	if !f.Until.IsZero() {
		p.add(`d.created_at < ?`, millis(f.Until))
	}
}

// statusIs is written out, in the words of the index that leads to the status.
func statusIs(s notify.Status) string {
	if !s.Valid() {
		return `false`
	}
	term := `d.status = '` + string(s) + `'`
	switch {
	case amiss(s) != "":
		return term + ` AND d.` + amissStates
	case s == notify.Queued || s == notify.Sending:
		return term + ` AND d.` + dueIn
	default:
		return term
	}
}

// lead adds the ways to what a typed word leads to.
func (p *picking) lead(s subjects) {
	if s.many {
		p.look(s)
		return
	}
	exact := p.bind(s.text)
	raw := p.bind(strings.TrimSpace(clean(p.filter.Query)))
	p.leads = append(p.leads, `d.message_id = `+raw+` AND d.message_id <> ''`, `d.id = `+exact)
	if len(s.tickets) > 0 {
		p.gathered = append(p.gathered, p.oneOf(`d.ticket_id`, s.tickets))
	}
	for _, person := range s.people {
		p.leads = append(p.leads, `d.person = `+p.bind(person))
	}
	for _, code := range s.codes {
		p.leads = append(p.leads, `d.code = `+p.bind(code)+` AND d.code <> ''`)
	}
}

func (p *picking) oneOf(column string, values []string) string {
	one := &conditions{args: p.args}
	one.in(column, values)
	p.args = one.args
	return one.terms[0]
}

// look adds the typed word as something to look for in each delivery.
func (p *picking) look(s subjects) {
	like := p.bind(likeAny(s.text))
	from, to := between(s.text)
	people := p.words.subjectsOf(`'`+termPerson+`'`, p.bind(from), p.bind(to))
	// A scalar subquery, because PostgreSQL would rather read every ticket than look into an EXISTS.
	p.terms = append(p.terms, `((SELECT lower(t.key) LIKE `+like+` ESCAPE '\' OR lower(t.title) LIKE `+like+` ESCAPE '\' FROM tickets t WHERE t.id = d.ticket_id)
		OR d.person IN (`+people+`)
		OR lower(d.code) LIKE `+like+` ESCAPE '\')`)
}

// scans reports whether deliveries are looked through, because no index leads to
// the few that are picked.
func (p *picking) scans() bool {
	f := p.filter
	if len(p.leads) > 0 || f.Ticket != "" || f.Person != "" || f.EventID != "" || f.Code != "" || f.Codes != nil {
		return false
	}
	waits := f.Status == notify.Queued || f.Status == notify.Sending
	return !waits && (amiss(f.Status) == "" || f.Query != "")
}

// amiss is s when it is one of the states that few deliveries are in, else "".
func amiss(s notify.Status) notify.Status {
	switch s {
	case notify.Retrying, notify.FailedOn, notify.Dead, notify.Skipped, notify.Canceled:
		return s
	default:
		return ""
	}
}

// ids is a query of the ids of the first n by time.
func (p *picking) ids(n int) string {
	return `SELECT d.id FROM (` + p.first(n) + `) d`
}

// first is a query of the first n by time: their [line.keys].
func (p *picking) first(n int) string {
	keys := strings.Join(p.line.keys(), `, `)
	end := p.byTime() + ` LIMIT ` + strconv.Itoa(n)
	if p.scans() {
		return `SELECT ` + keys + ` FROM (` + p.window() + `) d ` + p.sql() + ` ` + end
	}
	if len(p.leads) == 0 {
		return `SELECT ` + keys + ` FROM deliveries d ` + p.sql() + ` ` + end
	}
	var found []string
	for _, lead := range p.leads {
		found = append(found, `SELECT `+keys+` FROM (SELECT `+keys+` FROM deliveries d `+p.and(lead)+` `+end+`) d`)
	}
	for _, lead := range p.gathered {
		found = append(found, `SELECT `+keys+` FROM (WITH gathered AS MATERIALIZED (SELECT `+keys+` FROM deliveries d `+p.and(lead)+`)
			SELECT `+keys+` FROM gathered d `+end+`) d`)
	}
	return `SELECT ` + keys + ` FROM (` + strings.Join(found, ` UNION `) + `) d ` + end
}

func (p *picking) and(lead string) string {
	both := conditions{terms: append([]string{lead}, p.terms...)}
	return both.sql()
}

// window is the stretch of deliveries that one page looks through.
func (p *picking) window() string {
	columns := `d.id, d.created_at, d.channel, d.kind, d.project` // in the index deliveries_newest
	f := p.filter
	if f.Status != "" || f.Reason != "" || f.Query != "" {
		columns += `, d.status, d.reason, d.ticket_id, d.person, d.code`
	}
	if p.line.column != "" {
		columns += `, ` + p.line.column
	}
	return `SELECT ` + columns + ` FROM deliveries d ` + p.stretch() + ` ` + p.byTime() + ` LIMIT ` + strconv.Itoa(p.reach())
}

// reach is how many deliveries one page looks through.
func (p *picking) reach() int {
	if p.filter.Query != "" {
		return read
	}
	return scanned
}

// stretch are the conditions of where the window lies: its time, its beginning, and a
// state that few are in.
func (p *picking) stretch() string {
	bounds := conditions{}
	for _, t := range p.terms {
		if strings.Contains(t, `d.created_at `) || strings.Contains(t, amissStates) {
			bounds.terms = append(bounds.terms, t)
		}
	}
	return bounds.sql()
}

// horizon is the cursor of where the window ended, "" when that was the last delivery.
func (p *picking) horizon(ctx context.Context, q querier) (string, error) {
	f := p.filter
	at := &picking{line: p.line}
	at.narrow(notify.DeliveryFilter{Status: amiss(f.Status), Since: f.Since, Until: f.Until})
	if err := at.line.after(&at.conditions, f.Cursor); err != nil {
		return "", err
	}
	ends, err := all(ctx, q, scanPlace, `SELECT d.created_at, d.id FROM deliveries d `+at.sql()+` `+p.byTime()+
		` LIMIT 1 OFFSET `+strconv.Itoa(p.reach()-1), at.args...)
	if err != nil || len(ends) == 0 {
		return "", err
	}
	return cursor(strconv.FormatInt(millis(ends[0].at), 10), ends[0].id), nil
}

type place struct {
	at time.Time
	id string
}

func scanPlace(r row) (p place, err error) { return p, r.Scan(stamp{&p.at}, &p.id) }

// picked are the conditions of all that f picks, wherever they are.
func (tx *txn) picked(ctx context.Context, f notify.DeliveryFilter) (*conditions, error) {
	p, err := listing{tx, tx.words}.plan(ctx, f)
	if err != nil {
		return nil, err
	}
	if leads := slices.Concat(p.leads, p.gathered); len(leads) > 0 {
		p.terms = append(p.terms, `(`+strings.Join(leads, ` OR `)+`)`)
	}
	return &p.conditions, nil
}
