package channels

import (
	"flag"
	"os"
	"regexp"
	"slices"
	"strings"
	"testing"

	"ticketbell/cards"
	"ticketbell/notify"
)

// advices is the file as it is, in order.
func advices(t *testing.T) []advice {
	t.Helper()
	list, err := readAdvice()
	if err != nil {
		t.Fatal(err)
	}
	return list
}

// tables are the codes of the providers' tables, as the contracts list them: Feishu's
// chapters 3 and 5.4, WeCom's 3, 4.3, 4.4 and 6, and what SMTP servers answer (RFC 5321,
// RFC 4954 and what mail providers made of them).
func tables() map[string]string {
	return map[string]string{
		"feishu": `10003 10005 10013 10014 10015 20002 99991543 2200
			230001 230002 230006 230011 230110 230012 230013 230018 230035 230020 230022 230028 230025 230027 230029
			230031 230034 230036 230038 230054 230075 230049 230053 230099 232009 99991400 11232 11233 11247 99991401
			99991403 99991661 99991663 99991671 99991662 99991673 99991672 99991668 99991677 99991679 99992351 99992361
			99992360 99992363 99992364 99992354 99992402 1500 5000 10101 10500 http_502 http_504`,
		"wecom": `40001 40013 40014 42001 41001 41002 41004 45009 -1 6000 45033 60020 40056 41011 301002 48002 50003
			50001 60011 81013 82001 82002 82003 40032 40003 60111 40031 40008 40035 40058 40063 44004 45002 46004
			42014 42015 42016 42017 42018 42019 42020 42027 42040 42051 unlicensed http_502`,
		"mail": `421 432 450 451 452 454 455 500 501 502 503 504 521 523 526 530 534 535 538 541 550 551 552 553 554 555 556
			tls_mode no_starttls certificate plain_login no_login unreachable timeout broken canceled address`,
		"identity": `not_found no_contact no_email lookup_off lookup_budget person_disabled`,
	}
}

func TestEveryCodeOfTheTablesHasAdvice(t *testing.T) {
	for channel, codes := range tables() {
		for number := range strings.FieldsSeq(codes) {
			code := channel + "." + number
			if _, ok := adviceOn(code); !ok {
				t.Errorf("got no advice on %s, want an entry in advice.json", code)
				continue
			}
			if e := Explain(code, "said by the provider"); e.Title.ZH == "我们还不认识这个错误" {
				t.Errorf("got %s called unknown, want what it means", code)
			}
		}
	}
}

func TestEveryAdviceIsCompleteInBothLanguages(t *testing.T) {
	classes := []string{"config", "identity", "rate", "transient", "content", "permanent"}
	seen := map[string]bool{}
	for _, a := range advices(t) {
		for _, code := range a.Codes {
			if seen[code] {
				t.Errorf("got %s twice, want it once", code)
			}
			seen[code] = true
		}
		if !slices.Contains(classes, a.Class) {
			t.Errorf("got class %q of %v, want one of %v", a.Class, a.Codes, classes)
		}
		texts := append([]cards.Text{a.Title, a.Cause}, a.Steps...)
		if len(a.Steps) == 0 {
			t.Errorf("got no step on %v, want at least one", a.Codes)
		}
		for _, l := range a.Links {
			texts = append(texts, l.Text)
		}
		for _, text := range texts {
			wantPlain(t, a.Codes, text)
		}
	}
}

func wantPlain(t *testing.T, codes []string, text cards.Text) {
	t.Helper()
	han := regexp.MustCompile(`\p{Han}`)
	if !han.MatchString(text.ZH) || text.EN == "" || han.MatchString(text.EN) || strings.ContainsAny(text.ZH+text.EN, "<>") {
		t.Errorf("got %q and %q on %v, want plain Chinese and plain English", text.ZH, text.EN, codes)
	}
}

func TestEveryAdviceRenders(t *testing.T) {
	for _, a := range advices(t) {
		for name, f := range a.Extract {
			if _, err := regexp.Compile(f.Pattern); err != nil {
				t.Errorf("got pattern %q for %s of %v: %v", f.Pattern, name, a.Codes, err)
			}
		}
		for _, code := range a.Codes {
			one := strings.TrimSuffix(spread(code)[0], "*")
			e := explain(one, "said by the provider", notify.VerdictPermanent, nil)
			if e.Code != one || e.Message != "said by the provider" || e.Retry == "" || e.Title.IsZero() {
				t.Errorf("got %+v, want the code, the provider's words and the advice on %s", e, one)
			}
			wantFilled(t, one, e)
		}
	}
}

