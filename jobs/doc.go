// Package jobs runs work that takes longer than a request: it can be looked at,
// paused, and canceled.
//
// Jobs live in the process that started them. A restart ends them, and another
// replica does not know them; what runs as a job must be safe to begin again.
package jobs
