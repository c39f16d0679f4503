package server

import (
	"encoding/json"
	"errors"
	"reflect"
	"slices"
	"strconv"
	"strings"

	"github.com/danielgtaylor/huma/v2"

	"ticketbell/ticket"
)

// reader reads JSON as a T by the schema that is documented for T. Unlike huma's
// own reading it goes on where a field is wrong, so that the rest can be judged by
// its meaning.
type reader[T any] struct {
	schemas huma.Registry
	schema  *huma.Schema
}

func newReader[T any](schemas huma.Registry) reader[T] {
	return reader[T]{schemas, schemas.Schema(reflect.TypeFor[T](), true, "")}
}

// read returns what can be understood of raw, and every field that cannot.
func (r reader[T]) read(raw []byte) (T, []ticket.FieldError) {
	var value T
	var tree any
	if err := json.Unmarshal(raw, &tree); err != nil {
		return value, []ticket.FieldError{{Field: "body", Code: "invalid", Message: "must be JSON as documented"}}
	}
	path, found := huma.NewPathBuffer([]byte("body"), len("body")), &huma.ValidateResult{}
	huma.Validate(r.schemas, r.schema, path, huma.ModeWriteToServer, tree, found)
	if len(found.Errors) == 0 {
		return value, unreadable(json.Unmarshal(raw, &value))
	}
	wrong := fieldErrors(found.Errors)
	if object, ok := tree.(map[string]any); ok {
		readRest(object, wrong, &value)
	}
	return value, wrong
}

// readRest reads what is left of the tree without the fields that are wrong.
func readRest(tree map[string]any, wrong []ticket.FieldError, value any) {
	for _, w := range wrong {
		if w.Code != "required" && w.Code != "unknown_field" { // there, nothing of ours stands
			prune(tree, w.Field)
		}
	}
	if rest, err := json.Marshal(tree); err == nil {
		_ = json.Unmarshal(rest, value) // what is still wrong is named by its schema already
	}
}

// unreadable names the field at which JSON that fits its schema does not fit its
// type after all: a number that is too large.
func unreadable(err error) []ticket.FieldError {
	if err == nil {
		return nil
	}
	if e, ok := errors.AsType[*json.UnmarshalTypeError](err); ok && e.Field != "" {
		return []ticket.FieldError{{Field: e.Field, Code: "invalid", Message: "is not valid"}}
	}
	return []ticket.FieldError{{Field: "body", Code: "invalid", Message: "must be JSON as documented"}}
}

// prune takes the value at path ("ticket.targets[2].schema") out of the tree. An
// element of a list becomes null, so that its neighbours keep their numbers.
func prune(tree any, path string) {
	head, rest := splitPath(path)
	switch node := tree.(type) {
	case map[string]any:
		if rest == "" {
			delete(node, head)
			return
		}
		prune(node[head], rest)
	case []any:
		i, err := strconv.Atoi(head)
		if err != nil || i < 0 || i >= len(node) {
			return
		}
		if rest == "" {
			node[i] = nil
			return
		}
		prune(node[i], rest)
	}
}

// splitPath cuts the first name or number off a path: "a[2].b" is "a" and "[2].b",
// "[2].b" is "2" and "b".
func splitPath(path string) (head, rest string) {
	if inner, ok := strings.CutPrefix(path, "["); ok {
		head, rest, _ = strings.Cut(inner, "]")
		return head, strings.TrimPrefix(rest, ".")
	}
	if i := strings.IndexAny(path, ".["); i >= 0 {
		return path[:i], strings.TrimPrefix(path[i:], ".")
	}
	return path, ""
}

// beside returns what is wrong with the meaning where the form is right: a person
// whose only field could not be read is not also called nobody.
func beside(form, meaning []ticket.FieldError) []ticket.FieldError {
	return slices.DeleteFunc(slices.Clone(meaning), func(m ticket.FieldError) bool {
		return slices.ContainsFunc(form, func(f ticket.FieldError) bool {
			return strings.HasPrefix(f.Field, m.Field+".") || strings.HasPrefix(f.Field, m.Field+"[")
		})
	})
}
