package e2e

import (
	"fmt"
	"testing"

	"github.com/google/go-cmp/cmp"
)

func TestTheCreatorReadsWhyATicketWasRejected(t *testing.T) {
	t.Parallel()
	b := demo(t)
	tk := b.submit("creator", "订单表加索引")
	b.devices.hears("t1", "待审核")
	b.act(tk, "t1", "reject", "索引与 idx_user 重复")
	b.devices.hears("creator", "已驳回", "索引与 idx_user 重复")
	b.devices.changed("t1", "已驳回")

	b.act(tk, "creator", "resubmit", "")
	b.devices.hears("t1", "重新提交", "待你审核")
	b.told(map[string]int{"t1": 2, "creator": 1})
}

func TestAFailureIsToldByTheFirstLineOfItsError(t *testing.T) {
	t.Parallel()
	b := demo(t)
	tk := b.approved()
	b.act(tk, "admin", "start", "")
	b.act(tk, "admin", "fail", "Error 1061 (42000): Duplicate key name 'idx_a'\ngoroutine 7 [running]:\nmain.secretive()")
	for _, who := range []string{"creator", "admin"} {
		b.devices.hears(who, "上线失败", "Error 1061 (42000): Duplicate key name 'idx_a'")
	}
	b.told(map[string]int{"t1": 1, "creator": 2, "admin": 2})
	for _, m := range b.devices.messages("", "") {
		if m.says("secretive") == nil || m.says("goroutine 7") == nil {
			t.Errorf("%s reads more than the first line on %s: %q", m.Person, m.Channel, m.Text)
		}
	}
}

func TestWhoeverWaitsHearsThatATicketWasClosed(t *testing.T) {
	t.Parallel()
	b := demo(t)
	tk := b.submit("creator", "订单表加索引")
	b.devices.hears("t1", "待审核")
	b.act(tk, "creator", "cancel", "")
	b.devices.hears("t1", "已关闭", "已由 creator 关闭")
	b.told(map[string]int{"t1": 2})
}

func TestTheCreatorHearsOfAChangeMadeByHand(t *testing.T) {
	t.Parallel()
	b := demo(t)
	tk := b.approved()
	b.act(tk, "admin", "complete", "")
	b.devices.hears("creator", "人工上线")
	b.devices.changed("admin", "人工上线")
	b.told(map[string]int{"t1": 1, "creator": 2, "admin": 1})
}

// Of two who press at once one decides; the other is told that it is settled.
func TestTwoDecideAtOnceAndOneDoes(t *testing.T) {
	t.Parallel()
	b := demo(t)
	tk := b.submit("creator", "订单表加索引")
	codes := make(chan int, 2)
	for range 2 {
		go func() {
			got, err := b.send(request{method: "POST", path: "/api/v1/tickets/" + tk.ID + "/actions", body: map[string]any{"action": "approve", "by": "t1"}})
			if err != nil {
				t.Error(err)
			}
			codes <- got.status
		}()
	}
	got := map[int]int{<-codes: 1}
	got[<-codes]++
	if diff := cmp.Diff(map[int]int{200: 1, 409: 1}, got); diff != "" {
		t.Errorf("answers by status (-want +got):\n%s", diff)
	}
	b.devices.hears("admin", "待上线")
	b.rest()
	if n := len(b.devices.messages("", "admin")); n != 3 {
		t.Errorf("messages to admin: got %d, want 3", n)
	}
}

// approved is a ticket that waits for admin to execute it, and everybody knows.
func (b *bot) approved() ticketView {
	b.door.t.Helper()
	tk := b.submit("creator", "订单表加索引")
	b.devices.hears("t1", "待审核")
	b.act(tk, "t1", "approve", "")
	b.devices.hears("admin", "待上线")
	b.devices.hears("creator", "审批通过")
	return tk
}

// told waits until all is said and checks how many messages people got on each
// channel: these, and nobody else any.
func (b *bot) told(people map[string]int) {
	b.door.t.Helper()
	b.rest()
	if diff := cmp.Diff(onAll(people), b.devices.tally()); diff != "" {
		b.door.t.Errorf("messages by person and channel (-want +got):\n%s", diff)
	}
}

// reaches waits until so many messages arrived for somebody on the channel.
func (d devices) reaches(channel, who string, n int) {
	d.t.Helper()
	eventually(d.t, fmt.Sprintf("%s has %d messages on %s", who, n, channel), func() error {
		if got := len(d.messages(channel, who)); got != n {
			return fmt.Errorf("got %d", got)
		}
		return nil
	})
}
