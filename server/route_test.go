package server

import (
	"encoding/json"
	"net/http"
	"slices"
	"strings"
	"testing"

	"ticketbell/access"
)

// operation is one row of the OpenAPI document.
type operation struct {
	method, path string
	scope        access.Scope
	scopes       []access.Scope // each opens it
	responses    map[string]any
	summary      string
}

// operations reads the route table out of the document everybody can read.
func operations(t *testing.T, h *house) []operation {
	t.Helper()
	var doc struct {
		Paths map[string]map[string]struct {
			Summary   string                `json:"summary"`
			Security  []map[string][]string `json:"security"`
			Responses map[string]any        `json:"responses"`
		} `json:"paths"`
	}
	got := h.call("GET", "/openapi.json", "", "")
	if err := json.Unmarshal([]byte(got.body), &doc); err != nil {
		t.Fatalf("read the document: %v", err)
	}
	var ops []operation
	for path, methods := range doc.Paths {
		for method, op := range methods {
			var scopes []access.Scope
			for _, way := range op.Security {
				if len(way["token"]) != 1 {
					t.Fatalf("%s %s: got security %v, want one scope for each way", method, path, op.Security)
				}
				scopes = append(scopes, access.Scope(way["token"][0]))
			}
			if len(scopes) == 0 {
				t.Fatalf("%s %s: got no security, want a scope", method, path)
			}
			ops = append(ops, operation{strings.ToUpper(method), path, scopes[0], scopes, op.Responses, op.Summary})
		}
	}
	return ops
}

func TestTheDocumentHoldsTheWholeContract(t *testing.T) {
	want := []string{
		"POST /api/v1/events", "POST /api/v1/events:batch",
		"GET /api/v1/deliveries", "GET /api/v1/deliveries/{id}", "POST /api/v1/deliveries/{id}:retry", "POST /api/v1/deliveries:retry",
		"POST /api/v1/deliveries/{id}:cancel", "POST /api/v1/deliveries/{id}:reroute", "POST /api/v1/deliveries:cancel", "GET /api/v1/deliveries:count", "GET /api/v1/deliveries:causes", "GET /api/v1/deliveries:export",
		"GET /api/v1/deliveries/{id}/preview", "GET /api/v1/stream", "GET /api/v1/jobs", "GET /api/v1/jobs/{id}/events",
		"GET /api/v1/channels/{channel}", "PATCH /api/v1/channels/{channel}", "POST /api/v1/channels/{channel}/test", "POST /api/v1/channels/{channel}/preview", "GET /api/v1/channels/{channel}/health",
		"POST /api/v1/channels/{channel}/check", "GET /api/v1/tests", "GET /api/v1/overview",
		"GET /api/v1/users", "POST /api/v1/users", "GET /api/v1/users/{username}", "PATCH /api/v1/users/{username}", "DELETE /api/v1/users/{username}",
		"POST /api/v1/users:import", "GET /api/v1/users:export",
		"POST /api/v1/users:resolve", "POST /api/v1/users:test", "POST /api/v1/users:import-dms", "POST /api/v1/users:import-csv", "GET /api/v1/users:template", "POST /api/v1/users/{username}:reveal", "GET /api/v1/jobs/{id}/report",
		"GET /api/v1/jobs/{id}", "POST /api/v1/jobs/{id}:pause", "POST /api/v1/jobs/{id}:resume", "POST /api/v1/jobs/{id}:cancel", "GET /api/v1/me", "PATCH /api/v1/me", "GET /api/v1/users/{username}/identities", "POST /api/v1/users/{username}/identities:resolve", "DELETE /api/v1/users/{username}/identities/{channel}",
		"GET /api/v1/flows", "GET /api/v1/flows/{key}", "PUT /api/v1/flows/{key}", "DELETE /api/v1/flows/{key}",
		"GET /api/v1/settings", "PATCH /api/v1/settings", "POST /api/v1/settings:reach",
		"GET /api/v1/brand", "PUT /api/v1/brand/logo", "DELETE /api/v1/brand/logo",
		"GET /api/v1/tokens", "POST /api/v1/tokens", "POST /api/v1/tokens/{id}:restore", "POST /api/v1/tokens/{id}:rotate", "DELETE /api/v1/tokens/{id}",
		"GET /api/v1/platforms/{source}", "PUT /api/v1/platforms/{source}",
		"POST /api/v1/tickets", "POST /api/v1/tickets/{id}/actions", "POST /api/v1/tickets/{id}:remind", "GET /api/v1/tickets/{id}",
		"GET /api/v1/audit",
		"GET /api/v1/me/deliveries", "GET /api/v1/me/preferences", "PATCH /api/v1/me/preferences", "POST /api/v1/me/addresses:confirm", "POST /api/v1/me/addresses:resend", "POST /api/v1/me/addresses:cancel", "GET /api/v1/me/mutes", "PUT /api/v1/me/mutes/{ticket_id}", "DELETE /api/v1/me/mutes/{ticket_id}", "POST /api/v1/me/channels/{channel}/test",
	}
	got := mapped(operations(t, newHouse(t)), func(o operation) string { return o.method + " " + o.path })
	slices.Sort(got)
	slices.Sort(want)
	equal(t, "operations", got, want)
}

