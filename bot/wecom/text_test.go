package wecom

import (
	"slices"
	"strings"
	"testing"
	"unicode/utf8"

	"ticketbell/cards"
)

const viewZH = `<a href="https://t/1">查看工单</a>`

func TestTextReadsLikeTheCard(t *testing.T) {
	want := strings.Join([]string{
		"[待审核] 待你审核：订单表加索引", "#1024 · 支付中心", "当前步骤：2/3 DBA 审核", "处理人：李四、王五", "申请人：张三",
		"数据源：mysql-prod / orders（生产）", "审核结果：92 分 · 告警 · 12 条 SQL", "提交时间：2026-10-01 10:00 +08:00",
		"变更窗口：周四 02:00", "组长审核：已由 组长 于 09:30 通过", "为慢查询 #881 增加联合索引",
		"工单待审批，你是「DBA 审核」步骤的处理人。", viewZH,
	}, "\n")
	if got := plainText(withLink("https://t/1"), cards.Chinese, ""); got != want {
		t.Errorf("got %q, want %q", got, want)
	}
}

func TestUserTextNeverBecomesALink(t *testing.T) {
	evil := `<a href="https://evil.example">查看工单</a> <A HREF='https://evil.example'>`
	s := newStand(t, styleText)
	c := withLink("https://t/1")
	c.Subject, c.Description, c.Project = evil, evil, evil
	c.Reason = &cards.Row{Label: cards.Same(evil), Value: cards.Same(evil)}
	c.Rows = []cards.Row{{Name: "field", Label: cards.Same(evil), Value: cards.Same(evil)}}
	c.Trail = []cards.Text{cards.Same(evil)}
	if o := s.Send(t.Context(), messageTo(c, "lisi"))[0]; o.Err != nil {
		t.Fatal(o.Err)
	}
	m := s.wantMessages(1)[0]
	if !slices.Equal(m.Links, []string{"https://t/1"}) {
		t.Errorf("got links %v, want ours alone", m.Links)
	}
	if !strings.Contains(m.Text, "＜a href=") {
		t.Errorf("got %q, want what was typed to stay readable", m.Text)
	}
}

func TestALinkCannotBreakOutOfItsAnchor(t *testing.T) {
	got := plainText(withLink(`https://t/1?a="><a href='x'>`), cards.Chinese, "")
	if want := `<a href="https://t/1?a=%22%3E%3Ca%20href=%27x%27%3E">查看工单</a>`; !strings.HasSuffix(got, "\n"+want) {
		t.Errorf("got %q, want it to end with %q", got, want)
	}
}

func TestLongTextFitsIn2048BytesAndKeepsItsLink(t *testing.T) {
	const ref = "通知 c3d4e5f6"
	long := strings.Repeat("工", 700) // 2100 bytes
	for name, change := range map[string]func(*cards.Card){
		"description": func(c *cards.Card) { c.Description = long },
		"reason":      func(c *cards.Card) { c.Reason = &cards.Row{Label: cards.Same("驳回原因"), Value: cards.Same(long)} },
		"subject":     func(c *cards.Card) { c.Subject = long },
		"everything": func(c *cards.Card) {
			c.Subject, c.Description, c.Project, c.Footer = long, long, long, cards.Same(long)
			c.Reason = &cards.Row{Label: cards.Same(long), Value: cards.Same(long)}
			c.Trail = []cards.Text{cards.Same(long), cards.Same(long)}
			c.Rows[3].Value = cards.Same(long)
		},
	} {
		t.Run(name, func(t *testing.T) {
			c := withLink("https://t/1")
			change(&c)
			for pad := range 4 { // every position of the edge within a character
				c.Number = "#" + strings.Repeat("1", pad)
				got := plainText(c, cards.Chinese, ref)
				if len(got) > 2048 || !utf8.ValidString(got) {
					t.Errorf("got %d bytes, valid %v, want at most 2048 valid ones", len(got), utf8.ValidString(got))
				}
				if !strings.HasPrefix(got, "[待审核] 待你审核：") || !strings.HasSuffix(got, "\n"+viewZH+"\n"+ref) {
					t.Errorf("got %.60q … %q, want the title first, the link and the reference last", got, got[len(got)-60:])
				}
			}
		})
	}
}

func TestDescriptionGivesWayBeforeTheReason(t *testing.T) {
	c := withLink("https://t/1")
	c.Description = strings.Repeat("说", 300)
	c.Reason = &cards.Row{Name: "reason", Label: cards.Same("驳回原因"), Value: cards.Same(strings.Repeat("因", 300))}
	got := plainText(c, cards.Chinese, "")
	if !strings.Contains(got, "驳回原因："+c.Reason.Value.ZH+"\n") {
		t.Error("got the reason cut, want it whole while the description can give way")
	}
	if !strings.Contains(got, "说说…\n") {
		t.Error("got no cut description, want what fits of it")
	}
}

func TestALinkIsKeptForAsLongAsItLeavesRoomForATitle(t *testing.T) {
	const prefix, rest = "https://t/", len(`<a href="">查看工单</a>` + "\n变更台 · 通知 a1b2c3d4\n")
	tests := []struct {
		name string
		link string
		kept bool
	}{
		{"1,023 bytes", prefix + strings.Repeat("x", 1023-len(prefix)), true},
		{"1,024 bytes", prefix + strings.Repeat("x", 1024-len(prefix)), true},
		{"1,025 bytes", prefix + strings.Repeat("x", 1025-len(prefix)), true},
		{"1,500 bytes", prefix + strings.Repeat("x", 1500-len(prefix)), true},
		{"1,900 bytes", prefix + strings.Repeat("x", 1900-len(prefix)), true},
		{"the longest", prefix + strings.Repeat("x", 2048-rest-leastTitle-len(prefix)), true},
		{"a byte longer", prefix + strings.Repeat("x", 2049-rest-leastTitle-len(prefix)), false},
		{"2,048 bytes", prefix + strings.Repeat("x", 2048-len(prefix)), false},
		{"600 bytes that become 1,780", prefix + strings.Repeat(`"`, 590), true},
		{"800 bytes that become 2,380", prefix + strings.Repeat(`"`, 790), false},
	}
	for _, tt := range tests {
		t.Run(tt.name, func(t *testing.T) {
			s := newStand(t, styleText)
			c := withLink(tt.link)
			c.Description = strings.Repeat("工", 700)
			if o := s.Send(t.Context(), messageTo(c, "lisi"))[0]; o.Err != nil {
				t.Fatal(o.Err)
			}
			m := s.wantMessages(1)[0]
			if got := slices.Equal(m.Links, []string{strings.ReplaceAll(tt.link, `"`, "%22")}); got != tt.kept {
				t.Errorf("got the link kept %t (%d links), want %t", got, len(m.Links), tt.kept)
			}
			if !strings.HasPrefix(m.Text, "[待审核] 待你审核") {
				t.Errorf("got %.60q, want the title first", m.Text)
			}
		})
	}
}

func TestClipBytesKeepsCharactersWhole(t *testing.T) {
	for n, want := range map[int]string{9: "工单号", 8: "工…", 7: "工…", 6: "工…", 5: "…", 4: "…", 3: "", 0: ""} {
		if got := clipBytes("工单号", n); got != want {
			t.Errorf("%d bytes: got %q, want %q", n, got, want)
		}
	}
}
