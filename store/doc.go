// Package store remembers events, deliveries, people and settings in SQL; the
// deliveries are the queue.
//
// A [Store] is opened on SQLite (one file, nothing to install) or PostgreSQL (any
// number of replicas); everything above the engine is one code path. What a
// method has returned without error is on disk. Secrets are sealed with a key
// that is not in the database.
//
// The SQL is written by hand and read by both engines: $1 placeholders, times as
// epoch milliseconds, JSON as text. The few words in which the engines differ
// are in dialect.go.
package store
