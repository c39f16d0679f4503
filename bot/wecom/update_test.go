package wecom

import (
	"context"
	"errors"
	"net/http"
	"strings"
	"testing"
	"time"

	"ticketbell/cards"
	"ticketbell/notify"
	"ticketbell/sandbox"
	"ticketbell/store"
)

// update shows c, as the event of that number says it, in the message.
func (l *live) update(messageID, n string, c cards.Card) notify.Outcome {
	l.t.Helper()
	return l.Update(l.t.Context(), messageID, saying(n, c))
}

func (l *live) wantUpdated(o notify.Outcome) {
	l.t.Helper()
	if o.Err != nil || o.MessageID == "" {
		l.t.Fatalf("got message %q, %v, want it updated", o.MessageID, o.Err)
	}
}

// wantButtons checks the actions of the buttons everybody has.
func (l *live) wantButtons(want string, people ...string) {
	l.t.Helper()
	for _, who := range people {
		var got []string
		for _, b := range l.cardOf(who).Buttons {
			got = append(got, b.Action)
		}
		if strings.Join(got, " ") != want {
			l.t.Errorf("%s: got buttons %v, want %q", who, got, want)
		}
	}
}

func (l *live) wantText(want string, people ...string) {
	l.t.Helper()
	for _, who := range people {
		if got := l.cardOf(who).Text; !strings.Contains(got, want) {
			l.t.Errorf("%s: got %q, want %q in it", who, got, want)
		}
	}
}

func (l *live) codes(messageID string) int {
	l.t.Helper()
	c, err := l.store.Card(l.t.Context(), messageID, l.clock.Now())
	if err != nil {
		l.t.Fatal(err)
	}
	return c.Codes
}

const updateCall = "message/update_template_card"

func TestOneUpdateChangesTheCopyOfThePresserAndOfEverybodyElse(t *testing.T) {
	l := newLive(t)
	id := l.sent("ZhangSan", "lisi")
	l.wantButtons("approve reject view", "zhangsan", "lisi")
	l.press("lisi", "approve", nil)
	l.wantUpdated(l.update(id, "2", decidedCard()))
	l.wantButtons("view", "zhangsan", "lisi")
	l.wantText("已由 李四 于 10:12 通过", "zhangsan", "lisi")
	l.wantCalls(updateCall, 1)
	l.wantUpdated(l.update(id, "3", endedCard())) // by the code the press brought
	l.wantText("上线成功", "zhangsan", "lisi")
	if o := l.update(id, "4", decidedCard()); o.Err == nil {
		t.Error("got a third update, want no code left")
	} else {
		wantVerdict(t, o.Err, notify.VerdictPermanent, "wecom.no_code")
	}
	l.wantCalls(updateCall, 2)
}

// TestTheLastCodeIsKeptForWhatMatters: nobody pressed, so there is one code.
func TestTheLastCodeIsKeptForWhatMatters(t *testing.T) {
	running := decidedCard()
	running.Tone = cards.ToneRunning
	for _, tc := range []struct {
		name    string
		presses int
		shown   []cards.Card // one after another, each as an event of its own
		want    []bool       // whether it is shown; one that is not is spared
	}{
		{"the buttons vanish first", 0, []cards.Card{decidedCard()}, []bool{true}},
		{"a card that still asks waits", 0, []cards.Card{decision(), decidedCard()}, []bool{false, true}},
		{"the result at once", 0, []cards.Card{endedCard()}, []bool{true}},
		{"in between is spared for the result", 1, []cards.Card{decidedCard(), running, endedCard()}, []bool{true, false, true}},
		{"with codes enough all is shown", 2, []cards.Card{decidedCard(), running, endedCard()}, []bool{true, true, true}},
	} {
		t.Run(tc.name, func(t *testing.T) {
			l := newLive(t)
			id := l.sent("lisi")
			for range tc.presses {
				l.press("lisi", "approve", nil)
			}
			for i, c := range tc.shown {
				o := l.update(id, string(rune('2'+i)), c)
				if tc.want[i] != (o.Err == nil) || (o.Err != nil && !errors.Is(o.Err, notify.ErrSpared)) {
					t.Errorf("card %d: got %v, want shown %t", i, o.Err, tc.want[i])
				}
			}
		})
	}
}

