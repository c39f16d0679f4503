// Package cards says an event to a reader as a card that no channel owns.
//
// All wording lives here, in Chinese and in English, written by hand. A channel
// takes a [Card] and lays it out in its own format; it adds no sentence of its
// own. Text that people typed (titles, descriptions, reasons, names) travels as
// plain text beside our own words and is never markup. No card holds a phone
// number, an e-mail address or a secret.
package cards