func TestEveryOperationAsksForItsScope(t *testing.T) {
	h := newHouse(t)
	for _, op := range operations(t, h) {
		path := strings.NewReplacer("{id}", "x", "{channel}", "mail", "{username}", "x", "{key}", "x", "{source}", "x").Replace(op.path)
		others := slices.DeleteFunc(access.Scopes(), func(s access.Scope) bool {
			return slices.ContainsFunc(op.scopes, access.Token{Scopes: []access.Scope{s}}.Allows)
		})
		tests := []struct {
			name, token string
			status      int
			code        code
		}{
			{"no token", "", 401, codeUnauthorized},
			{"a wrong token", access.TokenPrefix + "wrong", 401, codeUnauthorized},
			{"every other scope", h.token(others...), 403, codeScope},
		}
		for _, tt := range tests {
			t.Run(op.method+" "+op.path+" with "+tt.name, func(t *testing.T) {
				got := h.call(op.method, path, tt.token, "not even JSON")
				p := got.problem(t)
				if got.status != tt.status || p.Code != tt.code {
					t.Errorf("got %d %s, want %d %s", got.status, p.Code, tt.status, tt.code)
				}
				if !strings.HasPrefix(got.header.Get("WWW-Authenticate"), "Bearer ") {
					t.Errorf("got WWW-Authenticate %q, want Bearer", got.header.Get("WWW-Authenticate"))
				}
				if tt.status == http.StatusForbidden && !strings.Contains(p.Detail, string(op.scope)) {
					t.Errorf("got %q, which does not name the missing scope %s", p.Detail, op.scope)
				}
			})
		}
	}
}

func TestEveryOperationIsDescribed(t *testing.T) {
	for _, op := range operations(t, newHouse(t)) {
		if op.summary == "" {
			t.Errorf("%s %s has no summary", op.method, op.path)
		}
		for _, status := range []string{"401", "403"} {
			if op.responses[status] == nil {
				t.Errorf("%s %s does not document %s", op.method, op.path, status)
			}
		}
		if op.responses["422"] != nil {
			t.Errorf("%s %s documents 422, which is never answered", op.method, op.path)
		}
	}
}

func TestVerbsStandBehindAColon(t *testing.T) {
	tests := []struct {
		method, path string
		status       int
	}{
		{"POST", "/api/v1/deliveries/dlv_1:retry", 404}, // the delivery is unknown, the address is not
		{"POST", "/api/v1/deliveries/dlv_1", 404},
		{"POST", "/api/v1/deliveries/:retry", 404},
		{"POST", "/api/v1/deliveries/dlv_1:again", 404},
		{"POST", "/api/v1/eventsXbatch", 404},
		{"POST", "/api/v1/events:batch", 400},
		{"POST", "/api/v1/events%3Abatch", 400},
		{"POST", "/api/v1/users/x/identities:resolve", 404},
		{"DELETE", "/api/v1/users/x/identities/feishu", 404},
		{"GET", "/api/v1/events", 405},
		{"POST", "/api/v1/events/", 404},
	}
	h := newHouse(t)
	for _, tt := range tests {
		t.Run(tt.method+" "+tt.path, func(t *testing.T) {
			got := h.asRoot(tt.method, tt.path, "{}")
			got.problem(t)
			if got.status != tt.status {
				t.Errorf("got %d %s, want %d", got.status, got.body, tt.status)
			}
		})
	}
}