// TestADecisionOnItsWayLeavesTheButtonsUnlessThereAreCodesEnough: the same event, said
// without buttons and then with them again.
func TestADecisionOnItsWayLeavesTheButtonsUnlessThereAreCodesEnough(t *testing.T) {
	l := newLive(t)
	id := l.sent("lisi")
	pending := decision()
	pending.Buttons = pending.Buttons[2:]
	l.press("lisi", "approve", nil)
	if o := l.update(id, "1", pending); !errors.Is(o.Err, notify.ErrSpared) {
		t.Errorf("got %v, want it spared: two codes are for the decision and the result", o.Err)
	}
	l.wantUpdated(l.update(id, "1", decision())) // refused: nothing changed, and nothing is spent
	l.wantCalls(updateCall, 0)
	l.press("lisi", "approve", nil)
	l.wantUpdated(l.update(id, "1", pending))
	l.wantButtons("view", "lisi")
	l.wantUpdated(l.update(id, "1", decision()))
	l.wantButtons("approve reject view", "lisi")
	l.press("lisi", "approve", nil) // the card that came back can be pressed
	presses, _ := l.desk.all()
	if got := presses[2].Notice; got != saying("1", decision()).Notice {
		t.Errorf("got a press on %s, want the event it shows", got)
	}
	if got := l.codes(id); got != 2 {
		t.Errorf("got %d codes, want the one that was left and the new one", got)
	}
}

func TestAnUpdateThatWasShownIsNotShownAgain(t *testing.T) {
	l := newLive(t)
	id := l.sent("lisi")
	l.press("lisi", "approve", nil)
	l.wantUpdated(l.update(id, "2", decidedCard()))
	l.wantUpdated(l.update(id, "2", decidedCard()))
	l.wantCalls(updateCall, 1)
}

// TestWhatIsWantedIsShownWhateverItsID: the ids of events sort by the clock of whoever
// accepted them, and two replicas have two.
func TestWhatIsWantedIsShownWhateverItsID(t *testing.T) {
	l := newLive(t)
	id := l.sent("lisi")
	l.press("lisi", "approve", nil)
	l.wantUpdated(l.update(id, "5", decidedCard()))
	l.memory = wanting{l.store, saying("3", decidedCard()).Notice}
	if o := l.update(id, "4", decidedCard()); !errors.Is(o.Err, notify.ErrSpared) {
		t.Errorf("got %v, want what was overtaken left alone", o.Err)
	}
	l.wantUpdated(l.update(id, "3", endedCard()))
	l.wantText("上线成功", "lisi")
	l.wantCalls(updateCall, 2)
}

// wanting is a memory of deliveries that should show an event.
type wanting struct {
	*store.Store

	event string
}

func (w wanting) Card(ctx context.Context, messageID string, now time.Time) (notify.CardRecord, error) {
	c, err := w.Store.Card(ctx, messageID, now)
	c.Wanted = w.event
	return c, err
}

func TestACodeIsTooOldAfterThreeDaysAndAPressBringsANewOne(t *testing.T) {
	l := newLive(t)
	id := l.sent("lisi")
	l.clock.pass(72*time.Hour + time.Second)
	wantVerdict(t, l.update(id, "2", decidedCard()).Err, notify.VerdictPermanent, "wecom.no_code")
	l.wantCalls(updateCall, 0)
	l.press("lisi", "approve", nil)
	l.wantUpdated(l.update(id, "2", decidedCard()))
	l.wantButtons("view", "lisi")
}

func TestARefusalThatIsNotOfTheCodeCostsNone(t *testing.T) {
	for fault, verdict := range map[string]notify.Verdict{
		"rate_limited": notify.VerdictAfter, "ip_not_trusted": notify.VerdictMisconfigured, "busy": notify.VerdictAgain,
		"unavailable": notify.VerdictAgain,
	} {
		t.Run(fault, func(t *testing.T) {
			l := newLive(t)
			id := l.sent("lisi")
			l.goesWrong(fault)
			if got, _ := notify.VerdictOf(l.update(id, "2", decidedCard()).Err); got != verdict {
				t.Errorf("got %s, want %s", got, verdict)
			}
			l.wantUpdated(l.update(id, "2", decidedCard()))
			l.wantButtons("view", "lisi")
		})
	}
}

// TestAnAnswerThatGotLostIsNotPaidForTwice: WeCom took the code, and we never heard.
func TestAnAnswerThatGotLostIsNotPaidForTwice(t *testing.T) {
	l := newLive(t)
	id := l.sent("lisi")
	l.press("lisi", "approve", nil)
	l.loses(updateCall)
	if o := l.update(id, "2", decidedCard()); o.Err == nil {
		t.Fatal("got no error, want the answer lost")
	}
	l.wantUpdated(l.update(id, "2", decidedCard()))
	if got := l.codes(id); got != 1 {
		t.Errorf("got %d codes left, want 1", got)
	}
	l.wantUpdated(l.update(id, "3", endedCard()))
	l.wantText("上线成功", "lisi")
}

