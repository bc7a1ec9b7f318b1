// Package part is how a suite tells its runner what a client did of the job. Suites in other languages write the same lines.
package part

import (
	"fmt"
	"os"
	"strings"
)

// How a part was done.
const (
	Client = "client" // by the client's own methods
	Raw    = "raw"    // by its method for raw requests: this version offers no other
)

// A Report is one suite's.
type Report struct{ failed bool }

// Do runs one part. A panic with an error, which Check and Want throw, makes it red and the others go on.
func (r *Report) Do(name, how string, f func()) {
	defer func() {
		if e := recover(); e != nil {
			r.failed = true
			say(name, "red", fmt.Sprint(e))
		}
	}()
	f()
	say(name, how, "")
}

// None says that a part is not in this client, and why.
func (r *Report) None(name, why string) { say(name, "none", why) }

// Exit ends the suite.
func (r *Report) Exit() {
	if r.failed {
		os.Exit(1)
	}
}

func say(name, how, text string) {
	fmt.Println(strings.TrimSpace("part: " + name + " " + how + " " + strings.ReplaceAll(text, "\n", " ")))
}

// Check makes the part red on an error.
func Check(err error) {
	if err != nil {
		panic(err)
	}
}

// Must is the value of a call that may not fail.
func Must[T any](v T, err error) T {
	Check(err)
	return v
}

// Want makes the part red when something is not as it should be.
func Want(ok bool, format string, args ...any) {
	if !ok {
		panic(fmt.Errorf(format, args...))
	}
}

// Env is a variable that the runner sets.
func Env(name string) string {
	v := os.Getenv(name)
	Want(v != "", "%s is not set: suites are run by conformance/run", name)
	return v
}
