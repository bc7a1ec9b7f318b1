package git

import (
	"errors"
	"io/fs"
	"os"
	"path/filepath"
	"time"

	"golang.org/x/sync/errgroup"
)

// sync makes what changed in a repository since a time survive a power cut. git has the contents of objects and refs on
// disk before it renames them into place; the names themselves are in directories, which it leaves to the file system. They
// are written at the same time, so that they cost little more than one.
func (repo *repository) sync(since time.Time) error {
	since = since.Add(-tick)        // clocks of file systems lag a little
	changed := []string{repo.dir()} // packed-refs and HEAD
	for _, top := range []string{"objects", "refs"} {
		below, err := changedDirs(repo.path(top), since)
		if err != nil {
			return err
		}
		changed = append(changed, below...)
	}
	var writing errgroup.Group
	writing.SetLimit(syncsAtOnce)
	for _, dir := range changed {
		writing.Go(func() error { return syncDir(dir) })
	}
	return writing.Wait()
}

const syncsAtOnce = 16

// changedDirs lists a directory and those below it whose names have changed since a time.
func changedDirs(root string, since time.Time) (changed []string, err error) {
	err = filepath.WalkDir(root, func(path string, entry fs.DirEntry, err error) error {
		if errors.Is(err, fs.ErrNotExist) {
			return nil
		}
		if err != nil || !entry.IsDir() {
			return err
		}
		if info, err := entry.Info(); err == nil && !info.ModTime().Before(since) {
			changed = append(changed, path)
		}
		if filepath.Base(filepath.Dir(path)) == "objects" && len(entry.Name()) == 2 {
			return fs.SkipDir // loose objects, no directories
		}
		return nil
	})
	return changed, err
}

// syncDir makes the names in a directory durable, where the system knows how.
func syncDir(path string) error {
	f, err := os.Open(path)
	if errors.Is(err, fs.ErrNotExist) {
		return nil // git removes directories of refs when they are empty
	}
	if err != nil {
		return err
	}
	defer f.Close()
	if err := f.Sync(); err != nil && !errors.Is(err, errors.ErrUnsupported) && !errors.Is(err, fs.ErrInvalid) {
		return err
	}
	return nil
}
