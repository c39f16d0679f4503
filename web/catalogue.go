package web

import (
	"encoding/json"
	"fmt"
	"io/fs"
	"maps"
	"path"
	"slices"
	"strconv"
	"strings"

	"ticketbell/cards"
)

// catalogue is what the administrator's pages say, by key. texts/PAGE.json holds the
// keys that begin with "PAGE."; {name} in a text stands for a value.
type catalogue map[string]cards.Text

// loadCatalogue reads the embedded texts; a fault in them is a fault of the build, and panics.
// Those of the playground stand without "playground." in their file, see loadTexts.
func loadCatalogue() catalogue {
	names, err := fs.Glob(embedded, "texts/*.json")
	if err != nil {
		panic(err)
	}
	words := catalogue{}
	for _, name := range names {
		page := strings.TrimSuffix(path.Base(name), ".json")
		if page == "playground" {
			for key, text := range readTexts(name) {
				words["playground."+key] = text
			}
			continue
		}
		for key, text := range readTexts(name) {
			if !strings.HasPrefix(key, page+".") {
				panic(fmt.Errorf("%s: the key %q belongs to another page", name, key))
			}
			words[key] = text
		}
	}
	return words
}

func readTexts(name string) map[string]cards.Text {
	raw, err := embedded.ReadFile(name)
	if err != nil {
		panic(err)
	}
	var read map[string]cards.Text
	if err := json.Unmarshal(raw, &read); err != nil {
		panic(fmt.Errorf("read %s: %w", name, err))
	}
	return read
}

// text is the text of key with its values put in, given as "name", value, …; an
// unknown key is an error, so that no page shows a hole.
func (c catalogue) text(key string, pairs ...any) (cards.Text, error) {
	text, ok := c[key]
	if !ok {
		return text, fmt.Errorf("no text %q", key)
	}
	if len(pairs)%2 != 0 {
		return text, fmt.Errorf("text %q: a value is missing", key)
	}
	for pair := range slices.Chunk(pairs, 2) {
		hole := fmt.Sprintf("{%v}", pair[0])
		zh, en := spoken(pair[1])
		text.ZH, text.EN = strings.ReplaceAll(text.ZH, hole, zh), strings.ReplaceAll(text.EN, hole, en)
	}
	return text, nil
}

// list are the words of a list, such as "audit.action.", in their order.
func (c catalogue) list(prefix string) []string {
	var words []string
	for key := range c {
		if word, ok := strings.CutPrefix(key, prefix); ok {
			words = append(words, word)
		}
	}
	slices.Sort(words)
	return words
}

// word is the text of a word of a list, or the word itself when the list has none.
func (c catalogue) word(prefix, word string) cards.Text {
	if text, ok := c[prefix+word]; ok {
		return text
	}
	return cards.Same(word)
}

// label is the name of a field of the API as the form in list calls it: "phone", and
// "steps[0].name" for the name of the first step.
func (c catalogue) label(list, field string) cards.Text {
	if at, name, ok := strings.Cut(strings.TrimPrefix(field, "steps["), "]."); ok {
		n, _ := strconv.Atoi(at) // the API's own index
		step, _ := c.text("flows.step", "n", n+1)
		what := c.label(list+"step.", name)
		return cards.Text{ZH: step.ZH + "，" + what.ZH, EN: step.EN + ", " + what.EN}
	}
	return c.word(list, field)
}

// spoken is a value in both languages.
func spoken(v any) (zh, en string) {
	if t, ok := v.(cards.Text); ok {
		return t.ZH, t.EN
	}
	s := fmt.Sprint(v)
	return s, s
}

// forScripts are the texts that the frame's and the page's scripts say: those whose
// second word is "js".
func (c catalogue) forScripts(page string) json.RawMessage {
	said := c.begun("frame.js.")
	maps.Copy(said, c.begun(page+".js."))
	return written(said)
}

// begun are the texts whose keys begin so.
func (c catalogue) begun(beginning string) map[string]cards.Text {
	some := map[string]cards.Text{}
	for key, text := range c {
		if strings.HasPrefix(key, beginning) {
			some[key] = text
		}
	}
	return some
}

func written(said map[string]cards.Text) json.RawMessage {
	raw, err := json.Marshal(said)
	if err != nil {
		panic(err) // strings in a map can be written
	}
	return raw
}
