package rig

import (
	"bytes"
	"context"
	"encoding/json"
	"fmt"
	"io"
	"net/http"
	"time"
)

// Door is ticketbell's API as a client sees it.
type Door struct {
	url, token string
	client     *http.Client
}

// NewDoor returns the door of the bot at url.
func NewDoor(url, token string) *Door {
	transport := &http.Transport{MaxIdleConnsPerHost: 32}
	return &Door{url: url, token: token, client: &http.Client{Transport: transport, Timeout: 30 * time.Second}}
}

// Close lets go of the connections.
func (d *Door) Close() { d.client.CloseIdleConnections() }

// Do makes one call; body and out are JSON, either may be nil. It returns the
// status, 0 when there was no answer.
func (d *Door) Do(ctx context.Context, method, path string, body, out any) (int, error) {
	var sent bytes.Buffer
	if body != nil {
		if err := json.NewEncoder(&sent).Encode(body); err != nil {
			return 0, fmt.Errorf("encode the body of %s: %w", path, err)
		}
	}
	req, err := http.NewRequestWithContext(ctx, method, d.url+path, &sent)
	if err != nil {
		return 0, fmt.Errorf("ask for %s: %w", path, err)
	}
	req.Header.Set("Authorization", "Bearer "+d.token)
	req.Header.Set("Content-Type", "application/json")
	resp, err := d.client.Do(req)
	if err != nil {
		return 0, err
	}
	defer func() { _ = resp.Body.Close() }()
	answer, err := io.ReadAll(resp.Body)
	if err != nil {
		return 0, fmt.Errorf("read the answer of %s: %w", path, err)
	}
	if resp.StatusCode >= http.StatusBadRequest {
		return resp.StatusCode, fmt.Errorf("%s %s: %s: %s", method, path, resp.Status, answer)
	}
	if out != nil {
		err = json.Unmarshal(answer, out)
	}
	return resp.StatusCode, err
}

// Connect points the channels at w.
func (d *Door) Connect(ctx context.Context, w *World, channels ...string) error {
	for _, ch := range channels {
		if _, err := d.Do(ctx, http.MethodPatch, "/api/v1/channels/"+ch, w.Channel(ch), nil); err != nil {
			return err
		}
	}
	return nil
}

// Accept hands an event in; accepted is true once ticketbell answered for it, the
// second time as well.
func (d *Door) Accept(ctx context.Context, event any) (accepted bool, status int) {
	status, err := d.Do(ctx, http.MethodPost, "/api/v1/events", event, nil)
	return err == nil, status
}

// Count is how many deliveries there are of a status, at most atMost.
func (d *Door) Count(ctx context.Context, status string, atMost int) (int, error) {
	n, cursor := 0, ""
	for {
		var page struct {
			Items      []struct{} `json:"items"`
			NextCursor string     `json:"next_cursor"`
		}
		path := fmt.Sprintf("/api/v1/deliveries?status=%s&limit=%d&cursor=%s", status, min(atMost, 200), cursor)
		if _, err := d.Do(ctx, http.MethodGet, path, nil, &page); err != nil {
			return n, err
		}
		n += len(page.Items)
		if cursor = page.NextCursor; cursor == "" || n >= atMost {
			return n, nil
		}
	}
}

// Settled reports whether nothing is on its way any more.
func (d *Door) Settled(ctx context.Context) (bool, error) {
	for _, status := range []string{"sending", "queued", "retrying"} {
		if n, err := d.Count(ctx, status, 1); err != nil || n > 0 {
			return false, err
		}
	}
	return true, nil
}
