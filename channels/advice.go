package channels

import (
	_ "embed"
	"encoding/json"
	"fmt"
	"regexp"
	"strings"
	"sync"

	"ticketbell/cards"
	"ticketbell/notify"
)

//go:embed advice.json
var adviceFile []byte

// advice is what to do about a provider's code.
type advice struct {
	Code    string            `json:"code"`
	Class   string            `json:"class"`
	ZH      string            `json:"zh"`
	EN      string            `json:"en"`
	Extract map[string]string `json:"extract"` // pattern by name; {name} in the text is what it found
}

// catalogue reads the advice file, once.
var catalogue = sync.OnceValue(func() map[string]advice {
	var list []advice
	if err := json.Unmarshal(adviceFile, &list); err != nil {
		panic(fmt.Sprintf("channels: advice.json: %v", err)) // embedded and tested: cannot happen in a build that passed
	}
	byCode := make(map[string]advice, len(list))
	for _, a := range list {
		byCode[a.Code] = a
	}
	return byCode
})

// explain says what to do about a failure: by its code, else by its verdict.
func explain(code, message string, v notify.Verdict) *notify.TestError {
	a, ok := catalogue()[code]
	if !ok {
		a, ok = catalogue()[v.String()]
	}
	if !ok {
		a = catalogue()["identity"] // a stale address
	}
	e := &notify.TestError{Class: a.Class, Code: code, Message: message, Advice: cards.Text{ZH: a.ZH, EN: a.EN}}
	for name, pattern := range a.Extract {
		found := regexp.MustCompile(pattern).FindStringSubmatch(message)
		value := "?"
		if found != nil {
			value = found[1]
			if e.Extract == nil {
				e.Extract = map[string]string{}
			}
			e.Extract[name] = value
		}
		e.Advice.ZH = strings.ReplaceAll(e.Advice.ZH, "{"+name+"}", value)
		e.Advice.EN = strings.ReplaceAll(e.Advice.EN, "{"+name+"}", value)
	}
	return e
}
