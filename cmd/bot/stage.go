package main

import (
	"context"
	"errors"
	"fmt"
	"net/http"
	"time"

	"ticketbell/notify"
)

// sandboxCommand is the world outside alone: what a service on this machine can be
// connected to, and what goes on living when that service dies.
type sandboxCommand struct {
	listening
}

// Run plays Feishu, WeCom and the mail server until ctx is done. The ready line
// carries, as "channels", what to PATCH to /api/v1/channels/{channel} of a service
// that shall use them; the secrets in it open nothing but this sandbox.
func (c *sandboxCommand) Run(ctx context.Context, s *streams) error {
	box, err := openSandbox(company()...)
	if err != nil {
		return err
	}
	defer box.close()
	// Nobody tells us where that service is: what comes back must not need to know.
	box.settings[notify.Feishu]["callback"] = "long_connection"
	delete(box.settings[notify.WeCom], "callback_token")
	delete(box.settings[notify.WeCom], "callback_aes_key")
	ln, err := listen(ctx, c.HTTPListen)
	if err != nil {
		return err
	}
	srv := &http.Server{Handler: box.door(), ReadHeaderTimeout: 10 * time.Second}
	stop := context.AfterFunc(ctx, func() { _ = srv.Close() }) // streams never end by themselves
	defer stop()
	ready(s, "url", "http://"+ln.Addr().String(), "channels", box.settings, "version", version)
	if err := srv.Serve(ln); !errors.Is(err, http.ErrServerClosed) {
		return fmt.Errorf("serve: %w", err)
	}
	return nil
}
