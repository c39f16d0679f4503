package notify

import (
	"cmp"
	"slices"
	"strings"
	"time"

	"ticketbell/cards"
	"ticketbell/ticket"
)

// DefaultNextAfter is for how many minutes one channel is tried before the next, where
// nothing else is set.
const DefaultNextAfter = 10

// Instead says why a person who is told on one channel at a time is told on this one.
type Instead struct {
	// Of is the channel before it in the person's order; "" where there is none.
	Of Channel `json:"of"`
	// Reason is why that one did not get through: that of its delivery, or [ReasonSlow].
	Reason string `json:"reason"`
}

// Words say it to people; no text for the zero Instead.
func (i Instead) Words() cards.Text {
	if i.Of == "" {
		return cards.Text{}
	}
	name, why := i.Of.Words(), ReasonWords(i.Reason)
	return cards.Text{ZH: name.ZH + "未送达：" + why.ZH, EN: name.EN + " did not get through: " + why.EN}
}

// Words are the channel's name for people.
func (c Channel) Words() cards.Text {
	switch c {
	case Feishu:
		return cards.Text{ZH: "飞书", EN: "Feishu"}
	case WeCom:
		return cards.Text{ZH: "企业微信", EN: "WeCom"}
	case Mail:
		return cards.Text{ZH: "邮件", EN: "E-mail"}
	default:
		return cards.Same(string(c))
	}
}

// ways is what the installation says of channels.
type ways struct {
	order  string // as [ticket.Ways] has it
	policy ticket.Policy
	next   time.Duration
}

// of are the channels that are on in u's order.
func (w ways) of(u ticket.User, on []Channel) []Channel {
	place := func(ch Channel) int {
		for i, order := range []string{u.Ways.Order, w.order} {
			if at := slices.Index(strings.Split(order, ","), string(ch)); at >= 0 {
				return at + i*len(Channels())
			}
		}
		return 2*len(Channels()) + slices.Index(Channels(), ch)
	}
	return slices.SortedStableFunc(slices.Values(on), func(a, b Channel) int { return cmp.Compare(place(a), place(b)) })
}

// Order are all channels in u's order.
func (s Settings) Order(u ticket.User) []Channel { return s.ways().of(u, Channels()) }

// OrderOf are the channels that w names.
func OrderOf(w ticket.Ways) []Channel {
	var channels []Channel
	for name := range strings.SplitSeq(w.Order, ",") {
		if ch := Channel(name); ch.Valid() {
			channels = append(channels, ch)
		}
	}
	return channels
}

// InOrder is an order of channels as [ticket.Ways] has it.
func InOrder(channels []Channel) string {
	var names []string
	for _, ch := range channels {
		names = append(names, string(ch))
	}
	return strings.Join(names, ",")
}

// inTurn reports whether u is told on one channel after the other.
func (w ways) inTurn(u ticket.User) bool {
	return cmp.Or(u.Ways.Policy, w.policy) == ticket.FirstWay
}

// queue puts the deliveries of one listener behind each other, in the order they have: one
// is sent, the others are in reserve. Each waits a little longer than the one before it,
// and goes out at once when that one fails, see [Queue.Settle].
func (w ways) queue(all []Delivery) {
	ahead := 0
	for i := range all {
		d := &all[i]
		d.Place = i + 1
		if i > 0 {
			d.Instead = Instead{Of: all[i-1].Channel, Reason: cmp.Or(all[i-1].Reason, ReasonSlow)}
		}
		if d.Status != Queued {
			continue
		}
		if ahead > 0 {
			d.Instead.Reason = ReasonSlow
			d.Reason, d.NotBefore = ReasonReserve, d.NotBefore.Add(time.Duration(ahead)*w.next)
			d.Deadline = d.NotBefore.Add(Patience)
		}
		ahead++
	}
}
