package e2e

import (
	"errors"
	"fmt"
	"net/http"
	"slices"
	"testing"
)

// One channel is down: the others deliver at once, and its messages follow without
// a restart.
func TestAChannelThatIsDownDelaysNoOther(t *testing.T) {
	t.Parallel()
	for channel, fault := range map[string]string{mail: "refused", wecom: "unavailable", feishu: "error_500"} {
		t.Run(channel+" "+fault, func(t *testing.T) {
			t.Parallel()
			b := demo(t)
			b.devices.breaks(channel, fault)
			b.post(submitted("1024", byUsername("lisi")))
			for _, other := range slices.DeleteFunc(everyChannel(), func(ch string) bool { return ch == channel }) {
				b.devices.hearsOn(other, "lisi", "待审核")
			}
			b.waits(channel, "retrying")
			if got := b.devices.messages(channel, "lisi"); len(got) > 0 {
				t.Fatalf("messages through the outage: got %v, want none", got)
			}
			b.devices.mends(channel)
			b.devices.hearsOn(channel, "lisi", "待审核")
			b.told(map[string]int{"lisi": 1})
		})
	}
}

// A channel nobody can send on is paused, hammers nobody, and goes on after a
// successful test.
func TestAMisconfiguredChannelWaitsForATest(t *testing.T) {
	t.Parallel()
	for _, c := range []struct {
		channel string
		faults  []string
		code    string
		to      map[string]any
	}{
		{feishu, []string{"token_revoked", "wrong_secret"}, "feishu.10014", map[string]any{"email": "wangwu@corp.com"}},
		{wecom, []string{"ip_not_trusted"}, "wecom.60020", map[string]any{"wecom_userid": "wangwu"}},
		{mail, []string{"wrong_secret"}, "mail.535", map[string]any{"email": "wangwu@corp.com"}},
	} {
		t.Run(c.channel, func(t *testing.T) {
			t.Parallel()
			b := demo(t)
			b.devices.breaks(c.channel, c.faults...)
			b.post(submitted("1024", byUsername("lisi")))
			b.fares(c.channel, "paused", c.code)
			b.post(submitted("1025", byUsername("lisi"))) // comes in while the channel is paused
			for _, other := range slices.DeleteFunc(everyChannel(), func(ch string) bool { return ch == c.channel }) {
				b.devices.reaches(other, "lisi", 2)
			}
			b.waits(c.channel, "queued")

			b.devices.mends(c.channel)
			if got := b.devices.messages(c.channel, "lisi"); len(got) > 0 {
				t.Fatalf("messages while paused: got %v, want none", got)
			}
			b.tests(c.channel, c.to)
			b.devices.reaches(c.channel, "lisi", 2)
			b.fares(c.channel, "ok", "")
			b.rest()
			if n := len(b.devices.messages("", "lisi")); n != 6 {
				t.Errorf("messages to lisi: got %d, want 6", n)
			}
		})
	}
}

// waits waits until deliveries of the channel are in the state, and no others are on their way.
func (b *bot) waits(channel, status string) {
	b.door.t.Helper()
	eventually(b.door.t, "deliveries on "+channel+" are "+status, func() error {
		if len(b.deliveries("channel="+channel+"&status="+status)) == 0 {
			return errors.New("none is")
		}
		return nil
	})
}

// health is how a channel fares (api.md 3).
type health struct {
	State     string     `json:"state"`
	Reason    string     `json:"reason"`
	Waiting   int        `json:"waiting"`
	LastError *testError `json:"last_error"`
}

// fares waits until the channel is in the state, for the reason.
func (b *bot) fares(channel, state, reason string) {
	b.door.t.Helper()
	eventually(b.door.t, channel+" is "+state, func() error {
		got := read[health](b.door.t, b.must(http.StatusOK, request{method: "GET", path: "/api/v1/channels/" + channel + "/health"}))
		if got.State != state || got.Reason != reason {
			return fmt.Errorf("got %+v, want %s for %q", got, state, reason)
		}
		return nil
	})
}
