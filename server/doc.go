// Package server is the HTTP door: the API of api.md, health, metrics and documentation.
//
// [New] takes what the API needs as small interfaces, written here by the one who
// asks, and returns an [http.Handler]. Gin and huma stay inside.
//
//   - Every operation under /api/v1 is registered by [register], which asks for a
//     token with the right scope before anything of the request is read.
//   - Every error leaves as application/problem+json through [fail], in the
//     language of the caller and without a value the caller sent.
//   - Everything else (pages, hooks, callbacks, the sandbox) is mounted beside the
//     API through [Config.Mount] and gets the same request id, log line, security
//     headers and protection against cross-origin requests.
//
// The handler bounds how long a body of an API call may take (30 s) and not how
// long an answer takes: a channel's test may last a while, and a mounted page may
// stream. Serve it with
//
//	&http.Server{ReadHeaderTimeout: 5 * time.Second, IdleTimeout: 2 * time.Minute, MaxHeaderBytes: 64 << 10}
//
// and leave WriteTimeout at 0.
package server
