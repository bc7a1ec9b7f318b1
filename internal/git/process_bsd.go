//go:build unix && !linux

package git

import (
	"os/exec"
	"syscall"
)

// ownGroup makes a process the leader of a group, so that its children can be ended with it.
func ownGroup(cmd *exec.Cmd) { cmd.SysProcAttr = &syscall.SysProcAttr{Setpgid: true} }
