package feishu

import (
	"fmt"
	"net/http"
	"testing"
	"time"

	"ticketbell/notify"
)

// verdicts is feishu.md 5.4 once more, as the delivery log is to read it.
func verdicts() map[notify.Verdict][]int {
	return map[notify.Verdict][]int{
		notify.VerdictPermanent: {
			230001, 230002, 230011, 230012, 230013, 230018, 230022, 230025, 230028, 230029, 230031, 230035, 230036, 230038,
			230053, 230054, 230075, 230099, 230110, 232009, 99992354, 99992402, 200830,
		},
		notify.VerdictStaleAddress:  {230034, 99992351, 99992360, 99992361, 99992363, 99992364},
		notify.VerdictMisconfigured: {230006, 230027, 99991401, 99991403, 99991662, 99991672, 99991673},
		notify.VerdictAfter:         {99991400, 230020, 11232, 11233, 11247},
		notify.VerdictAgain:         {230049, 18121, 2200, 1500, 5000, 10101, 10500, 424242},
	}
}

func TestEveryCodeHasItsVerdict(t *testing.T) {
	for want, codes := range verdicts() {
		for _, code := range codes {
			for _, status := range []int{http.StatusOK, http.StatusBadRequest} {
				t.Run(fmt.Sprintf("%d with HTTP %d", code, status), func(t *testing.T) {
					s := newStand(t, always(said{status: status, body: fmt.Sprintf(`{"code":%d,"msg":"it said no"}`, code)}))
					b := s.bot(t)
					checkVerdict(t, sendOne(t.Context(), b), want, code)
					checkVerdict(t, b.Update(t.Context(), "om_1", to(rejectedCard())), want, code)
				})
			}
		}
	}
}

func checkVerdict(t *testing.T, got notify.Outcome, want notify.Verdict, code int) {
	t.Helper()
	if v, _ := notify.VerdictOf(got.Err); got.Err == nil || v != want {
		t.Errorf("got %v of %v, want %v", v, got.Err, want)
	}
	wantRefusal := notify.Refusal{Code: fmt.Sprintf("feishu.%d", code), Message: "it said no", RequestID: "log-1"}
	if r := refusalOf(t, got.Err); *r != wantRefusal {
		t.Errorf("got %+v, want %+v", *r, wantRefusal)
	}
	if got.RequestID != "log-1" || got.Payload == "" {
		t.Errorf("got request %q and %d bytes of payload, want log-1 and the card", got.RequestID, len(got.Payload))
	}
}

func TestNoRowIsThereTwice(t *testing.T) {
	seen := map[int]bool{}
	for _, r := range append(rows(), signInRows()...) {
		if seen[r.code] {
			t.Errorf("got two rows for %d, want one", r.code)
		}
		seen[r.code] = true
	}
}

func TestACodeWithoutWordsIsExplained(t *testing.T) {
	s := newStand(t, always(said{status: 400, body: `{"code":230053,"msg":""}`}))
	if got := refusalOf(t, sendOne(t.Context(), s.bot(t)).Err).Message; got != "user stopped the bot" {
		t.Errorf("got message %q, want our own", got)
	}
}

func TestHowLongToWait(t *testing.T) {
	limited := `{"code":99991400,"msg":"request trigger frequency limit"}`
	for name, tc := range map[string]struct {
		status int
		reset  string
		body   string
		want   time.Duration
	}{
		"as the gateway says":          {429, "7", limited, 7 * time.Second},
		"with the status of old APIs":  {400, "7", limited, 7 * time.Second},
		"it does not say":              {429, "", limited, time.Second},
		"it says nonsense":             {429, "soon", limited, time.Second},
		"it says no time":              {429, "0", limited, time.Second},
		"it says a year":               {429, "31536000", limited, time.Hour},
		"the user's own limit":         {400, "", `{"code":230020,"msg":"x"}`, 3 * time.Second},
		"the message service":          {400, "", `{"code":11232,"msg":"x"}`, 5 * time.Second},
		"the chat":                     {400, "", `{"code":11233,"msg":"x"}`, 5 * time.Second},
		"the internal limit":           {400, "", `{"code":11247,"msg":"x"}`, time.Minute},
		"429 with a code nobody knows": {429, "9", `{"code":424242,"msg":"x"}`, 9 * time.Second},
		"429 with no code":             {429, "", `{}`, time.Second},
		"429 of something in between":  {429, "5", "", 5 * time.Second},
		"too much, with HTTP 503":      {503, "4", limited, 4 * time.Second},
	} {
		t.Run(name, func(t *testing.T) {
			header := map[string]string{"X-Ogw-Ratelimit-Reset": tc.reset}
			if tc.body == "" {
				header["Content-Type"] = "text/html"
			}
			s := newStand(t, always(said{tc.status, header, tc.body}))
			v, wait := notify.VerdictOf(sendOne(t.Context(), s.bot(t)).Err)
			if v != notify.VerdictAfter || wait != tc.want {
				t.Errorf("got %v after %v, want %v after %v", v, wait, notify.VerdictAfter, tc.want)
			}
		})
	}
}

