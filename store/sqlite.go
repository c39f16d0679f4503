package store

import (
	"context"
	"database/sql"
	"errors"
	"fmt"
	"io/fs"
	"net/url"
	"os"
	"runtime"
	"sync"
	"time"

	"github.com/pressly/goose/v3"
	_ "modernc.org/sqlite" // the driver "sqlite"

	"ticketbell/notify"
)

// sqlite is a database in one file: one goroutine writes, many read.
type sqlite struct {
	handle *sql.DB // the writer's, one connection
	read   *sql.DB
	reader *compiled // on read
	writer *writer
	wg     sync.WaitGroup
}

func openSQLite(ctx context.Context, path string, linger time.Duration) (*sqlite, error) {
	if err := touch(path); err != nil {
		return nil, fmt.Errorf("open database file: %w", err)
	}
	handle, err := sql.Open("sqlite", sqliteDSN(path, writes))
	if err != nil {
		return nil, fmt.Errorf("open database file %s: %w", path, err)
	}
	handle.SetMaxOpenConns(1)
	db := &sqlite{handle: handle}
	if err := db.start(ctx, path, linger); err != nil {
		return nil, errors.Join(fmt.Errorf("open database file %s: %w", path, err), handle.Close())
	}
	return db, nil
}

// touch makes a new file readable to its owner only: it holds names and addresses.
// One that is there is left closed, for closing a file ends this process's locks on it.
func touch(path string) error {
	f, err := os.OpenFile(path, os.O_RDWR|os.O_CREATE|os.O_EXCL, 0o600) //nolint:gosec // the path is the operator's to choose
	if errors.Is(err, fs.ErrExist) {
		return nil
	}
	if err != nil {
		return err
	}
	return f.Close()
}

// sqliteDSN is the driver's name of the file. In every connection, synchronous=FULL
// makes a commit survive a power cut, and the busy timeout (ms) lets another
// process on the same file, such as a command of the operator, finish.
func sqliteDSN(path, more string) string {
	return fileURL(path) + "?_pragma=busy_timeout(10000)&_pragma=journal_mode(WAL)" +
		"&_pragma=synchronous(FULL)&_pragma=foreign_keys(1)&" + more
}

// writes sets up the writer. Its cache (kB) holds what a transaction of many changes; a
// larger one gained nothing, and the driver takes 8 kB for each page of 4.
const writes = "_txlock=immediate&_pragma=cache_size(-1000)"

// readOnly sets up a reader. Its cache (kB) is small: every write of another
// connection empties it.
const readOnly = "_pragma=query_only(1)&_pragma=cache_size(-128)"

func fileURL(path string) string {
	file := url.URL{Scheme: "file", Opaque: (&url.URL{Path: path}).EscapedPath()}
	return file.String()
}

// alone runs do while no other process does the same beside the same file: goose
// has no lock for SQLite, and two that start at once would both migrate. The lock
// is SQLite's own, on an empty file, and ends with the process.
func alone(ctx context.Context, path string, do func() error) error {
	db, err := sql.Open("sqlite", fileURL(path+".lock")+"?_pragma=busy_timeout(60000)&_txlock=exclusive")
	if err != nil {
		return err
	}
	defer func() { _ = db.Close() }() // nothing was written
	tx, err := db.BeginTx(ctx, nil)
	if err != nil {
		return fmt.Errorf("wait for another process to migrate: %w", err)
	}
	defer func() { _ = tx.Rollback() }()
	return do()
}

func (db *sqlite) start(ctx context.Context, path string, linger time.Duration) error {
	err := alone(ctx, path, func() error { return migrateUp(ctx, goose.DialectSQLite3, db.handle) })
	if err != nil {
		return err
	}
	conn, err := db.handle.Conn(ctx)
	if err != nil {
		return err
	}
	if db.read, err = sql.Open("sqlite", sqliteDSN(path, readOnly)); err != nil {
		return errors.Join(err, conn.Close())
	}
	db.read.SetMaxOpenConns(max(4, 2*runtime.NumCPU()))
	db.read.SetMaxIdleConns(max(4, 2*runtime.NumCPU()))
	db.reader = newCompiled(db.read)
	db.writer = newWriter(conn, linger)
	db.wg.Go(db.writer.run)
	return nil
}

func (db *sqlite) write(ctx context.Context, do func(context.Context, querier) error) error {
	return db.writer.write(ctx, do, false)
}

func (db *sqlite) writeSoon(ctx context.Context, do func(context.Context, querier) error) error {
	return db.writer.write(ctx, do, true)
}

// tell has nobody to tell: the processes beside this one are short commands.
func (db *sqlite) tell([]notify.Channel) {}

func (db *sqlite) spread([]string) {}

func (db *sqlite) close() error {
	db.writer.stop()
	db.wg.Wait()
	return errors.Join(db.reader.close(), db.read.Close(), db.writer.close(), db.handle.Close())
}
