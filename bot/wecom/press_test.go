package wecom

import (
	"context"
	"errors"
	"regexp"
	"strings"
	"testing"
	"time"

	"github.com/google/go-cmp/cmp"

	"ticketbell/cards"
	"ticketbell/notify"
	"ticketbell/sandbox"
)

func TestAPressReachesTheDeskWithWhoAndWhat(t *testing.T) {
	l := newLive(t)
	l.sent("ZhangSan", "lisi")
	if got := l.press("lisi", "approve", nil); got.Status != 200 {
		t.Errorf("got status %d, want 200", got.Status)
	}
	presses, _ := l.desk.all()
	want := []notify.Press{{
		ID: presses[0].ID, Channel: notify.WeCom, Address: "lisi", Notice: saying("1", decision()).Notice,
		Action: cards.Approve, At: l.clock.Now(),
	}}
	if diff := cmp.Diff(want, presses); diff != "" || !strings.HasPrefix(presses[0].ID, "code:") {
		t.Errorf("(-want +got):\n%s", diff)
	}
}

func TestTheChosenOptionIsTheReason(t *testing.T) {
	for name, tc := range map[string]struct {
		lang   cards.Language
		option map[string]string
		want   string
	}{
		"chosen":            {cards.Chinese, map[string]string{"reason": "risk"}, "风险过高，影响业务或数据"},
		"chosen in English": {cards.English, map[string]string{"reason": "other"}, "Other (see the ticket)"},
		"nothing chosen":    {cards.Chinese, nil, ""},
	} {
		t.Run(name, func(t *testing.T) {
			l := newLive(t)
			m := saying("1", decision(), "lisi")
			m.Language = tc.lang
			if o := l.Send(t.Context(), m)[0]; o.Err != nil {
				t.Fatal(o.Err)
			}
			l.press("lisi", "reject", tc.option)
			presses, _ := l.desk.all()
			if len(presses) != 1 || presses[0].Action != cards.Reject || presses[0].Reason != tc.want {
				t.Errorf("got %+v, want a rejection because of %q", presses, tc.want)
			}
		})
	}
}

func TestWhoPressesInVainReadsWhyInTheLanguageOfTheCard(t *testing.T) {
	for name, tc := range map[string]struct {
		tone   notify.Tone
		action string
		want   string
	}{
		"refused":            {notify.ToneRefused, "approve", "already <decided>"},
		"pending":            {notify.TonePending, "approve", "already <decided>"},
		"broken":             {notify.ToneBroken, "reject", "already <decided>"},
		"decided":            {notify.ToneDone, "approve", ""}, // the card says it
		"done and no change": {notify.ToneDone, "remind", "already <decided>"},
	} {
		t.Run(name, func(t *testing.T) {
			l := newLive(t)
			c := decision()
			c.Buttons = append(c.Buttons, cards.Button{Action: "remind", Text: cards.Same("催一下")})
			m := saying("1", c, "lisi")
			m.Language = cards.English
			l.Send(t.Context(), m)
			l.desk.answers(notify.Answer{Tone: tc.tone, Text: cards.Text{ZH: "已处理", EN: "already <decided>"}})
			l.press("lisi", tc.action, nil)
			got := l.messages()
			if tc.want == "" {
				l.wantMessages(1)
				return
			}
			if len(got) != 2 || got[1].Text != "already ＜decided＞" || got[1].Person != "lisi" || got[1].Kind != "text" {
				t.Errorf("got %+v, want %q told to lisi alone", got[1:], tc.want)
			}
		})
	}
}

func TestWhoPressesInVainIsToldWithinTheLimits(t *testing.T) {
	l := newLive(t)
	l.Send(t.Context(), saying("1", decision(), "lisi"))
	l.desk.answers(notify.Answer{Tone: notify.ToneRefused, Text: cards.Same("no")})
	var asked []string
	l.door.Paced = func(_ context.Context, userID string, _ func(context.Context) error) error {
		asked = append(asked, userID)
		return errors.New("no room")
	}
	l.press("lisi", "approve", nil)
	l.wantMessages(1)
	if len(asked) != 1 || asked[0] != "lisi" {
		t.Errorf("got %q asked for a place, want lisi once", asked)
	}
}

func TestTheSamePressHandedInThriceIsOne(t *testing.T) {
	l := newLive(t)
	l.sent("lisi")
	l.goesWrong("callback_thrice")
	l.desk.answers(notify.Answer{Tone: notify.ToneRefused, Text: cards.Same("no")})
	l.press("lisi", "approve", nil)
	if presses, _ := l.desk.all(); len(presses) != 1 {
		t.Errorf("got %d presses, want 1", len(presses))
	}
	l.wantMessages(2)
}