// A gateway in front of Feishu knows nothing of Feishu's codes and headers.
func TestAWaitThatAGatewayAsksForIsKept(t *testing.T) {
	const again, after = notify.VerdictAgain, notify.VerdictAfter
	page, both := map[string]string{"Content-Type": "text/html", "Retry-After": "7"}, map[string]string{"Retry-After": "7", "X-Ogw-Ratelimit-Reset": "5"}
	told := map[string]string{"Retry-After": "7"}
	for name, tc := range map[string]struct {
		answer  said
		verdict notify.Verdict
		wait    time.Duration
	}{
		"429 with a page":           {said{429, page, "<h1>slow down</h1>"}, after, 7 * time.Second},
		"503 with a page":           {said{503, page, "<h1>back soon</h1>"}, after, 7 * time.Second},
		"429 in JSON":               {said{429, told, `{}`}, after, 7 * time.Second},
		"503 in JSON":               {said{503, told, `{"message":"no healthy upstream"}`}, after, 7 * time.Second},
		"503 with a code":           {said{503, told, `{"code":424242,"msg":"x"}`}, after, 7 * time.Second},
		"a limit of Feishu's":       {said{429, told, `{"code":99991400,"msg":"x"}`}, after, 7 * time.Second},
		"Feishu says it itself":     {said{429, both, `{"code":99991400,"msg":"x"}`}, after, 5 * time.Second},
		"503 that does not say":     {said{503, html(), "<h1>back soon</h1>"}, again, 0},
		"502 is no word of a limit": {said{502, page, "<h1>bad gateway</h1>"}, again, 0},
		"200 is none either":        {said{200, told, `{}`}, again, 0},
	} {
		t.Run(name, func(t *testing.T) {
			s := newStand(t, always(tc.answer))
			got := sendOne(t.Context(), s.bot(t)).Err
			if v, wait := notify.VerdictOf(got); got == nil || v != tc.verdict || wait != tc.wait {
				t.Errorf("got %v after %v of %v, want %v after %v", v, wait, got, tc.verdict, tc.wait)
			}
		})
	}
}

func TestWhetherFeishuMayHaveTheMessage(t *testing.T) {
	for name, tc := range map[string]struct {
		answer  said
		unknown bool
	}{
		"a gateway that waited":          {said{504, html(), "x"}, true},
		"a gateway that got nonsense":    {said{502, html(), "x"}, true},
		"something broke on the way":     {said{500, html(), "x"}, true},
		"500 without a code":             {said{500, nil, `{}`}, true},
		"a yes without a code":           {said{200, nil, `{}`}, true},
		"a yes without an id":            {said{200, nil, `{"code":0,"data":{}}`}, true},
		"half an answer":                 {said{200, nil, `{"code":`}, true},
		"500 with a code":                {said{500, nil, `{"code":1500,"msg":"internal error"}`}, false},
		"a gateway that is overloaded":   {said{503, html(), "x"}, false},
		"a gateway that has no such way": {said{404, html(), "x"}, false},
		"the page of a hotel":            {said{200, html(), "x"}, true},
		"it is being sent":               {said{400, nil, `{"code":230049,"msg":"x"}`}, false},
	} {
		t.Run(name, func(t *testing.T) {
			s := newStand(t, always(tc.answer))
			if got := sendOne(t.Context(), s.bot(t)).Err; got == nil || notify.Unknown(got) != tc.unknown {
				t.Errorf("got %v, unknown %t, want %t", got, notify.Unknown(got), tc.unknown)
			}
			s.token = func(int) said { return tc.answer }
			if got := sendOne(t.Context(), s.bot(t)).Err; got == nil || notify.Unknown(got) {
				t.Errorf("got %v of the token, want a message that surely was not sent", got)
			}
		})
	}
}

func TestAQuotaUsedUpIsNoMereWait(t *testing.T) {
	s := newStand(t, always(said{status: 429, body: `{"code":99991403,"msg":"quota"}`}))
	if v, _ := notify.VerdictOf(sendOne(t.Context(), s.bot(t)).Err); v != notify.VerdictMisconfigured {
		t.Errorf("got %v, want %v", v, notify.VerdictMisconfigured)
	}
}

func TestALockedCardIsTriedAgain(t *testing.T) {
	msg := "Failed to create card content, ext=ErrCode: 11310; ErrMsg: card action is lock;"
	s := newStand(t, always(said{status: 400, body: fmt.Sprintf(`{"code":230099,"msg":%q}`, msg)}))
	checkAgain(t, s.bot(t).Update(t.Context(), "om_1", to(rejectedCard())), "feishu.230099")
}
