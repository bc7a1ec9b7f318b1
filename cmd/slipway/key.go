package main

import (
	"context"
	"crypto/rand"
	"encoding/hex"
	"errors"
	"fmt"
	"io/fs"
	"os"
	"path/filepath"
	"strings"

	"github.com/slipway-deploy/slipway"
	"github.com/slipway-deploy/slipway/internal/store"
)

const keyBytes = 32

// keyPath is where the key that seals hook secrets lies: outside the database, so that a copy of the one is of no use
// without the other.
func keyPath(s Settings) string {
	if s.KeyFile != "" {
		return s.KeyFile
	}
	return filepath.Join(s.Data, "keys", "secret-1.key")
}

// readKey reads the key, or makes one where none was named and none is there.
func readKey(s Settings) (key []byte, made bool, err error) {
	path := keyPath(s)
	text, err := os.ReadFile(path)
	switch {
	case errors.Is(err, fs.ErrNotExist) && s.KeyFile == "":
		key, err = makeKey(path)
		return key, err == nil, err
	case err != nil:
		return nil, false, fmt.Errorf("the key %s cannot be read: %s", path, reason(err))
	}
	key, err = hex.DecodeString(strings.TrimSpace(string(text)))
	if err != nil || len(key) != keyBytes {
		return nil, false, fmt.Errorf("the key %s does not hold %d hexadecimal digits (openssl rand -hex %d makes one)", path, 2*keyBytes, keyBytes)
	}
	return key, false, nil
}

// makeKey writes a new key and makes it stable on disk before anything can be sealed with it.
func makeKey(path string) ([]byte, error) {
	key := make([]byte, keyBytes)
	if _, err := rand.Read(key); err != nil {
		return nil, err
	}
	if err := os.MkdirAll(filepath.Dir(path), 0o700); err != nil {
		return nil, fmt.Errorf("the folder of the key %s cannot be made: %s", path, reason(err))
	}
	if err := writeStable(path, []byte(hex.EncodeToString(key)+"\n")); err != nil {
		return nil, fmt.Errorf("the key %s cannot be written: %s", path, reason(err))
	}
	return key, nil
}

// checkKey refuses a key that does not open what is in the database. One that was just made is taken away again: the key
// that belongs there has gone missing.
func checkKey(ctx context.Context, db *store.DB, path string, made bool) error {
	err := db.CheckKey(ctx)
	var failed *slipway.Error
	switch {
	case err == nil:
		return nil
	case errors.As(err, &failed):
		return fmt.Errorf("the database cannot be read: %w", err)
	case made:
		_ = os.Remove(path)
		return fmt.Errorf("the key %s does not open the hook secrets in this database: it was missing, and a new one opens nothing; put it back from where it was kept", path)
	}
	return fmt.Errorf("the key %s does not open the hook secrets in this database: put back the one they were sealed with, or name it with key-file", path)
}

// writeStable makes a file of mode 0600 that is either whole or absent, whenever the power fails.
func writeStable(path string, body []byte) error {
	tmp := path + ".new"
	f, err := os.OpenFile(tmp, os.O_WRONLY|os.O_CREATE|os.O_TRUNC, 0o600)
	if err != nil {
		return err
	}
	_, err = f.Write(body)
	err = errors.Join(err, f.Sync(), f.Close())
	if err == nil {
		err = os.Rename(tmp, path)
	}
	if err != nil {
		_ = os.Remove(tmp)
		return err
	}
	dir, err := os.Open(filepath.Dir(path))
	if err != nil {
		return err
	}
	_ = dir.Sync() // some file systems cannot; the rename is then as stable as they make it
	return dir.Close()
}
