package roster_test

import (
	"encoding/json"
	"fmt"
	"net/http"
	"net/http/httptest"
	"slices"
	"strconv"
	"strings"
	"testing"

	"ticketbell/roster"
	"ticketbell/ticket"
)

const dmsToken = "eyJ-secret-of-dms"

// dms is a DMS with 450 users, by sqle.md 10.2: pages start at 1, a wrong token is a
// 401, and deleted users come to whoever says filter_del_user.
func dms(t *testing.T, change func(user map[string]any, n int)) (url string, calls *[]string) {
	t.Helper()
	calls = &[]string{}
	srv := httptest.NewServer(http.HandlerFunc(func(w http.ResponseWriter, r *http.Request) {
		*calls = append(*calls, r.URL.String())
		if r.Header.Get("Authorization") != "Bearer "+dmsToken {
			w.WriteHeader(http.StatusUnauthorized)
			fmt.Fprint(w, `{"code":401,"message":"invalid or expired jwt"}`)
			return
		}
		size, err := strconv.Atoi(r.URL.Query().Get("page_size"))
		if err != nil {
			fmt.Fprint(w, `{"code":7001,"message":"page_size is required"}`)
			return
		}
		page, _ := strconv.Atoi(r.URL.Query().Get("page_index"))
		data := []map[string]any{}
		for n := (max(page, 1) - 1) * size; n < min(max(page, 1)*size, 450); n++ {
			u := map[string]any{
				"uid": strconv.Itoa(n), "name": fmt.Sprintf("u%03d", n), "email": fmt.Sprintf("u%03d@corp.com", n),
				"phone": fmt.Sprintf("138%08d", n), "wxid": "", "stat": "正常", "is_deleted": false,
			}
			change(u, n)
			data = append(data, u)
		}
		_ = json.NewEncoder(w).Encode(map[string]any{"code": 0, "message": "", "data": data, "total_nums": 450})
	}))
	t.Cleanup(srv.Close)
	return srv.URL, calls
}

func TestEverybodyOfDMSComesIn(t *testing.T) {
	url, calls := dms(t, func(u map[string]any, n int) {
		switch n {
		case 1:
			u["stat"] = "被禁用"
		case 2:
			u["stat"] = "Disabled"
		case 3:
			u["is_deleted"] = true
		case 4:
			u["phone"], u["email"] = "xyz", "zz" // DMS checks nothing (sqle.md 10.3)
		case 5:
			u["phone"] = "13800000000" // that of u000
		case 6:
			u["email"], u["wxid"] = "", "Six"
		}
	})
	rows, err := roster.DMS{URL: url, Token: dmsToken}.Rows(t.Context())
	if err != nil {
		t.Fatal(err)
	}
	p := known(ticket.User{Person: ticket.Person{Username: "u006", Email: "six@corp.com"}, Role: ticket.Admin})
	r, err := roster.Import(t.Context(), p, rows, roster.Options{Lenient: true})
	if err != nil || r.Created != 448 || r.Updated != 1 {
		t.Errorf("got %+v, %v; want 448 new and one changed", r, err)
	}
	var fields []string
	for _, w := range r.Errors {
		fields = append(fields, w.Field+" "+w.Code)
	}
	if want := []string{"email invalid", "phone invalid", "phone taken"}; !slices.Equal(fields, want) {
		t.Errorf("got %q, want %q", fields, want)
	}
	if !p.users["u001"].Disabled || !p.users["u002"].Disabled || p.users["u000"].Disabled {
		t.Error("got the wrong people disabled, want those of either language")
	}
	if six := p.users["u006"]; six.Email != "six@corp.com" || six.WeComUserID != "Six" || six.Role != ticket.Admin {
		t.Errorf("got %+v, want what DMS does not know kept", six)
	}
	if len(*calls) != 3 || strings.Contains(strings.Join(*calls, ""), "filter_del_user") {
		t.Errorf("got calls %q, want three pages and the deleted not asked for", *calls)
	}
}

func TestADMSThatRefusesIsExplainedWithoutItsToken(t *testing.T) {
	good, _ := dms(t, func(map[string]any, int) {})
	answering := func(status int, body string) string {
		srv := httptest.NewServer(http.HandlerFunc(func(w http.ResponseWriter, _ *http.Request) {
			w.Header().Set("Location", good+"/v1/dms/users?page_size=1")
			w.WriteHeader(status)
			fmt.Fprint(w, body)
		}))
		t.Cleanup(srv.Close)
		return srv.URL
	}
	tests := []struct{ name, url, token, want string }{
		{"a wrong token", good, "eyJ-another-secret", "answered 401"},
		{"an error with status 200", answering(200, `{"code":7006,"message":"no permission"}`), dmsToken, "refused with code 7006"},
		{"a page of HTML", answering(200, `<html>`), dmsToken, "something else than users"},
		{"a redirect, which would take the token along", answering(302, ``), dmsToken, "answered 302"},
		{"no link", "dms.example", dmsToken, "no absolute http or https link"},
	}
	for _, tt := range tests {
		t.Run(tt.name, func(t *testing.T) {
			_, err := roster.DMS{URL: tt.url, Token: tt.token}.Rows(t.Context())
			if err == nil || !strings.Contains(err.Error(), tt.want) || strings.Contains(err.Error(), "secret") {
				t.Errorf("got %v, want %q and no secret", err, tt.want)
			}
		})
	}
}
