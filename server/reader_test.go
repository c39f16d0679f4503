package server

import (
	"encoding/json"
	"testing"
	"time"

	"github.com/danielgtaylor/huma/v2"

	"ticketbell/ticket"
)

func TestWhatIsRightIsReadBesideWhatIsWrong(t *testing.T) {
	r := newReader[ticket.Event](huma.NewMapRegistry("#/", huma.DefaultSchemaNamer))
	ev, wrong := r.read([]byte(`{"kind":"passed","occurred_at":"soon","ticket":{"key":"1","title":5,"status":"failed","targets":[{"schema":5,"instance":"a"},{"instance":"b"}]}}`))
	names := mapped(tidy(wrong), func(f ticket.FieldError) string { return f.Field })
	equal(t, "wrong fields", names, []string{"occurred_at", "ticket.targets[0].schema", "ticket.title"})
	if ev.Kind != ticket.KindPassed || ev.Ticket.Key != "1" || ev.Ticket.Targets[0].Instance != "a" || ev.Ticket.Targets[1].Instance != "b" {
		t.Errorf("got %+v, want all that is right", ev)
	}
	if !ev.OccurredAt.Equal(time.Time{}) || ev.Ticket.Title != "" {
		t.Errorf("got %v and %q, want nothing of what is wrong", ev.OccurredAt, ev.Ticket.Title)
	}
}

func TestPruneTakesOutOneValue(t *testing.T) {
	tests := []struct{ path, want string }{
		{"a", `{"b":[{"c":1,"d":2},3]}`},
		{"b[0].c", `{"a":0,"b":[{"d":2},3]}`},
		{"b[1]", `{"a":0,"b":[{"c":1,"d":2},null]}`},
		{"b[7]", `{"a":0,"b":[{"c":1,"d":2},3]}`},
		{"b.x", `{"a":0,"b":[{"c":1,"d":2},3]}`},
		{"x.y[0]", `{"a":0,"b":[{"c":1,"d":2},3]}`},
		{"", `{"a":0,"b":[{"c":1,"d":2},3]}`},
	}
	for _, tt := range tests {
		t.Run(tt.path, func(t *testing.T) {
			var tree any
			if err := json.Unmarshal([]byte(`{"a":0,"b":[{"c":1,"d":2},3]}`), &tree); err != nil {
				t.Fatal(err)
			}
			prune(tree, tt.path)
			equal(t, "tree", tree, json.RawMessage(tt.want))
		})
	}
}

func FuzzNoEventBreaksTheReader(f *testing.F) {
	for _, seed := range []string{goodEvent, elevenFaults, `[]`, `null`, `{"ticket":[{"a.b":1}]}`, `{"audience":[null,[[]]]}`} {
		f.Add([]byte(seed))
	}
	r := newReader[ticket.Event](huma.NewMapRegistry("#/", huma.DefaultSchemaNamer))
	f.Fuzz(func(t *testing.T, raw []byte) {
		ev, err := readEvent(r, raw)
		if err == nil && (ev.Ticket.Key == "" || !ev.Kind.Valid()) {
			t.Errorf("accepted %q as %+v", raw, ev)
		}
	})
}