func wantFilled(t *testing.T, code string, e *notify.TestError) {
	t.Helper()
	texts := append([]cards.Text{e.Title, e.Cause, e.Advice}, e.Steps...)
	for _, l := range e.Links {
		texts = append(texts, l.Text, cards.Same(l.URL))
	}
	for _, text := range texts {
		if strings.ContainsAny(text.ZH+text.EN, "{}") {
			t.Errorf("got %q and %q on %s, want every placeholder filled", text.ZH, text.EN, code)
		}
	}
}

// TestFactsArePickedOut reads answers as the providers give them.
func TestFactsArePickedOut(t *testing.T) {
	tests := []struct {
		name, code, message string
		known               map[string]string
		fact, want          string
		link                string
	}{
		{
			"the address to trust", "wecom.60020",
			"not allow to access from your ip, hint: [1712345678_1_abc], from ip: 203.0.113.7, more info at https://open.work.weixin.qq.com/devtool/query?e=60020", nil,
			"ip", "203.0.113.7", "https://open.work.weixin.qq.com/devtool/query?e=60020",
		},
		{
			"an IPv6 address at the end", "wecom.60020", "not allow to access from your ip, from ip: 2001:db8::7.", nil,
			"ip", "2001:db8::7", "https://open.work.weixin.qq.com/devtool/query?e=60020",
		},
		{
			"the scopes and the page that grants them", "feishu.99991672",
			"Access denied. One of the following scopes is required: [contact:user.id:readonly, contact:contact]; missing scopes: contact:user.id:readonly; https://open.feishu.cn/app/cli_1/auth?q=x", nil,
			"url", "https://open.feishu.cn/app/cli_1/auth?q=x", "https://open.feishu.cn/app/cli_1/auth?q=x",
		},
		{
			"the scopes without such a page", "feishu.99991672",
			"Access denied. One of the following scopes is required: [im:message:send_as_bot]",
			map[string]string{"app_id": "cli_1"},
			"scopes", "im:message:send_as_bot", "https://open.feishu.cn/app/cli_1/auth?q=im:message:send_as_bot",
		},
	}
	for _, tt := range tests {
		t.Run(tt.name, func(t *testing.T) {
			e := explain(tt.code, tt.message, notify.VerdictMisconfigured, tt.known)
			if e.Extract[tt.fact] != tt.want {
				t.Errorf("got %v, want %s %q", e.Extract, tt.fact, tt.want)
			}
			if len(e.Links) == 0 || e.Links[0].URL != tt.link {
				t.Errorf("got links %v, want %s first", e.Links, tt.link)
			}
			wantFilled(t, tt.code, e)
		})
	}
}

func TestAFactThatWasNotSaidIsPutIntoWords(t *testing.T) {
	e := explain("wecom.60020", "not allowed", notify.VerdictMisconfigured, nil)
	if !strings.Contains(e.Advice.ZH, "本机的出口 IP") || !strings.Contains(e.Advice.EN, "our egress address") || e.Extract != nil {
		t.Errorf("got %+v and %v, want words in place of the address", e.Advice, e.Extract)
	}
}

func TestAFailureWithoutAdviceIsExplainedByItsVerdict(t *testing.T) {
	for verdict, class := range map[notify.Verdict]string{
		notify.VerdictAgain: "transient", notify.VerdictAfter: "rate", notify.VerdictPermanent: "content",
		notify.VerdictUnreachable: "identity", notify.VerdictStaleAddress: "identity", notify.VerdictMisconfigured: "config",
	} {
		if e := explain("feishu.strange", "new", verdict, nil); e.Class != class || e.Code != "feishu.strange" || e.Advice.IsZero() {
			t.Errorf("got %+v for %s, want class %s and its advice", e, verdict, class)
		}
	}
}

