package roster

import (
	"context"
	"errors"
	"fmt"
	"maps"
	"slices"
	"strings"

	"ticketbell/notify"
	"ticketbell/ticket"
)

// Keeper keeps people. A value that belongs to somebody else comes back as a
// [*notify.Taken], somebody unknown as [notify.ErrNotFound].
type Keeper interface {
	User(ctx context.Context, username string) (ticket.User, error)
	CreateUser(ctx context.Context, u ticket.User) error
	UpdateUser(ctx context.Context, u ticket.User) error
	// Owners names everybody else who has one of u's unique values now.
	Owners(ctx context.Context, u ticket.User) ([]notify.Taken, error)
}

// Known says what is done with a row whose person is known already.
type Known string

// What may be done.
const (
	UpdateKnown Known = "update" // they are changed in the columns that are there
	SkipKnown   Known = "skip"   // they stay as they are
	RefuseKnown Known = "error"  // the row is wrong
)

// Outcome is what becomes of a row.
type Outcome string

// The outcomes.
const (
	Created   Outcome = "created"
	Updated   Outcome = "updated"
	Unchanged Outcome = "unchanged"
	Skipped   Outcome = "skipped"
	LeftOut   Outcome = "wrong"
)

// Options say how to import.
type Options struct {
	// Known is what is done with people who are known; "" is [UpdateKnown].
	Known Known
	// Each hears what became of each row; may be nil.
	Each func(r Row, o Outcome)
	// DryRun only tells what would happen.
	DryRun bool
	// Lenient takes a person without their wrong cells, for a source that cannot be
	// mended first; otherwise a row with a wrong cell is left out.
	Lenient bool
	// Edited hears of everybody who changed, as they were and as they are; may be nil.
	Edited func(ctx context.Context, people ...ticket.User)
	// Appoint reports whether a role may be changed so; nil allows it.
	Appoint func(before, after ticket.UserRole) bool
	// Next is called before each row, and ends the import with its error; may be nil.
	Next func(ctx context.Context) error
}

// Report is what an import did, or would do.
type Report struct {
	DryRun    bool
	Created   int
	Updated   int
	Unchanged int
	Skipped   int
	Errors    []Wrong
}

// Wrong is a cell that is wrong. It never holds the value.
type Wrong struct {
	// Row is the row's number; the row of names is 1.
	Row int
	// Username is whose row it is, "" when it does not say.
	Username string
	ticket.FieldError
}

// Import takes rows in, in their order. An error that is not about a row ends it.
func Import(ctx context.Context, k Keeper, rows []Row, o Options) (Report, error) {
	im := &importer{
		keeper: k, o: o, report: Report{DryRun: o.DryRun, Errors: []Wrong{}},
		seen: map[string]int{}, planned: map[string]ticket.User{}, held: map[string]string{},
	}
	for _, r := range rows {
		if o.Next != nil {
			if err := o.Next(ctx); err != nil {
				return im.report, err
			}
		}
		became, err := im.row(ctx, r)
		if err != nil {
			return im.report, fmt.Errorf("import row %d: %w", r.Number, err)
		}
		im.count(r, became)
	}
	return im.report, nil
}

type importer struct {
	keeper Keeper
	o      Options
	report Report
	// seen are the rows by username, planned the people as they will be, and held
	// whose each unique value will be: a dry run stores none of it.
	seen    map[string]int
	planned map[string]ticket.User
	held    map[string]string
}

// count adds up what became of the rows.
func (im *importer) count(r Row, became Outcome) {
	switch became {
	case Created:
		im.report.Created++
	case Updated:
		im.report.Updated++
	case Unchanged:
		im.report.Unchanged++
	case Skipped:
		im.report.Skipped++
	case LeftOut: // its cells are in the report
	}
	if im.o.Each != nil {
		im.o.Each(r, became)
	}
}

