package main

import (
	"context"
	"fmt"
	"net"
	"net/http"
	"runtime"
	"time"
)

// healthcheckCommand asks a running service whether it is ready.
type healthcheckCommand struct {
	HTTPListen string        `name:"http-listen" help:"Where the service listens." default:"127.0.0.1:8080" placeholder:"HOST:PORT"`
	Timeout    time.Duration `help:"How long to wait for the answer." default:"3s"`
}

// Run returns nil when the service is ready.
func (c *healthcheckCommand) Run(ctx context.Context, _ *streams) error {
	ctx, cancel := context.WithTimeout(ctx, c.Timeout)
	defer cancel()
	req, err := http.NewRequestWithContext(ctx, http.MethodGet, "http://"+reachable(c.HTTPListen)+"/readyz", nil)
	if err != nil {
		return fmt.Errorf("ask %s: %w", c.HTTPListen, err)
	}
	resp, err := http.DefaultClient.Do(req)
	if err != nil {
		return fmt.Errorf("not ready: %w", err)
	}
	defer func() { _ = resp.Body.Close() }()
	if resp.StatusCode != http.StatusOK {
		return fmt.Errorf("not ready: %s", resp.Status)
	}
	return nil
}

// reachable turns a listening address into one that can be dialled: a service that
// listens everywhere is asked on loopback.
func reachable(listen string) string {
	host, port, err := net.SplitHostPort(listen)
	if ip := net.ParseIP(host); err == nil && (host == "" || (ip != nil && ip.IsUnspecified())) {
		return net.JoinHostPort("127.0.0.1", port)
	}
	return listen
}

// versionCommand prints the version.
type versionCommand struct{}

// Run prints version, commit, build time and Go's version on one line.
func (versionCommand) Run(_ context.Context, s *streams) error {
	_, err := fmt.Fprintf(s.out, "ticketbell %s %s %s %s\n", version, commit, builtAt, runtime.Version())
	return err
}