// TestWhatAKilledProcessHadBegunIsDoneWhenItIsHandedInAgain: nothing is remembered
// before it is done.
func TestWhatAKilledProcessHadBegunIsDoneWhenItIsHandedInAgain(t *testing.T) {
	l := newLive(t)
	p := l.seal(genuinePress)
	presses := l.door.Presses
	l.door.Presses = nil // it dies at the desk
	if rec := l.post(p); rec.Code != 500 {
		t.Errorf("got %d, want 500", rec.Code)
	}
	l.door.Presses = presses
	if rec := l.post(p); rec.Code != 200 {
		t.Errorf("got %d, want 200", rec.Code)
	}
	if got, _ := l.desk.all(); len(got) != 1 {
		t.Errorf("got %d presses, want 1", len(got))
	}
}

// TestHandedInAgainWhileItIsBeingDone: WeCom hangs up after 5 s and tries again.
func TestHandedInAgainWhileItIsBeingDone(t *testing.T) {
	l := newLive(t)
	l.desk.hold, l.door.within = make(chan struct{}), 20*time.Millisecond
	p := l.seal(genuinePress)
	for range 3 {
		if rec := l.post(p); rec.Code != 200 {
			t.Errorf("got %d, want 200", rec.Code)
		}
	}
	close(l.desk.hold)
	l.door.Wait()
	if got, _ := l.desk.all(); len(got) != 1 {
		t.Errorf("got %d presses, want 1", len(got))
	}
}

func TestAPressThatTakesLongIsAnsweredInTimeAndFinished(t *testing.T) {
	l := newLive(t)
	l.sent("lisi")
	l.desk.hold, l.door.within = make(chan struct{}), 20*time.Millisecond
	l.desk.answers(notify.Answer{Tone: notify.ToneRefused, Text: cards.Same("late")})
	if got := l.press("lisi", "approve", nil); got.Status != 200 || got.TookMS > answerWithin.Milliseconds() {
		t.Errorf("got status %d after %d ms, want 200 before WeCom hangs up", got.Status, got.TookMS)
	}
	close(l.desk.hold)
	l.door.Wait()
	if got := l.messages(); len(got) != 2 || got[1].Text != "late" {
		t.Errorf("got %+v, want the presser told afterwards", got)
	}
}

func TestATaskIsUniqueToItsCallAndTheSameOnEveryAttempt(t *testing.T) {
	card := []byte(`{"card_type":"x"}`)
	id := taskID("evt_0192f0c1d2e37c40b0a1c2d3e4f5a6b7", cards.English, card, []string{"a", "B"})
	if !regexp.MustCompile(`^[0-9A-Za-z_@-]{1,128}$`).MatchString(id) {
		t.Errorf("got %q, want what WeCom takes", id)
	}
	if got := taskID("evt_0192f0c1d2e37c40b0a1c2d3e4f5a6b7", cards.English, card, []string{"B", "a"}); got != id {
		t.Errorf("got %s and %s for the same call", got, id)
	}
	for name, other := range map[string]string{
		"other people":   taskID("evt_0192f0c1d2e37c40b0a1c2d3e4f5a6b7", cards.English, card, []string{"a"}),
		"other words":    taskID("evt_0192f0c1d2e37c40b0a1c2d3e4f5a6b7", cards.English, []byte("{}"), []string{"a", "B"}),
		"other event":    taskID("evt_0192f0c1d2e37c40b0a1c2d3e4f5a6b8", cards.English, card, []string{"a", "B"}),
		"other language": taskID("evt_0192f0c1d2e37c40b0a1c2d3e4f5a6b7", cards.Chinese, card, []string{"a", "B"}),
		"joined names":   taskID("evt_0192f0c1d2e37c40b0a1c2d3e4f5a6b7", cards.English, card, []string{"aB"}),
	} {
		if other == id {
			t.Errorf("%s: got the same task %s", name, id)
		}
	}
	if event, lang := readTask(id); event != "evt_0192f0c1d2e37c40b0a1c2d3e4f5a6b7" || lang != cards.English {
		t.Errorf("got %s in %s, want what was put in", event, lang)
	}
	if event, lang := readTask("ticket-42"); event != "ticket-42" || lang != cards.Chinese {
		t.Errorf("got %s in %s of a foreign task", event, lang)
	}
}

