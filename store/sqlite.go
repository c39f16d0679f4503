package store

import (
	"context"
	"database/sql"
	"errors"
	"fmt"
	"net/url"
	"os"
	"runtime"
	"sync"

	"github.com/pressly/goose/v3"
	_ "modernc.org/sqlite" // the driver "sqlite"

	"ticketbell/notify"
)

// sqlite is a database in one file: one goroutine writes, many read.
type sqlite struct {
	handle *sql.DB // the writer's, one connection
	read   *sql.DB
	writer *writer
	wg     sync.WaitGroup
}

func openSQLite(ctx context.Context, path string) (*sqlite, error) {
	if err := touch(path); err != nil {
		return nil, fmt.Errorf("open database file: %w", err)
	}
	handle, err := sql.Open("sqlite", sqliteDSN(path, "_txlock=immediate"))
	if err != nil {
		return nil, fmt.Errorf("open database file %s: %w", path, err)
	}
	handle.SetMaxOpenConns(1)
	db := &sqlite{handle: handle}
	if err := db.start(ctx, path); err != nil {
		return nil, errors.Join(fmt.Errorf("open database file %s: %w", path, err), handle.Close())
	}
	return db, nil
}

// touch makes the file readable to its owner only: it holds names and addresses.
func touch(path string) error {
	f, err := os.OpenFile(path, os.O_RDWR|os.O_CREATE, 0o600)
	if err != nil {
		return err
	}
	return f.Close()
}

// sqliteDSN is the driver's name of the file with what every connection is set
// to: synchronous=FULL makes a commit survive a power cut, the busy timeout (ms)
// lets another process on the same file, such as a command of the operator, finish.
func sqliteDSN(path, more string) string {
	file := url.URL{Scheme: "file", Opaque: (&url.URL{Path: path}).EscapedPath()}
	return file.String() + "?_pragma=busy_timeout(10000)&_pragma=journal_mode(WAL)" +
		"&_pragma=synchronous(FULL)&_pragma=foreign_keys(1)&" + more
}

func (db *sqlite) start(ctx context.Context, path string) error {
	if err := migrateUp(ctx, goose.DialectSQLite3, db.handle); err != nil {
		return err
	}
	conn, err := db.handle.Conn(ctx)
	if err != nil {
		return err
	}
	if db.read, err = sql.Open("sqlite", sqliteDSN(path, "_pragma=query_only(1)")); err != nil {
		return errors.Join(err, conn.Close())
	}
	db.read.SetMaxOpenConns(max(4, 2*runtime.NumCPU()))
	db.read.SetMaxIdleConns(max(4, 2*runtime.NumCPU()))
	db.writer = newWriter(conn)
	db.wg.Go(db.writer.run)
	return nil
}

func (db *sqlite) write(ctx context.Context, do func(context.Context, querier) error) error {
	return db.writer.write(ctx, do)
}

// tell has nobody to tell: the processes beside this one are short commands.
func (db *sqlite) tell(context.Context, querier, []notify.Channel) error { return nil }

func (db *sqlite) close() error {
	db.writer.stop()
	db.wg.Wait()
	return errors.Join(db.read.Close(), db.writer.close(), db.handle.Close())
}
