package longconn

import (
	"bytes"
	"encoding/hex"
	"testing"
	"time"
)

// Frames as the SDK v3.12.0 encodes them: a ping, and an event with every field.
const (
	sdkPing  = "0800100018f681801020002a0c0a0474797065120470696e6732003a004a00"
	sdkEvent = "08071080808080802018f681801020012a0d0a047479706512056576656e742a100a0a6d6573736167655f696412026d312a0e0a0874726163655f69641202" +
		"74722a080a0373756d1201312a080a0373657112013032046e6f6e653a046a736f6e42107b22736368656d61223a22322e30227d4a056c6f672d39"
)

func unhex(t *testing.T, s string) []byte {
	t.Helper()
	b, err := hex.DecodeString(s)
	if err != nil {
		t.Fatal(err)
	}
	return b
}

func TestFramesOfTheSDKAreRead(t *testing.T) {
	p, err := decode(unhex(t, sdkPing))
	if err != nil || p.method != control || p.service != 33554678 || p.get("type") != "ping" {
		t.Errorf("got %+v, %v; want a ping", p, err)
	}
	e, err := decode(unhex(t, sdkEvent))
	if err != nil || e.method != data || e.get("message_id") != "m1" || e.get("seq") != "0" || string(e.payload) != `{"schema":"2.0"}` {
		t.Errorf("got %+v, %v; want the event", e, err)
	}
}

// What we do not use goes back with the answer: the server finds its way by it.
func TestAnAnswerIsTheSameFrame(t *testing.T) {
	e, err := decode(unhex(t, sdkEvent))
	if err != nil {
		t.Fatal(err)
	}
	got := e.answer([]byte("{}"), header{"biz_rt", "3"}).encode()
	back, err := decode(got)
	if err != nil || back.get("message_id") != "m1" || back.get("biz_rt") != "3" || string(back.payload) != "{}" || !bytes.Equal(back.rest, e.rest) {
		t.Errorf("got %+v, %v; want the same frame with another payload", back, err)
	}
	for _, field := range []string{"\x08\x07", "\x10\x80\x80\x80\x80\x80\x20", "2\x04none", ":\x04json", "J\x05log-9"} {
		if !bytes.Contains(got, []byte(field)) {
			t.Errorf("got %x, want it to keep %x", got, field)
		}
	}
	if len(e.headers) != 5 {
		t.Errorf("got %d headers in the frame that was answered, want it left alone", len(e.headers))
	}
}

func TestAPingHasWhatIsRequired(t *testing.T) {
	got := ping(33554678).encode()
	for _, field := range []string{"\x08\x00", "\x10\x00", "\x18\xf6\x81\x80\x10", "\x20\x00"} {
		if !bytes.Contains(got, []byte(field)) {
			t.Errorf("got %x, want the required field %x", got, field)
		}
	}
}

func FuzzFrame(f *testing.F) {
	for _, s := range []string{sdkPing, sdkEvent, "", "2a", "42ff"} {
		b, err := hex.DecodeString(s)
		if err != nil {
			f.Fatal(err)
		}
		f.Add(b)
	}
	f.Fuzz(func(t *testing.T, raw []byte) {
		one, err := decode(raw)
		if err != nil {
			return
		}
		two, err := decode(one.encode())
		if err != nil || two.get("type") != one.get("type") || !bytes.Equal(two.payload, one.payload) || two.service != one.service {
			t.Errorf("got %+v, %v; want %+v again", two, err, one)
		}
		if _, err := newAssembly(time.Now).add(one); err != nil && err.Error() == "" {
			t.Error("got an error without a word")
		}
	})
}

// part is a frame of an event in parts.
func part(id, sum, seq, payload string) frame {
	return frame{method: data, payload: []byte(payload), headers: []header{{"message_id", id}, {"sum", sum}, {"seq", seq}}}
}

func TestPartsAreOneEventInAnyOrder(t *testing.T) {
	a := newAssembly(time.Now)
	for _, tc := range []struct {
		f    frame
		want string
	}{
		{part("m1", "1", "0", "whole"), "whole"},
		{part("m2", "3", "2", "c"), ""},
		{part("m3", "2", "0", "x"), ""},
		{part("m2", "3", "0", "a"), ""},
		{part("m2", "3", "0", "again"), ""},
		{part("m2", "3", "1", "b"), "abc"},
		{part("m3", "2", "1", "y"), "xy"},
	} {
		got, err := a.add(tc.f)
		if err != nil || string(got) != tc.want {
			t.Errorf("%s %s: got %q, %v; want %q", tc.f.get("message_id"), tc.f.get("seq"), got, err, tc.want)
		}
	}
	if len(a.open) != 0 {
		t.Errorf("got %d events still open, want none", len(a.open))
	}
}

func TestPartsThatDoNotFitAreRefused(t *testing.T) {
	for name, list := range map[string][]frame{
		"beyond the sum":       {part("m", "2", "2", "x")},
		"before the first":     {part("m", "2", "-1", "x")},
		"no number":            {part("m", "2", "one", "x")},
		"too many":             {part("m", "1025", "0", "x")},
		"another sum":          {part("m", "2", "0", "x"), part("m", "9", "8", "x")},
		"larger than an event": {part("m", "3", "0", string(make([]byte, maxEvent))), part("m", "3", "1", "x")},
	} {
		a := newAssembly(time.Now)
		var err error
		for _, f := range list {
			_, err = a.add(f)
		}
		if err == nil {
			t.Errorf("%s: got no error", name)
		}
	}
}

func TestPartsAreNotWaitedForLong(t *testing.T) {
	now := time.Now()
	a := newAssembly(func() time.Time { return now })
	for i := range maxOpen {
		if _, err := a.add(part(string(rune('A'+i)), "2", "0", "x")); err != nil {
			t.Fatal(err)
		}
	}
	if _, err := a.add(part("more", "2", "0", "x")); err == nil {
		t.Error("got no error for one more than can be open")
	}
	now = now.Add(partLife + time.Second)
	if got, err := a.add(part("A", "2", "1", "y")); err != nil || got != nil || len(a.open) != 1 {
		t.Errorf("got %q, %v and %d open; want the first part forgotten", got, err, len(a.open))
	}
}

func TestThePaceOfTheServerIsHeededWithinReason(t *testing.T) {
	n := func(i int) *int { return &i }
	for name, tc := range map[string]struct {
		told told
		want pace
	}{
		"nothing":     {told{}, usual()},
		"everything":  {told{n(5), n(0), n(7)}, pace{ping: 7 * time.Second, first: 0, interval: 5 * time.Second}},
		"no interval": {told{n(0), n(-1), n(0)}, usual()},
	} {
		if got := usual().heed(tc.told); got != tc.want {
			t.Errorf("%s: got %+v, want %+v", name, got, tc.want)
		}
	}
}

func TestWhatTakesAPersonToMendIsKnown(t *testing.T) {
	for code, want := range map[int]bool{1: false, 1000040343: false, 500: false, 502: false, 403: true, 514: true, 1000040346: true, 1000040350: true} {
		if got := (&refusedError{code: code}).final(); got != want {
			t.Errorf("%d: got final %v, want %v", code, got, want)
		}
	}
}