// loses has the call done and its answer dropped, once.
func (l *live) loses(call string) {
	inner := l.srv.Config.Handler
	lost := false
	l.srv.Config.Handler = http.HandlerFunc(func(w http.ResponseWriter, r *http.Request) {
		if lost || !strings.HasSuffix(r.URL.Path, call) {
			inner.ServeHTTP(w, r)
			return
		}
		lost = true
		inner.ServeHTTP(discard{w.Header()}, r)
		panic(http.ErrAbortHandler)
	})
}

type discard struct{ header http.Header }

func (d discard) Header() http.Header         { return d.header }
func (d discard) Write(b []byte) (int, error) { return len(b), nil }
func (d discard) WriteHeader(int)             {}

func TestACodeThatWeComDoesNotTakeIsDroppedForTheNext(t *testing.T) {
	l := newLive(t)
	id := l.sent("lisi")
	l.clock.pass(time.Second)
	l.press("lisi", "approve", nil)
	if _, err := l.sim.SpendAnyCode(); err != nil { // by somebody with the same secret
		t.Fatal(err)
	}
	l.wantUpdated(l.update(id, "2", decidedCard()))
	if got := l.codes(id); got != 0 {
		t.Errorf("got %d codes left, want none", got)
	}
}

func TestWhatHasNoButtonsNeverChanges(t *testing.T) {
	for name, change := range map[string]func(*Config){
		"confidential": confidential, "text": styleText, "textcard": styleCards, "markdown": styleMarks, "no callback": func(c *Config) { c.CallbackToken, c.CallbackAESKey = "", "" },
	} {
		t.Run(name, func(t *testing.T) {
			l := newLive(t, change)
			o := l.Send(t.Context(), saying("1", decision(), "lisi"))[0]
			if o.Err != nil || !o.Fixed {
				t.Fatalf("got fixed %t, %v, want a message that never changes", o.Fixed, o.Err)
			}
			for _, b := range l.messages()[0].Buttons {
				if b.Action != "view" {
					t.Errorf("got button %s, want the link only", b.Action)
				}
			}
			wantVerdict(t, l.update(o.MessageID, "2", decidedCard()).Err, notify.VerdictPermanent, "wecom.no_code")
			l.wantCalls(updateCall, 0)
		})
	}
}

func TestABotWithoutAMemoryOffersNoButtons(t *testing.T) {
	s := newStand(t, withKeys)
	o := s.Send(t.Context(), saying("1", decision(), "lisi"))[0]
	if o.Err != nil || !o.Fixed || strings.Contains(o.Payload, "button_interaction") {
		t.Errorf("got fixed %t, %v, %s, want a card that tells only", o.Fixed, o.Err, o.Payload)
	}
	wantVerdict(t, s.Update(t.Context(), o.MessageID, saying("2", decidedCard())).Err, notify.VerdictPermanent, "wecom.no_code")
}

// TestACardWithoutALinkLosesItsButtonsToWhoDecided: WeCom has no card with neither.
func TestACardWithoutALinkLosesItsButtonsToWhoDecided(t *testing.T) {
	l := newLive(t)
	asking, told := decision(), decidedCard()
	asking.Buttons, told.Buttons = asking.Buttons[:2], nil
	o := l.Send(t.Context(), saying("1", asking, "lisi"))[0]
	if o.Err != nil {
		t.Fatal(o.Err)
	}
	l.wantUpdated(l.update(o.MessageID, "2", told))
	if got := l.cardOf("lisi").Buttons; len(got) != 2 || got[0] != (sandbox.Button{Text: "DBA 审核：已由 李四 于 10:12 通过"}) {
		t.Errorf("got buttons %+v, want who decided in their place", got)
	}
}

func TestEachOfTwoCallsHasItsOwnCard(t *testing.T) {
	l := newLive(t)
	l.faults.Set(sandbox.Fault{Channel: "wecom", Name: "malformed", Times: 2}) // refuses a call with an unknown member in it
	outcomes := l.Send(t.Context(), saying("1", decision(), "ZhangSan", "lisi", "gone", "wangwu"))
	ids := map[string]bool{}
	for i, o := range outcomes {
		if i == 2 {
			continue
		}
		if o.Err != nil {
			t.Fatal(o.Err)
		}
		ids[o.MessageID] = true
	}
	if len(ids) < 2 {
		t.Fatalf("got messages %v, want the call made in parts", ids)
	}
	for id := range ids {
		l.wantUpdated(l.update(id, "2", decidedCard()))
	}
	l.wantButtons("view", "zhangsan", "lisi", "wangwu")
}

func TestARepeatOfTheSameCallIsTheSameCard(t *testing.T) {
	l := newLive(t)
	first, second := l.sent("lisi"), l.sent("lisi")
	if first != second {
		t.Errorf("got messages %s and %s, want one", first, second)
	}
	l.wantMessages(1)
	l.wantUpdated(l.update(first, "2", decidedCard()))
}
