package feishu

import (
	"net/http"
	"testing"
	"time"

	"ticketbell/notify"
)

// What is beside the code has another shape than the SDK knows, or the label is wrong: the
// code counts all the same.
func TestARefusalIsReadWhateverIsBesideIt(t *testing.T) {
	wait := map[string]string{"X-Ogw-Ratelimit-Reset": "9"}
	for name, tc := range map[string]struct {
		answer  said
		verdict notify.Verdict
		code    string
		wait    time.Duration
	}{
		"data is a list":              {said{400, nil, `{"code":230013,"msg":"x","data":[]}`}, notify.VerdictPermanent, "feishu.230013", 0},
		"data is a text":              {said{400, nil, `{"code":230013,"msg":"x","data":""}`}, notify.VerdictPermanent, "feishu.230013", 0},
		"error is a text":             {said{400, nil, `{"code":230013,"msg":"x","error":"x"}`}, notify.VerdictPermanent, "feishu.230013", 0},
		"msg is an object":            {said{400, nil, `{"code":230013,"msg":{"zh":"x"}}`}, notify.VerdictPermanent, "feishu.230013", 0},
		"a limit with a list":         {said{429, wait, `{"code":99991400,"msg":"x","data":[]}`}, notify.VerdictAfter, "feishu.99991400", 9 * time.Second},
		"labelled as a page":          {said{400, html(), `{"code":230013,"msg":"x"}`}, notify.VerdictPermanent, "feishu.230013", 0},
		"a gateway's words as JSON":   {said{429, wait, `slow down`}, notify.VerdictAfter, "feishu.http_429", 9 * time.Second},
		"a code of somebody else's":   {said{403, nil, `{"code":"Forbidden","message":"x"}`}, notify.VerdictAgain, "feishu.http_403", 0},
		"a redirect labelled as JSON": {said{status: 302}, notify.VerdictAgain, "feishu.http_302", 0},
	} {
		t.Run(name, func(t *testing.T) {
			s := newStand(t, always(tc.answer))
			got := sendOne(t.Context(), s.bot(t)).Err
			v, wait := notify.VerdictOf(got)
			if v != tc.verdict || wait != tc.wait || refusalOf(t, got).Code != tc.code || notify.Unknown(got) {
				t.Errorf("got %v after %v of %v, want %v after %v of %s", v, wait, got, tc.verdict, tc.wait, tc.code)
			}
		})
	}
}

// A message that Feishu took is sent, however what stands in between labels the answer.
func TestAYesIsKnownByItsBody(t *testing.T) {
	for _, label := range []string{"Application/JSON", "text/plain; charset=utf-8", "text/html", ""} {
		s := newStand(t, always(said{http.StatusOK, map[string]string{"Content-Type": label}, accepted}))
		if got := sendOne(t.Context(), s.bot(t)); got.Err != nil || got.MessageID != "om_1" {
			t.Errorf("%q: got %q, %v, want om_1", label, got.MessageID, got.Err)
		}
	}
}

func TestAYesWithAnotherStatusMayBeOne(t *testing.T) {
	s := newStand(t, always(said{status: http.StatusAccepted, body: accepted}))
	if got := sendOne(t.Context(), s.bot(t)).Err; got == nil || !notify.Unknown(got) {
		t.Errorf("got %v, want a doubt", got)
	}
}
