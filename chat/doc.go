// Package chat answers what people write to the bot, on every channel that hears them:
// what waits for them, how a ticket stands, help, and the language they read.
//
// Its words are in package cards. Somebody it does not know gets a polite answer and no
// data; a ticket is told to the people around it, to operators and to administrators.
package chat
