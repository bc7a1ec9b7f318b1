package git

import (
	"os/exec"
	"syscall"
)

// ownGroup makes a process the leader of a group, so that its children can be ended with it, and has the kernel ask it to
// end when this server is killed.
//
// It is asked, with SIGTERM, and not killed: git upload-pack then ends its git pack-objects, which would otherwise stay, and
// all of them remove their locks. What hears nothing is the warden's business.
//
// To the kernel the parent is not this process but the one of its threads that started the child. Go ends a thread only when
// a goroutine ends that is locked to it (runtime.LockOSThread), which nothing here is. Were it to happen, a git would end too
// early, like one that is killed: the request fails, nothing is lost.
func ownGroup(cmd *exec.Cmd) {
	cmd.SysProcAttr = &syscall.SysProcAttr{Setpgid: true, Pdeathsig: syscall.SIGTERM}
}
