package oidc

import (
	"crypto/rand"
	"html/template"
	"net/http"
	"net/url"
	"slices"
	"strings"
)

// chooser is the page on which somebody says who they are. Nobody asks for a password.
var chooser = template.Must(template.New("").Parse(`<!doctype html>
<html lang="zh-CN"><head><meta charset="utf-8"><meta name="viewport" content="width=device-width, initial-scale=1"><title>模拟的企业账号</title></head>
<body><main><h1>模拟的企业账号</h1><p>你是谁？</p>
<ul>{{range .}}<li><a href="{{.Link}}">{{.Name}}</a></li>{{end}}</ul></main></body></html>`))

// authorize answers a browser that was sent here (Core 3.1.2). A request whose client or
// way back is wrong goes nowhere; any other fault is told to the client.
func (p *Provider) authorize(w http.ResponseWriter, r *http.Request) {
	q := r.URL.Query()
	back := q.Get("redirect_uri")
	if q.Get("client_id") != p.cfg.ClientID || !p.allowed(back) {
		http.Error(w, "unknown client or redirect_uri", http.StatusBadRequest)
		return
	}
	code := ""
	switch {
	case q.Get("response_type") != "code":
		code = "unsupported_response_type"
	case !slices.Contains(strings.Fields(q.Get("scope")), "openid"):
		code = "invalid_scope"
	case q.Get("state") == "" || q.Get("nonce") == "" || q.Get("code_challenge") == "" || q.Get("code_challenge_method") != "S256":
		code = "invalid_request"
	case p.strikes(denied):
		code = "access_denied"
	case p.strikes(gaveUp):
		code = "server_error"
	}
	if code != "" {
		send(w, r, back, url.Values{"error": {code}, "error_description": {"the simulator was told to"}, "state": {q.Get("state")}})
		return
	}
	p.choose(w, r, back)
}

// remembered is the cookie of who somebody said they are: they are asked once.
const remembered = "sandbox_oidc"

// choose asks who it is, or sends back who it said.
func (p *Provider) choose(w http.ResponseWriter, r *http.Request, back string) {
	q := r.URL.Query()
	as := q.Get("as")
	if c, err := r.Cookie(remembered); err == nil && as == "" {
		as, _ = url.QueryUnescape(c.Value) // a cookie that cannot be read is nobody's
	}
	i := slices.IndexFunc(p.cfg.Accounts, func(a Account) bool { return a.Name == as })
	if i < 0 {
		type choice struct{ Name, Link string }
		var choices []choice
		for _, a := range p.cfg.Accounts {
			q.Set("as", a.Name)
			choices = append(choices, choice{a.Name, "/authorize?" + q.Encode()})
		}
		w.Header().Set("Content-Type", "text/html; charset=utf-8")
		_ = chooser.Execute(w, choices) // whoever asked may be gone
		return
	}
	http.SetCookie(w, &http.Cookie{Name: remembered, Value: url.QueryEscape(as), Path: "/authorize", HttpOnly: true, SameSite: http.SameSiteLaxMode}) //nolint:gosec // on this machine, over http
	code, state := rand.Text(), q.Get("state")
	p.mu.Lock()
	p.grants[code] = &grant{account: p.cfg.Accounts[i], nonce: q.Get("nonce"), challenge: q.Get("code_challenge"), back: back}
	p.mu.Unlock()
	if p.strikes(otherState) {
		state = "another"
	}
	send(w, r, back, url.Values{"code": {code}, "state": {state}, "iss": {issuer(r)}})
}

func send(w http.ResponseWriter, r *http.Request, back string, with url.Values) {
	http.Redirect(w, r, back+"?"+with.Encode(), http.StatusFound) //nolint:gosec // one of those it was told
}
