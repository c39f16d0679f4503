package feishu

import (
	"encoding/json"
	"fmt"
	"regexp"
	"strconv"
	"unicode/utf8"
)

// Sub-codes of 230099 that the lint gives (feishu.md 5.4, 8.3). Where the
// contract names none for a rule, it is codeParse: an assumption.
const (
	codeParse   = 200621 // the JSON is not a card of schema 2.0
	codeRetired = 200861 // the tag was left behind in schema 1.0
	codeForm    = 200530 // a form is not put together rightly
	codeMany    = 11310  // more than maxTags elements
)

const (
	maxTags      = 200 // every object with a tag counts (feishu.md 7.1)
	maxDepth     = 5   // containers within containers
	maxElementID = 20  // characters
)

// CardError says why Feishu would not take a card. It reads like the ext part of
// the provider's message (feishu.md 5.4).
type CardError struct {
	// Code is the sub-code of 230099.
	Code int
	// Path leads to the fault: "ROOT -> body -> elements -> [0](tag: form)".
	Path string
	Msg  string
	// Value is the beginning of what stands there.
	Value string
}

func (e *CardError) Error() string {
	return fmt.Sprintf("ErrCode: %d; ErrPath: %s; ErrMsg: %s; ErrorValue: %s; ", e.Code, e.Path, e.Msg, e.Value)
}

// Lint checks a card against the rules of Card JSON 2.0 in feishu.md 7: only the
// properties and components listed there exist. The error is a [*CardError] and
// names the first fault only, as the provider does.
func Lint(card json.RawMessage) error {
	root, err := object(string(card))
	if err != nil {
		return &CardError{Code: codeParse, Path: "ROOT", Msg: "the card is not a JSON object"}
	}
	return lint(root)
}

func lint(root map[string]any) error {
	at := spot{path: "ROOT", card: &known{names: map[string]bool{}, ids: map[string]bool{}}}
	if n := countTags(root); n > maxTags {
		return at.refuse(codeMany, strconv.Itoa(n), "element exceeds the limit")
	}
	return fill(card())(at, root)
}

func countTags(v any) int {
	n := 0
	switch v := v.(type) {
	case map[string]any:
		if _, ok := v["tag"]; ok {
			n++
		}
		for _, child := range v {
			n += countTags(child)
		}
	case []any:
		for _, child := range v {
			n += countTags(child)
		}
	}
	return n
}

// spot is where in a card the lint stands.
type spot struct {
	path  string
	depth int  // containers around it
	form  bool // whether one of them is a form
	card  *known
}

// known is what must be unique in the whole card.
type known struct{ names, ids map[string]bool }

func (s spot) in(step string) spot {
	s.path += " -> " + step
	return s
}

func (s spot) refuse(code int, value any, format string, args ...any) error {
	return &CardError{Code: code, Path: s.path, Msg: fmt.Sprintf(format, args...), Value: shorten(fmt.Sprint(value))}
}

// shorten keeps the beginning of s: enough to find the place, too little to log a text.
func shorten(s string) string {
	const most = 40
	if utf8.RuneCountInString(s) <= most {
		return s
	}
	return string([]rune(s)[:most]) + "…"
}

// checkID holds an element_id against its form and the others of the card.
func checkID(at spot, v any) error {
	id, ok := v.(string)
	form := regexp.MustCompile(`^[A-Za-z][A-Za-z0-9_]*$`)
	if !ok || len(id) > maxElementID || !form.MatchString(id) {
		return at.refuse(codeParse, v, "element_id must be at most %d letters, digits and underscores, beginning with a letter", maxElementID)
	}
	if at.card.ids[id] {
		return at.refuse(codeParse, v, "element_id is not unique")
	}
	at.card.ids[id] = true
	return nil
}

// checkName holds the name of something a person fills in or presses against the
// others of the card. Within a form it must have one.
func checkName(at spot, o map[string]any) error {
	name, _ := o["name"].(string)
	if name == "" {
		if at.form {
			return at.refuse(codeForm, o["tag"], "name must not be empty within a form")
		}
		return nil
	}
	if at.card.names[name] {
		return at.refuse(codeForm, name, "name is not unique in the card")
	}
	at.card.names[name] = true
	return nil
}
