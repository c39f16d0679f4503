package e2e

import (
	"net/http"
	"testing"

	"github.com/google/go-cmp/cmp"
)

// Whom nobody entered here is reached by what the event says of them.
func TestAStrangerIsReachedByAddress(t *testing.T) {
	t.Parallel()
	b := demo(t)
	b.post(submitted("1024", byEmail("zhaoliu@corp.com"), map[string]any{"phone": "18991911234"}))
	b.devices.hears("zhaoliu", "待审核")
	b.devices.hearsOn(feishu, "18991911234", "待审核")
	b.devices.hearsOn(wecom, "18991911234", "待审核")
	b.rest()
	checkEnds(t, b, map[string]string{
		"zhaoliu@corp.com feishu": "accepted", "zhaoliu@corp.com wecom": "accepted", "zhaoliu@corp.com mail": "accepted",
		"+8618991911234 feishu": "accepted", "+8618991911234 wecom": "accepted", "+8618991911234 mail": "skipped no_email",
	})
}

// A person whom a platform does not know is skipped there, with the reason.
func TestWhoeverCannotBeFoundIsSkippedWithAReason(t *testing.T) {
	t.Parallel()
	b := demo(t)
	b.post(submitted("1024", byEmail("gone@nobody.example"), byUsername("ghost"), byUsername("lisi")))
	b.devices.hears("lisi", "待审核")
	b.rest()
	checkEnds(t, b, map[string]string{
		"gone@nobody.example feishu": "skipped not_found", "gone@nobody.example wecom": "skipped not_found",
		"gone@nobody.example mail": "dead refused",
		"ghost feishu":             "skipped no_contact", "ghost wecom": "skipped no_contact", "ghost mail": "skipped no_email",
		"lisi feishu": "accepted", "lisi wecom": "accepted", "lisi mail": "accepted",
	})
	b.told(map[string]int{"lisi": 1})
}

// The receipt says at once what is known at once.
func TestTheReceiptSaysWhoCannotBeReached(t *testing.T) {
	t.Parallel()
	b := demo(t)
	got := map[string]string{}
	for _, d := range b.post(submitted("1024", byUsername("ghost"))).Deliveries {
		got[d.Channel] = d.Status + " " + d.Reason
	}
	want := map[string]string{feishu: "skipped no_contact", wecom: "skipped no_contact", mail: "skipped no_email"}
	if diff := cmp.Diff(want, got); diff != "" {
		t.Errorf("deliveries (-want +got):\n%s", diff)
	}
}

func TestADisabledPersonIsNotTold(t *testing.T) {
	t.Parallel()
	b := demo(t)
	b.must(http.StatusOK, request{method: "PATCH", path: "/api/v1/users/lisi", body: map[string]any{"disabled": true}})
	if got := b.post(submitted("1024", byUsername("lisi"), byUsername("wangwu"))).Deliveries; len(got) != 3 || got[0].Person != "wangwu" {
		t.Errorf("deliveries: got %+v, want three of wangwu", got)
	}
	b.told(map[string]int{"wangwu": 1})
}

// What somebody switched off is skipped and says so; what waits for them cannot be.
func TestWhatSomebodySwitchedOffIsSkippedWithAReason(t *testing.T) {
	t.Parallel()
	b := demo(t)
	for _, who := range []string{"lisi", "wangwu"} {
		path := "/api/v1/users/" + who
		b.must(http.StatusOK, request{method: "PATCH", path: path, body: map[string]any{"events": map[string]any{"copied": false, "handled": false}}})
		b.must(http.StatusBadRequest, request{method: "PATCH", path: path, body: map[string]any{"events": map[string]any{"to_do": false}}})
	}
	ev := submitted("1024", byUsername("lisi"))
	ev["audience"] = []any{byUsername("lisi"), byUsername("wangwu")}
	b.post(ev)
	b.devices.hears("lisi", "待审核")
	b.rest()
	checkEnds(t, b, map[string]string{
		"lisi feishu": "accepted", "lisi wecom": "accepted", "lisi mail": "accepted",
		"wangwu feishu": "skipped unwanted", "wangwu wecom": "skipped unwanted", "wangwu mail": "skipped unwanted",
	})
	b.told(map[string]int{"lisi": 1})
}

// Somebody who was entered later is found by what is known then.
func TestAMendedAddressIsUsedOnRetry(t *testing.T) {
	t.Parallel()
	b := demo(t)
	b.must(http.StatusCreated, request{method: "POST", path: "/api/v1/users", body: map[string]any{"username": "newcomer", "name": "新人"}})
	first := b.post(submitted("1024", byUsername("newcomer")))
	b.must(http.StatusOK, request{method: "PATCH", path: "/api/v1/users/newcomer", body: byEmail("newcomer@corp.com")})
	for _, d := range first.Deliveries {
		b.must(http.StatusOK, request{method: "POST", path: "/api/v1/deliveries/" + d.ID + ":retry"})
	}
	b.told(map[string]int{"newcomer": 1})
}

// checkEnds compares how every delivery ended, by "person channel".
func checkEnds(t *testing.T, b *bot, want map[string]string) {
	t.Helper()
	got := map[string]string{}
	for _, d := range b.deliveries("") {
		end := d.Status
		if d.Reason != "" {
			end += " " + d.Reason
		}
		got[d.Person+" "+d.Channel] = end
	}
	if diff := cmp.Diff(want, got); diff != "" {
		t.Errorf("deliveries by person and channel (-want +got):\n%s", diff)
	}
}
