package main

import (
	"fmt"
	"io"
	"os"
	"path/filepath"
	"slices"
	"strings"

	"github.com/slipway-deploy/slipway/conformance/go/describe"
)

// An acceptance is a line of accepted.txt: where, at and what of a violation, each with * for anything, and the words of
// docs/divergences.md that say why.
type acceptance struct {
	where, at, says, why string
	line                 int
	occurred             bool
}

func readAccepted(file string) ([]acceptance, error) {
	text, err := os.ReadFile(file)
	if err != nil {
		return nil, err
	}
	docs, err := os.ReadFile(filepath.Join(filepath.Dir(file), "..", "docs", "divergences.md"))
	if err != nil {
		return nil, err
	}
	var list []acceptance
	for i, line := range strings.Split(string(text), "\n") {
		if line = strings.TrimSpace(line); line == "" || line[0] == '#' {
			continue
		}
		f := strings.Split(line, " | ")
		if len(f) != 4 {
			return nil, fmt.Errorf("%s:%d: not four columns", file, i+1)
		}
		a := acceptance{where: strings.TrimSpace(f[0]), at: strings.TrimSpace(f[1]), says: strings.TrimSpace(f[2]), why: strings.TrimSpace(f[3]), line: i + 1}
		if !strings.Contains(string(docs), a.why) {
			return nil, fmt.Errorf("%s:%d: docs/divergences.md does not say %q", file, i+1, a.why)
		}
		list = append(list, a)
	}
	return list, nil
}

func (a *acceptance) covers(v describe.Violation) bool {
	return wild(a.where, v.Where) && wild(a.at, v.At) && wild(a.says, v.Says)
}

// wild compares with a pattern in which ** is anything.
func wild(pattern, s string) bool {
	pieces := strings.Split(pattern, "**")
	if len(pieces) == 1 {
		return pattern == s
	}
	if !strings.HasPrefix(s, pieces[0]) {
		return false
	}
	s = s[len(pieces[0]):]
	for _, p := range pieces[1 : len(pieces)-1] {
		i := strings.Index(s, p)
		if i < 0 {
			return false
		}
		s = s[i+len(p):]
	}
	return strings.HasSuffix(s, pieces[len(pieces)-1])
}

// A judge holds what was said against GitHub's descriptions.
type judge struct {
	github              *describe.GitHub
	ours                *describe.API
	accepted            []acceptance
	answers, deliveries int
	visited             map[string][]string             // operations of ours that answered well, and in which suites
	delivered           map[string]bool                 // webhooks that were judged: event, or event/action
	found               map[describe.Violation][]string // and which suites showed it
	samples             map[describe.Violation]string
}

// webhooks are all that Slipway sends: a whole run has to see each.
var webhooks = []string{
	"ping", "push", "create", "delete", "status", "deployment/created", "deployment_status/created",
	"check_run/created", "check_run/completed", "check_suite/completed", "check_suite/rerequested",
}

func (j *judge) look(r *result) {
	for _, x := range r.answers {
		path, ok := strings.CutPrefix(x.Path, "/api/v3")
		if !ok || x.Method == "OPTIONS" {
			continue
		}
		if path == "" {
			path = "/"
		}
		j.answers++
		a := describe.Answer{Method: x.Method, Path: path, Status: x.Status, ContentType: x.Header.Get("Content-Type"), Body: x.Body}
		for _, v := range j.github.Answer(a) {
			j.add(r.name, v, x.Path+" "+string(x.Body))
		}
		for _, v := range j.ours.Answer(a) {
			if v.Says != unknown || a.Status < 400 {
				j.add(r.name, v, x.Path+" "+string(x.Body))
			}
		}
		if a.Status < 400 {
			j.visit(j.ours.Find(a.Method, path), r.name)
		}
	}
	for _, d := range r.deliveries {
		j.deliveries++
		j.delivered[describe.Webhook(d.Event, d.Payload)] = true
		for _, v := range j.github.Delivery(d.Event, d.Payload) {
			j.add(r.name, v, string(d.Payload))
		}
	}
}

func (j *judge) visit(operation, suite string) {
	if operation != "" && !slices.Contains(j.visited[operation], suite) {
		j.visited[operation] = append(j.visited[operation], suite)
	}
}

// unknown is what is said of paths that are not described. Asking for those is how suites see a 404.
const unknown = "no path that is described"

func (j *judge) add(suite string, v describe.Violation, sample string) {
	for i := range j.accepted {
		if j.accepted[i].covers(v) {
			j.accepted[i].occurred = true
			return
		}
	}
	if j.found == nil {
		j.found, j.samples = map[describe.Violation][]string{}, map[describe.Violation]string{}
	}
	if !slices.Contains(j.found[v], suite) {
		j.found[v] = append(j.found[v], suite)
	}
	j.samples[v] = sample
}

// print lists what is not accepted, and, when every suite ran, what is accepted and did not occur.
func (j *judge) print(w io.Writer, whole bool) (problems int) {
	var list []describe.Violation
	for v := range j.found {
		list = append(list, v)
	}
	slices.SortFunc(list, func(a, b describe.Violation) int { return strings.Compare(a.String(), b.String()) })
	for _, v := range list {
		fmt.Fprintf(w, "NOT AS DESCRIBED  %s (%s)\n", v, strings.Join(j.found[v], ", "))
		if os.Getenv("CONFORMANCE_SAMPLES") != "" {
			fmt.Fprintf(w, "    %.2000s\n", j.samples[v])
		}
	}
	problems = len(list)
	for _, a := range j.accepted {
		if whole && !a.occurred {
			fmt.Fprintf(w, "ACCEPTED, BUT NOT SEEN ANY MORE  accepted.txt:%d: %s | %s | %s\n", a.line, a.where, a.at, a.says)
			problems++
		}
	}
	if !whole {
		return problems
	}
	for _, operation := range j.ours.Operations() {
		if j.visited[operation] == nil {
			fmt.Fprintf(w, "NO SUITE SAW A GOOD ANSWER OF  %s\n", operation)
			problems++
		}
	}
	for _, webhook := range webhooks {
		if !j.delivered[webhook] {
			fmt.Fprintf(w, "NO SUITE WAS TOLD OF  %s\n", webhook)
			problems++
		}
	}
	return problems
}
