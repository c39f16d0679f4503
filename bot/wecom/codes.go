package wecom

import (
	"cmp"
	"errors"
	"strconv"
	"time"

	"ticketbell/notify"
)

// maxMessage is how many characters of WeCom's own text are kept. The "from ip" of
// 60020 stands within the first 200.
const maxMessage = 500

// class is what a code means for a delivery.
type class int

const (
	again         class = iota // try again with back-off
	refresh                    // replace the token and send once more; if that fails, try again
	after                      // not before the row's wait
	misconfigured              // nobody gets anything until an administrator mends it
	stale                      // the userid is not, or no longer, one the app may write to
	barred                     // the app has no right to write to this person
	permanent                  // this person will not get it
	bug                        // we sent something wrong: repeating it changes nothing
	badCard                    // WeCom refuses the card; it goes out once more as a text
)

// row is what one errcode means.
type row struct {
	code    int
	class   class
	wait    time.Duration // of class after
	meaning string
}

// rows is the retry table (wecom.md 3, 4.3, 4.4, 5). A code that is not in it is
// tried again, except those of cards, see rowOf.
func rows() []row {
	return []row{
		{-1, again, 0, "system busy"},
		{6000, again, 0, "version conflict"},

		{40014, refresh, 0, "invalid access_token"},
		{42001, refresh, 0, "access_token expired"},

		// Over a minute's limit is closed for 60 s, over an hour's for 60 min: asking
		// again after the shorter one costs one call.
		{45009, after, 60 * time.Second, "rate limit"},
		{45033, after, 3 * time.Second, "too many calls at once"},

		{40001, misconfigured, 0, "wrong secret"}, // several bar the address for an hour
		{40013, misconfigured, 0, "wrong CorpID"},
		{40056, misconfigured, 0, "invalid agentid"},
		{41011, misconfigured, 0, "agentid missing"},
		{48002, misconfigured, 0, "API not permitted"},
		{50001, misconfigured, 0, "redirect_url not a trusted domain"},
		{50003, misconfigured, 0, "app disabled"},
		{60020, misconfigured, 0, "IP not trusted"},
		{301002, misconfigured, 0, "the secret is of another app than agentid"},

		{81013, stale, 0, "all receivers invalid or not visible"},
		{40003, stale, 0, "invalid userid"},
		{60111, stale, 0, "userid not found"},
		{40031, stale, 0, "invalid userid in the list"}, // ux.md 4.9
		{60011, barred, 0, "no right to the member"},

		{40008, bug, 0, "invalid message type"},
		{40032, bug, 0, "more than 1000 users"},
		{40035, bug, 0, "invalid parameters"},
		{40058, bug, 0, "invalid parameter"},
		{40063, bug, 0, "empty parameter"},
		{41001, bug, 0, "access_token missing"},
		{41002, bug, 0, "corpid missing"},
		{41004, bug, 0, "secret missing"},
		{44004, bug, 0, "empty text"},
		{45002, bug, 0, "text too long"},
		{82001, bug, 0, "all receiver fields empty"},
		{82002, bug, 0, "more than 100 parties"},
		{82003, bug, 0, "more than 100 tags"},
	}
}

// rowOf returns the row of a code. 42014-42020 and 42027-42051 name a field of a
// card (wecom.md 4.3).
func rowOf(code int) row {
	for _, r := range rows() {
		if r.code == code {
			return r
		}
	}
	if (code >= 42014 && code <= 42020) || (code >= 42027 && code <= 42051) {
		return row{code: code, class: badCard, meaning: "invalid card"}
	}
	return row{code: code, class: again}
}

// judge gives an error of call the verdict of the table. What was no answer of WeCom has
// its verdict from the guard, and a broken connection is tried again.
func judge(err error) error {
	e, ok := errors.AsType[*codeError](err)
	if !ok {
		return err
	}
	return rowOf(e.ErrCode).verdict(e.refusal())
}

// refusal says e in WeCom's own words, or in the table's when it gave none.
func (e *codeError) refusal() *notify.Refusal {
	return &notify.Refusal{Code: "wecom." + strconv.Itoa(e.ErrCode), Message: cmp.Or(e.ErrMsg, rowOf(e.ErrCode).meaning)}
}

// aboutReceiver reports whether the code speaks of somebody in the call, without a
// word about who it is.
func (r row) aboutReceiver() bool { return r.class == stale || r.class == barred }

func (r row) verdict(err error) error {
	switch r.class {
	case after:
		return notify.Hold(r.wait, err) // the app's limit: the next person would hear the same
	case misconfigured:
		return notify.Misconfigured(err)
	case stale:
		return notify.StaleAddress(err)
	case barred, permanent, bug, badCard:
		return notify.Permanent(err)
	default: // again, and refresh when the fresh token did not help
		return err
	}
}
