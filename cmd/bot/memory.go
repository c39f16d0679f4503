package main

import (
	"runtime"
	"runtime/debug"
)

// tidyMemory gives back what only the start needed. Goose reads every migration
// through a buffer of four megabytes: left lying about, they would have the collector
// wait for as much garbage again before it begins.
func tidyMemory() {
	runtime.GC()         // they leave their pool
	debug.FreeOSMemory() // and the process
}
