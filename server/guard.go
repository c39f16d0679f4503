package server

import (
	"errors"
	"fmt"
	"net/http"
	"runtime/debug"
)

// crossOrigin refuses what a browser sends from another site; machines, which
// send no such headers, pass.
func crossOrigin(trusted []string) (*http.CrossOriginProtection, error) {
	c := http.NewCrossOriginProtection()
	var errs []error
	for _, origin := range trusted {
		errs = append(errs, c.AddTrustedOrigin(origin))
	}
	c.SetDenyHandler(http.HandlerFunc(func(w http.ResponseWriter, r *http.Request) {
		writeProblem(w, r, newProblem(http.StatusForbidden, codeCross))
	}))
	return c, errors.Join(errs...)
}

// secure sets the headers every answer carries. A mounted page may set its own.
func secure(next http.Handler) http.Handler {
	return http.HandlerFunc(func(w http.ResponseWriter, r *http.Request) {
		h := w.Header()
		h.Set("X-Content-Type-Options", "nosniff")
		h.Set("X-Frame-Options", "DENY")
		h.Set("Referrer-Policy", "same-origin")
		h.Set("Cross-Origin-Opener-Policy", "same-origin")
		next.ServeHTTP(w, r)
	})
}

// recoverPanics turns a panic into a problem that tells nothing, and tells the log.
func recoverPanics(next http.Handler) http.Handler {
	return http.HandlerFunc(func(w http.ResponseWriter, r *http.Request) {
		defer func() {
			p := recover()
			if p == nil {
				return
			}
			if err, ok := p.(error); ok && errors.Is(err, http.ErrAbortHandler) {
				panic(p) // net/http's own way to break off
			}
			answerPanic(w, r, fmt.Errorf("panic: %v\n%s", p, debug.Stack()))
		}()
		next.ServeHTTP(w, r)
	})
}

func answerPanic(w http.ResponseWriter, r *http.Request, err error) {
	if rec, ok := w.(*recorder); ok && rec.status != 0 {
		current(r.Context()).cause = err // too late for another answer
		panic(http.ErrAbortHandler)
	}
	p := newProblem(http.StatusInternalServerError, codeInternal)
	p.cause = err
	writeProblem(w, r, p)
}
