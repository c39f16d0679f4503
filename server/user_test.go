package server

import (
	"fmt"
	"net/http"
	"reflect"
	"strings"
	"testing"

	"ticketbell/access"
	"ticketbell/ticket"
)

func TestAPersonFromArrivalToDeparture(t *testing.T) {
	h := newHouse(t)
	token := h.token(access.Everything)
	made := h.call("POST", "/api/v1/users", token, `{"username":"lisi","name":"李四","email":"LiSi@corp.com","phone":"138 0000 1234"}`)
	if want := `{"username":"lisi","name":"李四","email":"lisi@corp.com","phone":"+8613800001234","role":"member","events":{"to_do":true,"created":true,"handled":true,"copied":true}}`; made.status != 201 || strings.TrimSpace(made.body) != want {
		t.Fatalf("got %d %s, want 201 %s", made.status, made.body, want)
	}
	var got user
	h.call("PATCH", "/api/v1/users/lisi", token, `{"username":"lisi","email":"","role":"admin","language":"en","timezone":"Asia/Tokyo","disabled":true,"wecom_userid":"LiSi"}`).into(t, 200, &got)
	if want := (user{Events: eventsOf(ticket.Unwanted{}), Username: "lisi", Name: "李四", Phone: "+8613800001234", WeComUserID: "LiSi", Language: "en", Timezone: "Asia/Tokyo", Role: ticket.Admin, Disabled: true}); !reflect.DeepEqual(got, want) {
		t.Errorf("got %+v, want %+v: absent stays, empty clears", got, want)
	}
	h.call("GET", "/api/v1/users/lisi", token, "").into(t, 200, &got)
	if got := h.call("DELETE", "/api/v1/users/lisi", token, ""); got.status != http.StatusNoContent {
		t.Errorf("got %d %s, want 204", got.status, got.body)
	}
	for _, method := range []string{"GET", "DELETE"} {
		if p := h.call(method, "/api/v1/users/lisi", token, "").problem(t); p.Code != codeNotFound {
			t.Errorf("%s: got %s, want not_found", method, p.Code)
		}
	}
}

func TestAnAddressBelongsToOnePerson(t *testing.T) {
	h := newHouse(t)
	h.asRoot("POST", "/api/v1/users", `{"username":"bo","email":"bo@corp.com"}`)
	tests := []struct{ name, body, want string }{
		{"the username", `{"username":"bo"}`, "username taken"},
		{"the e-mail", `{"username":"al","email":"BO@corp.com"}`, "email taken"},
	}
	for _, tt := range tests {
		t.Run(tt.name, func(t *testing.T) {
			got := h.asRoot("POST", "/api/v1/users", tt.body)
			p := got.problem(t)
			if got.status != http.StatusConflict || p.Errors[0].Message != "is taken by bo" {
				t.Errorf("got %d %q, want 409 and by whom", got.status, p.Errors[0].Message)
			}
			equal(t, "fields", p.fields(), []string{tt.want})
		})
	}
}

func TestWrongPeopleAreRefusedByName(t *testing.T) {
	tests := []struct {
		name, method, path, body string
		want                     []string
	}{
		{"nothing", "POST", "/api/v1/users", `{}`, []string{"username required"}},
		{"an empty name", "POST", "/api/v1/users", `{"username":""}`, []string{"username required"}},
		{"a slash", "POST", "/api/v1/users", `{"username":"a/b"}`, []string{"username invalid"}},
		{"a space", "POST", "/api/v1/users", `{"username":" a"}`, []string{"username invalid"}},
		{"bad addresses", "POST", "/api/v1/users", `{"username":"a","email":"a","phone":"12"}`, []string{"email invalid", "phone invalid"}},
		{"bad words", "POST", "/api/v1/users", `{"username":"a","role":"king","language":"fr","age":5}`, []string{"age unknown_field", "language unknown_value", "role unknown_value"}},
		{"a new name", "PATCH", "/api/v1/users/bo", `{"username":"al"}`, []string{"username invalid"}},
		{"a bad change", "PATCH", "/api/v1/users/bo", `{"email":"a","disabled":"no"}`, []string{"disabled invalid", "email invalid"}},
		{"a bad address", "PATCH", "/api/v1/users/bo", `{"email":"a"}`, []string{"email invalid"}},
	}
	h := newHouse(t)
	h.rooms.users["bo"] = ticket.User{Person: ticket.Person{Username: "bo"}, Role: ticket.Member}
	for _, tt := range tests {
		t.Run(tt.name, func(t *testing.T) {
			equal(t, "fields", h.asRoot(tt.method, tt.path, tt.body).problem(t).fields(), tt.want)
		})
	}
	if len(h.rooms.users) != 1 || h.rooms.users["bo"].Email != "" {
		t.Errorf("got %v, want bo as before and nobody else", h.rooms.users)
	}
}

