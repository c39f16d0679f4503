package wecom

import (
	"fmt"
	"net/http"
	"testing"

	"ticketbell/notify"
)

func TestLookUpFindsMembers(t *testing.T) {
	s := newStand(t)
	for name, row := range map[string]struct {
		find func() (string, error)
		want string
	}{
		"mainland number":  {func() (string, error) { return s.ByPhone(t.Context(), "+8613800001234") }, "ZhangSan"},
		"foreign number":   {func() (string, error) { return s.ByPhone(t.Context(), "+12125550123") }, "lisi"},
		"corp address":     {func() (string, error) { return s.ByEmail(t.Context(), "zhangsan@corp.com") }, "ZhangSan"},
		"personal address": {func() (string, error) { return s.ByEmail(t.Context(), "lisi@qq.com") }, "lisi"},
	} {
		if got, err := row.find(); err != nil || got != row.want {
			t.Errorf("%s: got %q (%v), want %q", name, got, err, row.want)
		}
	}
	s.wantCalls("user/get_userid_by_email", 3) // the personal one is asked for as corp mail first
}

func TestTheTwoKindsOfAddressAreOneCallEach(t *testing.T) {
	s := newStand(t, func(c *Config) { c.Headcount = 300 })
	if got, err := s.ByCorpMail(t.Context(), "zhangsan@corp.com"); err != nil || got != "ZhangSan" {
		t.Errorf("corp: got %q (%v), want ZhangSan", got, err)
	}
	if got, err := s.ByPersonalMail(t.Context(), "lisi@qq.com"); err != nil || got != "lisi" {
		t.Errorf("personal: got %q (%v), want lisi", got, err)
	}
	_, err := s.ByCorpMail(t.Context(), "lisi@qq.com")
	wantVerdict(t, err, notify.VerdictUnreachable, "wecom.46004")
	s.wantCalls("user/get_userid_by_email", 3)
	if got := s.Headcount(); got != 300 {
		t.Errorf("got a headcount of %d, want 300", got)
	}
}

func TestLookUpOfNobodyIsUnreachable(t *testing.T) {
	s := newStand(t)
	_, err := s.ByPhone(t.Context(), "+8613900000000")
	wantVerdict(t, err, notify.VerdictUnreachable, "wecom.46004")
	_, err = s.ByPhone(t.Context(), "+86")
	wantVerdict(t, err, notify.VerdictUnreachable, "wecom.40058")
	_, err = s.ByEmail(t.Context(), "ghost@corp.com")
	wantVerdict(t, err, notify.VerdictUnreachable, "wecom.46004")
}

func TestLookUpThatIsSwitchedOffAsksNobody(t *testing.T) {
	s := newStand(t, func(c *Config) { c.LookupMobile, c.LookupEmail = false, false })
	_, err := s.ByPhone(t.Context(), "+8613800001234")
	wantVerdict(t, err, notify.VerdictUnreachable, "identity.lookup_off")
	_, err = s.ByEmail(t.Context(), "zhangsan@corp.com")
	wantVerdict(t, err, notify.VerdictUnreachable, "identity.lookup_off")
	_, err = s.ByCorpMail(t.Context(), "zhangsan@corp.com")
	wantVerdict(t, err, notify.VerdictUnreachable, "identity.lookup_off")
	if calls := s.sim.Calls(); len(calls) != 0 {
		t.Errorf("got calls %v, want none", calls)
	}
}

func TestLookUpClosedForTheDayIsAskedLater(t *testing.T) {
	s := newStand(t)
	for i := range 21 {
		_, err := s.ByPhone(t.Context(), fmt.Sprintf("+86139%08d", i))
		wantVerdict(t, err, notify.VerdictUnreachable, "wecom.46004")
	}
	_, err := s.ByPhone(t.Context(), "+8613800001234")
	wantVerdict(t, err, notify.VerdictAfter, "wecom.45009")
}

func TestLookUpFromAnUntrustedAddressStopsTheChannel(t *testing.T) {
	s := newStand(t)
	s.goesWrong("ip_not_trusted")
	_, err := s.ByEmail(t.Context(), "zhangsan@corp.com")
	wantVerdict(t, err, notify.VerdictMisconfigured, "wecom.60020")
}

func TestLookUpSurvivesARevokedToken(t *testing.T) {
	s := newStand(t)
	s.goesWrong("token_revoked")
	if got, err := s.ByPhone(t.Context(), "+8613800001234"); err != nil || got != "ZhangSan" {
		t.Errorf("got %q (%v), want ZhangSan", got, err)
	}
}

func TestLookUpAnsweredWithoutAUseridIsAnError(t *testing.T) {
	b := newBot(t, []func(*Config){func(c *Config) {
		c.APIBaseURL = answering(t, func(w http.ResponseWriter, _ *http.Request) { _, _ = w.Write([]byte(`{"errcode":0}`)) })
	}})
	_, err := b.ByPhone(t.Context(), "+8613800001234")
	wantVerdict(t, err, notify.VerdictAgain, "")
}
