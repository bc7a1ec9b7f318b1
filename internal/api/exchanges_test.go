package api

import (
	"bytes"
	"encoding/json"
	"flag"
	"fmt"
	"os"
	"path/filepath"
	"regexp"
	"slices"
	"sort"
	"strings"
	"testing"

	"github.com/rogpeppe/go-internal/txtar"

	"github.com/slipway-deploy/slipway"
)

var update = flag.Bool("update", false, "rewrite testdata/exchanges with what the server answers now")

// worlds are the settings of the stories that need others than the default.
var worlds = map[string]func(*worldOptions){
	"eras-e0":    func(o *worldOptions) { o.Era = slipway.E0 },
	"eras-e1":    func(o *worldOptions) { o.Era = slipway.E1 },
	"eras-e3":    func(o *worldOptions) { o.Era = slipway.E3 },
	"eras-e7":    func(o *worldOptions) { o.Era = slipway.E7 },
	"eras-e9":    func(o *worldOptions) { o.Era = slipway.E9 },
	"limits":     func(o *worldOptions) { o.RateLimit, o.RateLimitAnonymous = 3, 1 },
	"agent-free": func(o *worldOptions) { o.RequireUserAgent = false },
}

// prepared is what the stories find that need more than the default.
var prepared = map[string]func(*world){
	"people": (*world).joinUp, "events": (*world).happen, "apps": (*world).newApps, "protection-rules": (*world).newApps,
	"team-reviewers": (*world).joinUp, "authorizations": (*world).signUp,
}

var (
	hashedToken = regexp.MustCompile(`"hashed_token": "[0-9a-f]{64}"`)
	lastEight   = regexp.MustCompile(`"token_last_eight": "\w{8}"`)
)

// TestExchanges plays the stories of testdata/exchanges. A story is a folder, played in a world of its own; each file in it
// is one request and the response it got, in the order of their names, the same on both databases. -update rewrites the
// responses; review reads the diff.
//
// A request is a line "METHOD /path", headers, an empty line and a body. "As: login" sends that person's token, and
// {name} is the SHA of one of the fixture's commits. Of responses, the status, the headers that say something about the
// exchange, and the body are kept; times, tags and SHAs that differ from run to run are replaced by words.
func TestExchanges(t *testing.T) {
	stories, err := filepath.Glob("testdata/exchanges/*")
	if err != nil || len(stories) == 0 {
		t.Fatalf("no stories: %v", err)
	}
	for _, story := range stories {
		for _, database := range []string{"sqlite", "postgres"} {
			if *update && database == "postgres" {
				continue
			}
			t.Run(filepath.Base(story)+"/"+database, func(t *testing.T) {
				t.Parallel()
				w := newWorld(t, worldFor(filepath.Base(story)), func(o *worldOptions) { o.postgres = database == "postgres" })
				w.playStory(story)
			})
		}
	}
}

func (w *world) playStory(story string) {
	w.Helper()
	if prepare := prepared[filepath.Base(story)]; prepare != nil {
		prepare(w)
	}
	files := check(filepath.Glob(filepath.Join(story, "*.txt")))(w)
	sort.Strings(files)
	for _, file := range files {
		w.exchange(file)
	}
}

func worldFor(story string) func(*worldOptions) {
	if f, ok := worlds[story]; ok {
		return f
	}
	return func(*worldOptions) {}
}

// exchange plays one file.
func (w *world) exchange(file string) {
	w.Helper()
	archive := check(txtar.ParseFile(file))(w)
	if len(archive.Files) == 0 || archive.Files[0].Name != "request" {
		w.Fatalf("%s has no request", file)
	}
	method, path, headers, body := parseRequest(w.expand(string(archive.Files[0].Data)))
	url := w.url + path
	got := w.scrub(w.send(method, url, body, headers...))
	if *update {
		archive.Files = []txtar.File{archive.Files[0], {Name: "response", Data: []byte(got)}}
		if err := os.WriteFile(file, txtar.Format(archive), 0o644); err != nil {
			w.Fatal(err)
		}
		return
	}
	if len(archive.Files) < 2 || string(archive.Files[1].Data) != got {
		want := ""
		if len(archive.Files) > 1 {
			want = string(archive.Files[1].Data)
		}
		w.Errorf("%s (%s)\nwas:\n%s\nis:\n%s", file, strings.TrimSpace(string(archive.Comment)), want, got)
	}
}

