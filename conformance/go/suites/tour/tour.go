// Command tour is a suite without a client: it walks over every route of the server, the rare ones too, so that each answer
// can be held against GitHub's description.
package main

import (
	"bytes"
	"encoding/json"
	"fmt"
	"io"
	"net/http"
	"net/url"
	"strings"

	"github.com/slipway-deploy/slipway/conformance/go/part"
)

func main() {
	t := &tour{api: part.Env("SLIPWAY_API"), token: part.Env("SLIPWAY_TOKEN"), hooks: part.Env("SLIPWAY_HOOKS")}
	t.repo = "/repos/" + part.Env("SLIPWAY_OWNER") + "/" + part.Env("SLIPWAY_REPO")
	for _, p := range []struct {
		name string
		walk func()
	}{
		{"service", t.service},
		{"repository", func() { t.repository(); t.people(); t.renames() }},
		{"gating", t.gating},
		{"auto-merge", t.autoMerge},
		{"conflict", t.conflict},
		{"statuses", t.statuses},
		{"auto-inactive", t.autoInactive},
		{"lists", t.lists},
		{"deletion", t.deletion},
		{"commit-statuses", t.commitStatuses},
		{"environments", t.environments},
		{"branch-policies", t.branchPolicies},
		{"checks", t.checks},
		{"merges", t.merges},
		{"refs", t.refs},
		{"hooks", t.webhooks},
		{"received", t.received},
		{"redelivery", t.redelivery},
		{"errors", t.errors},
		{"events", t.events},
		{"graphql", t.graphql},
		{"oauth", t.oauth},
		{"app", t.app},
	} {
		t.Do(p.name, part.Raw, p.walk)
	}
	t.Exit()
}

type tour struct {
	part.Report
	api, token, repo, hooks string

	ready string // the commit of the branch ready
	hook  int64
	port  string // of the receiver
	got   chan received
}

// An answer is a response, read and understood.
type answer struct {
	*http.Response
	text  []byte
	value any
}

// do sends a request and wants a status. body is JSON text or any value; path begins after /api/v3.
func (t *tour) do(method, path string, body any, want int, headers ...string) *answer {
	var text []byte
	switch b := body.(type) {
	case nil:
	case string:
		text = []byte(b)
	default:
		text = part.Must(json.Marshal(b))
	}
	a := t.send(method, t.api+path, text, append([]string{as(t.token)}, headers...)...)
	part.Want(a.StatusCode == want, "%s %s: %d, want %d: %.400s", method, path, a.StatusCode, want, a.text)
	return a
}

// form posts a form to a page, or to OAuth's own addresses, and takes JSON.
func (t *tour) form(path string, fields url.Values, cookie string) *answer {
	headers := []string{"Content-Type: application/x-www-form-urlencoded", "Accept: application/json"}
	if cookie != "" {
		headers = append(headers, "Cookie: "+cookie)
	}
	return t.send("POST", part.Env("SLIPWAY_URL")+path, []byte(fields.Encode()), headers...)
}

func (t *tour) send(method, address string, text []byte, headers ...string) *answer {
	req := part.Must(http.NewRequest(method, address, bytes.NewReader(text)))
	req.Header.Set("User-Agent", "tour")
	for _, h := range headers {
		name, value, _ := strings.Cut(h, ": ")
		req.Header.Set(name, value)
		if value == "" {
			req.Header.Del(name)
		}
	}
	res := part.Must(client.Do(req))
	defer res.Body.Close()
	a := &answer{Response: res, text: part.Must(io.ReadAll(res.Body))}
	if len(a.text) > 0 && strings.Contains(res.Header.Get("Content-Type"), "json") {
		part.Check(json.Unmarshal(a.text, &a.value))
	}
	return a
}

var client = &http.Client{CheckRedirect: func(*http.Request, []*http.Request) error { return http.ErrUseLastResponse }}

func (t *tour) get(path string) *answer { return t.do("GET", path, nil, 200) }

// r is a path inside the repository.
func (t *tour) r(path string, args ...any) string { return t.repo + fmt.Sprintf(path, args...) }

// at is what stands at a path of members and indexes, such as "0.creator.login".
func (a *answer) at(path string) any {
	v := a.value
	for name := range strings.SplitSeq(path, ".") {
		switch x := v.(type) {
		case map[string]any:
			v = x[name]
		case []any:
			i := -1
			_, _ = fmt.Sscan(name, &i)
			if i < 0 || i >= len(x) {
				return nil
			}
			v = x[i]
		default:
			return nil
		}
	}
	return v
}

func (a *answer) str(path string) string { s, _ := a.at(path).(string); return s }

func (a *answer) id() int64 { f, _ := a.at("id").(float64); return int64(f) }

// number is the id of something an answer holds.
func (a *answer) number(path string) int64 { f, _ := a.at(path).(float64); return int64(f) }

func (a *answer) len(path string) int {
	v := a.value
	if path != "" {
		v = a.at(path)
	}
	list, _ := v.([]any)
	return len(list)
}

// says wants a message that begins so.
func (a *answer) says(message string) *answer {
	part.Want(strings.HasPrefix(a.str("message"), message), "the message is %q, want %q", a.str("message"), message)
	return a
}
