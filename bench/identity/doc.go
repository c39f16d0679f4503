// Package identity measures how long it takes to find a person who is known, and
// what remembering people costs, each beside its limit.
//
//	go test -run '^$' -bench . ./bench/identity
package identity
