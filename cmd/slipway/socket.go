package main

import (
	"errors"
	"fmt"
	"net"
	"os"
	"path/filepath"
	"strings"
)

// socketName is where commands find the server of a data folder.
const socketName = "slipway.sock"

// longestSocket is what every system takes as a socket's path, with room to spare.
const longestSocket = 100

// A socket is the administrators' way in: whoever may open the file is the local administrator.
type socket struct {
	*net.UnixListener
	link string // DATA/slipway.sock, a link where the path would be too long; else empty
	path string
	file os.FileInfo
}

// listenSocket makes DATA/slipway.sock, over what a killed server left.
func (f *folder) listenSocket() (*socket, error) {
	name, err := filepath.Abs(f.join(socketName))
	if err != nil {
		return nil, err
	}
	removeStale(name)
	s := &socket{path: name}
	if len(name) > longestSocket {
		dir, err := shortTempDir()
		if err != nil {
			return nil, fmt.Errorf("no folder for the socket: %s", reason(err))
		}
		s.link, s.path = name, filepath.Join(dir, socketName)
		if err := os.Symlink(s.path, name); err != nil {
			return nil, fmt.Errorf("the socket %s cannot be made: %s", name, reason(err))
		}
	}
	if s.UnixListener, err = listenPrivate(s.path); err != nil {
		return nil, fmt.Errorf("the socket %s cannot be made: %s", name, socketReason(err))
	}
	s.file, err = os.Lstat(s.path)
	return s, err
}

// shortTempDir is a folder that only this user can enter, with a short name.
func shortTempDir() (string, error) {
	if dir, err := os.MkdirTemp("", "slipway-"); err != nil || len(dir) < longestSocket-len(socketName)-1 {
		return dir, err
	}
	return os.MkdirTemp("/tmp", "slipway-")
}

// removeStale removes a dead socket, and the folder that a link led to.
func removeStale(name string) {
	if target, err := os.Readlink(name); err == nil && strings.HasPrefix(filepath.Base(filepath.Dir(target)), "slipway-") {
		_ = os.Remove(target)
		_ = os.Remove(filepath.Dir(target)) // only if nothing else is in it
	}
	_ = os.Remove(name)
}

// remove takes the socket away, unless another server has put its own there meanwhile.
func (s *socket) remove() {
	_ = s.Close()
	if now, err := os.Lstat(s.path); err != nil || !os.SameFile(now, s.file) {
		return
	}
	_ = os.Remove(s.path)
	if s.link != "" {
		_ = os.Remove(filepath.Dir(s.path))
		_ = os.Remove(s.link)
	}
}

// socketPath is where to dial: the link is read first, so that the path stays short.
func (f *folder) socketPath() string {
	name := f.join(socketName)
	if target, err := os.Readlink(name); err == nil {
		return target
	}
	return name
}

func socketReason(err error) string {
	var op *net.OpError
	if errors.As(err, &op) {
		return reason(op.Err)
	}
	return reason(err)
}
