package main

import (
	"os"
	"runtime"
	"runtime/debug"
)

// garbagePercent is how much garbage, in percent of what is in use, may lie about before
// it is collected. Most of ours is a mail or a card that was just sent; the default of 100
// would save a few percent of the processor's time, and cost a megabyte or two.
const garbagePercent = 85

// setCollector is in force from the first moment, unless whoever starts the bot knows better.
func setCollector() {
	if os.Getenv("GOGC") == "" {
		debug.SetGCPercent(garbagePercent)
	}
}

// holdCollector keeps the collector from running while the database is opened. Goose
// reads migrations through a few buffers of four megabytes, of which it uses the first
// pages; a collection takes them away, and every new one is wiped from end to end.
func holdCollector() (resume func()) {
	percent := debug.SetGCPercent(-1)
	return func() { debug.SetGCPercent(percent) }
}

// tidyMemory gives back what only the start needed: left lying about, goose's buffers
// would have the collector wait for as much garbage again before it begins, and the start
// of every package we are built from is ten megabytes of the binary.
func tidyMemory() {
	runtime.GC()         // they leave their pool
	debug.FreeOSMemory() // and the process
	dropCode()
}
