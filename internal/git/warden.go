package git

import (
	"context"
	"io"
	"os/exec"
	"strconv"
	"sync"
	"time"
)

// warden ends what is left of our processes when this one is killed. It is a shell that reads from a pipe which groups of
// processes there are, and kills them once the pipe ends, which it does however we do.
//
// The kernel's own way, PR_SET_PDEATHSIG (process_linux.go), reaches the processes that we start and not the ones those
// start: git rev-list, say, which checks a push and may wait for a disk for ever.
//
// Nothing depends on it while we live: where there is no shell, there is no warden.
type warden struct {
	mu     sync.Mutex
	orders io.WriteCloser // nil: there is none any more
	cmd    *exec.Cmd
}

// wardenScript keeps the groups in a list, each between spaces.
const wardenScript = `trap '' INT TERM HUP QUIT
groups=' '
while read -r what group; do
  case $what in
  +) groups="$groups$group " ;;
  -) case $groups in *" $group "*) groups="${groups%%" $group "*} ${groups#*" $group "}" ;; esac ;;
  esac
done
for group in $groups; do kill -9 "-$group" 2>/dev/null; done`

// startWarden starts one in a folder.
func startWarden(dir string) *warden {
	w := &warden{}
	shell, err := exec.LookPath("sh")
	if err != nil || !hasGroups {
		return w
	}
	cmd := exec.CommandContext(context.Background(), shell, "-c", wardenScript, "slipway-warden")
	cmd.Dir, cmd.Env = dir, []string{} // it needs nothing, least of all our secrets
	stayAlive(cmd)
	orders, err := cmd.StdinPipe()
	if err != nil || cmd.Start() != nil {
		return w
	}
	w.orders, w.cmd = orders, cmd
	return w
}

// watch tells it of a group that was made just now.
func (w *warden) watch(group int) { w.tell("+", group) }

// forget tells it of one that has ended.
func (w *warden) forget(group int) { w.tell("-", group) }

// wardenPatience is for a pipe that is full, because somebody has stopped the shell.
const wardenPatience = 100 * time.Millisecond

func (w *warden) tell(what string, group int) {
	w.mu.Lock()
	defer w.mu.Unlock()
	if w.orders == nil {
		return
	}
	if d, ok := w.orders.(interface{ SetWriteDeadline(time.Time) error }); ok {
		_ = d.SetWriteDeadline(time.Now().Add(wardenPatience))
	}
	if _, err := io.WriteString(w.orders, what+" "+strconv.Itoa(group)+"\n"); err != nil {
		w.dismiss()
	}
}

// close ends it, when all that it watches has ended.
func (w *warden) close() {
	w.mu.Lock()
	defer w.mu.Unlock()
	if w.orders != nil {
		w.dismiss()
	}
}

func (w *warden) dismiss() {
	killGroup(w.cmd) // before the pipe ends: what still runs has somebody else to end it
	_ = w.orders.Close()
	_ = w.cmd.Wait()
	w.orders = nil
}
