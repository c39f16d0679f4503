package main

import (
	"context"
	"errors"
	"fmt"
	"io/fs"
	"log/slog"
	"os"
	"path/filepath"
	"time"

	"ticketbell/store"
)

// linger is how long an outcome may wait to be written down together with others. A
// worker has further calls under way meanwhile, so that it delays nothing.
const linger = 2 * time.Millisecond

// openStore opens the database where k says, making the data directory and the key
// on first use. A key that was made is kept only once the database has taken it:
// the key to a database with secrets in it is somewhere else.
func openStore(ctx context.Context, k keeping, log *slog.Logger) (*store.Store, []byte, error) {
	if err := os.MkdirAll(k.DataDir, 0o700); err != nil {
		return nil, nil, fmt.Errorf("make the data directory: %w", err)
	}
	key, isNew, err := k.masterKey()
	if err != nil {
		return nil, nil, err
	}
	resume := holdCollector()
	s, err := store.Open(ctx, store.Config{URL: k.url(), Key: key, Now: time.Now, Log: log, Linger: linger})
	resume()
	if err == nil && isNew {
		if err = keepKey(k.keyPath(), key, log); err != nil {
			err = errors.Join(err, s.Close())
		}
	}
	if err != nil && isNew && exists(k.keyPath()) { // another process was faster: its key is the one
		return openStore(ctx, k, log)
	}
	if errors.Is(err, store.ErrOtherKey) {
		return nil, nil, fmt.Errorf("%w; give the key they were sealed with as %sSECRET_KEY or in %s (replicas of one database share one key)",
			err, envPrefix, k.keyPath())
	}
	if err != nil {
		return nil, nil, err
	}
	return s, key, nil
}

// url is the database's, as package store takes it.
func (k keeping) url() string {
	if k.DatabaseURL != "" {
		return k.DatabaseURL
	}
	return "sqlite:" + filepath.Join(k.DataDir, "ticketbell.db")
}

func exists(path string) bool {
	_, err := os.Stat(path)
	return !errors.Is(err, fs.ErrNotExist)
}
