package wecom

import (
	"strings"
	"testing"
	"time"

	"ticketbell/cards"
	"ticketbell/notify"
	"ticketbell/ticket"
)

// mutable is c where its reader may mute the ticket.
func mutable(c cards.Card) cards.Card {
	c.Buttons = append(c.Buttons, cards.Button{Action: cards.Mute, Text: cards.ActionWord(cards.Mute)})
	return c
}

// offered are the keys of what can be pressed on somebody's card.
func (l *live) offered(person string) string {
	l.t.Helper()
	var keys []string
	for _, b := range l.cardOf(person).Buttons {
		keys = append(keys, b.Action)
	}
	return strings.Join(keys, " ")
}

func TestMutingOnACardLeavesItsButtonsToWhoeverPressed(t *testing.T) {
	l := newLive(t)
	l.Send(t.Context(), saying("1", mutable(decision()), "zhangsan", "lisi"))
	l.desk.answers(notify.Answer{Tone: notify.ToneDone, Text: cards.Text{ZH: "已静音 #1024", EN: "muted"}})
	for _, action := range []string{"mute", "approve"} {
		if got := l.press("lisi", action, nil); got.Status != 200 {
			t.Errorf("%s: got status %d, want 200", action, got.Status)
		}
	}
	presses, _ := l.desk.all()
	if len(presses) != 2 || presses[0].Action != cards.Mute || presses[1].Action != cards.Approve {
		t.Errorf("got %+v, want both in turn", presses)
	}
	if got := l.messages(); len(got) != 3 || got[2].Text != "已静音 #1024" || got[2].Person != "lisi" {
		t.Errorf("got %+v, want an answer for lisi, none to the approval", got)
	}
}

// A press brings one code more, so that a mute costs the card nothing.
func TestMutingCostsACardNoneOfItsChanges(t *testing.T) {
	l := newLive(t)
	sent := l.Send(t.Context(), saying("1", mutable(decision()), "lisi"))[0]
	before, err := l.store.Card(t.Context(), sent.MessageID, l.clock.Now())
	if err != nil {
		t.Fatal(err)
	}
	l.press("lisi", "mute", nil)
	after, err := l.store.Card(t.Context(), sent.MessageID, l.clock.Now())
	if err != nil || after.Codes != before.Codes+1 {
		t.Errorf("got %d codes, %v, want %d", after.Codes, err, before.Codes+1)
	}
}

func TestACardThatIsDecidedCanStillBeMutedUntilItEnds(t *testing.T) {
	l := newLive(t)
	sent := l.Send(t.Context(), saying("1", mutable(decision()), "lisi"))[0]
	l.press("lisi", "approve", nil)
	if o := l.Update(t.Context(), sent.MessageID, saying("2", mutable(decidedCard()))); o.Err != nil {
		t.Fatal(o.Err)
	}
	if got := l.offered("lisi"); got != "view mute unmute" {
		t.Errorf("got a card that offers %s, want the link and the menu", got)
	}
	l.press("lisi", "mute", nil)
	if o := l.Update(t.Context(), sent.MessageID, saying("3", endedCard())); o.Err != nil {
		t.Fatal(o.Err)
	}
	if got := l.offered("lisi"); got != "view" {
		t.Errorf("got a card that offers %s once all is over, want the link alone", got)
	}
}

// What has no buttons says once what there is to say: its menu does not make it one that changes.
func TestACardWithNothingButAMenuStaysAsItIs(t *testing.T) {
	l := newLive(t)
	sent := l.Send(t.Context(), saying("1", mutable(decidedCard()), "lisi"))[0]
	if sent.Err != nil || !sent.Fixed {
		t.Errorf("got fixed %v, %v, want a card that cannot change", sent.Fixed, sent.Err)
	}
	if got := l.press("lisi", "mute", nil); got.Status != 200 {
		t.Errorf("got status %d, want 200", got.Status)
	}
}

func TestNoMenuWhereAPressDoesNotComeBack(t *testing.T) {
	for name, stand := range map[string]*stand{"no callback": newStand(t), "confidential": newLive(t, confidential).stand, "as text": newLive(t, styleText).stand} {
		o := stand.Send(t.Context(), saying("1", mutable(decidedCard()), "lisi"))[0]
		if o.Err != nil || strings.Contains(o.Payload, "action_menu") || strings.Contains(o.Payload, "静音") {
			t.Errorf("%s: got %v and %s, want no menu", name, o.Err, o.Payload)
		}
	}
}

// Beside buttons the mute is one of them; wecom.md 4.3 shows a menu without buttons only.
func TestEveryCardThatCanBeMutedIsTaken(t *testing.T) {
	l := newLive(t)
	for i, kind := range ticket.Kinds() {
		for _, lang := range cards.Languages() {
			l.clock.pass(time.Minute)
			m := saying(string(rune('0'+i%10)), cards.For(longNotice(kind, ticket.RoleAssignee), cards.Setting{}), "lisi")
			m.Language = lang
			o := l.Send(t.Context(), m)[0]
			buttons, menu := strings.Contains(o.Payload, "button_list"), strings.Contains(o.Payload, "action_menu")
			if o.Err != nil || !strings.Contains(o.Payload, `"key":"mute"`) || buttons == menu {
				t.Errorf("%s in %s: got %v and %s, want to mute by a button or in a menu", kind, lang, o.Err, o.Payload)
			}
		}
	}
}
