// Package access says who may use ticketbell and for what: API tokens and their scopes.
package access
