package rig

import (
	"fmt"

	"ticketbell/sandbox"
)

// PersonOf is the username of person n, TitleOf what ticket n is called.
func PersonOf(n int) string { return fmt.Sprintf("bench-person-%d", n) }

// TitleOf is what ticket n is called; its number is found again in what is received.
func TitleOf(n int) string { return fmt.Sprintf("add an index, bench-ticket-%d", n) }

// Employee is person n at the simulated company.
func Employee(n int) sandbox.Person {
	name := PersonOf(n)
	return sandbox.Person{
		Username: name, Name: name, Email: name + "@corp.com",
		OpenID: fmt.Sprintf("ou_bench_%d", n), UserID: fmt.Sprintf("bench%d", n),
	}
}

// Account is person n as ticketbell is told about them. One who is a stranger has
// no account: they are reached by the address that events name.
func Account(n int) map[string]any {
	p := Employee(n)
	return map[string]any{
		"username": p.Username, "name": p.Name, "email": p.Email,
		"wecom_userid": p.UserID, "feishu_open_id": p.OpenID,
	}
}

// Event says that ticket n waits for the review of these people, named by their
// addresses.
func Event(n int, reviewers ...int) map[string]any {
	assignees := make([]map[string]any, 0, len(reviewers))
	for _, p := range reviewers {
		assignees = append(assignees, map[string]any{"email": Employee(p).Email})
	}
	key := fmt.Sprintf("T-%d", n)
	return map[string]any{
		"source": "bench", "id": key + "-1", "kind": "submitted", "actor": map[string]any{"username": "requester"},
		"ticket": map[string]any{
			"key": key, "title": TitleOf(n), "status": "waiting_review", "revision": 1,
			"description": "The list of orders is slow: it reads the whole table.",
			"url":         "https://tickets.example.com/" + key,
			"project":     map[string]any{"key": "shop", "name": "Shop"},
			"creator":     map[string]any{"username": "requester", "name": "Requester"},
			"step":        map[string]any{"index": 1, "total": 2, "name": "review", "kind": "review", "assignees": assignees},
			"targets":     []any{map[string]any{"instance": "mysql-prod", "schema": "orders", "environment": "prod"}},
		},
	}
}
