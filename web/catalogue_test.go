package web

import (
	"io/fs"
	"regexp"
	"slices"
	"strings"
	"testing"
)

func TestEveryTextOfThePagesIsWrittenInBothLanguages(t *testing.T) {
	hole := regexp.MustCompile(`\{\w+\}`)
	half := regexp.MustCompile(`\p{Han}\s*[,;:!?()]|[,;:!?(]\s*\p{Han}|\p{Han}\.`)
	han := regexp.MustCompile(`[\p{Han}，。：；（）「」]`)
	for key, text := range loadCatalogue() {
		if strings.TrimSpace(text.ZH) == "" || strings.TrimSpace(text.EN) == "" {
			t.Errorf("%s: got zh %q and en %q, want both", key, text.ZH, text.EN)
		}
		zh, en := hole.FindAllString(text.ZH, -1), hole.FindAllString(text.EN, -1)
		slices.Sort(zh)
		slices.Sort(en)
		if !slices.Equal(slices.Compact(zh), slices.Compact(en)) {
			t.Errorf("%s: got the values %v in zh and %v in en, want the same", key, zh, en)
		}
		if found := half.FindString(text.ZH); found != "" {
			t.Errorf("%s: got half-width punctuation at %q", key, found)
		}
		if key != "frame.language.other" && han.MatchString(text.EN) {
			t.Errorf("%s: got %q, want English", key, text.EN)
		}
	}
}

// Pages and scripts put some keys together at run time: "frame.status." + status.
func TestPagesAndTheirScriptsSayOnlyTextsThereAre(t *testing.T) {
	c := loadCatalogue()
	said := sitesKeys(t, c)
	for key, where := range said {
		if _, ok := c[key]; !ok && !strings.HasSuffix(key, ".") {
			t.Errorf("%s says %q, which is no text", where, key)
		}
	}
	for key := range c {
		put := slices.ContainsFunc(beginnings(key), func(b string) bool { _, ok := said[b]; return ok })
		if strings.HasPrefix(key, "playground.") {
			continue // scripts say it without "playground.", see loadTexts
		}
		if _, ok := said[key]; !ok && !put && !strings.HasSuffix(key, ".title") {
			t.Errorf("nobody says %q", key)
		}
	}
}

// beginnings are the parts of a key that end in a dot.
func beginnings(key string) []string {
	var all []string
	for i, r := range key {
		if r == '.' {
			all = append(all, key[:i+1])
		}
	}
	return all
}

// sitesKeys are the keys in the templates, scripts and Go files of the pages, with the
// file each stands in: any quoted text that begins like a key.
func sitesKeys(t *testing.T, c catalogue) map[string]string {
	t.Helper()
	lists := map[string]bool{}
	for key := range c {
		list, _, _ := strings.Cut(key, ".")
		lists[list] = true
	}
	key := regexp.MustCompile("[\"`]([a-z]+\\.[a-z0-9_.:*-]*)(?:\\$\\{[^}]*\\})?[\"`]")
	said := map[string]string{}
	note := func(name string, content []byte) {
		for _, m := range key.FindAllStringSubmatch(string(content), -1) {
			if list, rest, _ := strings.Cut(m[1], "."); lists[list] && rest != "js" && rest != "html" && rest != "css" && rest != "csv" && rest != "json" {
				said[m[1]] = name
			}
		}
	}
	for _, glob := range []string{"pages/*.html", "assets/*.js"} {
		names, err := fs.Glob(embedded, glob)
		if err != nil || len(names) == 0 {
			t.Fatalf("got no files for %s: %v", glob, err)
		}
		for _, name := range names {
			if name == "pages/form.html" { // its fields are named as the API names them
				continue
			}
			content, err := embedded.ReadFile(name)
			if err != nil {
				t.Fatal(err)
			}
			note(name, content)
		}
	}
	for name, content := range goFiles(t) {
		note(name, content)
	}
	return said
}

func TestAFieldIsCalledWhatItsFormCallsIt(t *testing.T) {
	c := loadCatalogue()
	for _, want := range []struct{ list, field, zh, en string }{
		{"users.", "phone", "手机", "Phone"},
		{"channels.f.mail.", "host", "SMTP地址", "SMTP address"},
		{"flows.", "steps[1].remind_after", "第 2 步，多久没处理就催办", "Step 2, Remind after"},
		{"users.", "unheard_of", "unheard_of", "unheard_of"},
	} {
		if got := c.label(want.list, want.field); got.ZH != want.zh || got.EN != want.en {
			t.Errorf("%s%s: got %q and %q, want %q and %q", want.list, want.field, got.ZH, got.EN, want.zh, want.en)
		}
	}
}
