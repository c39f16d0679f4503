package server

import (
	"encoding/json"
	"fmt"
	"maps"
	"net/http"
	"strings"

	"github.com/danielgtaylor/huma/v2"
)

// The groups of operations, in the order the documentation shows them.
const (
	tagEvents     = "Events"
	tagDeliveries = "Deliveries"
	tagTickets    = "Tickets"
	tagChannels   = "Channels"
	tagPeople     = "People"
	tagFlows      = "Flows"
	tagSettings   = "Settings"
	tagTokens     = "Tokens"
	tagPlatforms  = "Platforms"
)

// schemaPrefix stands before the name of a schema wherever the document refers to it.
const schemaPrefix = "#/components/schemas/"

// describe begins the OpenAPI document.
func describe(b Build, schemas huma.Registry) *huma.OpenAPI {
	return &huma.OpenAPI{
		OpenAPI: "3.1.0",
		Info: &huma.Info{
			Title:   "ticketbell",
			Version: b.Version,
			Description: "Tells the right people, on the channel they read, that a ticket changed. " +
				"JSON in snake_case, times in RFC 3339 with zone, errors as application/problem+json with a stable code. " +
				"Messages follow Accept-Language or ?lang=zh|en.",
		},
		Components: &huma.Components{
			Schemas: schemas,
			SecuritySchemes: map[string]*huma.SecurityScheme{"token": {
				Type: "http", Scheme: "bearer", BearerFormat: "tb_…",
				Description: "An API token. It can do what its scopes name; the scope * includes all.",
			}},
		},
		Tags: []*huma.Tag{
			{Name: tagEvents, Description: "Say that a ticket changed. Everything else follows from there."},
			{Name: tagDeliveries, Description: "What was said to whom, on which channel, and how it went: one delivery per person and channel."},
			{Name: tagTickets, Description: "The built-in desk: tickets that ticketbell itself moves along a flow."},
			{Name: tagChannels, Description: "Feishu, WeCom and mail: configuration, test and health. Secrets are written and never read back."},
			{Name: tagPeople, Description: "Who is who, and how each person is reached."},
			{Name: tagFlows, Description: "The steps a ticket takes (审批流程模板) and who acts at each."},
			{Name: tagSettings, Description: "What holds for the whole installation."},
			{Name: tagTokens, Description: "Keys to this API. A secret is shown once, when it is made."},
			{Name: tagPlatforms, Description: "Who judges a decision that was made on a card, by source of the ticket."},
		},
	}
}

// document answers GET /openapi.json with what was described, rendered once.
func document(d *huma.OpenAPI) (http.Handler, error) {
	body, err := json.Marshal(d)
	if err != nil {
		return nil, fmt.Errorf("render the OpenAPI document: %w", err)
	}
	return http.HandlerFunc(func(w http.ResponseWriter, _ *http.Request) {
		w.Header().Set("Content-Type", "application/openapi+json; charset=utf-8")
		_, _ = w.Write(body) // the caller may be gone
	}), nil
}

// shed lets go of what only the documents showed, which is most of d: what a request
// may hold is checked with the rest for as long as the service runs.
func shed(d *huma.OpenAPI) {
	asked := asked{all: d.Components.Schemas, names: map[string]bool{}}
	for _, path := range d.Paths {
		for _, op := range []*huma.Operation{path.Get, path.Post, path.Put, path.Patch, path.Delete} {
			if op == nil {
				continue
			}
			if op.RequestBody != nil {
				for _, body := range op.RequestBody.Content {
					asked.add(body.Schema)
				}
			}
			op.Responses, op.Parameters = nil, nil
		}
	}
	d.Paths = nil
	maps.DeleteFunc(d.Components.Schemas.Map(), func(name string, _ *huma.Schema) bool { return !asked.names[name] })
}

// asked are the schemas that bodies of requests are checked with, by name.
type asked struct {
	all   huma.Registry
	names map[string]bool
}

// add adds what the schema leads to.
func (a asked) add(schemas ...*huma.Schema) {
	for _, s := range schemas {
		if s == nil {
			continue
		}
		if _, name, ok := strings.Cut(s.Ref, schemaPrefix); ok {
			if a.names[name] {
				continue
			}
			a.names[name] = true
			s = a.all.SchemaFromRef(s.Ref)
		}
		for _, property := range s.Properties {
			a.add(property)
		}
		if more, ok := s.AdditionalProperties.(*huma.Schema); ok {
			a.add(more)
		}
		a.add(s.Items, s.Not)
		a.add(s.OneOf...)
		a.add(s.AnyOf...)
		a.add(s.AllOf...)
	}
}
