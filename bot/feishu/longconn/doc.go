// Package longconn takes in what people press and write on Feishu over a connection
// that we open ourselves, for those whose machine has no public address.
//
//   - [Keeper] keeps one connection open for as long as the configuration asks for one.
//   - A session is one such connection, from asking where to connect until it breaks.
//   - A frame is what travels over it, and assembly puts together what came in parts.
//
// The SDK has this protocol as well, among 143 packages that take most of a minute to
// build, and it pings without a pause when the server's settings are empty
// (feishu.md 2.2, 10.5).
package longconn