func TestWhatIsTypedOrChosenFromTheMenuIsHeard(t *testing.T) {
	l := newLive(t)
	for _, s := range []sandbox.Saying{{Person: "lisi", Text: "待办 <1>"}, {Person: "zhangsan", Menu: "todo"}} {
		if got, err := l.sim.Say(t.Context(), s); err != nil || got.Status != 200 {
			t.Fatalf("got status %d, %v, want 200", got.Status, err)
		}
	}
	_, said := l.desk.all()
	if len(said) != 2 || said[0].Text != "待办 <1>" || said[0].Address != "lisi" || !strings.HasPrefix(said[0].ID, "msg:") ||
		said[1].Text != "todo" || said[1].Address != "ZhangSan" || !said[1].At.Equal(l.clock.Now()) || said[0].Channel != notify.WeCom {
		t.Errorf("got %+v, want both heard", said)
	}
}

// TestWhatWasNotHeardIsHandedInAgain: 500 has WeCom repeat it.
func TestWhatWasNotHeardIsHandedInAgain(t *testing.T) {
	l := newLive(t)
	l.desk.err = notify.ErrConflict
	got, err := l.sim.Say(t.Context(), sandbox.Saying{Person: "lisi", Text: "todo"})
	if _, said := l.desk.all(); err != nil || got.Status != 500 || len(said) != 3 {
		t.Errorf("got status %d and %d attempts, %v, want 500 and 3", got.Status, len(said), err)
	}
}

func TestTheSameAnswerIsGivenAgain(t *testing.T) {
	l := newLive(t)
	m := saying("1", withLink(""), "lisi")
	m.Answer = true
	for range 2 {
		if o := l.Send(t.Context(), m)[0]; o.Err != nil {
			t.Fatal(o.Err)
		}
	}
	for _, got := range l.wantMessages(2) {
		if strings.Contains(got.Text, "通知") {
			t.Errorf("got %q, want no reference in an answer", got.Text)
		}
	}
}

func TestOtherHappenings(t *testing.T) {
	for name, tc := range map[string]struct {
		xml  string
		want []string // what was heard
	}{
		"subscribe asks for help":    {`<MsgType>event</MsgType><Event>subscribe</Event>`, []string{"help"}},
		"menu in capitals":           {`<MsgType>event</MsgType><Event>CLICK</Event><EventKey>todo</EventKey>`, []string{"todo"}},
		"a picture is no word":       {`<MsgType>image</MsgType><MsgId>7</MsgId>`, []string{""}},
		"entering says nothing":      {`<MsgType>event</MsgType><Event>enter_agent</Event>`, nil},
		"leaving says nothing":       {`<MsgType>event</MsgType><Event>unsubscribe</Event>`, nil},
		"no type says nothing":       {`<Content>todo</Content>`, nil},
		"of another app is refused":  {`<MsgType>text</MsgType><Content>x</Content><AgentID>7</AgentID>`, nil},
		"of our app is heard":        {`<MsgType>text</MsgType><Content>x</Content><AgentID>1000002</AgentID>`, []string{"x"}},
		"a markup in it is refused":  {`<!DOCTYPE xml><MsgType>text</MsgType><Content>x</Content>`, nil},
		"an unknown entity in it":    {`<MsgType>text</MsgType><Content>&amp;&lol;</Content>`, nil},
		"not even XML":               {`<MsgType>text</MsgType><Content>x`, nil},
		"menu of a card is a press":  {`<MsgType>event</MsgType><Event>template_card_menu_event</Event><EventKey>approve</EventKey>`, nil},
		"nobody said it: not heard":  {`<FromUserName></FromUserName><MsgType>text</MsgType><Content>x</Content>`, nil},
		"without a number it counts": {`<MsgType>text</MsgType><Content>y</Content><CreateTime>soon</CreateTime>`, []string{"y"}},
	} {
		t.Run(name, func(t *testing.T) {
			l := newLive(t)
			inner := "<xml>" + tc.xml + "<FromUserName>lisi</FromUserName></xml>"
			if strings.Contains(tc.xml, "<FromUserName>") {
				inner = "<xml>" + tc.xml + "</xml>"
			}
			l.post(l.seal(inner))
			l.door.Wait()
			_, said := l.desk.all()
			var heard []string
			for _, s := range said {
				heard = append(heard, s.Text)
			}
			if diff := cmp.Diff(tc.want, heard); diff != "" {
				t.Errorf("(-want +got):\n%s", diff)
			}
		})
	}
}
