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
	for _, top := range []string{"objects", "refs"} {
		if err := syncTree(repo.path(top), since); err != nil {
			return err
		}
	}
	return syncDir(repo.dir) // packed-refs and HEAD
}

// syncTree makes the names in a directory and in those below it durable, where they have changed since a time.
func syncTree(root string, since time.Time) error {
	return filepath.WalkDir(root, func(path string, entry fs.DirEntry, err error) error {
		if errors.Is(err, fs.ErrNotExist) {
			return nil
		}
		if err != nil || !entry.IsDir() {
			return err
		}
		info, err := entry.Info()
		if err == nil && info.ModTime().Before(since) {
			return skipLeaf(path)
		}
		if err := syncDir(path); err != nil && !errors.Is(err, fs.ErrNotExist) {
			return err
		}
		return skipLeaf(path)
	})
}

// skipLeaf spares the walk the directories that hold loose objects and no directories.
func skipLeaf(path string) error {
	if filepath.Base(filepath.Dir(path)) == "objects" && len(filepath.Base(path)) == 2 {
		return fs.SkipDir
	}
	return nil
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
