package wecom

import (
	"bytes"
	"encoding/json"
	"flag"
	"os"
	"path/filepath"
	"testing"

	"github.com/google/go-cmp/cmp"

	"ticketbell/cards"
)

// The wire format: go test ./bot/wecom -update, then read the diff as the person
// who will get the message.
func TestPayloads(t *testing.T) {
	update := flag.Lookup("update").Value.String() == "true"
	for name, change := range map[string]func(*Config){
		"confidential": confidential, "card": func(*Config) {}, "text": styleText, "textcard": styleCards, "markdown": styleMarks,
	} {
		for _, lang := range cards.Languages() {
			t.Run(name+"."+string(lang), func(t *testing.T) {
				s := newStand(t, change)
				m := messageTo(sampleCard(), "zhangsan", "lisi")
				m.Language = lang
				got := s.Send(t.Context(), m)[0]
				if got.Err != nil {
					t.Fatal(got.Err)
				}
				compare(t, filepath.Join("testdata", name+"."+string(lang)+".json"), got.Payload, update)
			})
		}
	}
}

// TestPayloadsOfCardsWithButtons: how it asks, and what it becomes.
func TestPayloadsOfCardsWithButtons(t *testing.T) {
	update := flag.Lookup("update").Value.String() == "true"
	for _, lang := range cards.Languages() {
		t.Run(string(lang), func(t *testing.T) {
			l := newLive(t)
			m := saying("1", decision(), "zhangsan", "lisi")
			m.Language = lang
			asked := l.Send(t.Context(), m)[0]
			told := saying("2", decidedCard())
			told.Language = lang
			became := l.Update(t.Context(), asked.MessageID, told)
			if asked.Err != nil || became.Err != nil {
				t.Fatal(asked.Err, became.Err)
			}
			compare(t, filepath.Join("testdata", "buttons."+string(lang)+".json"), asked.Payload, update)
			compare(t, filepath.Join("testdata", "decided."+string(lang)+".json"), became.Payload, update)
		})
	}
}

// TestPayloadsOfCardsThatCanBeMuted: by a button among others, or in the menu of a card without.
func TestPayloadsOfCardsThatCanBeMuted(t *testing.T) {
	update := flag.Lookup("update").Value.String() == "true"
	for name, card := range map[string]cards.Card{"buttons-mute": mutable(decision()), "card-menu": mutable(decidedCard())} {
		for _, lang := range cards.Languages() {
			m := saying("1", card, "zhangsan", "lisi")
			m.Language = lang
			got := newLive(t).Send(t.Context(), m)[0]
			if got.Err != nil {
				t.Fatal(got.Err)
			}
			compare(t, filepath.Join("testdata", name+"."+string(lang)+".json"), got.Payload, update)
		}
	}
}

func compare(t *testing.T, path, payload string, update bool) {
	t.Helper()
	var got bytes.Buffer
	if err := json.Indent(&got, []byte(payload+"\n"), "", "  "); err != nil {
		t.Fatal(err)
	}
	if update {
		if err := os.WriteFile(path, got.Bytes(), 0o600); err != nil {
			t.Fatal(err)
		}
	}
	want, err := os.ReadFile(path)
	if err != nil {
		t.Fatal(err)
	}
	if diff := cmp.Diff(string(want), got.String()); diff != "" {
		t.Errorf("%s (-want +got):\n%s", path, diff)
	}
}

func TestMain(m *testing.M) {
	flag.Bool("update", false, "write the golden files anew")
	os.Exit(m.Run())
}
