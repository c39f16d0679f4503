package feishu

import (
	"maps"
	"regexp"
	"slices"
	"strings"
)

// post takes a rich text: a title and paragraphs of elements for each language. The
// elements are those of the SDK (larkim.MessagePost).
func post(at spot, v any) error {
	if o, ok := v.(map[string]any); ok && len(o) == 0 {
		return at.refuse(codeParse, "", "must have a language")
	}
	return translations(fill(shape{need: []string{"content"}, props: map[string]rule{
		"title": text, "content": list(0, list(0, postElement)),
	}}))(at, v)
}

func postElement(at spot, v any) error {
	o, _ := v.(map[string]any)
	sh := shape{props: map[string]rule{"tag": text}}
	switch o["tag"] {
	case "text":
		sh.need = []string{"text"}
		sh.props["text"], sh.props["un_escape"] = text, flag
	case "a":
		sh.need = []string{"text", "href"}
		sh.props["text"], sh.props["href"], sh.props["un_escape"] = text, text, flag
	case "at":
		sh.need = []string{"user_id"}
		sh.props["user_id"], sh.props["user_name"] = text, text
	case "img":
		sh.need = []string{"image_key"}
		sh.props["image_key"] = text
	case "media":
		sh.need = []string{"file_key"}
		sh.props["file_key"], sh.props["image_key"] = text, text
	default:
		return at.refuse(codeParse, o["tag"], "tag must be one of text, a, at, img, media")
	}
	return fill(sh)(at, v)
}

// readPost checks a post and returns what a reader of Chinese sees of it, or of the first
// language where it has no Chinese.
func readPost(content string) (View, error) {
	root, err := object(content)
	if err != nil {
		return View{}, err
	}
	if err := post(spot{path: "ROOT"}, root); err != nil {
		return View{}, badParameter(err.Error())
	}
	lang := "zh_cn"
	if root[lang] == nil {
		lang = slices.Sorted(maps.Keys(root))[0]
	}
	said, _ := root[lang].(map[string]any)
	var r reader
	r.view.Title, _ = said["title"].(string)
	r.view.add(r.view.Title)
	paragraphs, _ := said["content"].([]any)
	for _, p := range paragraphs {
		r.paragraph(p)
	}
	return r.view.titled(), nil
}

// paragraph adds one paragraph as a line.
func (r *reader) paragraph(elements any) {
	var line strings.Builder
	for _, o := range objects(elements) {
		said, _ := o["text"].(string)
		switch o["tag"] {
		case "at":
			who, _ := o["user_id"].(string)
			line.WriteString("@" + who)
		default:
			line.WriteString(mentioned(said))
			r.link(o["href"])
		}
	}
	r.view.add(line.String())
}

// readText checks a text and returns what a person reads in it: an address in it leads
// somewhere.
func readText(content string) (View, error) {
	root, err := object(content)
	if err != nil {
		return View{}, err
	}
	said, ok := root["text"].(string)
	if !ok || said == "" || len(root) != 1 {
		return View{}, badParameter("a text has a text and nothing else")
	}
	var r reader
	r.view.add(mentioned(said))
	for _, address := range regexp.MustCompile(`https?://[^\s<>]+`).FindAllString(said, -1) {
		r.link(address)
	}
	return r.view.titled(), nil
}

// mentioned turns the one tag that a text reads, also one in a post, into what a person
// sees (larkim.MessageText).
func mentioned(s string) string {
	return regexp.MustCompile(`<at user_id="([^"]*)">[^<]*</at>`).ReplaceAllString(s, "@$1")
}

// titled is v with its first line for a title, where it has none.
func (v View) titled() View {
	if v.Title == "" && len(v.Lines) > 0 {
		v.Title = v.Lines[0]
	}
	return v
}
