package main

import (
	"context"
	"errors"
	"fmt"
	"os"
	"os/exec"
	"path/filepath"
	"slices"
	"strings"
	"time"

	"github.com/slipway-deploy/slipway/conformance/go/watch"
)

// parts are the pieces of the whole job, in the order of the table.
var parts = []string{
	"service",         // root, meta, rate limit, who am I
	"repository",      // repository, branches, commits, comparisons
	"gating",          // required contexts and the 409 that lists them
	"auto-merge",      // 202, and 201 on the second try
	"conflict",        // 409 Conflict merging
	"statuses",        // a deployment through all its states
	"auto-inactive",   // a success retires the one before
	"lists",           // filters, and pages past a hundred items
	"deletion",        // not while active; then 204
	"commit-statuses", // create, list, combined
	"environments",    // make, read, list, remove
	"branch-policies", // of environments
	"checks",          // check runs, in the gate
	"merges",          // POST merges
	"refs",            // made, moved, removed
	"hooks",           // made, edited, pinged, removed
	"received",        // deliveries arrive and their signature holds
	"redelivery",      // an attempt is asked for again
	"errors",          // 401, 404, 400, 422 as the client understands them
	"events",          // the Events API
	"app",             // authenticated as a GitHub App's installation
	"oauth",           // a token by the device flow
	"graphql",         // queries
}

// rest are the parts of clients that neither log in nor query.
var rest = parts[:20]

// A suite is one client's.
type suite struct {
	name, title string
	dir         string // below conformance
	command     []string
	secure      bool     // over TLS
	settings    []string // of its server
	parts       []string // those it is for; nil: all of them
	why         string   // with parts: what the client is for
}

var suites = []suite{
	{name: "tour", title: "every route, by hand", dir: "go", command: []string{"go", "run", "./suites/tour"}, settings: []string{"SLIPWAY_AUTHORIZATIONS_API=true"}},
	{name: "octokit", title: "octokit", dir: "js", command: []string{"node", "octokit.mjs"}},
	{name: "octokit-rest", title: "@octokit/rest with throttling, retry and paginate", dir: "js", command: []string{"node", "rest.mjs"}, parts: rest, why: "REST only"},
	{name: "go-github", title: "go-github", dir: "go", command: []string{"go", "run", "./suites/gogithub"}, parts: rest, why: "REST only"},
	{name: "pygithub", title: "PyGithub, Debian's", dir: "python", command: []string{"/usr/bin/python3", "suite.py"}, parts: rest, why: "REST only"},
	{name: "octokit-rb", title: "octokit.rb, Debian's", dir: "ruby", command: []string{"/usr/bin/ruby", "suite.rb"}, parts: rest, why: "REST only"},
	{name: "gh", title: "gh, Debian's, over TLS", dir: "gh", command: []string{"./suite"}, secure: true, parts: append(slices.Clone(rest), "graphql"), why: "signs in with a token"},
	{name: "webhooks", title: "@octokit/webhooks", dir: "js", command: []string{"node", "webhooks.mjs"}, parts: []string{"received", "redelivery", "errors"}, why: "a receiver"},
	{name: "auth-app", title: "@octokit/auth-app", dir: "js", command: []string{"node", "auth-app.mjs"}, parts: []string{"app", "errors"}, why: "gets tokens of apps"},
	{name: "auth-device", title: "@octokit/auth-oauth-device", dir: "js", command: []string{"node", "device.mjs"}, parts: []string{"oauth"}, why: "gets a token by the device flow"},
	{name: "probot", title: "probot", dir: "probot", command: []string{"node", "probot.mjs"}, parts: []string{"received", "app"}, why: "an app that answers webhooks"},
	{
		name: "argocd", title: "Argo CD's notifications engine and ghinstallation", dir: "go", command: []string{"go", "run", "./suites/argocd"},
		parts: []string{"app", "gating", "statuses", "commit-statuses", "errors"}, why: "reports as an app",
	},
}

// result is what came of a suite.
type result struct {
	suite
	parts      map[string]outcome
	output     string
	err        error
	took       time.Duration
	answers    []watch.Exchange
	deliveries []watch.Delivery
}

// outcome is what a suite said of a part.
type outcome struct{ how, text string }

// play starts a server, runs the suite against it, and keeps what was said.
func (r *result) play(ctx context.Context, home, binary, dir string) error {
	s, err := start(ctx, binary, dir, r.secure, r.settings...)
	if err != nil {
		return err
	}
	defer func() {
		s.stop()
		r.answers, r.deliveries = s.proxy.Exchanges(), s.relay.Deliveries()
	}()
	env, err := s.stage()
	if err != nil {
		return err
	}
	ctx, cancel := context.WithTimeout(ctx, 4*time.Minute)
	defer cancel()
	cmd := exec.CommandContext(ctx, r.command[0], r.command[1:]...)
	cmd.Dir = filepath.Join(home, r.dir)
	cmd.Env = append(append(os.Environ(), env...), "SLIPWAY_WORK="+dir, "SLIPWAY_BINARY="+binary, "SLIPWAY_DATA="+s.data, "NO_COLOR=1")
	out, err := cmd.CombinedOutput()
	r.output = string(out)
	r.read()
	return err
}

// read takes the parts out of what the suite printed: lines of "part: NAME HOW WHY".
func (r *result) read() {
	for line := range strings.SplitSeq(r.output, "\n") {
		said, ok := strings.CutPrefix(line, "part: ")
		if !ok {
			continue
		}
		words := strings.SplitN(said, " ", 3)
		o := outcome{how: "red", text: "said in a way that is not understood: " + line}
		if len(words) >= 2 {
			o = outcome{how: words[1]}
			if len(words) == 3 {
				o.text = words[2]
			}
		}
		if before, twice := r.parts[words[0]]; !twice || before.how != "red" {
			r.parts[words[0]] = o
		}
	}
}

// problems lists what keeps the suite from being green.
func (r *result) problems() (list []string) {
	if r.err != nil && len(r.parts) == 0 {
		return []string{"did not run: " + cause(r.err)}
	}
	want := r.suite.parts
	if want == nil {
		want = parts
	}
	for _, p := range want {
		o, said := r.parts[p]
		switch {
		case !said:
			list = append(list, p+": not reported")
		case o.how == "red":
			list = append(list, p+": "+o.text)
		case o.how == "none" && o.text == "":
			list = append(list, p+": left out without a reason")
		case o.how != "client" && o.how != "raw" && o.how != "none":
			list = append(list, p+": reported as "+o.how)
		}
	}
	if r.err != nil {
		list = append(list, fmt.Sprintf("ended with %v", cause(r.err)))
	}
	return list
}

func (r *result) red() bool { return len(r.problems()) > 0 }

// cause is an error in one line.
func cause(err error) string {
	var exit *exec.ExitError
	if errors.As(err, &exit) {
		return exit.String()
	}
	return err.Error()
}
