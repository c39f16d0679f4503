package server

import (
	"bytes"
	"encoding/json"
	"fmt"
	"maps"
	"net/http"
	"slices"
	"strings"

	"github.com/danielgtaylor/huma/v2"
)

// manual is the OpenAPI document in the order a person reads it.
type manual struct {
	Title, Version, Intro string
	Chapters              []chapter
	Codes                 []explained
}

type chapter struct {
	Name, Text string
	Calls      []call
}

// call is one operation.
type call struct {
	ID, Method, Path, Title, Scope string
	// Text is in paragraphs; a list is one line each, in a paragraph of its own.
	Text    []paragraph
	Params  []line
	Body    []line
	Answer  []line
	Status  string
	Fails   []string
	Example string
}

// paragraph is words, with what stood in backquotes set apart.
type paragraph struct {
	Listed bool
	Words  []words
}

type words struct {
	Text string
	Code bool
}

// line is a parameter or a field.
type line struct {
	Name, Where, Type, Text string
	Required                bool
	// Depth is how deep a field lies, from 0.
	Depth int
}

func manualOf(d *huma.OpenAPI) manual {
	m := manual{Title: d.Info.Title, Version: d.Info.Version, Intro: d.Info.Description, Codes: explainCodes()}
	for _, tag := range d.Tags {
		m.Chapters = append(m.Chapters, chapter{Name: tag.Name, Text: tag.Description, Calls: callsOf(d, tag.Name)})
	}
	return m
}

// callsOf returns the operations of a tag: by path, and for one path in the order
// read, make, change, remove.
func callsOf(d *huma.OpenAPI, tag string) []call {
	calls := []call{}
	for _, path := range slices.Sorted(maps.Keys(d.Paths)) {
		item := d.Paths[path]
		for _, op := range []*huma.Operation{item.Get, item.Post, item.Put, item.Patch, item.Delete} {
			if op != nil && slices.Contains(op.Tags, tag) {
				calls = append(calls, callOf(d, op))
			}
		}
	}
	return calls
}

func callOf(d *huma.OpenAPI, op *huma.Operation) call {
	c := call{
		ID: op.OperationID, Method: op.Method, Path: op.Path, Title: op.Summary, Scope: op.Security[0]["token"][0],
		Text: paragraphs(op.Description),
	}
	for _, p := range op.Parameters {
		s := resolve(d, p.Schema)
		c.Params = append(c.Params, line{Name: p.Name, Where: p.In, Type: typeOf(d, s), Text: sentence(p.Description, s), Required: p.Required})
	}
	if media := jsonBody(op); media != nil {
		c.Body = fieldLines(d, media.Schema, 0)
		c.Example = curl(op, media.Example)
	} else {
		c.Example = curl(op, nil)
	}
	for _, status := range slices.Sorted(maps.Keys(op.Responses)) {
		if !strings.HasPrefix(status, "2") {
			c.Fails = append(c.Fails, status)
			continue
		}
		c.Status = status
		if media := op.Responses[status].Content["application/json"]; media != nil {
			c.Answer = fieldLines(d, media.Schema, 0)
		}
	}
	return c
}

func jsonBody(op *huma.Operation) *huma.MediaType {
	if op.RequestBody == nil {
		return nil
	}
	return op.RequestBody.Content["application/json"]
}

// maxDepth is how deep the page goes into a body. A person needs no more, and a
// schema that holds itself would have no end.
const maxDepth = 4

// fieldLines lists the fields of a schema, each followed by the fields in it.
func fieldLines(d *huma.OpenAPI, s *huma.Schema, depth int) []line {
	s = resolve(d, s)
	if s != nil && s.Type == huma.TypeArray {
		return fieldLines(d, s.Items, depth)
	}
	if s == nil || depth >= maxDepth {
		return nil
	}
	lines := []line{}
	for _, name := range slices.Sorted(maps.Keys(s.Properties)) {
		field := s.Properties[name]
		lines = append(lines, line{
			Name: name, Type: typeOf(d, field), Text: sentence(field.Description, resolve(d, field)),
			Required: slices.Contains(s.Required, name), Depth: depth,
		})
		lines = append(lines, fieldLines(d, field, depth+1)...)
	}
	return lines
}

func resolve(d *huma.OpenAPI, s *huma.Schema) *huma.Schema {
	for s != nil && s.Ref != "" {
		s = d.Components.Schemas.SchemaFromRef(s.Ref)
	}
	return s
}

// typeOf names the type of a value in a word or two.
func typeOf(d *huma.OpenAPI, s *huma.Schema) string {
	s = resolve(d, s)
	switch {
	case s == nil || s.Type == "":
		return "any"
	case s.Type == huma.TypeArray:
		return "list of " + typeOf(d, s.Items)
	case s.Format == "date-time":
		return "time"
	default:
		return s.Type
	}
}

// sentence adds what the schema knows to a description: the words allowed, the limits.
func sentence(text string, s *huma.Schema) string {
	parts := []string{}
	if text != "" {
		parts = append(parts, text)
	}
	if s != nil && s.Type == huma.TypeArray {
		s = s.Items
	}
	if s != nil && len(s.Enum) > 0 {
		parts = append(parts, "One of: "+strings.Trim(strings.Join(strings.Fields(fmt.Sprint(s.Enum)), ", "), "[]")+".")
	}
	if s != nil && s.MaxLength != nil {
		parts = append(parts, fmt.Sprintf("At most %d characters.", *s.MaxLength))
	}
	if s != nil && s.Minimum != nil && s.Maximum != nil {
		if span := fmt.Sprintf("%v to %v.", *s.Minimum, *s.Maximum); !strings.Contains(text, span) {
			parts = append(parts, span)
		}
	}
	return strings.Join(parts, " ")
}

// paragraphs splits a description at its empty lines and list marks, and its words
// at the backquotes. It is all of Markdown that our descriptions use.
func paragraphs(text string) []paragraph {
	out := []paragraph{}
	for row := range strings.SplitSeq(text, "\n") {
		if strings.TrimSpace(row) == "" {
			continue
		}
		item, listed := strings.CutPrefix(row, "- ")
		p := paragraph{Listed: listed}
		for i, part := range strings.Split(item, "`") {
			if part != "" {
				p.Words = append(p.Words, words{Text: part, Code: i%2 == 1})
			}
		}
		out = append(out, p)
	}
	return out
}

// curl is the call as it is typed into a terminal.
func curl(op *huma.Operation, body any) string {
	line := "curl"
	if op.Method != http.MethodGet {
		line += " -X " + op.Method
	}
	line += " \"$TICKETBELL" + op.Path + "\" \\\n  -H \"Authorization: Bearer $TOKEN\""
	if body == nil {
		return line
	}
	var text bytes.Buffer
	enc := json.NewEncoder(&text)
	enc.SetEscapeHTML(false)
	enc.SetIndent("  ", "  ")
	if err := enc.Encode(body); err != nil {
		return line
	}
	return line + " \\\n  -H \"Content-Type: application/json\" \\\n  -d '" + strings.TrimSpace(text.String()) + "'"
}