// row takes one person in, or writes down why not.
func (im *importer) row(ctx context.Context, r Row) (Outcome, error) {
	if faults := r.faults(); len(faults) > 0 {
		for _, f := range faults {
			im.wrong(r, f)
		}
		return LeftOut, nil
	}
	name := strings.ToLower(r.value("username")) // two that differ in case only are one person
	if first, ok := im.seen[name]; ok && name != "" {
		im.wrong(r, ticket.FieldError{Field: "username", Code: "taken", Message: fmt.Sprintf("is in row %d already", first)})
		return LeftOut, nil
	}
	im.seen[name] = r.Number
	old, err := im.keeper.User(ctx, r.value("username"))
	known := err == nil
	if err != nil && !errors.Is(err, notify.ErrNotFound) {
		return LeftOut, err
	}
	switch {
	case known && im.o.Known == SkipKnown:
		return Skipped, nil
	case known && im.o.Known == RefuseKnown:
		im.wrong(r, ticket.FieldError{Field: "username", Code: "taken", Message: "is known already"})
		return LeftOut, nil
	case !known:
		old = ticket.User{Role: ticket.Member}
	}
	u, wrong := r.apply(old)
	wrong = append(wrong, check(u)...)
	if im.o.Appoint != nil && u.Role.Valid() && !im.o.Appoint(old.Role, u.Role) {
		wrong = append(wrong, ticket.FieldError{Field: "role", Code: "invalid", Message: "is more than you may give"})
	}
	if !im.mend(r, &u, old, wrong) {
		return LeftOut, nil
	}
	if wrong, err = im.taken(ctx, u); err != nil || !im.mend(r, &u, old, wrong) {
		return LeftOut, err
	}
	return im.keep(ctx, r, old, u, known)
}

// mend writes down what is wrong with a row; true when the row can be taken all the same.
func (im *importer) mend(r Row, u *ticket.User, old ticket.User, wrong []ticket.FieldError) bool {
	good := true
	for _, w := range wrong {
		im.wrong(r, w)
		good = good && im.o.Lenient && keepOld(u, old, w.Field)
	}
	return good
}

func (im *importer) wrong(r Row, f ticket.FieldError) {
	im.report.Errors = append(im.report.Errors, Wrong{r.Number, r.value("username"), f})
}

// taken names the values of u that belong to somebody else: by an earlier row, or by
// the record of somebody no earlier row takes them from.
func (im *importer) taken(ctx context.Context, u ticket.User) ([]ticket.FieldError, error) {
	mine := unique(u)
	owners := map[string]string{}
	stored, err := im.keeper.Owners(ctx, u)
	if err != nil {
		return nil, err
	}
	for _, t := range stored {
		if p, ok := im.planned[t.By]; !ok || unique(p)[t.Field] == mine[t.Field] {
			owners[t.Field] = t.By
		}
	}
	for field, value := range mine {
		if by := im.held[field+"\x00"+value]; value != "" && by != "" && by != u.Username {
			owners[field] = by
		}
	}
	var wrong []ticket.FieldError
	for _, field := range slices.Sorted(maps.Keys(owners)) {
		wrong = append(wrong, ticket.FieldError{Field: field, Code: "taken", Message: "is taken by " + owners[field]})
	}
	return wrong, nil
}

func (im *importer) keep(ctx context.Context, r Row, old, u ticket.User, known bool) (Outcome, error) {
	im.planned[u.Username] = u
	for field, value := range unique(u) {
		im.held[field+"\x00"+value] = u.Username
	}
	keep, became := im.keeper.CreateUser, Created
	switch {
	case known && u == old:
		return Unchanged, nil
	case known:
		keep, became = im.keeper.UpdateUser, Updated
	}
	if im.o.DryRun {
		return became, nil
	}
	err := keep(ctx, u)
	if taken, ok := errors.AsType[*notify.Taken](err); ok { // somebody was faster
		im.wrong(r, ticket.FieldError{Field: taken.Field, Code: "taken", Message: "is taken by " + taken.By})
		return LeftOut, nil
	}
	if err != nil {
		return LeftOut, err
	}
	if im.o.Edited != nil {
		im.o.Edited(ctx, old, u)
	}
	return became, nil
}
