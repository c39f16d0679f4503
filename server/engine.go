package server

import (
	"net/http"
	"strings"

	"github.com/danielgtaylor/huma/v2"
	"github.com/danielgtaylor/huma/v2/adapters/humagin"
	"github.com/gin-gonic/gin"
)

// newEngine returns gin without any of its own middleware. It never redirects: a
// provider's callback or a webhook would lose its body on the way.
func newEngine(mounted map[string]http.Handler, missing http.HandlerFunc) *gin.Engine {
	e := gin.New()
	e.RedirectTrailingSlash = false
	e.RedirectFixedPath = false
	e.HandleMethodNotAllowed = true
	e.UseRawPath = true // a name in the path may hold an escaped slash
	e.UnescapePathValues = true
	e.NoMethod(func(c *gin.Context) {
		writeProblem(c.Writer, c.Request, newProblem(http.StatusMethodNotAllowed, codeMethod))
	})
	e.NoRoute(func(c *gin.Context) {
		h := findMount(mounted, c.Request.URL.Path)
		if h == nil && missing != nil && wantsPage(c.Request) {
			h = missing
		}
		if h == nil {
			writeProblem(c.Writer, c.Request, newProblem(http.StatusNotFound, codeNotFound))
			return
		}
		c.Status(http.StatusOK) // gin begins with 404 here
		h.ServeHTTP(c.Writer, c.Request)
	})
	return e
}

// wantsPage reports whether a person's browser asks, for something outside the API.
func wantsPage(r *http.Request) bool {
	return r.Method == http.MethodGet && strings.Contains(r.Header.Get("Accept"), "text/html") && !strings.HasPrefix(r.URL.Path, "/api/")
}

// plainColons writes an escaped colon of the path as the colon it is: a careful
// caller escapes the verb of "/events:batch", and gin compares escaped paths.
func plainColons(next http.Handler) http.Handler {
	unescape := strings.NewReplacer("%3A", ":", "%3a", ":")
	return http.HandlerFunc(func(w http.ResponseWriter, r *http.Request) {
		if strings.Contains(strings.ToUpper(r.URL.RawPath), "%3A") {
			u := *r.URL
			u.RawPath = unescape.Replace(u.RawPath)
			r = r.WithContext(r.Context())
			r.URL = &u
		}
		next.ServeHTTP(w, r)
	})
}

// rootAlone mounts a handler at "/" and at nothing below it, as in [http.ServeMux].
const rootAlone = "/{$}"

// findMount returns the handler with the longest path that covers path, or nil.
// What is mounted at "/" is never asked for a path of the API.
func findMount(mounted map[string]http.Handler, path string) http.Handler {
	if h, ok := mounted[path]; ok {
		return h
	}
	if h, ok := mounted[rootAlone]; ok && path == "/" {
		return h
	}
	for end := strings.LastIndexByte(path, '/'); end >= 0; end = strings.LastIndexByte(path[:end], '/') {
		if end == 0 && strings.HasPrefix(path, "/api/") {
			return nil
		}
		if h, ok := mounted[path[:end+1]]; ok {
			return h
		}
	}
	return nil
}

// adapter puts huma's operations on gin, including the custom verbs of the API
// ("/events:batch", "/deliveries/{id}:retry"), where gin would read a parameter.
type adapter struct {
	engine *gin.Engine
	// verbs are the operations that are one path to gin, by method and path.
	verbs map[string][]verbed
}

// verbed is an operation with the verb its path ends in, "" without one.
type verbed struct {
	verb string
	op   *huma.Operation
	run  func(huma.Context)
}

func newAdapter(e *gin.Engine) adapter { return adapter{e, map[string][]verbed{}} }

// ServeHTTP answers through the engine.
func (a adapter) ServeHTTP(w http.ResponseWriter, r *http.Request) { a.engine.ServeHTTP(w, r) }

// Handle registers one operation.
func (a adapter) Handle(op *huma.Operation, handler func(huma.Context)) {
	path, verb := ginPath(op.Path)
	key := op.Method + " " + path
	a.verbs[key] = append(a.verbs[key], verbed{verb, op, handler})
	if len(a.verbs[key]) > 1 {
		return
	}
	a.engine.Handle(op.Method, path, func(c *gin.Context) {
		for _, v := range a.verbs[key] {
			if cutVerb(c.Params, v.verb) {
				v.run(humagin.NewContext(v.op, c))
				return
			}
		}
		writeProblem(c.Writer, c.Request, newProblem(http.StatusNotFound, codeNotFound))
	})
}

// ginPath spells an OpenAPI path for gin. A verb behind a parameter at the end
// cannot be spelt; it comes back on its own, to be cut off the parameter's value.
func ginPath(path string) (ginned, verb string) {
	if i := strings.LastIndex(path, "}:"); i >= 0 {
		path, verb = path[:i+1], path[i+1:]
	}
	path = strings.ReplaceAll(path, ":", `\:`)
	return strings.NewReplacer("{", ":", "}", "").Replace(path), verb
}

// cutVerb takes verb off the last parameter, or reports that it is not there.
func cutVerb(params gin.Params, verb string) bool {
	if verb == "" {
		return true
	}
	last := &params[len(params)-1]
	value, ok := strings.CutSuffix(last.Value, verb)
	if !ok || value == "" {
		return false
	}
	last.Value = value
	return true
}