func parseRequest(text string) (method, path string, headers []string, body string) {
	head, body, _ := strings.Cut(text, "\n\n")
	lines := strings.Split(strings.TrimRight(head, "\n"), "\n")
	method, path, _ = strings.Cut(lines[0], " ")
	return method, path, lines[1:], strings.TrimSuffix(body, "\n")
}

var variable = regexp.MustCompile(`\{(repeat [0-9]+ .+?|[a-z]+)\}`)

// expand replaces {main} by that commit's SHA and {repeat 300 x} by that many of them.
func (w *world) expand(text string) string {
	return variable.ReplaceAllStringFunc(text, func(m string) string {
		name := strings.Trim(m, "{}")
		var n int
		var what string
		if _, err := fmt.Sscanf(name, "repeat %d %s", &n, &what); err == nil {
			return strings.Repeat(what, n)
		}
		for sha, known := range w.shas {
			if known == name {
				return sha
			}
		}
		if secret, ok := w.tokens[name]; ok {
			return secret
		}
		return m
	})
}

// shownHeaders are those an exchange keeps; all others are the same in every answer, and TestHeaders looks at them.
var shownHeaders = []string{
	"Location", "Link", "ETag", "Last-Modified", "Content-Type", "Cache-Control", "Vary", "Retry-After", "X-GitHub-Media-Type",
	"X-OAuth-Scopes", "X-Accepted-OAuth-Scopes", "X-OAuth-Client-Id", "X-Accepted-GitHub-Permissions", "X-RateLimit-Limit", "X-RateLimit-Remaining",
	"Idempotency-Replayed", "X-Poll-Interval", "Access-Control-Allow-Methods",
}

var (
	timeForm = regexp.MustCompile(`"20[0-9]{2}-[0-9]{2}-[0-9]{2}T[0-9:]{8}Z"`)
	dateForm = regexp.MustCompile(`[A-Z][a-z]{2}, [0-9]{2} [A-Z][a-z]{2} 20[0-9]{2} [0-9:]{8} GMT`)
	tagForm  = regexp.MustCompile(`"[0-9a-f]{64}"`)
	shaForm  = regexp.MustCompile(`\b[0-9a-f]{40}\b`)
	resetAt  = regexp.MustCompile(`"reset": [0-9]+`)
	nodeForm = regexp.MustCompile(`"MD[A-Za-z0-9]{2}Q29tbWl0[A-Za-z0-9+/=]+"`) // 0n:Commit…, which ends in a SHA
	secret   = regexp.MustCompile(`"sl[a-z]_[0-9A-Za-z]{36}"`)
	clientID = regexp.MustCompile(`"Iv1\.[0-9a-f]{16}"`)
	guidForm = regexp.MustCompile(`[0-9a-f]{8}-[0-9a-f]{4}-4[0-9a-f]{3}-[89ab][0-9a-f]{3}-[0-9a-f]{12}`)
)

