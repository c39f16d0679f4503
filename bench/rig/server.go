package rig

import (
	"context"
	"fmt"
	"os"
	"os/exec"
	"strings"
)

// Server is a database of our own, run by a script of the repository: programs that
// use one run at its root.
type Server struct {
	// URL is its address.
	URL string

	script, dir string
}

// StartPostgres starts a PostgreSQL that keeps its files in dir. Commits wait for its
// log, which the tests do without: what it answered for must survive its restart.
func StartPostgres(ctx context.Context, dir string) (*Server, error) {
	s, err := start(ctx, "scripts/postgres.sh", dir)
	if err == nil {
		s.URL += "&options=-c%20synchronous_commit%3Don"
	}
	return s, err
}

// StartRedis starts a Redis that keeps nothing.
func StartRedis(ctx context.Context, dir string) (*Server, error) {
	return start(ctx, "scripts/redis.sh", dir)
}

func start(ctx context.Context, script, dir string) (*Server, error) {
	s := &Server{script: script, dir: dir}
	out, err := s.run(ctx, "start")
	s.URL = strings.TrimSpace(out)
	return s, err
}

// Restart breaks PostgreSQL off (no checkpoint, no goodbye) and starts it again on
// the same port.
func (s *Server) Restart(ctx context.Context) error {
	_, err := s.run(ctx, "restart")
	return err
}

// Start starts a Redis that was stopped, on the same port.
func (s *Server) Start(ctx context.Context) error {
	_, err := s.run(ctx, "start")
	return err
}

// Stop ends the server, also when ctx has ended.
func (s *Server) Stop(ctx context.Context) error {
	_, err := s.run(context.WithoutCancel(ctx), "stop")
	return err
}

func (s *Server) run(ctx context.Context, what string) (string, error) {
	cmd := exec.CommandContext(ctx, s.script, what, s.dir)
	cmd.Stderr = os.Stderr
	out, err := cmd.Output()
	if err != nil {
		return "", fmt.Errorf("%s %s: %w", s.script, what, err)
	}
	return string(out), nil
}