func TestPeopleArePaged(t *testing.T) {
	h := newHouse(t)
	for i := range 5 {
		name := fmt.Sprintf("u%d", i)
		h.rooms.users[name] = ticket.User{Person: ticket.Person{Username: name}}
	}
	type page struct {
		Items      []user `json:"items"`
		NextCursor string `json:"next_cursor"`
		Total      int    `json:"total"`
	}
	var seen []string
	for cursor, more := "", true; more; {
		var got page
		h.asRoot("GET", "/api/v1/users?q=u&limit=2&cursor="+cursor, "").into(t, 200, &got)
		for _, u := range got.Items {
			seen = append(seen, u.Username)
		}
		cursor, more = got.NextCursor, got.NextCursor != ""
	}
	equal(t, "people", seen, []string{"u0", "u1", "u2", "u3", "u4"})
}

func TestIdentitiesAreReadAndLookedUpAgain(t *testing.T) {
	h := newHouse(t)
	h.rooms.users["bo"] = ticket.User{Person: ticket.Person{Username: "bo", Email: "bo@corp.com"}}
	read := h.asRoot("GET", "/api/v1/users/bo/identities", "")
	if want := `{"items":[{"channel":"mail","address":"bo@corp.com","origin":"entered","ok":true,"explanation":"sent to the e-mail address"}]}`; strings.TrimSpace(read.body) != want {
		t.Errorf("got %s, want %s", read.body, want)
	}
	resolved := h.asRoot("POST", "/api/v1/users/bo/identities:resolve", "")
	if resolved.status != 200 || !strings.Contains(resolved.body, "looked_up") {
		t.Errorf("got %d %s, want what the provider says", resolved.status, resolved.body)
	}
	if got := h.asRoot("POST", "/api/v1/users/bo/identities:resolve?channel=feishu", ""); got.status != 200 || strings.Contains(got.body, "looked_up") {
		t.Errorf("got %d %s, want nobody asked but Feishu", got.status, got.body)
	}
	if p := h.asRoot("POST", "/api/v1/users/bo/identities:resolve?channel=pager", "").problem(t); p.Status != 400 {
		t.Errorf("got %d for a channel there is not, want 400", p.Status)
	}
	if p := h.asRoot("GET", "/api/v1/users/al/identities", "").problem(t); p.Code != codeNotFound {
		t.Errorf("got %s for somebody unknown, want not_found", p.Code)
	}
}

func TestAListTellsHowEverybodyIsReachedWhenAsked(t *testing.T) {
	h := newHouse(t, as(&access.Principal{Username: "root", Role: access.Admin}))
	h.rooms.users["bo"] = ticket.User{Person: ticket.Person{Username: "bo", Email: "bo@corp.com"}}
	h.rooms.users["lost"] = ticket.User{Person: ticket.Person{Username: "lost"}}
	var got usersOutput
	h.call("GET", "/api/v1/users?include=identities", "", "").into(t, 200, &got.Body)
	var told []string
	for _, u := range got.Body.Items {
		for _, id := range u.Identities {
			told = append(told, u.Username+" "+id.Address+id.Explanation)
		}
	}
	equal(t, "identities", told, []string{"bo b***@corp.comsent to the e-mail address", "lost this person has no e-mail address"})
	if plain := h.call("GET", "/api/v1/users", "", ""); strings.Contains(plain.body, "identities") {
		t.Errorf("got %s, want no identities unless asked", plain.body)
	}
	if p := h.call("GET", "/api/v1/users?include=secrets", "", "").problem(t); p.Status != 400 {
		t.Errorf("got %d for something else to include, want 400", p.Status)
	}
}

func TestWhoIsEditedIsForgotten(t *testing.T) {
	h := newHouse(t)
	h.asRoot("POST", "/api/v1/users", `{"username":"bo","email":"bo@corp.com"}`)
	h.asRoot("PATCH", "/api/v1/users/bo", `{"email":"bob@corp.com"}`)
	h.importing("username,email\nbo,bobby@corp.com\n", "")
	h.asRoot("DELETE", "/api/v1/users/bo", "")
	equal(t, "forgotten", h.rooms.edited, []string{
		"bo@corp.com", "bo@corp.com", "bob@corp.com", "bob@corp.com", "bobby@corp.com", "bobby@corp.com",
	})
}

func TestANameInThePathMayBeEscaped(t *testing.T) {
	h := newHouse(t)
	h.rooms.users["李 四"] = ticket.User{Person: ticket.Person{Username: "李 四"}}
	var got user
	h.asRoot("GET", "/api/v1/users/%E6%9D%8E%20%E5%9B%9B", "").into(t, 200, &got)
	if got.Username != "李 四" {
		t.Errorf("got %q, want 李 四", got.Username)
	}
}
