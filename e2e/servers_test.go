package e2e

import (
	"context"
	"os"
	"os/exec"
	"path/filepath"
	"strconv"
	"strings"
	"testing"
)

// database is a PostgreSQL or Redis of one story, run by a script of the repository.
type database struct {
	t           *testing.T
	script, dir string
	url         string
}

// startDatabase starts one that ends with its test.
func startDatabase(t *testing.T, script string) *database {
	t.Helper()
	dir, err := os.MkdirTemp("", "ticketbell-e2e-server-") //nolint:usetesting // t.TempDir is closed to the user PostgreSQL runs as
	if err != nil {
		t.Fatal(err)
	}
	if err := os.Chmod(dir, 0o711); err != nil {
		t.Fatal(err)
	}
	d := &database{t: t, script: script, dir: filepath.Join(dir, "data")}
	t.Cleanup(func() {
		d.must(context.Background(), "stop") // the test's own context has ended
		_ = os.RemoveAll(dir)
	})
	d.url = strings.TrimSpace(d.must(t.Context(), "start"))
	return d
}

func startPostgres(t *testing.T) *database { t.Helper(); return startDatabase(t, "postgres.sh") }
func startRedis(t *testing.T) *database    { t.Helper(); return startDatabase(t, "redis.sh") }

// restart breaks PostgreSQL off and starts it again.
func (d *database) restart() { d.t.Helper(); d.must(d.t.Context(), "restart") }

// stop ends it, start begins anew on the same port.
func (d *database) stop()  { d.t.Helper(); d.must(d.t.Context(), "stop") }
func (d *database) start() { d.t.Helper(); d.must(d.t.Context(), "start") }

func (d *database) must(ctx context.Context, what string) string {
	d.t.Helper()
	cmd := exec.CommandContext(ctx, filepath.Join(scripts, d.script), what, d.dir)
	var said strings.Builder
	cmd.Stderr = &said
	out, err := cmd.Output()
	if err != nil {
		d.t.Fatalf("%s %s: %v\n%s", d.script, what, err, said.String())
	}
	return string(out)
}

// fills lets no file of the process grow beyond 4 KB, as a full disk would; empties ends that.
func (p *process) fills()   { p.t.Helper(); p.limitFiles("4096") }
func (p *process) empties() { p.t.Helper(); p.limitFiles("unlimited") }

func (p *process) limitFiles(size string) {
	p.t.Helper()
	cmd := exec.CommandContext(p.t.Context(), "prlimit", "--pid", strconv.Itoa(p.cmd.Process.Pid), "--fsize="+size+":")
	if out, err := cmd.CombinedOutput(); err != nil {
		p.t.Fatalf("limit the size of files: %v\n%s", err, out)
	}
}
