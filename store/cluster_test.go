package store_test

import (
	"bytes"
	"context"
	"database/sql"
	"errors"
	"fmt"
	"io"
	"net"
	"net/url"
	"os"
	"os/exec"
	"os/user"
	"path/filepath"
	"slices"
	"strconv"
	"sync"
	"syscall"
	"testing"
	"time"

	_ "github.com/jackc/pgx/v5/stdlib" // the driver "pgx"
)

// serverEnv names a PostgreSQL server whose user may create databases. Without it
// the tests run a private one.
const serverEnv = "TICKETBELL_TEST_POSTGRES"

// server is the PostgreSQL all tests of this run share, started by the first that asks.
var server = sync.OnceValues(func() (*cluster, error) {
	if dsn := os.Getenv(serverEnv); dsn != "" {
		return &cluster{dsn: dsn}, nil
	}
	return startCluster()
})

// started is true once server has been asked for.
var started bool

// cluster is a PostgreSQL server.
type cluster struct {
	dsn   string
	guard *exec.Cmd // runs the server; ends it when its standard input ends
	input io.Closer
}

// postgresURL makes an empty database for the test and returns its URL.
func postgresURL(tb testing.TB) string {
	tb.Helper()
	started = true
	c, err := server()
	if err != nil {
		tb.Fatalf("no PostgreSQL to test with: %v; install it (apt-get install postgresql) or set %s", err, serverEnv)
	}
	name := fmt.Sprintf("ticketbell_test_%d_%d", os.Getpid(), time.Now().UnixNano())
	c.exec(tb, `CREATE DATABASE `+name+` TEMPLATE template0`)
	tb.Cleanup(func() { c.exec(tb, `DROP DATABASE `+name+` WITH (FORCE)`) })
	u, err := url.Parse(c.dsn)
	if err != nil {
		tb.Fatalf("the server's URL cannot be read")
	}
	u.Path = "/" + name
	return u.String()
}

func (c *cluster) exec(tb testing.TB, query string) {
	tb.Helper()
	db, err := sql.Open("pgx", c.dsn)
	if err != nil {
		tb.Fatalf("open the server: %v", err)
	}
	defer func() { _ = db.Close() }()
	if _, err := db.ExecContext(context.Background(), query); err != nil {
		tb.Fatalf("%s: %v", query, err)
	}
}

// startCluster runs a server from the installed programs on a free port. It ends
// with this process, however that ends.
func startCluster() (*cluster, error) {
	bin, err := programs()
	if err != nil {
		return nil, err
	}
	owner, err := serverUser()
	if err != nil {
		return nil, err
	}
	dir, err := os.MkdirTemp("", "ticketbell-postgres-")
	if err != nil {
		return nil, err
	}
	if owner != nil {
		if err := os.Chown(dir, int(owner.Uid), int(owner.Gid)); err != nil {
			return nil, err
		}
	}
	port, err := freePort()
	if err != nil {
		return nil, err
	}
	c, err := runServer(bin, dir, port, owner)
	if err != nil {
		return nil, err
	}
	return c, c.await()
}

// runServer keeps the server's life in a shell that waits for its input to end:
// it does when the test process exits, is killed, or closes it.
func runServer(bin, dir, port string, owner *syscall.Credential) (*cluster, error) {
	const script = `set -e
"$1/initdb" -D "$2/data" -U ticketbell -A trust -E UTF8 --no-sync >"$2/log" 2>&1
"$1/postgres" -D "$2/data" -p "$3" -k "$2" -h 127.0.0.1 -F >>"$2/log" 2>&1 &
cat >/dev/null
kill -INT $! && wait $! || true
rm -rf "$2"/* || true`
	guard := exec.CommandContext(context.Background(), "sh", "-c", script, "sh", bin, dir, port)
	guard.Dir = dir
	guard.SysProcAttr = &syscall.SysProcAttr{Credential: owner, Setpgid: true}
	guard.Stderr = new(bytes.Buffer)
	input, err := guard.StdinPipe()
	if err != nil {
		return nil, err
	}
	if err := guard.Start(); err != nil {
		return nil, err
	}
	return &cluster{dsn: "postgres://ticketbell@127.0.0.1:" + port + "/postgres?sslmode=disable", guard: guard, input: input}, nil
}

// await waits until the server answers.
func (c *cluster) await() error {
	db, err := sql.Open("pgx", c.dsn)
	if err != nil {
		return err
	}
	defer func() { _ = db.Close() }()
	ctx, cancel := context.WithTimeout(context.Background(), time.Minute)
	defer cancel()
	tick := time.NewTicker(50 * time.Millisecond)
	defer tick.Stop()
	for {
		if err = db.PingContext(ctx); err == nil {
			return nil
		}
		select {
		case <-tick.C:
		case <-ctx.Done():
			return fmt.Errorf("the server does not answer: %w; %s", err, c.guard.Stderr)
		}
	}
}

// stopCluster ends the private server, if one was started.
func stopCluster() error {
	if !started {
		return nil
	}
	c, err := server()
	if err != nil {
		return err
	}
	if c.guard == nil {
		return nil
	}
	return errors.Join(c.input.Close(), c.guard.Wait(), os.Remove(c.guard.Dir))
}

// programs is the folder of the newest installed PostgreSQL.
func programs() (string, error) {
	if path, err := exec.LookPath("initdb"); err == nil {
		return filepath.Dir(path), nil
	}
	found, err := filepath.Glob("/usr/lib/postgresql/*/bin/initdb")
	if err != nil || len(found) == 0 {
		return "", errors.New("initdb is not installed")
	}
	slices.Sort(found)
	return filepath.Dir(found[len(found)-1]), nil
}

// serverUser is whom the server runs as: it refuses to run as root.
func serverUser() (*syscall.Credential, error) {
	if os.Getuid() != 0 {
		return nil, nil
	}
	for _, name := range []string{"postgres", "nobody"} {
		u, err := user.Lookup(name)
		if err != nil {
			continue
		}
		uid, uidErr := strconv.ParseUint(u.Uid, 10, 32)
		gid, gidErr := strconv.ParseUint(u.Gid, 10, 32)
		return &syscall.Credential{Uid: uint32(uid), Gid: uint32(gid)}, errors.Join(uidErr, gidErr)
	}
	return nil, errors.New("root may not run PostgreSQL, and there is neither a user postgres nor nobody")
}

func freePort() (string, error) {
	l, err := new(net.ListenConfig).Listen(context.Background(), "tcp", "127.0.0.1:0")
	if err != nil {
		return "", err
	}
	_, port, err := net.SplitHostPort(l.Addr().String())
	return port, errors.Join(err, l.Close())
}
