package git

import (
	"os"
	"os/exec"
	"syscall"
)

// ownGroup makes a process the leader of a group, so that its children can be ended with it, and has the kernel ask it to
// end when this server is killed.
func ownGroup(cmd *exec.Cmd) {
	cmd.SysProcAttr = &syscall.SysProcAttr{Setpgid: true, Pdeathsig: syscall.SIGTERM}
}

// identity tells a file from others that had its name, its size and its time.
func identity(info os.FileInfo) [3]int64 {
	s, ok := info.Sys().(*syscall.Stat_t)
	if !ok {
		return [3]int64{}
	}
	return [3]int64{int64(s.Ino), int64(s.Ctim.Sec), int64(s.Ctim.Nsec)} //nolint:unconvert // their sizes differ between architectures
}
