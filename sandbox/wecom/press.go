package wecom

import (
	"context"
	"fmt"
	"slices"
	"strings"

	"ticketbell/sandbox"
)

// Press carries a press to our own door: of a button that is in the card as the member
// sees it now, with what is chosen in it. The card itself changes by an update alone.
func (s *Simulator) Press(ctx context.Context, p sandbox.Press) (sandbox.Carried, error) {
	h, err := s.pressed(p)
	if err != nil {
		return sandbox.Carried{}, fmt.Errorf("%w: %w", sandbox.ErrNotPressable, err)
	}
	return s.handIn(ctx, h)
}

// pressed is the event of a press; with it comes one more response code.
func (s *Simulator) pressed(p sandbox.Press) (happening, error) {
	who, known := s.cfg.Directory.Find(p.Person)
	if !known {
		return happening{}, fmt.Errorf("nobody is called %s", p.Person)
	}
	s.mu.Lock()
	defer s.mu.Unlock()
	c := s.copies[p.MessageID]
	if c == nil || !strings.EqualFold(c.userID, who.UserID) {
		return happening{}, fmt.Errorf("%s has no card %s", p.Person, p.MessageID)
	}
	event, ok := c.card.calls(p.Action)
	if !ok {
		return happening{}, fmt.Errorf("the card has no button %s", p.Action)
	}
	items, err := c.card.choose(p.Form)
	if err != nil {
		return happening{}, err
	}
	h := s.happening(who.UserID, "event")
	h.Event, h.EventKey, h.TaskID, h.CardType = &cdata{event}, &cdata{p.Action}, &cdata{c.card.TaskID}, &cdata{c.card.CardType}
	h.ResponseCode = &cdata{s.newCode(c.msgID)}
	if len(items) > 0 {
		h.Selected = &selected{items}
	}
	return h, nil
}

// calls names the event that pressing what has that key makes; ok is false when nothing has.
func (c *card) calls(key string) (event string, ok bool) {
	if c.ActionMenu != nil && slices.ContainsFunc(c.ActionMenu.ActionList, func(e textKey) bool { return e.Key == key }) {
		return "template_card_menu_event", true
	}
	ok = slices.ContainsFunc(c.ButtonList, func(b button) bool { return b.Type == 0 && b.Key == key }) ||
		(c.SubmitButton != nil && c.SubmitButton.Key == key)
	return "template_card_event", ok
}

// choose is what is chosen of each question of the card: as the form says, else what
// the card has chosen already. What cannot be chosen is an error.
func (c *card) choose(form map[string]string) ([]selectedItem, error) {
	questions := slices.Clone(c.SelectList)
	if c.ButtonSelection != nil {
		questions = append(questions, *c.ButtonSelection)
	}
	var items []selectedItem
	for _, q := range questions {
		id, chosen := form[q.QuestionKey]
		if !chosen {
			id = q.SelectedID
		}
		if chosen && !slices.ContainsFunc(q.OptionList, func(o option) bool { return o.ID == id }) {
			return nil, fmt.Errorf("%s has no option %s", q.QuestionKey, id)
		}
		if id != "" {
			items = append(items, selectedItem{cdata{q.QuestionKey}, []cdata{{id}}})
		}
	}
	for name := range form {
		if !slices.ContainsFunc(questions, func(q selection) bool { return q.QuestionKey == name }) {
			return nil, fmt.Errorf("the card asks for no %s", name)
		}
	}
	return items, nil
}
