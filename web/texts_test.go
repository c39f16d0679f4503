package web

import (
	"io/fs"
	"regexp"
	"slices"
	"strings"
	"testing"

	"ticketbell/notify"
	"ticketbell/ticket"
)

func TestEveryTextIsWrittenInBothLanguages(t *testing.T) {
	hole := regexp.MustCompile(`\{\w+\}`)
	for key, text := range loadTexts() {
		if strings.TrimSpace(text.ZH) == "" || strings.TrimSpace(text.EN) == "" {
			t.Errorf("%s: got zh %q and en %q, want both", key, text.ZH, text.EN)
		}
		zh, en := hole.FindAllString(text.ZH, -1), hole.FindAllString(text.EN, -1)
		slices.Sort(zh)
		slices.Sort(en)
		if !slices.Equal(slices.Compact(zh), slices.Compact(en)) {
			t.Errorf("%s: got the values %v in zh and %v in en, want the same", key, zh, en)
		}
	}
}

func TestChineseTextsUseFullWidthPunctuation(t *testing.T) {
	half := regexp.MustCompile(`\p{Han}\s*[,;:!?()]|[,;:!?(]\s*\p{Han}|\p{Han}\.`)
	for key, text := range loadTexts() {
		if found := half.FindString(text.ZH); found != "" {
			t.Errorf("%s: got half-width punctuation at %q", key, found)
		}
	}
}

func TestEnglishTextsHoldNoChinese(t *testing.T) {
	han := regexp.MustCompile(`[\p{Han}，。：；（）「」]`)
	for key, text := range loadTexts() {
		if han.MatchString(text.EN) {
			t.Errorf("%s: got %q, want English", key, text.EN)
		}
	}
}

func TestEveryWordOfAListHasItsText(t *testing.T) {
	words := loadTexts()
	check := func(list, word string) {
		if _, ok := words[list+"."+word]; !ok {
			t.Errorf("got no text %s.%s", list, word)
		}
	}
	for _, s := range ticket.Statuses() {
		check("status", string(s))
	}
	for _, k := range ticket.Kinds() {
		check("kind", string(k))
	}
	for _, a := range ticket.Actions() {
		check("action", string(a))
	}
	for _, s := range notify.Statuses() {
		check("delivery", string(s))
	}
	for _, r := range reasons() {
		check("why", r)
		if notify.ReasonWords(r).ZH == r {
			t.Errorf("got no words for the reason %q", r)
		}
	}
	for _, c := range notify.Channels() {
		check("channel", string(c))
	}
}

func TestPagesAndScriptsSayOnlyTextsThereAre(t *testing.T) {
	words, said := loadTexts(), saidKeys(t)
	for key, where := range said {
		if strings.Contains(key, ".js.") {
			continue // of the administrator's pages, see catalogue
		}
		if _, ok := words[key]; !ok {
			t.Errorf("%s says %q, which is no text", where, key)
		}
	}
	// Words of lists are put together at run time: "status." + status.
	lists := []string{
		"status.", "kind.", "action.", "delivery.", "channel.", "fault.", "reason.", "why.", "told.",
		"check.", "step.done", "step.current", "step.stopped", "step.ahead", "mail.html", "mail.text", "mail.raw", "mail.head", "mail.check",
	}
	for key := range words {
		inList := slices.ContainsFunc(lists, func(l string) bool { return strings.HasPrefix(key, l) })
		if _, ok := said[key]; !ok && !inList {
			t.Errorf("nobody says %q", key)
		}
	}
}

// saidKeys are the keys that stand in the pages and scripts, with the file they stand in.
// In a page "playground." stands before them; in a script any quoted "list.word" whose
// list the catalogue has is one.
func saidKeys(t *testing.T) map[string]string {
	t.Helper()
	said := map[string]string{}
	inPage := regexp.MustCompile(`"playground\.([a-z0-9_.]+)"`)
	inScript := regexp.MustCompile(`"((?:` + strings.Join(listsOf(loadTexts()), "|") + `)\.[a-z0-9_.]+)"`)
	for _, folder := range []struct {
		glob string
		keys *regexp.Regexp
	}{{"pages/playground.html", inPage}, {"pages/form.html", inPage}, {"pages/real.html", inPage}, {"assets/*.js", inScript}} {
		names, err := fs.Glob(embedded, folder.glob)
		if err != nil || len(names) == 0 {
			t.Fatalf("got no files for %s: %v", folder.glob, err)
		}
		for _, name := range names {
			content, err := embedded.ReadFile(name)
			if err != nil {
				t.Fatalf("read %s: %v", name, err)
			}
			for _, m := range folder.keys.FindAllStringSubmatch(string(content), -1) {
				said[m[1]] = name
			}
		}
	}
	return said
}

// listsOf are the words before the first dot of all keys.
func listsOf(words texts) []string {
	lists := []string{}
	for key := range words {
		list, _, dotted := strings.Cut(key, ".")
		if dotted && !slices.Contains(lists, list) {
			lists = append(lists, list)
		}
	}
	return lists
}
