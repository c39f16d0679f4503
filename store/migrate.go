package store

import (
	"context"
	"database/sql"
	"embed"
	"fmt"
	"io/fs"

	"github.com/pressly/goose/v3"
	"github.com/pressly/goose/v3/lock"
)

//go:embed migrations
var migrations embed.FS

// migrateUp brings the tables to what this version of ticketbell expects.
func migrateUp(ctx context.Context, d goose.Dialect, db *sql.DB) error {
	provider, err := newMigrator(d, db)
	if err != nil {
		return fmt.Errorf("read migrations: %w", err)
	}
	if _, err := provider.Up(ctx); err != nil {
		return fmt.Errorf("migrate: %w", err)
	}
	return nil
}

func newMigrator(d goose.Dialect, db *sql.DB) (*goose.Provider, error) {
	options := []goose.ProviderOption{
		goose.WithDisableGlobalRegistry(true), goose.WithLogger(goose.NopLogger()),
		goose.WithAllowOutofOrder(true), // numbers are given out beforehand: a low one may land after a high one
	}
	folder := "migrations/sqlite"
	if d == goose.DialectPostgres {
		folder = "migrations/postgres"
		locker, err := lock.NewPostgresSessionLocker(lock.WithLockTimeout(1, 300))
		if err != nil {
			return nil, err
		}
		options = append(options, goose.WithSessionLocker(locker))
	}
	files, err := fs.Sub(migrations, folder)
	if err != nil {
		return nil, err
	}
	return goose.NewProvider(d, db, files, options...)
}
