package platform_test

import (
	"context"
	"net/http"
	"slices"
	"strings"
	"testing"
	"time"

	"ticketbell/notify"
	"ticketbell/platform"
)

// unmet lists what a check of p found wanting.
func unmet(ctx context.Context, p notify.Platform) (wanting []string) {
	for e := range platform.NewWebhook(time.Now).Check(ctx, p) {
		if !e.Met {
			wanting = append(wanting, e.What.EN)
		}
	}
	return wanting
}

func TestACheckNamesWhatAPlatformDoesNotKeep(t *testing.T) {
	const forged = 5
	credulous := unmet(t.Context(), answering(t, unseen, http.StatusOK, `{"result":"accepted"}`))
	if len(credulous) != forged+1 || !slices.Contains(credulous, "a call without a signature is turned away (4xx)") {
		t.Errorf("got %q of one that believes everything, want every forgery and the stray ticket", credulous)
	}
	deaf := unmet(t.Context(), answering(t, unseen, http.StatusForbidden, "no"))
	if want := []string{
		"a ping with a good signature is answered 200",
		"a decision on a ticket nobody has is refused: 403, 409 or 422, with a result as JSON",
	}; !slices.Equal(deaf, want) {
		t.Errorf("got %q of one that believes nothing, want %q", deaf, want)
	}
	n := 0
	strict := answering(t, func(*http.Request, []byte) { n++ }, http.StatusUnprocessableEntity, `{"result":"refused"}`)
	if got := unmet(t.Context(), strict); len(got) != 1 || n != forged+3 {
		t.Errorf("got %q after %d calls, want all calls made and the ping alone missed", got, n)
	}
}

func TestAPlatformThatIsNotThereIsAskedOnce(t *testing.T) {
	p := notify.Platform{URL: "http://127.0.0.1:1/?key=hidden", Secret: secret}
	var got []platform.Expectation
	for e := range platform.NewWebhook(time.Now).Check(t.Context(), p) {
		got = append(got, e)
	}
	if len(got) != 1 || got[0].Met || strings.Contains(got[0].Got, "hidden") || !strings.Contains(got[0].Got, "refused") {
		t.Errorf("got %+v, want one word of why, without the address", got)
	}
}
