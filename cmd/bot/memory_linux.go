package main

import (
	"os"
	"strconv"
	"strings"
	"syscall"
)

// dropCode takes the binary's own pages out of the process: code, constants and the
// tables of the runtime, which nobody writes to. What is still needed is back, from the
// system's cache of the file, as soon as it is looked at. It is a courtesy: where it does
// not work, nothing is worse than before.
func dropCode() {
	binary, err := os.Executable()
	if err != nil {
		return
	}
	maps, err := os.ReadFile("/proc/self/maps")
	if err != nil {
		return
	}
	for line := range strings.Lines(string(maps)) {
		if from, to, ok := readOnlyPart(line, binary); ok {
			_, _, _ = syscall.Syscall(syscall.SYS_MADVISE, from, to-from, syscall.MADV_DONTNEED)
		}
	}
}

// readOnlyPart reads a line of proc_pid_maps(5), such as
//
//	00400000-01b12000 r-xp 00000000 fe:00 10183249    /usr/bin/ticketbell
//
// and reports whether the file is mapped there and cannot be written to.
func readOnlyPart(line, file string) (from, to uintptr, ok bool) {
	fields := strings.Fields(line)
	if len(fields) < 6 || strings.Join(fields[5:], " ") != file || !strings.HasPrefix(fields[1], "r-") {
		return 0, 0, false
	}
	first, last, _ := strings.Cut(fields[0], "-")
	begin, err := strconv.ParseUint(first, 16, strconv.IntSize)
	if err != nil {
		return 0, 0, false
	}
	end, err := strconv.ParseUint(last, 16, strconv.IntSize)
	return uintptr(begin), uintptr(end), err == nil && end > begin
}
