package main

import (
	"runtime"
	"runtime/debug"
)

// holdCollector keeps the collector from running while the database is opened. Goose
// reads migrations through a few buffers of four megabytes, of which it uses the first
// pages; a collection takes them away, and every new one is wiped from end to end.
func holdCollector() (resume func()) {
	percent := debug.SetGCPercent(-1)
	return func() { debug.SetGCPercent(percent) }
}

// tidyMemory gives back what only the start needed: left lying about, goose's buffers
// would have the collector wait for as much garbage again before it begins.
func tidyMemory() {
	runtime.GC()         // they leave their pool
	debug.FreeOSMemory() // and the process
}
