package rig

import (
	"context"
	"fmt"
	"os"
	"os/exec"
	"strings"
)

// Postgres is a PostgreSQL of our own, started by scripts/postgres.sh; programs that
// use it run at the root of the repository.
type Postgres struct {
	// URL is its address. Commits wait for its log here, which the tests do without:
	// what it answered for must survive its restart.
	URL string

	dir string
}

// StartPostgres starts a server that keeps its files in dir.
func StartPostgres(ctx context.Context, dir string) (*Postgres, error) {
	p := &Postgres{dir: dir}
	out, err := p.script(ctx, "start")
	if err != nil {
		return nil, err
	}
	p.URL = strings.TrimSpace(out) + "&options=-c%20synchronous_commit%3Don"
	return p, nil
}

// Restart breaks the server off (no checkpoint, no goodbye) and starts it again on
// the same port.
func (p *Postgres) Restart(ctx context.Context) error {
	_, err := p.script(ctx, "restart")
	return err
}

// Stop ends the server, also when ctx has ended.
func (p *Postgres) Stop(ctx context.Context) error {
	_, err := p.script(context.WithoutCancel(ctx), "stop")
	return err
}

func (p *Postgres) script(ctx context.Context, what string) (string, error) {
	cmd := exec.CommandContext(ctx, "scripts/postgres.sh", what, p.dir)
	cmd.Stderr = os.Stderr
	out, err := cmd.Output()
	if err != nil {
		return "", fmt.Errorf("scripts/postgres.sh %s: %w", what, err)
	}
	return string(out), nil
}
