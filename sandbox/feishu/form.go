package feishu

import "slices"

// What a person fills in and presses, by feishu.md 7.2.

func form() shape {
	inside := deeper(func(at spot, v any) error {
		at.form = true
		return elements()(at, v)
	})
	return shape{
		need:  []string{"name", "elements"},
		props: map[string]rule{"name": text, "vertical_spacing": spacing, "elements": inside},
		also: func(at spot, o map[string]any) error {
			if o["name"] == "" {
				return at.refuse(codeForm, "", "name of a form must not be empty")
			}
			if !submits(o["elements"]) {
				return at.refuse(codeForm, o["name"], "a form needs a button with form_action_type submit")
			}
			return nil
		},
	}
}

// submits reports whether a submit button stands anywhere within v.
func submits(v any) bool {
	switch v := v.(type) {
	case map[string]any:
		if v["tag"] == "button" && v["form_action_type"] == "submit" {
			return true
		}
		for _, child := range v {
			if submits(child) {
				return true
			}
		}
	case []any:
		return slices.ContainsFunc(v, submits)
	}
	return false
}

func input() shape {
	plain := texts("plain_text")
	return shape{also: checkName, props: map[string]rule{
		"name":               text,
		"required":           flag,
		"input_type":         word("text", "multiline_text", "password"),
		"rows":               whole(1000),
		"max_length":         whole(1000),
		"placeholder":        plain,
		"label":              plain,
		"label_position":     word("top", "left"),
		"default_value":      text,
		"i18n_default_value": translations(text),
		"width":              width(1, 10000, "default", "fill"),
	}}
}

func button() shape {
	plain := texts("plain_text")
	return shape{need: []string{"text"}, also: checkButton, props: map[string]rule{
		"name": text,
		"text": upTo(100, plain),
		"type": word("default", "primary", "danger", "text", "primary_text", "danger_text",
			"primary_filled", "danger_filled", "laser"),
		"size":             text, // the contract does not list the sizes
		"width":            width(1, 10000, "default", "fill"),
		"disabled":         flag,
		"disabled_tips":    plain,
		"hover_tips":       plain,
		"icon":             icon,
		"form_action_type": word("submit", "reset"),
		"confirm": fill(shape{need: []string{"title"}, props: map[string]rule{
			"title": spoken(plain), "text": plain,
		}}),
		"behaviors": list(0, behavior),
	}}
}

// checkButton allows the one shape of a form button that all sources accept: a
// name and no behaviors.
func checkButton(at spot, o map[string]any) error {
	_, forForm := o["form_action_type"]
	_, behaves := o["behaviors"]
	switch {
	case forForm && !at.form:
		return at.refuse(codeForm, o["form_action_type"], "form_action_type is for buttons within a form")
	case forForm && behaves:
		return at.refuse(codeForm, "behaviors", "a form button must not have behaviors")
	}
	return checkName(at, o)
}

// behavior takes a link or a callback. The value of a callback must be an object
// of strings: the SDKs take no string, and numbers lose digits (feishu.md 7.2).
func behavior(at spot, v any) error {
	if o, _ := v.(map[string]any); o["type"] == "callback" {
		return fill(shape{need: []string{"value"}, props: map[string]rule{
			"type": text, "value": mapOf(text),
		}})(at, v)
	}
	return fill(shape{need: []string{"type", "default_url"}, props: map[string]rule{
		"type": word("open_url"), "default_url": text, "pc_url": text, "ios_url": text, "android_url": text,
	}})(at, v)
}
