package web

import (
	"encoding/json"
	"io"
	"net/http"
	"strings"
	"testing"
)

func TestQuietHoursAreChangedOnOnesOwnPage(t *testing.T) {
	const hours = `{"from":"22:00","to":"08:00","weekends":true}`
	for name, row := range map[string]struct{ before, typed, want string }{
		"set":       {`null`, "quiet_hours.from=22:00&quiet_hours.to=08:00&quiet_hours.weekends=1", `{"quiet_hours":` + hours + `}`},
		"cleared":   {hours, "quiet_hours.timezone=Asia/Shanghai", `{"quiet_hours":null}`},
		"left":      {hours, "quiet_hours.from=22:00&quiet_hours.to=08:00&quiet_hours.weekends=1", ""},
		"no begin":  {`null`, "quiet_hours.to=08:00", `{"quiet_hours":{"from":"","to":"08:00"}}`},
		"zone only": {`null`, "quiet_hours.timezone=Asia/Shanghai", ""},
	} {
		t.Run(name, func(t *testing.T) {
			sent := ""
			s := site(t, func(w http.ResponseWriter, r *http.Request) {
				switch {
				case r.Method == http.MethodPatch:
					body, err := io.ReadAll(r.Body)
					if err != nil {
						t.Error(err)
					}
					sent = string(body)
				case r.URL.Path == "/api/v1/me":
					_ = json.NewEncoder(w).Encode(map[string]any{"username": "root", "role": "admin", "quiet_hours": json.RawMessage(row.before)})
				default:
					empty(w, r)
				}
			})
			got := open(t, s, root(), "POST", "/me", row.typed, "HX-Request: true")
			if got.Code != http.StatusOK || strings.TrimSpace(sent) != row.want {
				t.Errorf("got %d, and %q sent to the API, want %q", got.Code, sent, row.want)
			}
		})
	}
}

func TestEventsAreSwitchedOnOnesOwnPage(t *testing.T) {
	for name, row := range map[string]struct{ before, typed, want string }{
		"one off":      {`{"to_do":true,"created":true,"handled":true,"copied":true}`, "events=to_do&events=created&events=handled", `{"events":{"copied":false}}`},
		"one on again": {`{"to_do":true,"created":false,"handled":true,"copied":false}`, "events=to_do&events=handled&events=copied", `{"events":{"copied":true}}`},
		"all off":      {`{"to_do":true,"created":true,"handled":true,"copied":true}`, "events=to_do", `{"events":{"copied":false,"created":false,"handled":false}}`},
		"left":         {`{"to_do":true,"created":true,"handled":false,"copied":true}`, "events=to_do&events=created&events=copied", ""},
	} {
		t.Run(name, func(t *testing.T) {
			sent := ""
			s := site(t, func(w http.ResponseWriter, r *http.Request) {
				switch {
				case r.Method == http.MethodPatch:
					body, err := io.ReadAll(r.Body)
					if err != nil {
						t.Error(err)
					}
					sent = strings.TrimSpace(string(body))
				case r.URL.Path == "/api/v1/me":
					_, _ = io.WriteString(w, `{"username":"root","role":"admin","events":`+row.before+`}`)
				default:
					empty(w, r)
				}
			})
			got := open(t, s, root(), "POST", "/me", row.typed, "HX-Request: true")
			if got.Code != http.StatusOK || sent != row.want {
				t.Errorf("got %d, and %q sent to the API, want %q", got.Code, sent, row.want)
			}
		})
	}
}

func TestTheOrderOfChannelsIsChangedOnOnesOwnPage(t *testing.T) {
	for name, row := range map[string]struct{ before, typed, want string }{
		"one only, mail first": {`"x":0`, "channel_policy=first&channel_order=mail&channel_order=feishu&channel_order=wecom", `{"channel_order":["mail","feishu","wecom"],"channel_policy":"first"}`},
		"all, as it stands":    {`"x":0`, "channel_policy=all&channel_order=feishu&channel_order=wecom&channel_order=mail", `{"channel_policy":"all"}`},
		"as the settings say":  {`"channel_policy":"first","channel_order":["mail"]`, "channel_policy=&channel_order=mail", `{"channel_order":[],"channel_policy":""}`},
		"left":                 {`"channel_policy":"first"`, "channel_policy=first&channel_order=feishu&channel_order=wecom&channel_order=mail", ""},
	} {
		t.Run(name, func(t *testing.T) {
			sent := ""
			s := site(t, func(w http.ResponseWriter, r *http.Request) {
				switch {
				case r.Method == http.MethodPatch:
					body, err := io.ReadAll(r.Body)
					if err != nil {
						t.Error(err)
					}
					sent = strings.TrimSpace(string(body))
				case r.URL.Path == "/api/v1/me":
					_, _ = io.WriteString(w, `{"username":"root","role":"admin","effective":{"channel_policy":"all","channel_order":["feishu","wecom","mail"],"next_channel_minutes":10},`+row.before+`}`)
				default:
					empty(w, r)
				}
			})
			got := open(t, s, root(), "POST", "/me", row.typed, "HX-Request: true")
			if got.Code != http.StatusOK || sent != row.want {
				t.Errorf("got %d, and %q sent to the API, want %q", got.Code, sent, row.want)
			}
		})
	}
}
