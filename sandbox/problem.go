package sandbox

import (
	"encoding/json"
	"fmt"
	"io"
	"maps"
	"net/http"
	"slices"
	"strings"
)

// maxBody is the largest request the door reads.
const maxBody = 64 << 10

// problem is an error answer of RFC 9457.
type problem struct {
	Title  string      `json:"title"`
	Status int         `json:"status"`
	Code   string      `json:"code"`
	Detail string      `json:"detail"`
	Errors []complaint `json:"errors,omitempty"`
}

// complaint says what is wrong with one field.
type complaint struct {
	Location string `json:"location"`
	Message  string `json:"message"`
}

func (p problem) write(w http.ResponseWriter) {
	p.Title = http.StatusText(p.Status)
	w.Header().Set("Content-Type", "application/problem+json")
	w.WriteHeader(p.Status)
	_ = json.NewEncoder(w).Encode(p) // the client went away: nobody is left to tell
}

// complaints gathers everything that is wrong with a request, so that the caller
// hears it at once.
type complaints struct{ list []complaint }

func (c *complaints) add(location, message string) {
	for _, known := range c.list {
		if location == known.Location || strings.HasPrefix(location, known.Location+".") {
			return // the first complaint is the telling one
		}
	}
	c.list = append(c.list, complaint{location, message})
}

// query complains about every parameter the door does not know.
func (c *complaints) query(r *http.Request, known ...string) {
	for _, name := range slices.Sorted(maps.Keys(r.URL.Query())) {
		if !slices.Contains(known, name) {
			c.add("query."+name, "is not known")
		}
	}
}

// channel complains about a channel that does not exist.
func (c *complaints) channel(location, channel string, optional bool) {
	if channel == "" && optional || slices.Contains(channels(), channel) {
		return
	}
	c.add(location, "must be one of "+strings.Join(channels(), ", "))
}

// body reads a JSON object field by field into the places named.
func (c *complaints) body(w http.ResponseWriter, r *http.Request, places map[string]any) {
	c.query(r)
	raw, err := io.ReadAll(http.MaxBytesReader(w, r.Body, maxBody))
	if err != nil {
		c.add("body", fmt.Sprintf("could not be read, or is more than %d bytes", maxBody))
		return
	}
	var sent map[string]json.RawMessage
	if err := json.Unmarshal(raw, &sent); err != nil || sent == nil {
		c.add("body", "must be a JSON object")
		return
	}
	for _, name := range slices.Sorted(maps.Keys(sent)) {
		place, ok := places[name]
		if !ok {
			c.add("body."+name, "is not known")
			continue
		}
		if err := json.Unmarshal(sent[name], place); err != nil {
			c.add("body."+name, fmt.Sprintf("must be %s", wanted(place)))
		}
	}
}

// wanted says in words what fits into a place.
func wanted(place any) string {
	switch place.(type) {
	case *string:
		return "a string"
	case *int:
		return "a whole number"
	case *float64:
		return "a number"
	}
	return "an object of strings"
}

// refuse answers 400 when there is anything to complain about.
func (c *complaints) refuse(w http.ResponseWriter) bool {
	if len(c.list) == 0 {
		return false
	}
	said := []string{}
	for _, one := range c.list {
		said = append(said, one.Location+" "+one.Message)
	}
	problem{Status: http.StatusBadRequest, Code: "invalid", Detail: strings.Join(said, "; "), Errors: c.list}.write(w)
	return true
}
