package server

import (
	"bytes"
	_ "embed"
	"fmt"
	"html/template"
	"net/http"

	"github.com/danielgtaylor/huma/v2"

	"ticketbell/cards"
)

//go:embed docs/page.html
var docsPage string

//go:embed docs/style.css
var docsCSS []byte

// docsPolicy lets the page load its own style sheet and nothing else.
const docsPolicy = "default-src 'none'; style-src 'self'; base-uri 'none'; form-action 'none'; frame-ancestors 'none'"

// newDocs renders the OpenAPI document as a page, once. It needs no script and no
// network but the one it came by.
func newDocs(d *huma.OpenAPI) (http.Handler, error) {
	t, err := template.New("docs").Parse(docsPage)
	if err != nil {
		return nil, fmt.Errorf("parse the page: %w", err)
	}
	var page bytes.Buffer
	if err := t.Execute(&page, manualOf(d)); err != nil {
		return nil, fmt.Errorf("fill the page: %w", err)
	}
	return http.HandlerFunc(func(w http.ResponseWriter, _ *http.Request) {
		w.Header().Set("Content-Type", "text/html; charset=utf-8")
		w.Header().Set("Content-Security-Policy", docsPolicy)
		_, _ = w.Write(page.Bytes()) // the reader may be gone
	}), nil
}

func docsStyle(w http.ResponseWriter, _ *http.Request) {
	w.Header().Set("Content-Type", "text/css; charset=utf-8")
	w.Header().Set("Cache-Control", "max-age=3600")
	_, _ = w.Write(docsCSS) // the reader may be gone
}

// explained is a code of a problem as the page shows it.
type explained struct {
	Code   code
	Title  cards.Text
	Detail cards.Text
}

func explainCodes() []explained {
	return mapped(codes(), func(c code) explained { return explained{c, c.title(), c.detail()} })
}
