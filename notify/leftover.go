package notify

import "ticketbell/ticket"

// Leftover says what becomes of the messages that wait for a channel when it is switched off.
type Leftover string

// What can become of them.
const (
	// KeepWaiting leaves them in the queue until the channel is on again.
	KeepWaiting Leftover = "keep"
	// RerouteWaiting tells each person on another channel that is on, unless they hear of
	// the same event there already.
	RerouteWaiting Leftover = "reroute"
	// DiscardWaiting calls them off.
	DiscardWaiting Leftover = "discard"
)

// Valid reports whether l is one of the three.
func (l Leftover) Valid() bool { return l == KeepWaiting || l == RerouteWaiting || l == DiscardWaiting }

// Left counts what became of them. What a worker holds at that moment is sent, and messages
// that are out and are to be brought up to date wait in any case: neither is counted.
type Left struct {
	Kept     int `json:"kept" doc:"Stay in the queue until the channel is on again."`
	Rerouted int `json:"rerouted" doc:"Go out on another channel."`
	// Elsewhere are people who hear of the event on another channel in any case.
	Elsewhere int `json:"told_elsewhere" doc:"Called off, because the person hears of the same event on another channel anyway."`
	// Stranded are people without another channel: their deliveries are skipped, with the reason.
	Stranded  int `json:"no_other_channel" doc:"Skipped, because the person has no other channel that is on."`
	Discarded int `json:"discarded" doc:"Called off."`
}

// Detours are the channels, of those that are on, where u may be found, the likeliest first.
func Detours(u ticket.User, on []Channel) []Channel {
	var ways []Channel
	for _, ch := range on {
		if Unreached(u, ch) == "" {
			ways = append(ways, ch)
		}
	}
	return ways
}
