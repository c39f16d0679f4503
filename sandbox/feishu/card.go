package feishu

// The parts of a card around its body, by feishu.md 7.1.

func card() shape {
	return shape{need: []string{"schema"}, props: map[string]rule{
		"schema":    word("2.0"),
		"config":    fill(config()),
		"card_link": fill(link()),
		"header":    fill(header()),
		"body":      fill(body()),
	}}
}

func config() shape {
	return shape{props: map[string]rule{
		"update_multi":               always, // in 2.0 the default and the only value (feishu.md 6.1)
		"enable_forward":             flag,
		"enable_forward_interaction": flag,
		"width_mode":                 word("default", "compact", "fill"),
		"summary":                    fill(shape{props: map[string]rule{"content": text, "i18n_content": translations(text)}}),
		"locales":                    list(0, word(languages()...)),
		"use_custom_translation":     flag,
		"streaming_mode":             flag,
		"style": fill(shape{props: map[string]rule{
			"text_size": mapOf(fill(shape{props: map[string]rule{"default": text, "pc": text, "mobile": text}})),
			"color":     mapOf(fill(shape{props: map[string]rule{"light_mode": text, "dark_mode": text}})),
		}}),
	}}
}

func link() shape {
	return shape{props: map[string]rule{"url": text, "pc_url": text, "ios_url": text, "android_url": text}}
}

func header() shape {
	tags := list(3, fill(textTag()))
	return shape{need: []string{"title"}, props: map[string]rule{
		"title":              spoken(texts("plain_text", "lark_md")),
		"subtitle":           texts("plain_text", "lark_md"),
		"template":           word(templates()...),
		"text_tag_list":      tags,
		"i18n_text_tag_list": translations(tags),
		"icon":               icon,
		"padding":            spacing,
	}}
}

func templates() []string {
	return []string{
		"blue", "wathet", "turquoise", "green", "yellow", "orange", "red",
		"carmine", "violet", "purple", "indigo", "grey", "default",
	}
}

func textTag() shape {
	return shape{need: []string{"tag", "text"}, props: map[string]rule{
		"tag":        word("text_tag"),
		"element_id": checkID,
		"text":       texts("plain_text"),
		"color": word("neutral", "blue", "turquoise", "lime", "orange", "violet",
			"indigo", "wathet", "green", "yellow", "red", "purple", "carmine"),
	}}
}

func body() shape {
	return shape{props: map[string]rule{
		"direction":          word("vertical", "horizontal"),
		"padding":            spacing,
		"vertical_spacing":   spacing,
		"horizontal_spacing": spacing,
		"elements":           elements("form"),
	}}
}

// icon takes a standard icon by token or a custom one by image key.
func icon(at spot, v any) error {
	if o, _ := v.(map[string]any); o["tag"] == "custom_icon" {
		return fill(shape{need: []string{"img_key"}, props: map[string]rule{
			"tag": text, "img_key": text,
		}})(at, v)
	}
	return fill(shape{need: []string{"tag", "token"}, props: map[string]rule{
		"tag": word("standard_icon"), "token": text, "color": text,
	}})(at, v)
}

// texts takes a text object with one of these tags.
func texts(tags ...string) rule {
	return func(at spot, v any) error { return fill(textObject(tags))(at, v) }
}

func textObject(tags []string) shape {
	return shape{need: []string{"tag", "content"}, props: map[string]rule{
		"tag": tagged(tags...), "content": text, "i18n_content": translations(text), "element_id": checkID,
	}}
}

// styledText takes the text of a div, which alone has size, lines and, when it is
// plain, a colour (feishu.md 7.2).
func styledText(at spot, v any) error {
	sh := textObject([]string{"plain_text", "lark_md"})
	sh.props["text_size"], sh.props["lines"] = text, whole(1000)
	if o, _ := v.(map[string]any); o["tag"] == "plain_text" {
		sh.props["text_color"] = text
	}
	return fill(sh)(at, v)
}
