// Command faults breaks what can be broken while 1,000 events go out, and counts at
// the providers what became of them: one table for SQLite, one for PostgreSQL.
//
//	go run ./bench/faults                     everything; at the root of the repository
//	go run ./bench/faults -engine sqlite -row 40014
//
// It exits 1 when a figure is beyond its bound. Each row is a world of its own: fresh
// simulators, a fresh database, a fresh process of the real binary. Half of the people
// have an account with their ids, half are strangers who must be looked up; each is
// told of one ticket on every channel.
package main
