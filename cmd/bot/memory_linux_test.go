package main

import (
	"os"
	"strings"
	"testing"
)

func TestOnlyWhatCannotBeWrittenOfTheBinaryIsDropped(t *testing.T) {
	for line, want := range map[string][2]uintptr{
		"00400000-01b12000 r-xp 00000000 fe:00 10183249    /usr/bin/ticketbell":  {0x400000, 0x1b12000},
		"01b12000-03402000 r--p 01712000 fe:00 10183249    /usr/bin/ticketbell":  {0x1b12000, 0x3402000},
		"03402000-034f7000 rw-p 03002000 fe:00 10183249    /usr/bin/ticketbell":  {},
		"03402000-034f7000 ---p 03002000 fe:00 10183249    /usr/bin/ticketbell":  {},
		"7f0000000-7f0001000 r--p 00000000 fe:00 10183250  /usr/bin/ticketbell2": {},
		"7f0000000-7f0001000 r--p 00000000 00:00 0":                              {},
		"7ffff000-7ffff100 r-xp 00000000 00:00 0           [vdso]":               {},
		"zz-01b12000 r-xp 00000000 fe:00 10183249          /usr/bin/ticketbell":  {},
		"00400000 r-xp 00000000 fe:00 10183249             /usr/bin/ticketbell":  {},
		"": {},
	} {
		from, to, ok := readOnlyPart(line, "/usr/bin/ticketbell")
		if ok != (want[1] > 0) || ok && (from != want[0] || to != want[1]) {
			t.Errorf("%s: got %x-%x %v, want %x-%x", line, from, to, ok, want[0], want[1])
		}
	}
}

func TestTheBinaryWorksOnWithItsPagesDropped(t *testing.T) {
	binary, err := os.Executable()
	if err != nil {
		t.Fatal(err)
	}
	maps, err := os.ReadFile("/proc/self/maps")
	if err != nil {
		t.Fatal(err)
	}
	parts := 0
	for line := range strings.Lines(string(maps)) {
		if _, _, ok := readOnlyPart(line, binary); ok {
			parts++
		}
	}
	if parts == 0 {
		t.Fatalf("got no part of %s in\n%s", binary, maps)
	}
	dropCode() // a page that did not come back would end the test here
}
