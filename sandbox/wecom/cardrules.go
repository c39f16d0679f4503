package wecom

import (
	"regexp"
	"slices"
)

// maxKey is the longest key of a button, menu entry or submit button, in bytes.
const maxKey = 1024

var taskID = regexp.MustCompile(`^[0-9A-Za-z_@-]{1,128}$`)

// checkCard keeps the rules of wecom.md 4.3, and refuses a pressable card when
// the app has no callback URL.
//
// A repeat that [Simulator.accept] recognises carries the task_id of the first: that the
// same request is recognised before its task_id is looked at is unconfirmed.
func (s *Simulator) checkCard(c *card, isRepeat bool) *reply {
	if c == nil {
		return refuse(codeBadJSON, "template_card missing")
	}
	if bad := c.fault(); bad != nil {
		return bad
	}
	s.mu.Lock()
	defer s.mu.Unlock()
	return firstBroken([]rule{
		{c.pressable() && !s.cfg.hasCallback(), codeBadCard, "the app has no callback url"},
		{c.TaskID != "" && s.tasks[c.TaskID] && !isRepeat, codeBadCard, "task_id is not unique"},
	})
}

// fault returns the refusal of the first rule the card breaks by itself.
func (c *card) fault() *reply {
	types := []string{"text_notice", "news_notice", "button_interaction", "vote_interaction", "multiple_interaction"}
	if !slices.Contains(types, c.CardType) {
		return refuse(codeBadCardType, "invalid card_type")
	}
	for _, part := range []func() []rule{c.commonRules, c.listRules, c.linkRules, c.pressRules, c.typeRules} {
		if bad := firstBroken(part()); bad != nil {
			return bad
		}
	}
	return nil
}

func (c *card) commonRules() []rule {
	return []rule{
		{c.TaskID == "" && c.pressable(), codeBadCard, "task_id missing"},
		{c.TaskID != "" && !taskID.MatchString(c.TaskID), codeBadCard, "invalid task_id"},
		{c.Source != nil && (c.Source.DescColor < 0 || c.Source.DescColor > 3), codeBadCard, "invalid desc_color"},
	}
}

func (c *card) listRules() []rule {
	return []rule{
		{len(c.Horizontal) > 6, codeBadCard, "more than 6 in horizontal_content_list"},
		{len(c.Vertical) > 4, codeBadCard, "more than 4 in vertical_content_list"},
		{len(c.JumpList) > 3, codeBadCard, "more than 3 in jump_list"},
		{len(c.ButtonList) > 6, codeBadCard, "more than 6 in button_list"},
		{len(c.SelectList) > 3, codeBadCard, "more than 3 in select_list"},
		{slices.ContainsFunc(c.Horizontal, pair.broken), codeBadCard, "invalid horizontal_content_list"},
		{slices.ContainsFunc(c.SelectList, selection.broken), codeBadCard, "invalid select_list"},
		{c.ButtonSelection != nil && c.ButtonSelection.broken(), codeBadCard, "invalid button_selection"},
		{c.Checkbox != nil && c.Checkbox.broken(), codeBadCard, "invalid checkbox"},
	}
}

// linkRules: a link needs its url, a mini-program its appid.
func (c *card) linkRules() []rule {
	needsAction := c.CardType == "text_notice" || c.CardType == "news_notice"
	a := c.CardAction
	return []rule{
		{needsAction && a == nil, codeNoCardAction, "card_action missing"},
		{a != nil && (a.Type < 0 || a.Type > 2), codeNoCardAction, "invalid card_action"},
		{needsAction && a != nil && a.Type == 0, codeNoCardAction, "card_action leads nowhere"},
		{a != nil && a.Type == 1 && a.URL == "", codeNoURL, "card_action url missing"},
		{a != nil && a.Type == 2 && a.AppID == "", codeNoCardAction, "card_action appid missing"},
		{slices.ContainsFunc(c.JumpList, func(j jump) bool { return j.Title == "" }), codeBadCard, "jump_list title missing"},
		{slices.ContainsFunc(c.JumpList, func(j jump) bool { return j.Type == 1 && j.URL == "" }), codeNoURL, "jump_list url missing"},
		{c.QuoteArea != nil && c.QuoteArea.Type == 1 && c.QuoteArea.URL == "", codeNoURL, "quote_area url missing"},
	}
}

func (c *card) pressRules() []rule {
	rules := []rule{
		{slices.ContainsFunc(c.ButtonList, button.broken), codeBadButtonKey, "invalid button_list"},
		{c.SubmitButton != nil && badKey(c.SubmitButton.Key), codeBadButtonKey, "invalid submit_button"},
	}
	if m := c.ActionMenu; m != nil {
		rules = append(rules,
			rule{len(m.ActionList) < 1 || len(m.ActionList) > 3, codeBadCard, "action_menu has 1 to 3 entries"},
			rule{slices.ContainsFunc(m.ActionList, func(e textKey) bool { return badKey(e.Key) }), codeBadButtonKey, "invalid key in action_menu"},
			rule{repeatsKey(m.ActionList), codeBadButtonKey, "keys in action_menu repeat"})
	}
	return rules
}

// typeRules is what each card_type asks for beyond the common rules.
func (c *card) typeRules() []rule {
	untitled := c.MainTitle == nil || c.MainTitle.Title == ""
	switch c.CardType {
	case "text_notice":
		return []rule{{untitled && c.SubTitle == "", codeBadCard, "title and sub_title_text are both missing"}}
	case "news_notice":
		noImage := c.CardImage == nil || c.CardImage.URL == ""
		return []rule{
			{noImage && c.ImageTextArea == nil, codeBadCard, "card_image or image_text_area is needed"},
			{!noImage && c.CardImage.badRatio(), codeBadCard, "aspect_ratio is 1.3 to 2.25"},
		}
	case "button_interaction":
		return []rule{{len(c.ButtonList) == 0, codeBadCard, "button_list missing"}}
	case "vote_interaction":
		return []rule{{c.Checkbox == nil || c.SubmitButton == nil, codeBadCard, "checkbox and submit_button are needed"}}
	default:
		return []rule{{len(c.SelectList) == 0 || c.SubmitButton == nil, codeBadCard, "select_list and submit_button are needed"}}
	}
}

func (i *image) badRatio() bool {
	return i.AspectRatio != 0 && (i.AspectRatio < 1.3 || i.AspectRatio > 2.25)
}

func (p pair) broken() bool {
	return p.KeyName == "" || p.Type < 0 || p.Type > 3 ||
		(p.Type == 1 && p.URL == "") || (p.Type == 2 && p.MediaID == "") || (p.Type == 3 && p.UserID == "")
}

func (b button) broken() bool {
	return b.Text == "" || b.Style < 0 || b.Style > 4 || b.Type < 0 || b.Type > 1 ||
		(b.Type == 0 && badKey(b.Key)) || (b.Type == 1 && b.URL == "")
}

func (s selection) broken() bool { return badOptions(s.QuestionKey, s.OptionList, 10) }

func (c *checkbox) broken() bool {
	return c.Mode < 0 || c.Mode > 1 || badOptions(c.QuestionKey, c.OptionList, 20)
}

func badOptions(key string, options []option, most int) bool {
	return key == "" || len(options) == 0 || len(options) > most ||
		slices.ContainsFunc(options, func(o option) bool { return o.ID == "" || len(o.ID) > 128 })
}

func badKey(key string) bool { return key == "" || len(key) > maxKey }

func repeatsKey(entries []textKey) bool {
	seen := map[string]bool{}
	for _, e := range entries {
		if seen[e.Key] {
			return true
		}
		seen[e.Key] = true
	}
	return false
}
