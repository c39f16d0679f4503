package main

import (
	"bufio"
	"encoding/json"
	"fmt"
	"io"
	"slices"
	"strings"
)

// Event is one line of go test -json (go doc test2json). Build output carries an
// ImportPath in place of a Package (go help buildjson).
type Event struct {
	Action      string  `json:"Action"`
	Package     string  `json:"Package"`
	Test        string  `json:"Test"`
	Elapsed     float64 `json:"Elapsed"` // seconds
	Output      string  `json:"Output"`
	ImportPath  string  `json:"ImportPath"`
	FailedBuild string  `json:"FailedBuild"`
}

// Count adds up what go test reports and writes it for a person. See [NewCount].
type Count struct {
	Passed, Failed, Skipped int

	w        io.Writer
	builds   map[string]*strings.Builder // by import path
	packages map[string]*pkg
}

// pkg is a package that is being tested.
type pkg struct {
	passed, failed int
	output         map[string]*strings.Builder // by test, "" for the package's own
	order          []string                    // failed tests in order of their end
}

// NewCount returns a count of nothing that reports on w.
func NewCount(w io.Writer) *Count {
	return &Count{w: w, builds: map[string]*strings.Builder{}, packages: map[string]*pkg{}}
}

// Read counts the events of r until it ends. Lines that are no events are passed through.
func (c *Count) Read(r io.Reader) error {
	lines := bufio.NewReader(r)
	for {
		line, err := lines.ReadString('\n')
		if line != "" {
			c.line(line)
		}
		if err == io.EOF {
			return nil
		}
		if err != nil {
			return err
		}
	}
}

// Close writes the closing line.
func (c *Count) Close() {
	if c.Skipped > 0 {
		fmt.Fprintf(c.w, "\n%d skipped", c.Skipped)
	}
	fmt.Fprintf(c.w, "\n%d passed, %d failed\n", c.Passed, c.Failed)
}

func (c *Count) line(line string) {
	var ev Event
	if json.Unmarshal([]byte(line), &ev) != nil || ev.Action == "" {
		fmt.Fprint(c.w, line)
		return
	}
	if ev.ImportPath != "" {
		builder(c.builds, ev.ImportPath).WriteString(ev.Output)
		return
	}
	p := c.pkg(ev.Package)
	if ev.Action == "output" {
		builder(p.output, ev.Test).WriteString(ev.Output)
		return
	}
	if ev.Test != "" {
		c.test(p, ev)
		return
	}
	c.end(p, ev)
}

func (c *Count) pkg(name string) *pkg {
	p, ok := c.packages[name]
	if !ok {
		p = &pkg{output: map[string]*strings.Builder{}}
		c.packages[name] = p
	}
	return p
}

// test counts the end of a test. What a passed one wrote is forgotten.
func (c *Count) test(p *pkg, ev Event) {
	switch ev.Action {
	case "pass":
		c.Passed++
		p.passed++
		delete(p.output, ev.Test)
	case "skip":
		c.Skipped++
		delete(p.output, ev.Test)
	case "fail":
		c.Failed++
		p.failed++
		p.order = append(p.order, ev.Test)
	}
}

// end reports a package that is through.
func (c *Count) end(p *pkg, ev Event) {
	switch ev.Action {
	case "pass":
		fmt.Fprintf(c.w, "ok    %-32s %4d tests %7.1fs\n", ev.Package, p.passed, ev.Elapsed)
	case "skip":
		fmt.Fprintf(c.w, "-     %-32s no tests\n", ev.Package)
	case "fail":
		if p.failed == 0 {
			c.Failed++
		}
		fmt.Fprintf(c.w, "FAIL  %-32s %4d tests %7.1fs, %d failed\n", ev.Package, p.passed+p.failed, ev.Elapsed, p.failed)
		c.explain(p, ev.FailedBuild)
	default:
		return
	}
	delete(c.packages, ev.Package)
}

// explain writes everything known about the failure of a package: the build's words,
// each failed test's, those of tests that never ended, and the package's own.
func (c *Count) explain(p *pkg, failedBuild string) {
	if b, ok := c.builds[failedBuild]; ok {
		fmt.Fprint(c.w, indent(b.String()))
	}
	for _, test := range p.order {
		if out, ok := p.output[test]; ok {
			fmt.Fprint(c.w, indent(out.String()))
			delete(p.output, test)
		}
	}
	left := make([]string, 0, len(p.output))
	for test := range p.output {
		left = append(left, test)
	}
	slices.Sort(left)
	for _, test := range left {
		fmt.Fprint(c.w, indent(p.output[test].String()))
	}
}

func builder(of map[string]*strings.Builder, key string) *strings.Builder {
	b, ok := of[key]
	if !ok {
		b = &strings.Builder{}
		of[key] = b
	}
	return b
}

func indent(s string) string {
	var b strings.Builder
	for line := range strings.Lines(s) {
		b.WriteString("      " + line)
	}
	if !strings.HasSuffix(s, "\n") {
		b.WriteString("\n")
	}
	return b.String()
}
