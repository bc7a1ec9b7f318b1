package git

import (
	"os/exec"
	"syscall"
)

// ownGroup makes a process the leader of a group, so that its children can be ended with it, and has the kernel ask it to
// end when this server is killed.
func ownGroup(cmd *exec.Cmd) {
	cmd.SysProcAttr = &syscall.SysProcAttr{Setpgid: true, Pdeathsig: syscall.SIGTERM}
}
