package channels

import (
	"cmp"
	_ "embed"
	"encoding/json"
	"fmt"
	"maps"
	"regexp"
	"strconv"
	"strings"
	"sync"
	"unicode"
	"unicode/utf8"

	"ticketbell/cards"
	"ticketbell/notify"
)

//go:embed advice.json
var adviceFile []byte

// advice is what to do about a provider's code. Texts and links may hold {code},
// {app_id} and the names of Extract.
type advice struct {
	// Codes are whole codes, ranges ("wecom.42014..42020") and beginnings ("wecom.http_*").
	Codes []string     `json:"codes"`
	Class string       `json:"class"`
	Title cards.Text   `json:"title"`
	Cause cards.Text   `json:"cause"`
	Steps []cards.Text `json:"steps"`
	// Links are left out when something they name was not said.
	Links   []adviceLink      `json:"links"`
	Extract map[string]finder `json:"extract"`
}

type adviceLink struct {
	URL string `json:"url"`
	cards.Text
}

// finder picks a fact out of a provider's words, and says what to read where it is missing.
type finder struct {
	Pattern string `json:"pattern"`
	cards.Text
}

// catalogue reads the advice file, once.
var catalogue = sync.OnceValue(func() map[string]advice {
	list, err := readAdvice()
	if err != nil {
		panic(fmt.Sprintf("channels: advice.json: %v", err)) // embedded and tested: cannot happen in a build that passed
	}
	byCode := map[string]advice{}
	for _, a := range list {
		for _, code := range a.Codes {
			for _, one := range spread(code) {
				byCode[one] = a
			}
		}
	}
	return byCode
})

func readAdvice() ([]advice, error) {
	var list []advice
	err := json.Unmarshal(adviceFile, &list)
	return list, err
}

// spread names every code of a range.
func spread(code string) []string {
	first, last, isRange := strings.Cut(code, "..")
	channel, from, _ := strings.Cut(first, ".")
	low, err := strconv.Atoi(from)
	high, err2 := strconv.Atoi(last)
	if !isRange || err != nil || err2 != nil {
		return []string{code}
	}
	var all []string
	for n := low; n <= high; n++ {
		all = append(all, channel+"."+strconv.Itoa(n))
	}
	return all
}

// adviceOn finds the advice on a code: its own, or that of its beginning.
func adviceOn(code string) (advice, bool) {
	if a, ok := catalogue()[code]; ok {
		return a, true
	}
	if i := strings.LastIndexByte(code, '_'); i >= 0 {
		a, ok := catalogue()[code[:i+1]+"*"]
		return a, ok
	}
	return advice{}, false
}

// Explain says what to do about a provider's code and words, as an attempt on record
// holds them. A code nobody knows is said to be one.
func Explain(code, message string) *notify.TestError {
	return explain(code, message, notify.VerdictAgain, nil)
}

// Explain is [Explain] for whoever asks the board.
func (b *Board) Explain(code, message string) *notify.TestError { return Explain(code, message) }

// explain says what to do about a failure: by its code, else by its verdict. known
// are facts the provider need not say, such as the app's id.
func explain(code, message string, v notify.Verdict, known map[string]string) *notify.TestError {
	a, ok := adviceOn(code)
	if !ok {
		a = unknown(code, v)
	}
	e := &notify.TestError{Class: a.Class, Code: code, Message: message, Retry: retryOf(a.Class)}
	found := a.find(message)
	if len(found) > 0 {
		e.Extract = found
	}
	facts := factsOf(code, known)
	maps.Copy(facts, found)
	e.Title, e.Cause = a.fill(a.Title, facts), a.fill(a.Cause, facts)
	for _, step := range a.Steps {
		e.Steps = append(e.Steps, a.fill(step, facts))
	}
	for _, l := range a.Links {
		if url := fillIn(l.URL, facts); !strings.Contains(url, "{") {
			e.Links = append(e.Links, notify.Link{URL: url, Text: a.fill(l.Text, facts)})
		}
	}
	e.Advice = inOne(e.Cause, e.Steps)
	return e
}

// unknown is the advice on a code without one: what its verdict says. When the code
// is a provider's number, that we do not know it is said first.
func unknown(code string, v notify.Verdict) advice {
	a := catalogue()[v.String()]
	_, number, _ := strings.Cut(code, ".")
	if _, err := strconv.Atoi(number); err != nil {
		return a
	}
	stranger := catalogue()["unknown"]
	stranger.Class = a.Class
	stranger.Steps = append(stranger.Steps[:1:1], a.Steps...)
	return stranger
}

// find picks the facts out of a provider's words.
func (a advice) find(message string) map[string]string {
	facts := map[string]string{}
	for name, f := range a.Extract {
		if groups := regexp.MustCompile(f.Pattern).FindStringSubmatch(message); groups != nil {
			facts[name] = cmp.Or(groups[1:]...)
		}
	}
	return facts
}

// factsOf is what is known without the provider's words: the code, also under its
// channel's name when it is a number.
func factsOf(code string, known map[string]string) map[string]string {
	facts := maps.Clone(known)
	if facts == nil {
		facts = map[string]string{}
	}
	channel, number, _ := strings.Cut(code, ".")
	facts["code"] = number
	if _, err := strconv.Atoi(number); err == nil {
		facts[channel] = number
	}
	return facts
}

// fill puts the facts into a text, and words where a fact is missing.
func (a advice) fill(t cards.Text, facts map[string]string) cards.Text {
	t.ZH, t.EN = fillIn(t.ZH, facts), fillIn(t.EN, facts)
	for name, f := range a.Extract {
		if r, _ := utf8.DecodeRuneInString(f.ZH); unicode.Is(unicode.Han, r) {
			t.ZH = strings.ReplaceAll(t.ZH, " {"+name+"}", f.ZH) // the space stood before Latin
		}
		t.ZH = strings.ReplaceAll(t.ZH, "{"+name+"}", f.ZH)
		t.EN = strings.ReplaceAll(t.EN, "{"+name+"}", f.EN)
	}
	return t
}

func fillIn(s string, facts map[string]string) string {
	for name, value := range facts {
		s = strings.ReplaceAll(s, "{"+name+"}", value)
	}
	return s
}

// inOne tells cause and steps in one paragraph.
func inOne(cause cards.Text, steps []cards.Text) cards.Text {
	for _, s := range steps {
		cause.ZH += s.ZH
		cause.EN += " " + s.EN
	}
	return cause
}

// retryOf tells what becomes of a delivery that met a fault of the class.
func retryOf(class string) string {
	switch class {
	case "config":
		return "after_fix"
	case "rate", "transient":
		return "auto"
	default:
		return "never"
	}
}

// Class is what came of an attempt, as one of a few words: ok, or the class of the advice
// on its code, else that of its outcome.
func Class(a notify.Attempt) string {
	if a.Outcome == "accepted" || a.Outcome == "updated" {
		return "ok"
	}
	found, ok := adviceOn(a.Code)
	if !ok {
		found = catalogue()[verdictNamed(a.Outcome).String()]
	}
	return found.Class
}
