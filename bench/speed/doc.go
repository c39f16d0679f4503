// Command speed measures how fast events become messages when nothing goes wrong: at
// the real binary on SQLite, with simulated providers in this process.
//
//	go run ./bench/speed      at the root of the repository
//
// It exits 1 when a goal is missed. The goals are for two cores that do nothing else.
package main
