//go:build unix

package git

import (
	"os/exec"
	"syscall"
)

var errDiskFull error = syscall.ENOSPC

// hasGroups says that processes have groups, which can be ended together.
const hasGroups = true

// stayAlive has a process outlive this one, also when a terminal ends both.
func stayAlive(cmd *exec.Cmd) { cmd.SysProcAttr = &syscall.SysProcAttr{Setpgid: true} }

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
