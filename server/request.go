package server

import (
	"context"
	"net/http"
	"net/netip"
	"regexp"

	"golang.org/x/text/language"

	"ticketbell/access"
	"ticketbell/cards"
	"ticketbell/notify"
)

// exchange is what is known of the request at hand. It is made at the very door
// and filled on the way in; the log line reads it on the way out.
type exchange struct {
	id    string
	query string // ?lang=
	wants string // Accept-Language
	token access.Token
	from  netip.Addr // the zero value: nobody knows
	// inside: one of our pages asks, in the process.
	inside bool
	// cause is why the answer is an error of ours; it is logged and never sent.
	cause error
}

type exchangeKey struct{}

var saneID = regexp.MustCompile(`^[A-Za-z0-9._-]{1,64}$`)

// meet begins the exchange of r. A caller's X-Request-Id is kept when it is sane.
func meet(r *http.Request) *exchange {
	id := r.Header.Get("X-Request-Id")
	if !saneID.MatchString(id) {
		id = notify.NewID("req_")
	}
	return &exchange{id: id, query: r.URL.Query().Get("lang"), wants: r.Header.Get("Accept-Language")}
}

func (x *exchange) in(ctx context.Context) context.Context {
	return context.WithValue(ctx, exchangeKey{}, x)
}

// current returns the exchange ctx belongs to; an empty one outside of a request.
func current(ctx context.Context) *exchange {
	if x, ok := ctx.Value(exchangeKey{}).(*exchange); ok {
		return x
	}
	return &exchange{}
}

// language is what the caller reads: ?lang=, else Accept-Language, else English.
func (x *exchange) language() cards.Language {
	switch x.query {
	case string(cards.Chinese), string(cards.English):
		return cards.Language(x.query)
	}
	_, i := language.MatchStrings(language.NewMatcher([]language.Tag{language.English, language.Chinese}), x.wants)
	if i == 1 {
		return cards.Chinese
	}
	return cards.English
}

// address is where the request comes from, "" where nobody knows.
func (x *exchange) address() string {
	if !x.from.IsValid() {
		return ""
	}
	return x.from.String()
}

// by names the caller in what is written down about a change.
func by(ctx context.Context) string { return current(ctx).token.Name }
