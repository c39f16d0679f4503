package roster

import (
	"context"
	"encoding/json"
	"errors"
	"fmt"
	"io"
	"net/http"
	"net/url"
	"slices"
	"strconv"
	"strings"
	"time"

	"ticketbell/ticket"
)

const (
	// dmsPage is how many users one call asks DMS for; pages start at 1 (sqle.md 10.2).
	dmsPage = 200
	// dmsPages bounds a DMS whose pages never end.
	dmsPages = 500
	dmsTime  = 30 * time.Second
	dmsBytes = 16 << 20
)

// DMS is where users are read from.
type DMS struct {
	// URL is where DMS lives: http or https, without a path of its API.
	URL string
	// Token is sent as bearer token, and to nobody else.
	Token string
	// Client is nil for one of our own.
	Client *http.Client
}

// dmsAnswer is a page of users (sqle.md 8, 10.2): errors come with status 200 too.
type dmsAnswer struct {
	Code    int       `json:"code"`
	Message string    `json:"message"`
	Data    []dmsUser `json:"data"`
	Total   int       `json:"total_nums"`
}

type dmsUser struct {
	Name    string `json:"name"`
	Email   string `json:"email"`
	Phone   string `json:"phone"`
	WXID    string `json:"wxid"`
	Stat    string `json:"stat"`
	Deleted bool   `json:"is_deleted"`
}

// Rows reads every user of DMS as rows to import. Deleted ones are left out: they
// come only when asked for, and then without their addresses (sqle.md 10.2, trap 1).
func (d DMS) Rows(ctx context.Context) ([]Row, error) {
	base, err := ticket.WebURL(d.URL)
	if err != nil {
		return nil, fmt.Errorf("read users of dms: %w", err)
	}
	var rows []Row
	for page, seen := 1, 0; page <= dmsPages; page++ {
		got, err := d.page(ctx, base, page)
		if err != nil {
			return nil, fmt.Errorf("read users of dms, page %d: %w", page, err)
		}
		for _, u := range got.Data {
			if !u.Deleted {
				rows = append(rows, u.row(len(rows)+2))
			}
		}
		if seen += len(got.Data); len(got.Data) == 0 || seen >= got.Total {
			break
		}
	}
	return rows, nil
}

// row leaves out what DMS does not know: that is no reason to forget it here.
func (u dmsUser) row(number int) Row {
	r := Row{Number: number}
	for _, cell := range []struct{ name, value string }{
		{"username", u.Name},
		{"name", u.Name},
		{"email", u.Email},
		{"phone", u.Phone},
		{"wecom_userid", u.WXID},
		{"disabled", strconv.FormatBool(disabled(u.Stat))},
	} {
		if cell.value != "" {
			r.Head, r.Cells = append(r.Head, cell.name), append(r.Cells, cell.value)
		}
	}
	return r
}

// disabled reads the state, which is a word in the language of the caller (sqle.md
// 10.2, trap 2).
func disabled(stat string) bool { return slices.Contains([]string{"被禁用", "Disabled"}, stat) }

func (d DMS) page(ctx context.Context, base *url.URL, page int) (dmsAnswer, error) {
	ctx, cancel := context.WithTimeout(ctx, dmsTime)
	defer cancel()
	at := base.JoinPath("/v1/dms/users")
	at.RawQuery = url.Values{"page_size": {strconv.Itoa(dmsPage)}, "page_index": {strconv.Itoa(page)}}.Encode()
	req, err := http.NewRequestWithContext(ctx, http.MethodGet, at.String(), nil)
	if err != nil {
		return dmsAnswer{}, err
	}
	req.Header.Set("Authorization", "Bearer "+strings.TrimPrefix(d.Token, "Bearer "))
	resp, err := d.client().Do(req)
	if err != nil {
		return dmsAnswer{}, err
	}
	defer func() { _ = resp.Body.Close() }()
	return readDMS(resp)
}

// client follows no redirect: the token is for DMS alone.
func (d DMS) client() *http.Client {
	if d.Client != nil {
		return d.Client
	}
	return &http.Client{CheckRedirect: func(*http.Request, []*http.Request) error { return http.ErrUseLastResponse }}
}

// readDMS keeps what DMS said out of the error, but for its code: anything may
// answer at that address.
func readDMS(resp *http.Response) (dmsAnswer, error) {
	if resp.StatusCode != http.StatusOK {
		return dmsAnswer{}, fmt.Errorf("answered %d", resp.StatusCode)
	}
	var a dmsAnswer
	if err := json.NewDecoder(io.LimitReader(resp.Body, dmsBytes)).Decode(&a); err != nil {
		return a, errors.New("answered something else than users")
	}
	if a.Code != 0 {
		return a, fmt.Errorf("refused with code %d", a.Code)
	}
	return a, nil
}
