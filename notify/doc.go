// Package notify gets each event to each person on each of their channels, once.
//
// A [Desk] accepts an event: it works out the audience, makes one delivery per
// person and channel, and stores event and deliveries in one transaction. A
// [Worker] per channel claims due deliveries, finds each person's address, says
// the card, hands it to the channel's [Sender] and settles every delivery by the
// sender's verdict. Nothing here knows a provider or a database; both are asked
// through the small interfaces in this package.
package notify
