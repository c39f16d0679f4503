package server

import (
	"encoding/json"
	"regexp"
	"strings"
	"testing"
)

func TestThePageShowsEveryOperationAndEveryProblem(t *testing.T) {
	h := newHouse(t)
	page := h.call("GET", "/docs", "", "").body
	for _, op := range operations(t, h) {
		if !strings.Contains(page, "<code>"+op.path+"</code>") || !strings.Contains(page, string(op.scope)) {
			t.Errorf("the page lacks %s %s", op.method, op.path)
		}
	}
	for _, c := range codes() {
		if !strings.Contains(page, `id="`+string(c)+`"`) {
			t.Errorf("the page lacks the problem %s", c)
		}
	}
	for _, field := range []string{"assignees", "remind_after", "next_cursor", "订单表加索引"} {
		if !strings.Contains(page, field) {
			t.Errorf("the page lacks %s", field)
		}
	}
}

func TestThePageNeedsNoNetworkAndNoScript(t *testing.T) {
	got := newHouse(t).call("GET", "/docs", "", "")
	if policy := got.header.Get("Content-Security-Policy"); policy != docsPolicy {
		t.Errorf("got policy %q, want %q", policy, docsPolicy)
	}
	for _, banned := range []string{"<script", "style=", "<style", "onclick", "@import", "url("} {
		if strings.Contains(got.body+string(docsCSS), banned) {
			t.Errorf("the page holds %s", banned)
		}
	}
	for _, m := range regexp.MustCompile(`(?:src|href)="([^"]*)"`).FindAllStringSubmatch(got.body, -1) {
		if !strings.HasPrefix(m[1], "#") && !strings.HasPrefix(m[1], "/") {
			t.Errorf("the page refers to %s", m[1])
		}
	}
	if css := newHouse(t).call("GET", "/docs/style.css", "", ""); !strings.HasPrefix(css.header.Get("Content-Type"), "text/css") {
		t.Errorf("got style sheet as %q, want text/css", css.header.Get("Content-Type"))
	}
}

func TestEveryLinkOfThePageLeadsSomewhere(t *testing.T) {
	page := newHouse(t).call("GET", "/docs", "", "").body
	for _, m := range regexp.MustCompile(`href="#([^"]*)"`).FindAllStringSubmatch(page, -1) {
		if !strings.Contains(page, `id="`+m[1]+`"`) {
			t.Errorf("the link #%s leads nowhere", m[1])
		}
	}
	ids := map[string]bool{}
	for _, m := range regexp.MustCompile(`id="([^"]*)"`).FindAllStringSubmatch(page, -1) {
		if ids[m[1]] {
			t.Errorf("the id %s stands twice", m[1])
		}
		ids[m[1]] = true
	}
}

func TestTheDocumentSaysWhatItIs(t *testing.T) {
	var doc struct {
		OpenAPI    string `json:"openapi"`
		Info       struct{ Title, Version string }
		Components struct {
			Schemas         map[string]any
			SecuritySchemes map[string]struct{ Type, Scheme string }
		}
	}
	got := newHouse(t).call("GET", "/openapi.json", "", "")
	if err := json.Unmarshal([]byte(got.body), &doc); err != nil {
		t.Fatal(err)
	}
	if doc.OpenAPI != "3.1.0" || doc.Info.Version != "1.2.3" || doc.Components.SecuritySchemes["token"].Scheme != "bearer" {
		t.Errorf("got %+v, want OpenAPI 3.1.0 with our version and bearer tokens", doc)
	}
	for name := range doc.Components.Schemas {
		if name == "Envelope" || strings.Contains(name, "Raw") {
			t.Errorf("the document holds %s, which is our own affair", name)
		}
	}
}

// Everything a reference points at is there: a document with a hole breaks the
// generators of clients.
func TestTheDocumentHasNoHoles(t *testing.T) {
	body := newHouse(t).call("GET", "/openapi.json", "", "").body
	for _, m := range regexp.MustCompile(`"#/components/schemas/([^"]+)"`).FindAllStringSubmatch(body, -1) {
		if !strings.Contains(body, `"`+m[1]+`":{`) {
			t.Errorf("the schema %s is missing", m[1])
		}
	}
}

func TestDescriptionsBecomeParagraphs(t *testing.T) {
	got := paragraphs("One `code` here.\n\n- first\n- `second`")
	equal(t, "paragraphs", got, []paragraph{
		{Words: []words{{Text: "One "}, {Text: "code", Code: true}, {Text: " here."}}},
		{Listed: true, Words: []words{{Text: "first"}}},
		{Listed: true, Words: []words{{Text: "second", Code: true}}},
	})
}
