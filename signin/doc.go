// Package signin lets people in: passwords, sessions, and the one-time links with which
// a password is set. What it keeps of a password is argon2id's hash, of a session and a
// link a plain one, for those are random.
//
// A session is asked for afresh with every request who is behind it: somebody disabled,
// demoted or given a new password is out, or less, at once.
package signin
