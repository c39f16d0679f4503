package cards

import "strings"

// MaxBrand is how many characters the name of an installation may have.
const MaxBrand = 30

// Brand is the name an installation goes by on pages and messages: what its administrators
// call it, or ours, in the reader's language, where they call it nothing.
func Brand(name string) Text {
	if name = oneLine(name); name != "" {
		return Same(name)
	}
	return Text{"工单通知", "ticketbell"}
}

// Closing is the last line of a card: why the reader got it, and from whom.
func (c Card) Closing() Text {
	return Text{ZH: signed(c.Footer.ZH, c.Brand.ZH), EN: signed(c.Footer.EN, c.Brand.EN)}
}

// signed is what is said, without its full stop, and by whom.
func signed(said, by string) string {
	if said == "" || by == "" {
		return said + by
	}
	return strings.TrimRight(said, "。.") + " · " + by
}