// scrub writes a response down without what differs from run to run.
func (w *world) scrub(a *answer) string {
	var b strings.Builder
	fmt.Fprintf(&b, "%s\n", a.Status)
	all := slipway.AllScopes().String()
	for _, name := range shownHeaders {
		values, ok := a.Header[http1(name)]
		if !ok {
			continue
		}
		value := strings.Join(values, ", ")
		if name == "X-OAuth-Scopes" && value == all {
			value = "{all}"
		}
		if name == "Retry-After" && len(value) > 2 {
			value = "{seconds}"
		}
		if name == "X-RateLimit-Limit" && value == "1000000" || name == "X-RateLimit-Remaining" && value == "1000000" {
			continue
		}
		fmt.Fprintf(&b, "%s:%s\n", name, strings.TrimRight(" "+value, " "))
	}
	b.WriteByte('\n')
	var pretty bytes.Buffer
	if json.Indent(&pretty, a.body, "", "  ") == nil {
		b.WriteString(folded(pretty.String()))
	} else {
		b.Write(a.body)
	}
	text := strings.TrimRight(b.String(), "\n") + "\n"
	text = dateForm.ReplaceAllString(text, "{date}")
	text = timeForm.ReplaceAllStringFunc(text, func(s string) string {
		if strings.HasPrefix(s, `"2023-11-1`) { // the fixture's commits
			return s
		}
		return `"{time}"`
	})
	text = hashedToken.ReplaceAllString(text, `"hashed_token": "{hash}"`)
	text = tagForm.ReplaceAllString(text, `"{tag}"`)
	text = resetAt.ReplaceAllString(text, `"reset": {seconds}`)
	text = nodeForm.ReplaceAllString(text, `"{commit}"`)
	text = guidForm.ReplaceAllString(text, "{guid}")
	text = lastEight.ReplaceAllString(text, `"token_last_eight": "{eight}"`)
	text = secret.ReplaceAllString(text, `"{secret}"`)
	text = clientID.ReplaceAllString(text, `"{client}"`)
	return shaForm.ReplaceAllStringFunc(text, func(sha string) string {
		if name, ok := w.shas[sha]; ok {
			return "{" + name + "}"
		}
		if strings.Trim(sha, sha[:1]) == "" {
			return sha // forty of one digit were made up by somebody
		}
		return "{sha}"
	})
}

// folded shortens the accounts and repositories inside other objects to a line that names them and counts their members: package
// wire's tests look at each.
func folded(text string) string {
	lines := strings.Split(text, "\n")
	var out []string
	for i := 0; i < len(lines); i++ {
		indent := len(lines[i]) - len(strings.TrimLeft(lines[i], " "))
		if indent == 0 || !strings.HasSuffix(lines[i], "{") {
			out = append(out, lines[i])
			continue
		}
		end, members, name := i+1, 0, ""
		for ; strings.HasPrefix(lines[end], strings.Repeat(" ", indent+1)); end++ {
			member := strings.TrimSuffix(lines[end][indent:], ",")
			if strings.HasPrefix(member, `  "`) {
				members++
			}
			if strings.HasPrefix(member, `  "login": `) || strings.HasPrefix(member, `  "full_name": `) {
				name = strings.TrimSpace(member)
			}
		}
		if name == "" {
			out = append(out, lines[i])
			continue
		}
		out = append(out, fmt.Sprintf("%s%s, … %d members%s", lines[i], name, members, strings.TrimSpace(lines[end])))
		i = end
	}
	return strings.Join(out, "\n")
}

// http1 is how net/http spells a header once it has read it.
func http1(name string) string {
	parts := strings.Split(strings.ToLower(name), "-")
	for i, p := range parts {
		parts[i] = strings.ToUpper(p[:1]) + p[1:]
	}
	return strings.Join(parts, "-")
}

// TestEveryRowHasAnExchange: a route nobody has written an exchange for is not finished.
func TestEveryRowHasAnExchange(t *testing.T) {
	rt, extension := tableRouter(), newRouter(extensionRoutes())
	played := map[string]bool{}
	files, _ := filepath.Glob("testdata/exchanges/*/*.txt")
	for _, file := range files {
		archive := check(txtar.ParseFile(file))(t)
		method, path, _, _ := parseRequest(string(archive.Files[0].Data))
		path, _, _ = strings.Cut(path, "?")
		own, extended := strings.CutPrefix(path, extensionBase)
		table := rt
		if extended {
			table = extension
		} else {
			own = strings.TrimPrefix(path, githubBase)
		}
		var v values
		if row, _, ok := table.find(method, own, &v); ok {
			played[row.name()] = true
		}
	}
	var missing []string
	for _, row := range append(routes(), extensionRoutes()...) {
		if name := row.name(); !played[name] {
			missing = append(missing, name)
		}
	}
	slices.Sort(missing)
	if len(missing) > 0 {
		t.Errorf("no exchange for:\n%s", strings.Join(missing, "\n"))
	}
}
