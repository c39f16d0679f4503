package web

import (
	"io"
	"net/http"
	"net/url"
	"strings"
	"testing"

	"github.com/google/go-cmp/cmp"
)

func TestAFormChangesOneLimitAndKeepsTheOthers(t *testing.T) {
	now := channelView{"limits": map[string]any{"per_second": 5.0, "per_day": 0.0}}
	for typed, want := range map[string]any{
		"":      map[string]any{"per_second": 5.0},
		"200":   map[string]any{"per_second": 5.0, "per_day": 200},
		"0":     map[string]any{"per_second": 5.0, "per_day": 0},
		" 7 ":   map[string]any{"per_second": 5.0, "per_day": 7},
		"a few": map[string]any{"per_second": 5.0, "per_day": "a few"},
	} {
		if got := patchOf("wecom", url.Values{"limits.per_day": {typed}}, now)["limits"]; !cmp.Equal(got, want) {
			t.Errorf("got %v for %q, want %v", got, typed, want)
		}
	}
	if got := patchOf("wecom", url.Values{}, channelView{})["limits"]; got != nil {
		t.Errorf("got %v, want no limits where there are none", got)
	}
	if got := now.Text("limits.per_day"); got != "0" {
		t.Errorf("got %q, want the limit shown although it is 0", got)
	}
	if got := channelView(map[string]any{"limits.per_day": "a few"}).Text("limits.per_day"); got != "a few" {
		t.Errorf("got %q, want what was typed", got)
	}
}

func TestLinksOfTheExampleFollowTheTemplate(t *testing.T) {
	g := generalView{URLPrefix: "https://p.example", LinkTemplate: "/t/{project}/{ticket}"}
	if got := g.Example(); got != "https://p.example/t/pay/1024" {
		t.Errorf("got %s", got)
	}
	other := g
	other.Timezone, other.TellCreatorOnPass = "UTC", true
	want := []twoSides{{"timezone", "", "UTC"}, {"tell_creator_on_pass", "false", "true"}}
	if got := g.against(other); !cmp.Equal(got, want) {
		t.Errorf("got %v, want %v", got, want)
	}
}

func TestCertificatesGoUnverifiedOnlyWhenItIsSaidTwice(t *testing.T) {
	for _, row := range []struct {
		name, before, typed string
		saved               bool
	}{
		{"said once", `false`, "skip_verify=on", false},
		{"said twice", `false`, "skip_verify=on&skip_sure=on", true},
		{"as it was", `true`, "skip_verify=on", true},
		{"verified again", `true`, "skip_sure=on", true},
	} {
		t.Run(row.name, func(t *testing.T) {
			saved := false
			s := site(t, func(w http.ResponseWriter, r *http.Request) {
				switch {
				case r.Method == http.MethodPatch:
					saved = true
					_, _ = io.WriteString(w, `{}`)
				case r.URL.Path == "/api/v1/channels/mail":
					_, _ = io.WriteString(w, `{"enabled":true,"host":"smtp.corp.com","skip_verify":`+row.before+`}`)
				default:
					empty(w, r)
				}
			})
			got := open(t, s, root(), "POST", "/channels/mail", row.typed, "HX-Request: true")
			if saved != row.saved {
				t.Errorf("got saved: %t (%d), want %t", saved, got.Code, row.saved)
			}
			if asked := strings.Contains(got.Body.String(), "请先勾选「我明白风险」"); asked == row.saved {
				t.Errorf("got asked once more: %t, want %t", asked, !row.saved)
			}
		})
	}
}
