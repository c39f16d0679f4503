package wecom

import (
	"strings"
	"testing"

	"ticketbell/cards"
	"ticketbell/notify"
)

// noticed is the sample card as another event's notice, to these addresses.
func noticed(event string, to ...string) notify.Message {
	m := messageTo(sampleCard(), to...)
	m.Notice = event
	return m
}

func TestTwoNoticesThatReadAlikeBothArriveAndARepeatDoesNot(t *testing.T) {
	for name, change := range map[string]func(*Config){"confidential": confidential, "card": func(*Config) {}, "text": styleText, "textcard": styleCards, "markdown": styleMarks} {
		for _, lang := range cards.Languages() {
			t.Run(name+"."+string(lang), func(t *testing.T) {
				s := newStand(t, change)
				for i, m := range []notify.Message{
					noticed("evt_0192f0c1d2e37c40b0a1c2d3e4f5a6b7", "lisi", "zhangsan"),
					noticed("evt_0192f0c1d2e37c40b0a1c2d3e4f5a6b8", "lisi", "zhangsan"),
					noticed("evt_0192f0c1d2e37c40b0a1c2d3e4f5a6b7", "lisi", "zhangsan"), // again
				} {
					m.Language = lang
					for _, o := range s.Send(t.Context(), m) {
						if o.Err != nil || o.MessageID == "" {
							t.Errorf("message %d: got %+v, want it accepted", i+1, o)
						}
					}
				}
				s.wantMessages(4)
			})
		}
	}
}

func TestARepeatInHalvesIsRecognised(t *testing.T) {
	s := newStand(t)
	s.always("malformed")
	for range 2 {
		got := s.send("lisi", "bad", "zhangsan", "wangwu")
		wantVerdict(t, got[1].Err, notify.VerdictStaleAddress, "wecom.40003")
	}
	s.wantMessages(3)
}

func TestAReferenceIsReadableInEitherLanguage(t *testing.T) {
	for lang, want := range map[cards.Language]string{cards.Chinese: "通知 e4f5a6b7", cards.English: "Notice e4f5a6b7"} {
		for name, change := range map[string]func(*Config){"card": func(*Config) {}, "text": styleText, "textcard": styleCards, "markdown": styleMarks} {
			s := newStand(t, change)
			m := noticed("evt_0192f0c1d2e37c40b0a1c2d3e4f5a6b7", "lisi")
			m.Language = lang
			s.Send(t.Context(), m)
			if got := s.wantMessages(1)[0]; !strings.Contains(got.Text, want) {
				t.Errorf("%s: got %q, want %q in it", name, got.Text, want)
			}
		}
	}
}

func TestANoticeWithoutAnIDHasNoReference(t *testing.T) {
	for id, want := range map[string]string{"": "", "evt_1": "通知 evt_1"} {
		if got := reference(noticed(id, "lisi")); got != want {
			t.Errorf("%q: got %q, want %q", id, got, want)
		}
	}
}
