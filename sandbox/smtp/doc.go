// Package smtp is the simulated mailbox: a real SMTP listener that shows each mail
// it accepts on the device of its receiver.
//
//   - [Listen] opens it, with or without TLS and sign-in.
//   - A session (session.go) stands between the client and mhale/smtpd. It ends TLS
//     and decides what goes wrong, because smtpd's hooks know three moments only
//     (AUTH, RCPT, end of DATA) and can say nothing but 550 at RCPT (libraries.md).
//   - A mail is taken apart strictly: what a strict server refuses is refused here.
package smtp
