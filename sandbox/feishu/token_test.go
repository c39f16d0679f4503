package feishu_test

import (
	"testing"
	"time"

	"ticketbell/sandbox/feishu"
)

func TestOnlyTheAppItselfGetsAToken(t *testing.T) {
	tests := []struct {
		name string
		body any
		code int
		msg  string
	}{
		{"empty body", "", 10003, "invalid param"},
		{"no app id", fields{"app_secret": appSecret}, 10003, "invalid param"},
		{"malformed app id", fields{"app_id": "test", "app_secret": appSecret}, 10003, "invalid param"},
		{"another app", fields{"app_id": "cli_other", "app_secret": appSecret}, 10014, "app id not exists"},
		{"wrong secret", fields{"app_id": appID, "app_secret": "guess"}, 10014, "app secret invalid"},
	}
	r := newRig(t)
	for _, test := range tests {
		t.Run(test.name, func(t *testing.T) {
			a := r.do("POST", tokenPath, test.body)
			if a.status != 200 || a.Code != test.code || a.Msg != test.msg || a.Token != "" {
				t.Errorf("got HTTP %d %s, want HTTP 200 code %d %q", a.status, a.text, test.code, test.msg)
			}
		})
	}
}

func TestATokenIsGivenAgainWhileHalfAnHourIsLeft(t *testing.T) {
	r := newRig(t)
	app := fields{"app_id": appID, "app_secret": appSecret}
	r.clock.pass(90 * time.Minute)
	again := r.do("POST", tokenPath, app)
	if again.Token != r.token || again.Expire != 1800 {
		t.Errorf("got %s for %d s, want %s for 1800 s", again.Token, again.Expire, r.token)
	}
	r.clock.pass(time.Second)
	fresh := r.do("POST", tokenPath, app)
	if fresh.Token == r.token || fresh.Expire != 7200 {
		t.Errorf("got %s for %d s, want a new token for 7200 s", fresh.Token, fresh.Expire)
	}
	r.wantCode(r.card("with the old token"), 200, 0)
	r.token = fresh.Token
	r.wantCode(r.card("with the new token"), 200, 0)
}

func TestATokenEndsAfterTwoHours(t *testing.T) {
	r := newRig(t)
	r.clock.pass(2*time.Hour - time.Second)
	r.wantCode(r.card(""), 200, 0)
	r.clock.pass(time.Second)
	r.wantCode(r.card(""), 400, 99991663)
}

func TestCallsWithoutAGoodTokenAreRefused(t *testing.T) {
	r := newRig(t)
	for token, code := range map[string]int{"": 99991661, "u-user": 99991671, "t-forged": 99991663} {
		r.token = token
		for _, a := range []answer{r.card(""), r.patch("om_1", "{}"), r.do("POST", findPath, fields{}), r.do("POST", sendPath+"/om_1/reply", fields{})} {
			r.wantCode(a, 400, code)
		}
	}
}

func TestARevokedTokenStaysRevoked(t *testing.T) {
	for fault, status := range map[string]int{"token_revoked": 400, "token_revoked_200": 200, "token_expired": 400} {
		t.Run(fault, func(t *testing.T) {
			r := newRig(t)
			r.fail(fault)
			r.wantCode(r.card(""), status, 99991663)
			r.wantCode(r.card(""), 400, 99991663)
			r.token = r.signIn()
			r.wantCode(r.card(""), 200, 0)
		})
	}
}

func TestAShortTokenEndsAfterAMinute(t *testing.T) {
	r := newRig(t)
	r.fail("short_expire")
	a := r.do("POST", tokenPath, fields{"app_id": appID, "app_secret": appSecret})
	if a.Expire != 60 || a.Token == r.token {
		t.Fatalf("got %s for %d s, want a new token for 60 s", a.Token, a.Expire)
	}
	r.token = a.Token
	r.clock.pass(time.Minute)
	r.wantCode(r.card(""), 400, 99991663)
}

func TestNewNeedsNothingButTheApp(t *testing.T) {
	r := newRig(t, func(cfg *feishu.Config) {
		*cfg = feishu.Config{AppID: appID, AppSecret: appSecret}
	})
	a := r.do("POST", findPath, fields{"emails": []string{"anybody@corp.example"}})
	if len(a.Data.UserList) != 1 || a.Data.UserList[0].UserID == "" {
		t.Errorf("got %s, want somebody hired on the spot", a.text)
	}
}
