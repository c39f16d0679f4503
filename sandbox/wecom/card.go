package wecom

import "slices"

// card is a template card of any type (wecom.md 4.3).
type card struct {
	CardType        string      `json:"card_type"`
	Source          *source     `json:"source"`
	ActionMenu      *actionMenu `json:"action_menu"`
	TaskID          string      `json:"task_id"`
	MainTitle       *titled     `json:"main_title"`
	QuoteArea       *quote      `json:"quote_area"`
	Emphasis        *titled     `json:"emphasis_content"`
	SubTitle        string      `json:"sub_title_text"`
	ImageTextArea   *imageText  `json:"image_text_area"`
	CardImage       *image      `json:"card_image"`
	Vertical        []titled    `json:"vertical_content_list"`
	Horizontal      []pair      `json:"horizontal_content_list"`
	JumpList        []jump      `json:"jump_list"`
	CardAction      *cardAction `json:"card_action"`
	ButtonSelection *selection  `json:"button_selection"`
	ButtonList      []button    `json:"button_list"`
	Checkbox        *checkbox   `json:"checkbox"`
	SelectList      []selection `json:"select_list"`
	SubmitButton    *textKey    `json:"submit_button"`
}

type source struct {
	IconURL   string `json:"icon_url"`
	Desc      string `json:"desc"`
	DescColor int    `json:"desc_color"`
}

type titled struct {
	Title string `json:"title"`
	Desc  string `json:"desc"`
}

type textKey struct {
	Text string `json:"text"`
	Key  string `json:"key"`
}

type actionMenu struct {
	Desc       string    `json:"desc"`
	ActionList []textKey `json:"action_list"`
}

type quote struct {
	Type      int    `json:"type"`
	URL       string `json:"url"`
	AppID     string `json:"appid"`
	PagePath  string `json:"pagepath"`
	Title     string `json:"title"`
	QuoteText string `json:"quote_text"`
}

type imageText struct {
	Type     int    `json:"type"`
	URL      string `json:"url"`
	AppID    string `json:"appid"`
	PagePath string `json:"pagepath"`
	Title    string `json:"title"`
	Desc     string `json:"desc"`
	ImageURL string `json:"image_url"`
}

type image struct {
	URL         string  `json:"url"`
	AspectRatio float64 `json:"aspect_ratio"`
}

type pair struct {
	KeyName string `json:"keyname"`
	Value   string `json:"value"`
	Type    int    `json:"type"`
	URL     string `json:"url"`
	MediaID string `json:"media_id"`
	UserID  string `json:"userid"`
}

type jump struct {
	Type     int    `json:"type"`
	Title    string `json:"title"`
	URL      string `json:"url"`
	AppID    string `json:"appid"`
	PagePath string `json:"pagepath"`
}

type cardAction struct {
	Type     int    `json:"type"`
	URL      string `json:"url"`
	AppID    string `json:"appid"`
	PagePath string `json:"pagepath"`
}

type button struct {
	Type  int    `json:"type"`
	Text  string `json:"text"`
	Style int    `json:"style"`
	Key   string `json:"key"`
	URL   string `json:"url"`
}

type option struct {
	ID        string `json:"id"`
	Text      string `json:"text"`
	IsChecked bool   `json:"is_checked"`
}

type selection struct {
	QuestionKey string   `json:"question_key"`
	Title       string   `json:"title"`
	SelectedID  string   `json:"selected_id"`
	OptionList  []option `json:"option_list"`
}

type checkbox struct {
	QuestionKey string   `json:"question_key"`
	Mode        int      `json:"mode"`
	OptionList  []option `json:"option_list"`
}

// interactive reports whether the card is of a type made for pressing.
func (c *card) interactive() bool {
	return slices.Contains([]string{"button_interaction", "vote_interaction", "multiple_interaction"}, c.CardType)
}

// pressable reports whether a press on the card calls back; only such cards get
// a response_code (wecom.md 4.4).
func (c *card) pressable() bool { return c.interactive() || c.ActionMenu != nil }
