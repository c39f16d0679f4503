package main

import (
	"compress/gzip"
	"context"
	"errors"
	"fmt"
	"io"
	"net/http"
	"net/http/cookiejar"
	"net/url"
	"path"
	"regexp"
	"slices"
	"strings"
	"time"
)

// Who looks at the pages.
const (
	username = "bench-admin"
	password = "kept for as long as a run"
)

// visitor is a browser without a screen.
type visitor struct {
	url    string
	client *http.Client
}

// page is one that is looked at; first is true when what it needs beside it is
// weighed as well, as on a first visit.
type page struct {
	path  string
	first bool
}

// pages are the administrator's, and the parts of them that are asked for again and again.
func pages() []page {
	return []page{
		{"/overview", true},
		{"/overview/live", false},
		{"/deliveries", true},
		{"/deliveries?status=dead", false},
		{"/deliveries?channel=mail&within=24h", false},
		{"/deliveries?person=user77", false},
		{"/deliveries?order=slowest", false},
		{"/deliveries?order=most_attempts&status=dead", false},
		{"/deliveries?order=slowest&channel=mail&within=24h", false},
		{"/deliveries?q=50", false},
		{"/deliveries/dlv_7", false},
		{"/channels", true},
		{"/users", true},
		{"/flows", true},
		{"/playground", true},
		{"/tokens", true},
		{"/audit", true},
		{"/me", true},
	}
}

// figures are what looking at a page came to.
type figures struct {
	page
	took []time.Duration
	// bytes is the answer as it travels, visit with all that a first visit loads.
	bytes, visit int
}

// look signs in and asks for each page so many times, after some that warm up.
func look(ctx context.Context, at string, requests int) ([]figures, error) {
	jar, err := cookiejar.New(nil)
	if err != nil {
		return nil, err
	}
	// Go's own unpacking would hide how much travels.
	v := &visitor{at, &http.Client{Jar: jar, Transport: &http.Transport{DisableCompression: true}}}
	defer v.client.CloseIdleConnections()
	if err := v.signIn(ctx); err != nil {
		return nil, err
	}
	var seen []figures
	for _, p := range pages() {
		f, err := v.measure(ctx, p, requests)
		if err != nil {
			return nil, err
		}
		seen = append(seen, f)
	}
	return seen, nil
}

func (v *visitor) signIn(ctx context.Context) error {
	form := url.Values{"username": {username}, "password": {password}}
	req, err := http.NewRequestWithContext(ctx, http.MethodPost, v.url+"/signin", strings.NewReader(form.Encode()))
	if err != nil {
		return err
	}
	req.Header.Set("Content-Type", "application/x-www-form-urlencoded")
	req.Header.Set("Origin", v.url)
	_, _, err = v.do(req)
	return err
}

// warmUp is how many requests for a page are not counted.
const warmUp = 5

func (v *visitor) measure(ctx context.Context, p page, requests int) (figures, error) {
	f := figures{page: p}
	for n := range requests + warmUp {
		began := time.Now()
		body, size, err := v.get(ctx, p.path)
		if err != nil {
			return f, err
		}
		if n >= warmUp {
			f.took = append(f.took, time.Since(began))
		}
		f.bytes = max(f.bytes, size)
		if n == 0 && p.first {
			if f.visit, err = v.weigh(ctx, body); err != nil {
				return f, err
			}
		}
	}
	f.visit += f.bytes
	return f, nil
}

// get asks for a path and returns the answer and how many bytes of it travelled.
func (v *visitor) get(ctx context.Context, path string) (body string, size int, err error) {
	req, err := http.NewRequestWithContext(ctx, http.MethodGet, v.url+path, nil)
	if err != nil {
		return "", 0, err
	}
	req.Header.Set("Accept-Encoding", "gzip")
	return v.do(req)
}

func (v *visitor) do(req *http.Request) (body string, size int, err error) {
	resp, err := v.client.Do(req)
	if err != nil {
		return "", 0, err
	}
	defer func() { _ = resp.Body.Close() }()
	counted := &counter{Reader: resp.Body}
	var from io.Reader = counted
	if resp.Header.Get("Content-Encoding") == "gzip" {
		if from, err = gzip.NewReader(counted); err != nil {
			return "", 0, fmt.Errorf("unpack %s: %w", req.URL.Path, err)
		}
	}
	content, err := io.ReadAll(from)
	if err == nil && (resp.StatusCode != http.StatusOK || resp.Request.URL.Path == "/signin") {
		err = errors.New(resp.Status + " at " + resp.Request.URL.Path)
	}
	if err != nil {
		return "", 0, fmt.Errorf("%s %s: %w", req.Method, req.URL.Path, err)
	}
	return string(content), counted.n, nil
}

// counter counts what is read.
type counter struct {
	io.Reader

	n int
}

func (c *counter) Read(p []byte) (int, error) {
	n, err := c.Reader.Read(p)
	c.n += n
	return n, err
}

// What a page and its scripts load.
var (
	loads   = regexp.MustCompile(`(?:src|href)="(/assets/[^"#]+)`)
	imports = regexp.MustCompile(`(?:from |import |new URL\()"(\./[^"]+)"`)
)

// weigh is how many bytes travel for all that a page loads when nothing of it is kept.
func (v *visitor) weigh(ctx context.Context, html string) (total int, err error) {
	var wanted []string
	for _, m := range loads.FindAllStringSubmatch(html, -1) {
		wanted = append(wanted, m[1])
	}
	for i := 0; i < len(wanted); i++ {
		asset := wanted[i]
		if slices.Contains(wanted[:i], asset) {
			continue
		}
		content, size, err := v.get(ctx, asset)
		if err != nil {
			return 0, err
		}
		total += size
		if path.Ext(asset) == ".js" && path.Base(path.Dir(asset)) != "vendor" {
			for _, m := range imports.FindAllStringSubmatch(content, -1) {
				wanted = append(wanted, path.Join(path.Dir(asset), m[1]))
			}
		}
	}
	return total, nil
}
