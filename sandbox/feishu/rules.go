package feishu

import (
	"maps"
	"regexp"
	"slices"
	"strconv"
	"strings"
	"unicode/utf8"
)

// rule says whether a value may stand at a spot.
type rule func(at spot, v any) error

// shape is what an object may hold. Any other property is an error (feishu.md 7.2).
type shape struct {
	need  []string
	props map[string]rule
	// also checks what lies across properties.
	also func(at spot, o map[string]any) error
}

// fill takes an object of that shape.
func fill(sh shape) rule {
	return func(at spot, v any) error {
		o, ok := v.(map[string]any)
		if !ok {
			return at.refuse(codeParse, v, "must be an object")
		}
		for _, name := range sh.need {
			if _, ok := o[name]; !ok {
				return at.refuse(codeParse, "", "%s is required", name)
			}
		}
		for _, name := range slices.Sorted(maps.Keys(o)) { // sorted, so that the same card has the same first fault
			check, ok := sh.props[name]
			if !ok {
				return at.refuse(codeParse, name, "unknown property %s", shorten(name))
			}
			if err := check(at.in(name), o[name]); err != nil {
				return err
			}
		}
		if sh.also == nil {
			return nil
		}
		return sh.also(at, o)
	}
}

// list takes at most most values of one kind; 0 is any number.
func list(most int, each rule) rule {
	return func(at spot, v any) error {
		values, ok := v.([]any)
		if !ok {
			return at.refuse(codeParse, v, "must be a list")
		}
		if most > 0 && len(values) > most {
			return at.refuse(codeParse, len(values), "must not have more than %d entries", most)
		}
		for i, value := range values {
			if err := each(at.in(step(i, value)), value); err != nil {
				return err
			}
		}
		return nil
	}
}

// step is how the provider writes a place in a list: [2](tag: chart).
func step(i int, v any) string {
	s := "[" + strconv.Itoa(i) + "]"
	if o, ok := v.(map[string]any); ok {
		if tag, ok := o["tag"].(string); ok {
			s += "(tag: " + shorten(tag) + ")"
		}
	}
	return s
}

// mapOf takes an object with keys the caller chooses.
func mapOf(each rule) rule {
	return func(at spot, v any) error {
		o, ok := v.(map[string]any)
		if !ok {
			return at.refuse(codeParse, v, "must be an object")
		}
		for _, key := range slices.Sorted(maps.Keys(o)) {
			if err := each(at.in(shorten(key)), o[key]); err != nil {
				return err
			}
		}
		return nil
	}
}

func anything(spot, any) error { return nil }

func text(at spot, v any) error {
	if _, ok := v.(string); !ok {
		return at.refuse(codeParse, v, "must be a string")
	}
	return nil
}

func flag(at spot, v any) error {
	if _, ok := v.(bool); !ok {
		return at.refuse(codeParse, v, "must be true or false")
	}
	return nil
}

// always takes nothing but true.
func always(at spot, v any) error {
	if v != true {
		return at.refuse(codeParse, v, "must be true")
	}
	return nil
}

// whole takes a whole number from 1 to high.
func whole(high int) rule {
	return func(at spot, v any) error {
		n, ok := v.(float64)
		if !ok || n != float64(int(n)) || n < 1 || n > float64(high) {
			return at.refuse(codeParse, v, "must be a whole number from 1 to %d", high)
		}
		return nil
	}
}

// word takes one of these.
func word(words ...string) rule {
	return func(at spot, v any) error {
		if s, ok := v.(string); !ok || !slices.Contains(words, s) {
			return at.refuse(codeParse, v, "must be one of %s", strings.Join(words, ", "))
		}
		return nil
	}
}

// width takes one of the words, or pixels from low to high: "120px".
func width(low, high int, words ...string) rule {
	return func(at spot, v any) error {
		s, _ := v.(string)
		if slices.Contains(words, s) {
			return nil
		}
		digits, ok := strings.CutSuffix(s, "px")
		n, err := strconv.Atoi(digits)
		if !ok || err != nil || n < low || n > high {
			return at.refuse(codeParse, v, "must be one of %s or %d to %d px", strings.Join(words, ", "), low, high)
		}
		return nil
	}
}

// spacing takes one to four sizes in pixels: "8px", "4px 12px".
func spacing(at spot, v any) error {
	s, _ := v.(string)
	if !regexp.MustCompile(`^\d+px( \d+px){0,3}$`).MatchString(s) {
		return at.refuse(codeParse, v, "must be sizes in px")
	}
	return nil
}

// translations takes texts by language (feishu.md 7.1).
func translations(each rule) rule {
	return func(at spot, v any) error {
		o, ok := v.(map[string]any)
		if !ok {
			return at.refuse(codeParse, v, "must be an object of languages")
		}
		for _, lang := range slices.Sorted(maps.Keys(o)) {
			if !slices.Contains(languages(), lang) {
				return at.refuse(codeParse, lang, "unknown language")
			}
			if err := each(at.in(lang), o[lang]); err != nil {
				return err
			}
		}
		return nil
	}
}

func languages() []string {
	return []string{
		"zh_cn", "en_us", "zh_hk", "zh_tw", "ja_jp", "id_id", "vi_vn", "th_th",
		"pt_br", "es_es", "ko_kr", "de_de", "fr_fr", "it_it", "ru_ru", "ms_my",
	}
}

// upTo takes a text object whose texts have at most most characters in any language.
func upTo(most int, texts rule) rule {
	return func(at spot, v any) error {
		if err := texts(at, v); err != nil {
			return err
		}
		o, _ := v.(map[string]any)
		all := []any{o["content"]}
		if i18n, ok := o["i18n_content"].(map[string]any); ok {
			all = slices.AppendSeq(all, maps.Values(i18n))
		}
		for _, t := range all {
			if s, _ := t.(string); utf8.RuneCountInString(s) > most {
				return at.refuse(codeParse, s, "must not be longer than %d characters", most)
			}
		}
		return nil
	}
}

// spoken takes a text object that says something.
func spoken(texts rule) rule {
	return func(at spot, v any) error {
		if err := texts(at, v); err != nil {
			return err
		}
		if o, _ := v.(map[string]any); o["content"] == "" {
			return at.in("content").refuse(codeParse, "", "must not be empty")
		}
		return nil
	}
}
