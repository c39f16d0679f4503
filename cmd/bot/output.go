package main

import (
	"encoding/json"
	"fmt"
	"io"
	"strings"

	"github.com/goccy/go-yaml"
)

// printing is the form in which a command answers.
type printing struct {
	Output string `short:"o" help:"table, json or yaml; the last two are as the API answers." default:"table" enum:"table,json,yaml"`
}

// raw prints an answer of the API as it is, and reports whether that was asked for.
func (p printing) raw(w io.Writer, answer any) (bool, error) {
	if p.Output == "table" {
		return false, nil
	}
	said, err := json.MarshalIndent(answer, "", "  ")
	if err == nil && p.Output == "yaml" {
		said, err = yaml.JSONToYAML(said)
	}
	if err != nil {
		return true, fmt.Errorf("print as %s: %w", p.Output, err)
	}
	_, err = fmt.Fprintln(w, strings.TrimRight(string(said), "\n"))
	return true, err
}

// printTable lines the cells up, the first row being the heads.
func printTable(w io.Writer, rows [][]string) error {
	var widths []int
	for _, row := range rows {
		for i, cell := range row {
			if i == len(widths) {
				widths = append(widths, 0)
			}
			widths[i] = max(widths[i], shown(cell))
		}
	}
	for _, row := range rows {
		var line strings.Builder
		for i, cell := range row {
			line.WriteString(cell + strings.Repeat(" ", widths[i]-shown(cell)+2))
		}
		if _, err := fmt.Fprintln(w, strings.TrimRight(line.String(), " ")); err != nil {
			return err
		}
	}
	return nil
}

// shown is how many places a terminal gives to s: Chinese takes two for each character.
func shown(s string) int {
	n := 0
	for _, r := range s {
		n++
		if r >= 0x2E80 && r <= 0xFFE6 {
			n++
		}
	}
	return n
}
