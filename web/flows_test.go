package web

import (
	"encoding/json"
	"io"
	"net/http"
	"regexp"
	"strings"
	"testing"
)

func TestOnlyTheFirstTemplateForAllOthersIsTheDefault(t *testing.T) {
	s := site(t, func(w http.ResponseWriter, r *http.Request) {
		if r.URL.Path != "/api/v1/flows" {
			empty(w, r)
			return
		}
		_, _ = io.WriteString(w, `{"items":[{"key":"a-typed","name":"甲","types":["sql"],"steps":[]},{"key":"b-first","name":"乙","steps":[]},{"key":"c-second","name":"丙","steps":[]}]}`)
	})
	page := open(t, s, root(), "GET", "/flows?lang=zh", "").Body.String()
	for row, want := range map[string]string{
		"a-typed": "所有项目里这些类型的工单", "b-first": `<span class="pill">`, "c-second": "未生效：b-first 已是默认模板",
	} {
		_, rest, _ := strings.Cut(page, `href="/flows/`+row+`"`)
		cells, _, _ := strings.Cut(rest, "</tr>")
		if !strings.Contains(cells, want) {
			t.Errorf("%s: got %q, want %q in its row", row, cells, want)
		}
	}
	if n := strings.Count(page, `<span class="pill">`); n != 1 {
		t.Errorf("got %d defaults, want one", n)
	}
}

func TestAStepIsMovedToWhereAnotherStands(t *testing.T) {
	const form = "count=4&steps[0].name=甲&steps[1].name=乙&steps[2].name=丙&steps[3].name=丁"
	tests := map[string]string{
		"move+0+2": "乙丙甲丁", "move+2+0": "丙甲乙丁", "up+1": "乙甲丙丁", "down+1": "甲丙乙丁",
		"move+0+3": "甲乙丙丁", "move+3+0": "甲乙丙丁", "move+-1+1": "甲乙丙丁", "up+0": "甲乙丙丁", "down+2": "甲乙丙丁", "remove+3": "甲乙丙丁",
	}
	names := regexp.MustCompile(`name="steps\[\d]\.name" value="(.)"`)
	for do, want := range tests {
		page := open(t, site(t, empty), root(), "POST", "/flows/x/edit?do="+do, form, "HX-Request: true").Body.String()
		got := ""
		for _, found := range names.FindAllStringSubmatch(page, -1) {
			got += found[1]
		}
		if got != want {
			t.Errorf("%s: got %s, want %s", do, got, want)
		}
	}
}

func TestAFlowIsSentAsItWasTyped(t *testing.T) {
	const steps = "&count=2&steps[0].name=自查&steps[0].assign=creator&steps[0].members=left+over&steps[0].tell_creator=1&steps[0].note=先看一遍" +
		"&steps[1].name=上线&steps[1].assign=members&steps[1].members=admin,+t1"
	var sent flowRow
	s := site(t, func(w http.ResponseWriter, r *http.Request) {
		if r.Method != http.MethodPut {
			empty(w, r)
			return
		}
		if err := json.NewDecoder(r.Body).Decode(&sent); err != nil {
			t.Error(err)
		}
		empty(w, r)
	})
	got := open(t, s, root(), "POST", "/flows/x", "name=自助&projects=pay，core&types=数据 导出，sql"+steps, "HX-Request: true")
	if got.Code != http.StatusOK {
		t.Fatalf("got %d %s", got.Code, got.Body)
	}
	said, err := json.Marshal(sent)
	if err != nil {
		t.Fatal(err)
	}
	want := `{"key":"x","name":"自助","projects":["pay","core"],"types":["数据 导出","sql"],"steps":[` +
		`{"name":"自查","kind":"review","note":"先看一遍","assign":"creator","members":[],"tell_creator":true},` +
		`{"name":"上线","kind":"execute","assign":"members","members":["admin","t1"]}]}`
	if string(said) != want {
		t.Errorf("got %s, want %s", said, want)
	}
}
