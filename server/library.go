package server

import (
	"github.com/danielgtaylor/huma/v2"
	"github.com/gin-gonic/gin"
)

// Both libraries are steered by variables of their packages. They are set here,
// once, before anything can run beside: [New] must be free to be called twice.
func init() { //nolint:gochecknoinits // there is no other place for variables that are not ours
	gin.SetMode(gin.ReleaseMode)
	huma.ValidateStrictCasing = true
	huma.DefaultArrayNullable = false
	huma.NewErrorWithContext = complain
	huma.NewError = func(status int, msg string, errs ...error) huma.StatusError {
		return complain(nil, status, msg, errs...)
	}
}
