package feishu

import (
	"testing"

	"ticketbell/cards"
)

// Where cards are not updated, one still changes when something can no longer be done to the
// ticket; whether it can be muted counts for nothing there.
func TestMutingIsNoButtonOfTheTicket(t *testing.T) {
	c := rejectedCard()
	for name, want := range map[cards.Action]sentAs{cards.Mute: asCard, cards.Unmute: asCard, cards.Remind: asLiveCard} {
		c.Buttons = append(view(), muting(name))
		if got := cardAs(c); got != want {
			t.Errorf("%s: got %s, want %s", name, got, want)
		}
	}
}

func TestTheLinkStandsOutWhereNothingElseCanBeDoneToTheTicket(t *testing.T) {
	for want, buttons := range map[string][]cards.Button{
		"primary": append(view(), muting(cards.Mute)),
		"default": mutedCard().Buttons,
	} {
		line, _ := actions(cards.Card{Buttons: buttons}, "evt_1")[0].(columnSet)
		got := ""
		for _, col := range line.Columns {
			if b, _ := col.Elements[0].(button); b.Text.Content == "查看工单" {
				got = b.Type
			}
		}
		if got != want {
			t.Errorf("got a link of type %q among %v, want %s", got, buttons, want)
		}
	}
}
