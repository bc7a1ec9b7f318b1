//go:build unix

package git

import (
	"os/exec"
	"syscall"
)

var errDiskFull error = syscall.ENOSPC

// askToEnd lets git remove its lock files and end.
func askToEnd(cmd *exec.Cmd) error { return signalGroup(cmd, syscall.SIGTERM) }

// killGroup ends whatever is left of a process and its children.
func killGroup(cmd *exec.Cmd) { _ = signalGroup(cmd, syscall.SIGKILL) }

func signalGroup(cmd *exec.Cmd, signal syscall.Signal) error {
	if cmd.Process == nil {
		return nil
	}
	return syscall.Kill(-cmd.Process.Pid, signal)
}
