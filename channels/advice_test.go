package channels

import (
	"encoding/json"
	"regexp"
	"slices"
	"strings"
	"testing"

	"ticketbell/notify"
)

// advices is the file as it is, in order.
func advices(t *testing.T) []advice {
	t.Helper()
	var list []advice
	if err := json.Unmarshal(adviceFile, &list); err != nil {
		t.Fatal(err)
	}
	return list
}

func TestEveryAdviceIsCompleteInBothLanguages(t *testing.T) {
	classes := []string{"config", "identity", "rate", "transient", "content", "permanent"}
	seen := map[string]bool{}
	for _, a := range advices(t) {
		if seen[a.Code] {
			t.Errorf("got %s twice, want it once", a.Code)
		}
		seen[a.Code] = true
		if !slices.Contains(classes, a.Class) {
			t.Errorf("got class %q of %s, want one of %v", a.Class, a.Code, classes)
		}
		for lang, text := range map[string]string{"zh": a.ZH, "en": a.EN} {
			if text == "" || strings.ContainsAny(text, "<>") {
				t.Errorf("got %s of %s %q, want plain words", lang, a.Code, text)
			}
		}
		if !regexp.MustCompile(`\p{Han}`).MatchString(a.ZH) || regexp.MustCompile(`\p{Han}`).MatchString(a.EN) {
			t.Errorf("got %q and %q for %s, want Chinese and English", a.ZH, a.EN, a.Code)
		}
	}
}

func TestEveryAdviceRenders(t *testing.T) {
	for _, a := range advices(t) {
		e := explain(a.Code, "said by the provider", notify.VerdictPermanent)
		if e.Class != a.Class || e.Code != a.Code || e.Message != "said by the provider" {
			t.Errorf("got %+v, want class %s and the provider's words for %s", e, a.Class, a.Code)
		}
		if strings.ContainsAny(e.Advice.ZH+e.Advice.EN, "{}") {
			t.Errorf("got %+v, want every placeholder of %s filled", e.Advice, a.Code)
		}
		for name, pattern := range a.Extract {
			if re, err := regexp.Compile(pattern); err != nil || re.NumSubexp() != 1 {
				t.Errorf("got pattern %q for %s of %s, %v, want one with one group", pattern, name, a.Code, err)
			}
		}
	}
}

func TestAFailureWithoutAdviceIsExplainedByItsVerdict(t *testing.T) {
	for verdict, class := range map[notify.Verdict]string{
		notify.VerdictAgain: "transient", notify.VerdictAfter: "rate", notify.VerdictPermanent: "content",
		notify.VerdictUnreachable: "identity", notify.VerdictStaleAddress: "identity", notify.VerdictMisconfigured: "config",
	} {
		if e := explain("feishu.12345", "new", verdict); e.Class != class || e.Code != "feishu.12345" || e.Advice.IsZero() {
			t.Errorf("got %+v for %s, want class %s and its advice", e, verdict, class)
		}
	}
}
