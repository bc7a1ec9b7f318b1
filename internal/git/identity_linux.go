package git

import (
	"os"
	"syscall"
)

// identity tells a file from others that had its name, its size and its time.
func identity(info os.FileInfo) [3]int64 {
	s, ok := info.Sys().(*syscall.Stat_t)
	if !ok {
		return [3]int64{}
	}
	return [3]int64{int64(s.Ino), int64(s.Ctim.Sec), int64(s.Ctim.Nsec)} //nolint:unconvert // their sizes differ between architectures
}
