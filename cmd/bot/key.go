package main

import (
	"crypto/hkdf"
	"crypto/rand"
	"crypto/sha256"
	"encoding/hex"
	"errors"
	"fmt"
	"io/fs"
	"log/slog"
	"os"
	"path/filepath"
)

// keyBytes is the length of the master key.
const keyBytes = 32

// keyFile is the name of the key file in the data directory.
const keyFile = "secret.key"

// masterKey returns the key that secrets are sealed with: as set, or from the file
// in the data directory. Where there is no such file the key is new, and lost unless
// [keepKey] keeps it.
func (k keeping) masterKey() (key []byte, isNew bool, err error) {
	switch {
	case k.SecretKey != "":
		key, err = decodeKey(k.SecretKey)
		return key, false, err
	case k.SecretKeyFile != "":
		key, err = readKey(k.SecretKeyFile)
		return key, false, err
	}
	key, err = readKey(k.keyPath())
	if !errors.Is(err, fs.ErrNotExist) {
		return key, false, err
	}
	key = make([]byte, keyBytes)
	_, _ = rand.Read(key) // crypto/rand.Read never fails
	return key, true, nil
}

// keyPath is where the key is read from, and kept where none was set.
func (k keeping) keyPath() string {
	if k.SecretKeyFile != "" {
		return k.SecretKeyFile
	}
	return filepath.Join(k.DataDir, keyFile)
}

func readKey(path string) ([]byte, error) {
	text, err := os.ReadFile(path) //nolint:gosec // the operator names the file
	if err != nil {
		return nil, fmt.Errorf("read the master key: %w", err)
	}
	key, err := decodeKey(string(text))
	if err != nil {
		return nil, fmt.Errorf("master key in %s: %w", path, err)
	}
	return key, nil
}

// keepKey writes a new key down, or returns [fs.ErrExist] when another process was
// faster. The file appears whole or not at all: replicas that share a directory may
// start together.
func keepKey(path string, key []byte, log *slog.Logger) error {
	f, err := os.CreateTemp(filepath.Dir(path), keyFile+".*")
	if err != nil {
		return fmt.Errorf("keep the master key: %w", err)
	}
	defer func() { _ = os.Remove(f.Name()) }()
	_, err = f.WriteString(hex.EncodeToString(key) + "\n")
	if err = errors.Join(err, f.Sync(), f.Close()); err != nil {
		return fmt.Errorf("keep the master key: %w", err)
	}
	if err := os.Link(f.Name(), path); err != nil {
		return fmt.Errorf("keep the master key: %w", err)
	}
	log.Warn("a master key was made: back it up, saved secrets cannot be read without it", "file", path)
	return nil
}

// subKey derives a key for one purpose from the master key.
func subKey(master []byte, purpose string) ([]byte, error) {
	key, err := hkdf.Key(sha256.New, master, nil, "ticketbell/"+purpose, keyBytes)
	if err != nil {
		return nil, fmt.Errorf("derive a key: %w", err)
	}
	return key, nil
}
