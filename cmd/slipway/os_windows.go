package main

import (
	"errors"
	"net"
	"os"

	"golang.org/x/sys/windows"
)

// tryLock locks an open file, or says that somebody else has.
func tryLock(f *os.File) (free bool, err error) {
	err = windows.LockFileEx(windows.Handle(f.Fd()), windows.LOCKFILE_EXCLUSIVE_LOCK|windows.LOCKFILE_FAIL_IMMEDIATELY, 0, 1, 0, new(windows.Overlapped))
	if errors.Is(err, windows.ERROR_LOCK_VIOLATION) {
		return false, nil
	}
	return err == nil, err
}

// listenPrivate listens on a socket in the data folder, whose access list it has.
func listenPrivate(path string) (*net.UnixListener, error) {
	return net.ListenUnix("unix", &net.UnixAddr{Name: path, Net: "unix"})
}

// descriptors is how many files this process may have open: Windows has no such limit worth minding.
func descriptors() int { return 1 << 16 }