func TestACodeNobodyKnowsIsSaidToBeOne(t *testing.T) {
	for code, link := range map[string]string{
		"feishu.12345": "https://open.feishu.cn/search?from=openapi&code=12345",
		"wecom.12345":  "https://open.work.weixin.qq.com/devtool/query?e=12345",
		"mail.299":     "",
	} {
		e := explain(code, "brand new", notify.VerdictMisconfigured, nil)
		if e.Title.ZH != "我们还不认识这个错误" || e.Class != "config" || e.Message != "brand new" || len(e.Steps) < 2 {
			t.Errorf("got %+v for %s, want it called unknown, of its verdict's class, with the raw words", e, code)
		}
		if got := slices.ContainsFunc(e.Links, func(l notify.Link) bool { return l.URL == link }); got != (link != "") {
			t.Errorf("got links %v for %s, want %q", e.Links, code, link)
		}
	}
}

var update = flag.Bool("update", false, "write the golden files anew")

// TestGoldenPageOfCodes keeps docs/codes.md the same as the catalogue.
func TestGoldenPageOfCodes(t *testing.T) {
	const file = "../docs/codes.md"
	want := codesPage(t)
	if *update {
		if err := os.WriteFile(file, []byte(want), 0o600); err != nil {
			t.Fatal(err)
		}
	}
	got, err := os.ReadFile(file)
	if err != nil {
		t.Fatal(err)
	}
	if string(got) != want {
		t.Errorf("docs/codes.md differs from advice.json: run make golden and read the diff")
	}
}

// codesPage is the catalogue as a page, by channel.
func codesPage(t *testing.T) string {
	t.Helper()
	var page strings.Builder
	page.WriteString("# What went wrong · 错误代码\n\n" +
		"What the providers and ticketbell say, and what to do about it. Made from [channels/advice.json](../channels/advice.json) by `make golden`.\n" +
		"各平台与 ticketbell 的错误代码及处理办法，由 `make golden` 从上述文件生成。\n\n" +
		"`config` stops the channel until it is mended 渠道暂停，修好后自动续发；`identity` and `content` concern one delivery 只影响这一条；\n" +
		"`rate` and `transient` are tried again by themselves 自动重试。A code that is not listed is judged by its class; `unknown` is what is said of it.\n")
	heads := []struct{ channel, title string }{
		{"feishu", "Feishu · 飞书"},
		{"wecom", "WeCom · 企业微信"},
		{"mail", "Mail · 邮件"},
		{"identity", "Finding people · 查找人员"},
		{"", "Any other code · 其他代码"},
	}
	for _, h := range heads {
		page.WriteString("\n## " + h.title + "\n\n| code | class | 怎么办 | What to do |\n|---|---|---|---|\n")
		for _, a := range advices(t) {
			if codes := codesOf(a, h.channel); codes != "" {
				told := explain(strings.TrimSuffix(spread(a.Codes[0])[0], "*"), "", notify.VerdictPermanent, map[string]string{"code": "…"})
				page.WriteString("| " + codes + " | `" + a.Class + "` | **" + told.Title.ZH + "** " + told.Advice.ZH + " | **" + told.Title.EN + ".** " + told.Advice.EN + " |\n")
			}
		}
	}
	return page.String()
}

// codesOf are the codes of a channel that the advice is on.
func codesOf(a advice, channel string) string {
	var list []string
	for _, code := range a.Codes {
		if of, _, found := strings.Cut(code, "."); (found && of == channel) || (!found && channel == "") {
			list = append(list, "`"+code+"`")
		}
	}
	return strings.Join(list, " ")
}

func TestAttemptsAreCountedInAFewClasses(t *testing.T) {
	for _, tc := range []struct{ outcome, code, want string }{
		{"accepted", "", "ok"},
		{"updated", "", "ok"},
		{"permanent", "wecom.81013", "identity"},
		{"permanent", "feishu.230028", "content"},
		{"config", "wecom.60020", "config"},
		{"rate", "feishu.99991400", "rate"},
		{"transient", "wecom.http_502", "transient"},
		{"config", "wecom.99999", "config"}, // a code we do not know goes by its outcome
		{"stale_address", "mail.1", "identity"},
		{"permanent", "feishu.1", "content"},
		{"unknown", "", "transient"}, // the provider gave no answer
	} {
		if got := Class(notify.Attempt{Outcome: tc.outcome, Code: tc.code}); got != tc.want {
			t.Errorf("got %s for %s %s, want %s", got, tc.outcome, tc.code, tc.want)
		}
	}
}
