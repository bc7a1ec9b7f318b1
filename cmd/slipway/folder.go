package main

import (
	"errors"
	"fmt"
	"os"
	"path/filepath"
	"strconv"
	"strings"
)

// folder is the data folder (decisions §1). It is one process's at a time: the one that holds the lock.
type folder struct {
	path string
	lock *os.File // nil: not ours
}

// errInUse is inside the error of a folder that another process holds.
var errInUse = errors.New("in use")

// openFolder makes the folder if it is not there and finds out whether it can be written, which nothing but writing tells.
func openFolder(path string) (*folder, error) {
	f := &folder{path: path}
	if err := os.MkdirAll(path, 0o700); err != nil {
		return nil, fmt.Errorf("the data folder %s cannot be made: %s", path, reason(err))
	}
	probe, err := os.CreateTemp(path, ".probe-*")
	if err != nil {
		return nil, fmt.Errorf("the data folder %s cannot be written: %s", path, reason(err))
	}
	_ = probe.Close()
	if err := os.Remove(probe.Name()); err != nil {
		return nil, fmt.Errorf("the data folder %s cannot be written: %s", path, reason(err))
	}
	return f, nil
}

// take locks the folder for this process. The kernel gives the lock back when the process ends, however it ends, and git's
// processes do not inherit it.
func (f *folder) take() error {
	lock, err := os.OpenFile(f.join("lock"), os.O_RDWR|os.O_CREATE, 0o600)
	if err != nil {
		return fmt.Errorf("the data folder %s cannot be locked: %s", f.path, reason(err))
	}
	free, err := tryLock(lock)
	if err != nil {
		_ = lock.Close()
		return fmt.Errorf("the data folder %s cannot be locked: %s", f.path, reason(err))
	}
	if !free {
		who, _ := os.ReadFile(f.join("lock"))
		_ = lock.Close()
		return fmt.Errorf("the data folder %s is %w by another slipway process%s", f.path, errInUse, pidOf(who))
	}
	if err := lock.Truncate(0); err == nil {
		_, _ = lock.WriteString(strconv.Itoa(os.Getpid()) + "\n") // for the sentence above, nothing else
	}
	f.lock = lock
	return nil
}

func pidOf(lock []byte) string {
	if pid, err := strconv.Atoi(strings.TrimSpace(string(lock))); err == nil {
		return fmt.Sprintf(" (pid %d)", pid)
	}
	return ""
}

// release gives the lock back. The file stays: removing it would let two processes lock two files of one name.
func (f *folder) release() {
	if f.lock != nil {
		_ = f.lock.Close()
		f.lock = nil
	}
}

func (f *folder) join(elem ...string) string {
	return filepath.Join(append([]string{f.path}, elem...)...)
}
