package mail

import (
	"context"
	"crypto/tls"
)

// Watcher follows one conversation with a server, step by step: tls, greeting, hello,
// authenticate, sender, receiver and send. It is for tests of a configuration.
type Watcher interface {
	Begin(step string)
	// End says how the step went; detail is one line without credentials.
	End(step, detail string, err error)
	// Secured is told what the encryption is, after its step.
	Secured(state tls.ConnectionState)
}

type watcherKey struct{}

// Watch has w follow what [Mailer.Check] and [Mailer.Send] do under the context.
func Watch(ctx context.Context, w Watcher) context.Context {
	return context.WithValue(ctx, watcherKey{}, w)
}

// step does one step of a conversation, before the eyes of whoever watches.
func step(ctx context.Context, name string, do func() (detail string, err error)) error {
	w, watched := ctx.Value(watcherKey{}).(Watcher)
	if watched {
		w.Begin(name)
	}
	detail, err := do()
	if watched {
		w.End(name, detail, err)
	}
	return err
}

// secured tells whoever watches how the connection is encrypted.
func secured(ctx context.Context, state tls.ConnectionState) {
	if w, watched := ctx.Value(watcherKey{}).(Watcher); watched {
		w.Secured(state)
	}
}
