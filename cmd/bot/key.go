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
// in the data directory, which is made when it is missing.
func (k keeping) masterKey(log *slog.Logger) ([]byte, error) {
	switch {
	case k.SecretKey != "":
		return decodeKey(k.SecretKey)
	case k.SecretKeyFile != "":
		return readKey(k.SecretKeyFile)
	}
	path := filepath.Join(k.DataDir, keyFile)
	key, err := readKey(path)
	if !errors.Is(err, fs.ErrNotExist) {
		return key, err
	}
	return makeKey(path, log)
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

// makeKey writes a fresh key, unless another process was faster. The file appears
// whole or not at all: replicas that share a directory may start together.
func makeKey(path string, log *slog.Logger) ([]byte, error) {
	key := make([]byte, keyBytes)
	_, _ = rand.Read(key) // crypto/rand.Read never fails
	f, err := os.CreateTemp(filepath.Dir(path), keyFile+".*")
	if err != nil {
		return nil, fmt.Errorf("make the master key: %w", err)
	}
	defer func() { _ = os.Remove(f.Name()) }()
	_, err = f.WriteString(hex.EncodeToString(key) + "\n")
	if err = errors.Join(err, f.Sync(), f.Close()); err != nil {
		return nil, fmt.Errorf("make the master key: %w", err)
	}
	if err := os.Link(f.Name(), path); errors.Is(err, fs.ErrExist) {
		return readKey(path)
	} else if err != nil {
		return nil, fmt.Errorf("make the master key: %w", err)
	}
	log.Warn("a master key was made: back it up, saved secrets cannot be read without it", "file", path)
	return key, nil
}

// subKey derives a key for one purpose from the master key.
func subKey(master []byte, purpose string) ([]byte, error) {
	key, err := hkdf.Key(sha256.New, master, nil, "ticketbell/"+purpose, keyBytes)
	if err != nil {
		return nil, fmt.Errorf("derive a key: %w", err)
	}
	return key, nil
}
