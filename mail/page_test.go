package mail

import (
	"flag"
	"os"
	"path/filepath"
	"regexp"
	"testing"

	"github.com/google/go-cmp/cmp"

	"ticketbell/cards"
)

// update is set by `make golden`: the files are written anew and read as a diff.
var update = flag.Bool("update", false, "write the golden files anew")

func TestGolden(t *testing.T) {
	for name, c := range samples() {
		for _, lang := range cards.Languages() {
			html, err := htmlOf(c, lang)
			if err != nil {
				t.Fatal(err)
			}
			golden(t, name+"."+string(lang)+".html", html)
			golden(t, name+"."+string(lang)+".txt", subject(c, lang)+"\n\n"+textOf(c, lang))
		}
	}
}

func samples() map[string]cards.Card {
	failed := card()
	failed.Tone, failed.Chip, failed.Verb = cards.ToneFailed, cards.Text{ZH: "上线失败", EN: "Failed"}, cards.Text{ZH: "上线失败", EN: "Execution failed"}
	failed.Reason = &cards.Row{
		Name: "reason", Label: cards.Text{ZH: "错误信息", EN: "Error"}, Value: cards.Same("Error 1061 (42000): Duplicate key name 'idx_a' <on> `orders`"),
	}
	failed.Footer = cards.Text{ZH: "你是这张工单的申请人。", EN: "You requested this ticket."}
	bare := cards.Card{
		Tone: cards.ToneClosed, Chip: cards.Text{ZH: "已关闭", EN: "Closed"}, Verb: cards.Text{ZH: "工单已关闭", EN: "Ticket closed"},
		Subject: "清理旧表", Number: "#7", Footer: cards.Text{ZH: "你是这张工单的申请人。", EN: "You requested this ticket."},
	}
	hostile := card()
	hostile.Number, hostile.Subject = "#9", "</a><a href=\"https://evil.example\">订单表</a>"
	return map[string]cards.Card{
		"review": card(), "failed": failed, "bare": bare, "digest": cards.Digest([]cards.Card{card(), bare, hostile}),
	}
}

func golden(t *testing.T, name, got string) {
	t.Helper()
	path := filepath.Join("testdata", name)
	if *update {
		if err := os.WriteFile(path, []byte(got), 0o600); err != nil {
			t.Fatal(err)
		}
	}
	want, err := os.ReadFile(path)
	if err != nil {
		t.Fatal(err)
	}
	if diff := cmp.Diff(string(want), got); diff != "" {
		t.Errorf("%s changed (-want +got):\n%s", name, diff)
	}
}

func TestEveryToneHasItsOwnColours(t *testing.T) {
	colour := regexp.MustCompile(`^#[0-9A-F]{6}$`)
	seen := map[look]cards.Tone{}
	for _, tone := range []cards.Tone{
		cards.ToneReview, cards.ToneReady, cards.ToneRunning, cards.ToneSucceeded, cards.ToneFailed, cards.ToneRejected, cards.ToneClosed,
	} {
		l := lookOf(tone)
		if other, taken := seen[l]; taken {
			t.Errorf("got the colours of %s for %s, want its own", other, tone)
		}
		seen[l] = tone
		for _, c := range []string{l.Strong, l.OnDark, l.Tint} {
			if !colour.MatchString(c) {
				t.Errorf("got colour %q for %s, want #RRGGBB", c, tone)
			}
		}
	}
}
