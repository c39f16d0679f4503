package cards

import (
	"cmp"
	"slices"
	"strings"
	"time"

	"ticketbell/ticket"
)

// Setting is what an installation says once for all its cards.
type Setting struct {
	// Location is the zone times are written in; nil is UTC.
	Location *time.Location
	// URLPrefix is where the platform lives; a ticket's path is joined to it.
	URLPrefix string
	// LinkTemplate is the path of a ticket that brings none, with {project} and {ticket} for
	// their keys; "" gives such a ticket no link.
	LinkTemplate string
	// Brand is what the installation is called, "" for our own name, see [Brand].
	Brand string
}

// For says n to its reader.
func For(n Notice, s Setting) Card {
	w := writer{n: n, ev: n.Event, t: n.Event.Ticket, s: s}
	c := Card{
		Tone:        w.tone(),
		Chip:        w.chip(),
		Verb:        w.verb(),
		Subject:     clean(w.t.Title),
		Number:      "#" + oneLine(w.t.Key),
		Project:     clean(w.t.Project.String()),
		Settled:     !w.t.Status.Waiting() && w.t.Status != ticket.Running,
		Production:  w.production(),
		Rows:        w.rows(),
		Description: excerpt(w.t.Description, maxDescriptionLines, maxDescriptionRunes),
		Reason:      w.reason(),
		Trail:       append(w.trail(), w.pending()...),
		Muted:       w.n.Muted && !w.over(),
		Footer:      w.footer(),
		Brand:       Brand(s.Brand),
	}
	c.Buttons = w.buttons()
	return c
}

// writer holds what the sentences of one card are made from.
type writer struct {
	n  Notice
	ev ticket.Event
	t  ticket.Ticket
	s  Setting
}

// passedOn reports whether the card tells a reader who need not act that a step was passed.
func (w writer) passedOn() bool {
	return w.ev.Kind == ticket.KindPassed && w.n.Reader != ticket.RoleAssignee
}

func (w writer) tone() Tone {
	if w.passedOn() {
		return ToneSucceeded
	}
	return ToneOf(w.t.Status)
}

func (w writer) chip() Text {
	if w.passedOn() {
		return Text{"审批通过", "Approved"}
	}
	return statusWord(w.t.Status)
}

func (w writer) production() bool {
	return slices.ContainsFunc(w.t.Targets, func(t ticket.Target) bool { return isProduction(t.Environment) })
}

func isProduction(environment string) bool {
	switch strings.ToLower(strings.TrimSpace(environment)) {
	case "prod", "production", "prd", "生产", "生产环境":
		return true
	}
	return false
}

// over reports whether there is no more news of the ticket.
func (w writer) over() bool { return w.t.Status.Over() || w.n.Now.Over() }

// buttons: the decision first where it can be carried back, then the link, then what
// concerns the reader alone.
func (w writer) buttons() []Button {
	var b []Button
	if w.n.Decidable && w.n.Pending == nil && w.n.Reader == ticket.RoleAssignee && w.t.Status == ticket.WaitingReview {
		b = append(b, Button{Action: Approve, Text: ActionWord(Approve)}, Button{Action: Reject, Text: ActionWord(Reject)})
	}
	if w.n.Remindable && w.n.Reader == ticket.RoleCreator && w.t.Status.Waiting() {
		b = append(b, Button{Action: Remind, Text: ActionWord(Remind)})
	}
	if link := w.link(); link != "" {
		b = append(b, Button{Action: View, Text: ActionWord(View), URL: link})
	}
	switch {
	case !w.n.Mutable || w.over():
	case w.n.Muted:
		b = append(b, Button{Action: Unmute, Text: ActionWord(Unmute)})
	default:
		b = append(b, Button{Action: Mute, Text: ActionWord(Mute)})
	}
	return b
}

// link returns the ticket's own absolute link, or its path, else what the template makes of
// its keys, below the prefix. Without any there is no link: a dead one is worse than none.
func (w writer) link() string {
	if w.t.URL != "" {
		return w.t.URL
	}
	path := cmp.Or(w.t.Path, fillLink(w.s.LinkTemplate, w.t.Project.Key, w.t.Key))
	if path == "" || w.s.URLPrefix == "" {
		return ""
	}
	return strings.TrimRight(w.s.URLPrefix, "/") + "/" + strings.TrimLeft(path, "/")
}

// clock writes a moment in full, with its zone.
func (w writer) clock(at time.Time) string { return clockOf(w.s, at) }

// hour writes a moment as short as it stays clear: the time alone on the day of the event.
func (w writer) hour(at time.Time) string {
	at = at.In(w.zone())
	if at.Format(time.DateOnly) == w.ev.OccurredAt.In(w.zone()).Format(time.DateOnly) {
		return at.Format("15:04")
	}
	return at.Format("2006-01-02 15:04")
}

func (w writer) zone() *time.Location { return zoneOf(w.s) }
