package server

import (
	"context"
	"mime"
	"net/http"
	"reflect"
	"strconv"
	"strings"
	"time"

	"github.com/danielgtaylor/huma/v2"
	"github.com/gin-gonic/gin"

	"ticketbell/access"
)

// bodyTime is how long a body may take to arrive.
const bodyTime = 30 * time.Second

// route is one operation of the API, as it is called and as it is documented.
type route struct {
	method, path string
	// id is the operation's stable name in the OpenAPI document.
	id    string
	scope access.Scope
	// also are scopes that open it just as well; what they show is the handler's to decide.
	also []access.Scope
	tag  string
	// title is a line, text a paragraph in the documentation.
	title, text string
	// status is the usual one; 0 is 200, or 204 when nothing is answered.
	status int
	// limit is how many bytes a body may have; 0 is 1 MiB.
	limit int64
	// media is a media type that the body may have as well, "" for none.
	media string
	// example is a body worth copying.
	example any
	// fails are the statuses beside those that any operation may answer.
	fails []int
	// anyMedia takes a body whatever it says it is: the handler looks at what it holds.
	anyMedia bool
	// unchecked leaves the body to the handler instead of checking it against its schema.
	unchecked bool
	// noting says whether it is written down where its method does not tell, see [route.audited].
	noting noting
	// streams is what is answered at the end of a stream, or at once without one.
	streams reflect.Type
}

func newAPI(c Config, engine *gin.Engine) *api {
	schemas := huma.NewMapRegistry(schemaPrefix, huma.DefaultSchemaNamer)
	config := huma.Config{
		OpenAPI:       describe(c.Build, schemas),
		Formats:       map[string]huma.Format{"application/json": huma.DefaultJSONFormat, "json": huma.DefaultJSONFormat},
		DefaultFormat: "application/json",
		// The document and its page are our own: huma's page loads from a public CDN
		// and its document is made while requests race for it.
	}
	return &api{Config: c, huma: huma.NewAPI(config, newAdapter(engine))}
}

// register puts an operation on the engine and in the document. Its errors leave
// through [fail].
func register[I, O any](a *api, r route, handle func(context.Context, *I) (*O, error)) {
	op := huma.Operation{
		Method: r.method, Path: r.path, OperationID: r.id, Tags: []string{r.tag}, Summary: r.title, Description: r.text,
		DefaultStatus: r.status, SkipValidateBody: r.unchecked,
		Security:    r.security(),
		Middlewares: huma.Middlewares{noStore, a.admit(r.scope, r.also...)},
	}
	if media := bodyType[I](); media != "" {
		if !r.anyMedia {
			op.Middlewares = append(op.Middlewares, only(media, r.media))
		}
		op.MaxBodyBytes, op.BodyReadTimeout = r.bodyLimit(), bodyTime
		op.RequestBody = &huma.RequestBody{Content: map[string]*huma.MediaType{media: {Example: r.example}}}
		if r.media != "" {
			op.RequestBody.Content[r.media] = &huma.MediaType{Schema: &huma.Schema{Type: huma.TypeString, Format: "binary"}}
		}
	}
	if r.audited() {
		op.Extensions = map[string]any{"x-audited": true}
	}
	op.Responses = a.problems(append(r.fails, http.StatusUnauthorized, http.StatusForbidden))
	if r.streams != nil {
		op.Responses["200"] = a.streamed(r.streams)
	}
	huma.Register(a.huma, op, func(ctx context.Context, in *I) (*O, error) {
		out, err := handle(ctx, in)
		if err != nil {
			return nil, fail(ctx, err)
		}
		if r.audited() {
			a.note(ctx, r, in)
		}
		return out, nil
	})
}

// security is what opens the operation, one way for each scope.
func (r route) security() []map[string][]string {
	ways := []map[string][]string{{"token": {string(r.scope)}}}
	for _, s := range r.also {
		ways = append(ways, map[string][]string{"token": {string(s)}})
	}
	return ways
}

// bodyLimit is one byte more than is allowed: huma refuses a body that reaches its limit.
func (r route) bodyLimit() int64 {
	if r.limit == 0 {
		return 1<<20 + 1
	}
	return r.limit + 1
}

// problems documents the error answers of an operation.
func (a *api) problems(statuses []int) map[string]*huma.Response {
	schema := a.huma.OpenAPI().Components.Schemas.Schema(reflect.TypeFor[problem](), true, "Problem")
	answers := map[string]*huma.Response{}
	for _, s := range statuses {
		answers[strconv.Itoa(s)] = &huma.Response{
			Description: http.StatusText(s),
			Content:     map[string]*huma.MediaType{"application/problem+json": {Schema: schema}},
		}
	}
	return answers
}

// streamed documents an answer that comes at once, or event by event.
func (a *api) streamed(report reflect.Type) *huma.Response {
	schema := a.huma.OpenAPI().Components.Schemas.Schema(report, true, "")
	return &huma.Response{Description: "OK", Content: map[string]*huma.MediaType{
		"application/json":  {Schema: schema},
		"text/event-stream": {Schema: &huma.Schema{Type: huma.TypeString}},
	}}
}

// noStore keeps answers of the API out of caches.
func noStore(ctx huma.Context, next func(huma.Context)) {
	ctx.SetHeader("Cache-Control", "no-store")
	next(ctx)
}

// bodyType is the media type of the body of an input, "" when it has none.
func bodyType[I any]() string {
	if _, ok := reflect.TypeFor[I]().FieldByName("Body"); ok {
		return "application/json"
	}
	raw, _ := reflect.TypeFor[I]().FieldByName("RawBody")
	return raw.Tag.Get("contentType")
}

// only refuses a body that says it is something else. One that does not say is
// taken for what it should be.
func only(want, or string) func(huma.Context, func(huma.Context)) {
	return func(ctx huma.Context, next func(huma.Context)) {
		header := ctx.Header("Content-Type")
		media, _, err := mime.ParseMediaType(header)
		merge := want == "application/json" && strings.HasSuffix(media, "+json")
		if header == "" || (err == nil && (media == want || media == or || merge)) {
			next(ctx)
			return
		}
		reply(ctx, newProblem(http.StatusUnsupportedMediaType, codeMedia).said(ctx.Context()))
	}
}
