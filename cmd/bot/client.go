package main

import (
	"bytes"
	"context"
	"encoding/json"
	"errors"
	"fmt"
	"io"
	"net/http"
	"net/url"
	"strings"
	"time"

	"ticketbell/cards"
	"ticketbell/ticket"
)

// callTime bounds one call of a command to the service.
const callTime = time.Minute

// calling is how a command reaches the service it is about, wherever that runs.
type calling struct {
	URL   string `name:"url" help:"Where ticketbell answers." default:"http://127.0.0.1:8080" placeholder:"URL"`
	Token string `name:"token" help:"An API token; better in TICKETBELL_TOKEN, where no process list shows it." required:"" placeholder:"TOKEN"`
	Lang  string `help:"en or zh." default:"en" enum:"en,zh"`
}

func (c calling) check() []error {
	if _, err := ticket.WebURL(c.URL); err != nil {
		return []error{errors.New("url: must be an absolute http or https link")}
	}
	return nil
}

func (c calling) in(t cards.Text) string { return t.In(cards.Language(c.Lang)) }

// call asks the API and returns its answer. A refusal is an error in the API's words.
func (c calling) call(ctx context.Context, method, path string, query url.Values, body any) ([]byte, error) {
	ctx, cancel := context.WithTimeout(ctx, callTime)
	defer cancel()
	var sent bytes.Buffer
	if body != nil {
		if err := json.NewEncoder(&sent).Encode(body); err != nil {
			return nil, fmt.Errorf("ask %s: %w", path, err)
		}
	}
	req, err := http.NewRequestWithContext(ctx, method, strings.TrimRight(c.URL, "/")+"/api/v1"+path, &sent)
	if err != nil {
		return nil, fmt.Errorf("ask %s: %w", path, err)
	}
	req.URL.RawQuery = query.Encode()
	req.Header.Set("Authorization", "Bearer "+c.Token)
	req.Header.Set("Accept-Language", c.Lang)
	if body != nil {
		req.Header.Set("Content-Type", "application/json")
	}
	resp, err := http.DefaultClient.Do(req)
	if err != nil {
		return nil, err
	}
	defer func() { _ = resp.Body.Close() }()
	answer, err := io.ReadAll(resp.Body)
	if err != nil {
		return nil, fmt.Errorf("read the answer of %s: %w", path, err)
	}
	if resp.StatusCode >= http.StatusBadRequest {
		return nil, refusalOf(resp.Status, answer)
	}
	return answer, nil
}

// refusalOf is what the API says is wrong: every field, else the detail, else the status.
func refusalOf(status string, answer []byte) error {
	var problem struct {
		Detail string `json:"detail"`
		Errors []struct {
			Field   string `json:"field"`
			Message string `json:"message"`
		} `json:"errors"`
	}
	if json.Unmarshal(answer, &problem) != nil || problem.Detail == "" {
		return fmt.Errorf("ticketbell answered %s", status)
	}
	words := []string{problem.Detail}
	for _, e := range problem.Errors {
		words = append(words, "  "+e.Field+": "+e.Message)
	}
	return fmt.Errorf("%s (%s)", strings.Join(words, "\n"), status)
}
