package main

import (
	"encoding/json"
	"net/http"
	"net/http/httptest"
	"strings"
	"testing"
)

func TestTheAuditLogHasWordsForAllThatIsWrittenDown(t *testing.T) {
	h, handler := vacant(t)
	if err := h.store.CreateUser(t.Context(), visitors()[0]); err != nil {
		t.Fatal(err)
	}
	cookie := comeIn(t, h, "root")
	get := func(path string) string {
		r := httptest.NewRequestWithContext(t.Context(), http.MethodGet, "http://127.0.0.1"+path, nil)
		r.AddCookie(cookie)
		w := httptest.NewRecorder()
		handler.ServeHTTP(w, r)
		if w.Code != http.StatusOK {
			t.Fatalf("%s: got %d %s", path, w.Code, w.Body)
		}
		return w.Body.String()
	}
	page := get("/audit")
	var doc struct {
		Paths map[string]map[string]struct {
			ID      string `json:"operationId"`
			Audited bool   `json:"x-audited"`
		} `json:"paths"`
	}
	if err := json.Unmarshal([]byte(get("/openapi.json")), &doc); err != nil {
		t.Fatal(err)
	}
	audited := map[string]bool{}
	for _, methods := range doc.Paths {
		for _, op := range methods {
			if audited[op.ID] = op.Audited; op.Audited && !strings.Contains(page, `<option value="`+op.ID+`"`) {
				t.Errorf("the page of the audit log has no words for %s", op.ID)
			}
		}
	}
	for id, want := range map[string]bool{
		"patch-user": true, "reveal-user": true, "export-users": true, "rotate-token": true,
		"list-users": false, "post-event": false, "preview-channel": false, "patch-my-preferences": false,
	} {
		if got, known := audited[id]; !known || got != want {
			t.Errorf("%s: got written down %v, known %v, want %v", id, got, known, want)
		}
	}
}
