package rig

import (
	"bytes"
	"context"
	"encoding/json"
	"errors"
	"fmt"
	"net/http"
	"net/smtp"
	"net/url"

	"ticketbell/sandbox"
)

// Staff lists everybody at the simulated company.
func (w *World) Staff() []sandbox.Person { return w.directory.People() }

// Employ makes p work at the simulated company.
func (w *World) Employ(p sandbox.Person) { w.directory.Add(p) }

// MailAddr is where the mail server listens.
func (w *World) MailAddr() string { return w.mail.Addr() }

// MailAuth is how one signs in at the mail server.
func (w *World) MailAuth() smtp.Auth { return smtp.PlainAuth("", sender, password, "127.0.0.1") }

// Direct speaks with WeCom without ticketbell. One goroutine uses it at a time.
type Direct struct {
	base, token string
	client      *http.Client
}

// Direct returns somebody who speaks with WeCom.
func (w *World) Direct() *Direct {
	return &Direct{base: w.urls["wecom"] + "/cgi-bin/", client: &http.Client{Transport: &http.Transport{}}}
}

// Close lets go of the connection.
func (c *Direct) Close() { c.client.CloseIdleConnections() }

type directAnswer struct {
	Code  int    `json:"errcode"`
	Token string `json:"access_token"`
}

// SignIn fetches a token.
func (c *Direct) SignIn(ctx context.Context) error {
	query := url.Values{"corpid": {corpID}, "corpsecret": {password}}
	got, err := c.call(ctx, http.MethodGet, "gettoken?"+query.Encode(), nil)
	c.token = got.Token
	return err
}

// Send posts the body of a message as ticketbell sent it.
func (c *Direct) Send(ctx context.Context, body []byte) error {
	_, err := c.call(ctx, http.MethodPost, "message/send?access_token="+c.token, body)
	return err
}

func (c *Direct) call(ctx context.Context, method, path string, body []byte) (got directAnswer, err error) {
	req, err := http.NewRequestWithContext(ctx, method, c.base+path, bytes.NewReader(body))
	if err != nil {
		return got, errors.New("ask WeCom without ticketbell: no such address")
	}
	resp, err := c.client.Do(req)
	if err != nil {
		return got, errors.New("ask WeCom without ticketbell: no answer")
	}
	defer func() { _ = resp.Body.Close() }()
	if err := json.NewDecoder(resp.Body).Decode(&got); err != nil {
		return got, fmt.Errorf("read WeCom's answer: %w", err)
	}
	if got.Code != 0 {
		return got, fmt.Errorf("ask WeCom without ticketbell: errcode %d", got.Code)
	}
	return got, nil
}
