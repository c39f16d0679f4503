// Package ticket says what happened: tickets, the events that change them, the
// people around them, what each of them may do, and who is told.
//
// It is the ground floor of the house and imports the standard library only.
// Everything in it is a plain value or a pure function; nothing here knows how
// a message is worded, stored or sent.
//
//   - [Event] is what a ticket platform tells us; [Event.Validate] names every
//     wrong field at once.
//   - [Audience] answers who hears of it, by one table.
//   - [Submit] and [Apply] are the built-in platform: they move a ticket from step
//     to step of a [Flow] and produce the events a foreign platform would have posted.
package ticket
