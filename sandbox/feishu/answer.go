package feishu

import (
	"crypto/rand"
	"encoding/hex"
	"encoding/json"
	"errors"
	"fmt"
	"net/http"
	"strconv"
	"strings"
	"time"
)

// errCut ends a request by cutting the connection after the work is done.
var errCut = errors.New("cut the connection")

// envelope is the answer of every API but the token route (feishu.md 5.2).
type envelope struct {
	Code int    `json:"code"`
	Msg  string `json:"msg"`
	Data any    `json:"data,omitempty"`
}

func success(data any) envelope { return envelope{Msg: "success", Data: data} }

// refusal is a "no" with the provider's code.
type refusal struct {
	status int
	code   int
	msg    string
	// reset is the wait in seconds of x-ogw-ratelimit-reset; 0 sends no such header.
	reset int
	// scopes are what the app would need; they make permission_violations and a help link.
	scopes []string
	// fields says which field is wrong, by name.
	fields []fieldViolation
	// bare leaves the error object out, as the token route does.
	bare bool
}

// fieldViolation is the SDK's CodeErrorFieldViolation (core/apiresp.go).
type fieldViolation struct {
	Field       string `json:"field"`
	Description string `json:"description"`
}

func (r *refusal) Error() string { return fmt.Sprintf("%d: %s", r.code, r.msg) }

func (r *refusal) write(w http.ResponseWriter, c *call) {
	if r.reset > 0 {
		w.Header().Set("X-Ogw-Ratelimit-Limit", strconv.Itoa(perSecond))
		w.Header().Set("X-Ogw-Ratelimit-Reset", strconv.Itoa(r.reset))
	}
	body := map[string]any{"code": r.code, "msg": r.msg}
	if !r.bare {
		body["error"] = r.detail(c)
	}
	writeJSON(w, r.status, body)
}

// detail is the error object of feishu.md 5.4.
func (r *refusal) detail(c *call) map[string]any {
	d := map[string]any{
		"log_id": c.logID,
		"troubleshooter": fmt.Sprintf("排查建议查看(Troubleshooting suggestions): https://open.feishu.cn/search?from=openapi&log_id=%s&code=%d&method_id=%s",
			c.logID, r.code, c.api),
	}
	if len(r.fields) > 0 {
		d["field_violations"] = r.fields
	}
	if len(r.scopes) > 0 {
		d["message"] = fmt.Sprintf("Refer to the documentation to fix the error: https://open.feishu.cn/document/how-to-fix-the-%d-error", r.code)
		d["permission_violations"] = violations(r.scopes)
		d["helps"] = []map[string]string{{
			"url":         "https://open.feishu.cn/app/auth?q=" + strings.Join(r.scopes, ","),
			"description": "apply for the scopes in the developer console",
		}}
	}
	return d
}

func violations(scopes []string) []map[string]string {
	list := []map[string]string{}
	for _, scope := range scopes {
		list = append(list, map[string]string{"type": "action_scope_required", "subject": scope})
	}
	return list
}

func writeJSON(w http.ResponseWriter, status int, body any) {
	w.Header().Set("Content-Type", "application/json; charset=utf-8")
	w.WriteHeader(status)
	_ = json.NewEncoder(w).Encode(body) // the client went away: nobody is left to tell
}

// cut ends the connection without a word.
func cut(w http.ResponseWriter) {
	conn, _, err := http.NewResponseController(w).Hijack()
	if err != nil {
		panic(http.ErrAbortHandler) // HTTP/2 cannot be hijacked; the server resets the stream instead
	}
	_ = conn.Close()
}

// newLogID looks like the provider's: the time, then something random.
func newLogID(now time.Time) string {
	return now.UTC().Format("20060102150405") + strings.ToUpper(randomHex(9))
}

func randomHex(bytes int) string {
	b := make([]byte, bytes)
	_, _ = rand.Read(b) // never fails, see crypto/rand
	return hex.EncodeToString(b)
}
