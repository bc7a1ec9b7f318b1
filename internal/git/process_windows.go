package git

import (
	"os/exec"
	"syscall"
)

var errDiskFull error = syscall.Errno(112) // ERROR_DISK_FULL

const hasGroups = false

func ownGroup(*exec.Cmd) {}

func stayAlive(*exec.Cmd) {}

// askToEnd ends git: there is no way to ask.
func askToEnd(cmd *exec.Cmd) error { return cmd.Process.Kill() }

func killGroup(cmd *exec.Cmd) { _ = cmd.Process.Kill() }
