//go:build !linux

package main

// dropCode leaves it to the system what of the binary is kept in memory.
func dropCode() {}
