package main

import (
	"errors"
	"fmt"
	"io/fs"
	"os"
	"path/filepath"
)

// keyFile is where a new private key is written, for its owner's eyes only. The file is made before the key, so that no key
// is without a place, and never in place of another.
type keyFile struct {
	path    string // empty: named after the app
	file    *os.File
	written bool
}

// begin makes the file.
func (k *keyFile) begin(slug string) (err error) {
	if k.path == "" {
		k.path = slug + ".private-key.pem"
	}
	if k.path, err = filepath.Abs(k.path); err != nil {
		return err
	}
	k.file, err = os.OpenFile(k.path, os.O_WRONLY|os.O_CREATE|os.O_EXCL, 0o600)
	if errors.Is(err, fs.ErrExist) {
		return usagef("%s exists; say --private-key PATH, or move it away", k.path)
	}
	if err != nil {
		return fmt.Errorf("the private key cannot be written: %w", err)
	}
	return nil
}

// write fills the file.
func (k *keyFile) write(pem string) error {
	if k.file == nil {
		return nil
	}
	_, err := k.file.WriteString(pem)
	if err = errors.Join(err, k.file.Sync(), k.file.Close()); err != nil {
		return fmt.Errorf("the private key could not be written; `slipway app key` makes another: %w", err)
	}
	k.written = true
	return nil
}

// finish removes the file if nothing came of it.
func (k *keyFile) finish(err error) error {
	if k.file == nil || k.written {
		return err
	}
	_ = k.file.Close()
	return errors.Join(err, os.Remove(k.path))
}
