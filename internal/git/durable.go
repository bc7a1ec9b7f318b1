package git

import (
	"errors"
	"io/fs"
	"os"
	"path/filepath"
	"time"
)

// sync makes what changed in a repository since a time survive a power cut. git has the contents of objects and refs on
// disk before it renames them into place; the names themselves are in directories, which it leaves to the file system.
func (repo *repository) sync(since time.Time) error {
	since = since.Add(-time.Second) // clocks of file systems lag a little
	for _, dir := range []string{repo.dir, repo.path("objects"), repo.path("objects", "pack")} {
		if err := syncDir(dir); err != nil && !errors.Is(err, fs.ErrNotExist) {
			return err
		}
	}
	return filepath.WalkDir(repo.path("refs"), func(path string, entry fs.DirEntry, err error) error {
		if errors.Is(err, fs.ErrNotExist) {
			return nil
		}
		if err != nil || !entry.IsDir() {
			return err
		}
		info, err := entry.Info()
		if err == nil && info.ModTime().Before(since) {
			return nil
		}
		if err := syncDir(path); err != nil && !errors.Is(err, fs.ErrNotExist) {
			return err
		}
		return nil
	})
}

// syncDir makes the names in a directory durable, where the system knows how.
func syncDir(path string) error {
	f, err := os.Open(path)
	if err != nil {
		return err
	}
	defer f.Close()
	if err := f.Sync(); err != nil && !errors.Is(err, errors.ErrUnsupported) && !errors.Is(err, fs.ErrInvalid) {
		return err
	}
	return nil
}
