// Package mail sends a card as e-mail: HTML with a plain-text twin, one mail per person.
//
//   - [Config] is what an administrator enters; [Config.Validate] names every wrong field.
//   - [Mailer] is the channel's notify.Sender, over a small pool of connections.
//   - codes.go is the one table that judges what a server answers.
//
// A mail is composed with go-mail and handed over in four commands by its smtp
// client. go-mail's own Send is not used: it hides the server's words behind its
// error, bounds nothing but the dial by the context, and reports a mail as failed
// when only the RSET after it was (libraries.md).
package mail
