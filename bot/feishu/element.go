package feishu

import (
	"encoding/json"
	"strings"

	"ticketbell/cards"
)

// The parts of a card in JSON 2.0 that we use. In 2.0 an unknown property is an
// error, so nothing is here that feishu.md 7.1 and 7.2 do not list.

type document struct {
	Schema string   `json:"schema"`
	Config settings `json:"config"`
	Header header   `json:"header"`
	Body   body     `json:"body"`
}

type settings struct {
	UpdateMulti              bool    `json:"update_multi"`
	EnableForward            bool    `json:"enable_forward"`
	EnableForwardInteraction bool    `json:"enable_forward_interaction"`
	Summary                  summary `json:"summary"`
}

// summary is what the list of chats and the push show.
type summary struct {
	Content string `json:"content"`
	I18n    *i18n  `json:"i18n_content,omitempty"`
}

type header struct {
	Template string    `json:"template"`
	Title    text      `json:"title"`
	Subtitle *text     `json:"subtitle,omitempty"`
	Tags     []textTag `json:"text_tag_list,omitempty"`
}

type textTag struct {
	Tag   string `json:"tag"`
	Text  text   `json:"text"`
	Color string `json:"color"`
}

type body struct {
	Direction       string    `json:"direction"`
	VerticalSpacing string    `json:"vertical_spacing"`
	Elements        []element `json:"elements"`
}

// element is one of the components that stand in a body.
type element interface{ component() }

type div struct {
	Tag    string  `json:"tag"`
	Text   *text   `json:"text,omitempty"`
	Fields []field `json:"fields,omitempty"`
}

type field struct {
	Short bool `json:"is_short"`
	Text  text `json:"text"`
}

type hr struct {
	Tag string `json:"tag"`
}

type columnSet struct {
	Tag      string   `json:"tag"`
	FlexMode string   `json:"flex_mode"`
	Spacing  string   `json:"horizontal_spacing"`
	Columns  []column `json:"columns"`
}

type column struct {
	Tag      string    `json:"tag"`
	Width    string    `json:"width"`
	Elements []element `json:"elements"`
}

// form stands directly in the body and nowhere else (feishu.md 7.2).
type form struct {
	Tag      string    `json:"tag"`
	Name     string    `json:"name"`
	Spacing  string    `json:"vertical_spacing"`
	Elements []element `json:"elements"`
}

type input struct {
	Tag           string `json:"tag"`
	Name          string `json:"name"`
	InputType     string `json:"input_type"`
	Rows          int    `json:"rows"`
	Required      bool   `json:"required"`
	MaxLength     int    `json:"max_length"`
	Width         string `json:"width"`
	Label         text   `json:"label"`
	LabelPosition string `json:"label_position"`
	Placeholder   text   `json:"placeholder"`
}

// button leads somewhere or calls us back by its behaviors; one that submits a form
// has a name and FormAction instead, and must not behave (feishu.md 7.2).
type button struct {
	Tag        string     `json:"tag"`
	Name       string     `json:"name,omitempty"`
	FormAction string     `json:"form_action_type,omitempty"`
	Text       text       `json:"text"`
	Type       string     `json:"type"`
	Confirm    *confirm   `json:"confirm,omitempty"`
	Behaviors  []behavior `json:"behaviors,omitempty"`
}

type confirm struct {
	Title text `json:"title"`
	Text  text `json:"text"`
}

type behavior struct {
	Type string `json:"type"`
	URL  string `json:"default_url,omitempty"`
	// Value comes back with a press. It holds strings only: numbers would lose digits.
	Value *pressed `json:"value,omitempty"`
}

// pressed is what a callback button says of itself. The message it stands in tells the
// rest, except that a client may show what was there before the last update.
type pressed struct {
	Act    string `json:"act"`
	Notice string `json:"notice,omitempty"`
}

func (div) component()       {}
func (hr) component()        {}
func (button) component()    {}
func (columnSet) component() {}
func (form) component()      {}
func (input) component()     {}

// text is always plain_text: in lark_md and markdown a ticket's title could
// smuggle in <at id=all> or a link (feishu.md 7.2).
type text struct {
	Tag     string `json:"tag"`
	Content string `json:"content"`
	I18n    *i18n  `json:"i18n_content,omitempty"`
	Size    string `json:"text_size,omitempty"`
	Color   string `json:"text_color,omitempty"`
}

// i18n holds what other clients than Chinese ones show instead of the content;
// the reader's client picks the language.
type i18n struct {
	English string `json:"en_us"`
}

// plain says t in both languages; one that reads alike is written once.
func plain(t cards.Text) text {
	return text{Tag: "plain_text", Content: t.ZH, I18n: english(t)}
}

func english(t cards.Text) *i18n {
	if t.EN == t.ZH {
		return nil
	}
	return &i18n{English: t.EN}
}

// encode writes v without HTML escapes, which would grow sixfold once the card
// travels as a string within the request.
func encode(v any) string {
	var out strings.Builder
	enc := json.NewEncoder(&out)
	enc.SetEscapeHTML(false)
	if err := enc.Encode(v); err != nil { // a card holds strings and booleans only, which always encode
		panic("ticketbell: a feishu card did not encode: " + err.Error())
	}
	return strings.TrimSuffix(out.String(), "\n")
}
