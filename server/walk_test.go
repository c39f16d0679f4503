package server

import (
	"slices"
	"testing"
)

// open are the routes that ask for no token: they say nothing about anybody.
func open() []string {
	return []string{"/healthz", "/livez", "/-/healthy", "/readyz", "/-/ready", "/version", "/openapi.json", "/docs", "/docs/style.css"}
}

// The roles are tried on what the document lists; a route that is not in it would be tried
// by nobody.
func TestEveryRouteIsInTheDocumentOrOpenToAll(t *testing.T) {
	var c Config
	h := newHouse(t, func(made *Config) { c = *made })
	tried := map[string]bool{}
	for _, op := range operations(t, h) {
		path, _ := ginPath(op.path)
		tried[op.method+" "+path] = true
	}
	engine := newEngine(nil, nil)
	a := newAPI(c, engine)
	a.registerAll()
	if err := a.registerPlain(engine); err != nil {
		t.Fatal(err)
	}
	routes := engine.Routes()
	if len(routes) < len(tried) {
		t.Fatalf("got %d routes, want at least the %d of the document", len(routes), len(tried))
	}
	for _, r := range routes {
		if !tried[r.Method+" "+r.Path] && !slices.Contains(open(), r.Path) {
			t.Errorf("got %s %s in no document, want it tried with every role", r.Method, r.Path)
		}
	}
}
