// Command pages measures how long the administrator's pages take with many deliveries
// on record, and what a first visit weighs: at the real binary, on SQLite and on
// PostgreSQL.
//
//	go run ./bench/pages                     both engines; at the root of the repository
//	go run ./bench/pages -engine sqlite -deliveries 1000000
//
// It exits 1 when a page is slower or heavier than it may be. The bounds are for two
// cores that do nothing else. The deliveries are written by SQL of its own, which knows
// the tables: when they change, it says so.
package main
