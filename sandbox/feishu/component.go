package feishu

import "slices"

// The components of feishu.md 7.2. What is not listed there does not exist here.

// elements takes a list of components; a container like a form is taken only
// where it is named.
func elements(containers ...string) rule {
	return list(0, func(at spot, v any) error {
		o, ok := v.(map[string]any)
		if !ok {
			return at.refuse(codeParse, v, "must be a component")
		}
		tag, _ := o["tag"].(string)
		if tag == "form" && !slices.Contains(containers, tag) {
			return at.refuse(codeForm, tag, "a form may stand only directly in body.elements")
		}
		sh, ok := component(tag)
		if !ok {
			return refuseTag(at, tag)
		}
		sh.props["tag"], sh.props["element_id"] = anything, checkID
		return fill(sh)(at, v)
	})
}

func component(tag string) (shape, bool) {
	switch tag {
	case "markdown":
		return shape{need: []string{"content"}, props: map[string]rule{"content": text, "i18n_content": translations(text)}}, true
	case "hr":
		return shape{props: map[string]rule{}}, true
	case "div":
		return div(), true
	case "column_set":
		return columnSet(), true
	case "button":
		return button(), true
	case "form":
		return form(), true
	case "input":
		return input(), true
	}
	return shape{}, false
}

// tagged takes the tag of a text object.
func tagged(tags ...string) rule {
	return func(at spot, v any) error {
		if s, _ := v.(string); !slices.Contains(tags, s) {
			return refuseTag(at, s)
		}
		return nil
	}
}

// refuseTag tells what 2.0 left behind from what never was.
func refuseTag(at spot, tag string) error {
	if tag == "action" || tag == "note" {
		return at.refuse(codeRetired, tag, "cards of schema V2 no longer support this capability")
	}
	return at.refuse(codeParse, tag, "unsupported tag")
}

func div() shape {
	field := shape{need: []string{"text"}, props: map[string]rule{"is_short": flag, "text": styledText}}
	return shape{props: map[string]rule{"text": styledText, "fields": list(0, fill(field)), "icon": icon}}
}

func columnSet() shape {
	return shape{need: []string{"columns"}, props: map[string]rule{
		"flex_mode":          word("none", "stretch", "flow", "bisect", "trisect"),
		"horizontal_spacing": spacing,
		"columns":            deeper(list(0, column)),
	}}
}

func column(at spot, v any) error {
	return fill(shape{need: []string{"tag"}, props: map[string]rule{
		"tag":        tagged("column"),
		"element_id": checkID,
		"width":      width(16, 600, "auto", "weighted"),
		"weight":     whole(5),
		"elements":   elements(),
	}})(at, v)
}

// deeper enters a container.
func deeper(inside rule) rule {
	return func(at spot, v any) error {
		if at.depth++; at.depth > maxDepth {
			return at.refuse(codeParse, "", "containers must not be more than %d deep", maxDepth)
		}
		return inside(at, v)
	}
}
