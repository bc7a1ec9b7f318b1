package api

import (
	"context"
	"encoding/json"
	"fmt"
	"net/http"
	"path/filepath"
	"reflect"
	"regexp"
	"strings"

	"github.com/slipway-deploy/slipway"
	"github.com/slipway-deploy/slipway/internal/deploy"
)

// stage is one recording being played, in a repository of its own.
type stage struct {
	*world
	rec  recording
	repo slipway.Repository
	base string // /repos/acme/…

	deployment, status, hook int64
	run, suite               int64
	path, body               string
	headers                  []string
}

var (
	repositoryPath = regexp.MustCompile(`^/(repos/[^/]+/[^/?]+|repositories/[0-9]+)`)
	deploymentPath = regexp.MustCompile(`/deployments/[0-9]+`)
	statusPath     = regexp.MustCompile(`(/deployments/[0-9]+/statuses)/[0-9]+`)
	checkPath      = regexp.MustCompile(`/check-(runs|suites)/[0-9]+`)
	hookPath       = regexp.MustCompile(`/hooks/[0-9]+`)
	commitPath     = regexp.MustCompile(`/(commits|statuses)/[0-9a-f]{40}`)
	comparePath    = regexp.MustCompile(`/compare/([^?]+)\.\.\.([^?]+)`)
	fullSHA        = regexp.MustCompile(`[0-9a-f]{40}`)
)

func (s *stage) play() {
	s.Helper()
	s.repo = s.newRepository("acme", "rec-"+s.rec.name, false)
	s.base = "/repos/acme/" + s.repo.Name
	if s.rec.Commit != nil {
		s.playCommit()
		return
	}
	s.path, s.body = s.rec.Request.Path, string(s.rec.Request.Body)
	if s.body == "null" {
		s.body = ""
	}
	accept, named := s.rec.accept()
	if accept != "" {
		s.headers = append(s.headers, "Accept: "+accept)
	}
	who := "admin"
	s.prepare()
	s.rewrite()
	if s.rec.name == "root--03" {
		s.headers = append(s.headers, "Authorization: token nonsense")
	} else {
		s.headers = append(s.headers, s.credentials(who))
	}
	got := s.do(s.rec.Request.Method, s.path, s.body, s.headers...)
	s.compare(got, accept, named)
}

// credentials are those of the recorded caller: by default a person's with every scope.
func (s *stage) credentials(who string) string {
	s.Helper()
	switch s.rec.name {
	case "error-forbidden-permission--01": // an app without deployments=write
		secrets := s.tokensOfPermission("contents", slipway.LevelRead)
		return "Authorization: Bearer " + secrets[slipway.InstallationToken]
	case "error-forbidden-permission--02": // a fine-grained token that may deploy, and no more
		secrets := s.tokensOfPermission("deployments", slipway.LevelWrite)
		return "Authorization: Bearer " + secrets[slipway.FineGrainedToken]
	}
	if s.rec.Category == "authorizations" {
		return s.authorizationCredentials()
	}
	return "As: " + who
}

// authorizationCredentials are those of an app that looks after its tokens, or of a person with their password. The recorded
// token, code and number become ones of this stage.
func (s *stage) authorizationCredentials() string {
	s.Helper()
	if !strings.HasPrefix(s.path, "/applications/") {
		boss := s.password("boss")
		if s.rec.Request.Method == http.MethodGet {
			made := s.do("POST", "/authorizations", text2(map[string]any{"note": s.first()["note"]}), boss)
			s.path = fmt.Sprintf("/authorizations/%d", idOf(made))
		}
		return boss
	}
	app, client := s.oauthApp("Octokit " + strings.ReplaceAll(s.rec.name, "authorizations--", ""))
	token := s.oauthToken(app, "boss")
	if s.rec.Response.Status == http.StatusNotFound {
		token = "REDACTED"
	}
	s.path = strings.ReplaceAll(s.path, "gh-client-id", app.ClientID)
	s.body = text2(map[string]any{"access_token": token})
	return client
}

// must makes a request that prepares the state, and gives the id in its answer.
func (s *stage) must(method, path, body string) int64 {
	s.Helper()
	headers := []string{"As: admin"}
	if s.rec.era(s) < slipway.E7 {
		headers = append(headers, "Accept: application/vnd.github.cannonball-preview+json")
	}
	got := s.do(method, path, body, headers...)
	if got.StatusCode >= 300 {
		s.Fatalf("to prepare: %s %s %s: %d %s", method, path, body, got.StatusCode, got.body)
	}
	return idOf(got)
}

func (s *stage) dir() string { return filepath.Join(s.root, "acme", s.repo.Name+".git") }

// branch makes a branch at one of the fixture's commits.
func (s *stage) branch(name, at string) {
	s.Helper()
	s.git(s.dir(), "", "update-ref", "refs/heads/"+name, s.sha(at))
}

// defaultBranch makes a branch the repository's default, at main's tip.
func (s *stage) defaultBranch(name string) {
	s.Helper()
	s.branch(name, "main")
	s.repo.DefaultBranch = name
	err := s.store.Update(s.Context(), 0, func(tx deploy.Tx) error {
		if err := tx.SetRepository(s.repo); err != nil {
			return err
		}
		return tx.BumpAuthVersion()
	})
	if err != nil {
		s.Fatal(err)
	}
}

// prepare makes what the recorded request found.
func (s *stage) prepare() {
	s.Helper()
	switch s.rec.Category {
	case "deployments-create":
		s.refOf(s.rec.Request.Body)
	case "deployments-get", "deployments-delete", "deployment-statuses-create":
		s.newDeployment(s.first())
	case "deployments-list":
		for range s.listed() {
			s.newDeployment(s.first())
		}
	case "deployment-statuses-get", "deployment-statuses-list":
		s.newDeployment(nil)
		for range s.listed() {
			s.report(s.first())
		}
	case "statuses-list", "statuses-combined":
		for i := range s.listed() {
			s.must("POST", s.base+"/statuses/"+s.sha("main"), s.likeStatus(s.listed()-1-i))
		}
	case "environments-get", "environments-delete", "environments-list":
		s.environment()
	case "hooks-get", "hooks-edit", "hooks-delete", "hooks-ping", "hooks-test", "hooks-list":
		s.prepareHooks()
	case "hooks-create":
		if s.rec.Response.Status == http.StatusOK { // a service that is there already
			s.must("POST", s.base+"/hooks", string(s.rec.Request.Body))
		}
	case "hook-deliveries":
		s.hook = s.must("POST", s.base+"/hooks", `{"config":{"url":"`+s.receiver(http.StatusOK)+`"},"events":["push"]}`)
		s.deliver(1)
	case "check-runs", "check-suites":
		s.prepareCheck()
	case "merges":
		s.merge()
	case "refs":
		s.prepareRef()
	case "branches":
		s.branch("feature/#123-fragment-url", "main")
	case "events":
		for i := range s.listed() {
			s.branch(fmt.Sprintf("b%d", i), "main")
		}
		if err := s.world.deploy.SyncRefs(s.Context(), s.repo.ID); err != nil {
			s.Fatal(err)
		}
		// What happened there, stars and downloads, does not happen here: types have payloads of their own.
		s.rec.Trimmed = append(s.rec.Trimmed, trim{At: "/0/payload", Kept: 1})
	case "auto-merge-accepted":
		s.behind()
	default:
		if strings.HasPrefix(s.rec.Category, "error-") {
			s.prepareError()
		}
	}
}

// first is the recorded deployment or status: the body, or the first element of a list.
func (s *stage) first() map[string]any {
	switch b := s.rec.Response.Body.(type) {
	case map[string]any:
		return b
	case []any:
		if len(b) > 0 {
			first, _ := b[0].(map[string]any)
			return first
		}
	}
	return nil
}

// listed is how many objects make the recorded list or its Link header.
func (s *stage) listed() int {
	if link, _ := header(s.rec.Response.Headers, "Link"); link != "" {
		return 31
	}
	switch b := s.rec.Response.Body.(type) {
	case []any:
		return len(b)
	case map[string]any:
		if list, ok := b["statuses"].([]any); ok {
			return len(list)
		}
	}
	return 1
}

func (s *stage) newDeployment(like map[string]any) {
	s.Helper()
	in := map[string]any{"ref": "main", "required_contexts": []string{}, "auto_merge": false}
	if like != nil && s.rec.Category != "deployment-statuses-create" {
		if p, ok := like["payload"]; ok && p != nil && p != "null" && !reflect.DeepEqual(p, map[string]any{}) {
			in["payload"] = p
		}
		in["description"] = like["description"]
		if e, ok := like["environment"]; ok {
			in["environment"] = e
		}
	}
	s.deployment = s.must("POST", s.base+"/deployments", text2(in))
}

func text2(v any) string { b, _ := json.Marshal(v); return string(b) }

func (s *stage) report(like map[string]any) {
	s.Helper()
	in := map[string]any{"state": "success"}
	for _, name := range []string{"state", "target_url", "description", "environment", "environment_url", "log_url"} {
		if v, ok := like[name]; ok {
			in[name] = v
		}
	}
	s.status = s.must("POST", fmt.Sprintf("%s/deployments/%d/statuses", s.base, s.deployment), text2(in))
}

// likeStatus is a commit status like the recorded one at a place of its list.
func (s *stage) likeStatus(i int) string {
	list, _ := s.rec.Response.Body.([]any)
	if body, ok := s.rec.Response.Body.(map[string]any); ok {
		list, _ = body["statuses"].([]any)
	}
	in := map[string]any{"state": "success", "context": fmt.Sprintf("c%d", i)}
	if i < len(list) {
		like, _ := list[i].(map[string]any)
		for _, name := range []string{"state", "target_url", "description"} {
			in[name] = like[name]
		}
	}
	return text2(in)
}

func (s *stage) prepareHooks() {
	s.Helper()
	if s.rec.Response.Status == http.StatusNotFound {
		return
	}
	for i := range min(s.listed(), 2) { // two are two pages of one
		config := map[string]any{"url": fmt.Sprintf("http://127.0.0.1:9/%d", i)}
		if like, ok := s.first()["config"].(map[string]any); ok {
			for name := range like {
				if config[name] == nil && s.rec.Category == "hooks-get" {
					config[name] = like[name]
				}
			}
		}
		s.hook = s.must("POST", s.base+"/hooks", text2(map[string]any{"config": config, "events": []string{"issues"}}))
	}
	var asked struct {
		Name string `json:"name"`
	}
	_ = json.Unmarshal(s.rec.Request.Body, &asked)
	if s.rec.Category == "hooks-edit" && asked.Name != "web" && asked.Name != "" {
		s.hook = s.must("POST", s.base+"/hooks", text2(asked))
	}
}

// environment makes those of the recording, with their rules.
func (s *stage) environment() {
	s.Helper()
	name := "test"
	if _, tail, ok := strings.Cut(s.rec.Request.Path, "/environments/"); ok {
		name = tail
	}
	if s.rec.Response.Status == http.StatusNotFound {
		return
	}
	in := map[string]any{"wait_timer": 15, "reviewers": []any{map[string]any{"type": "User", "id": 3}}}
	if e := s.first(); e != nil {
		if list, ok := e["environments"].([]any); ok && len(list) > 0 {
			e, _ = list[0].(map[string]any)
		}
		in["deployment_branch_policy"] = e["deployment_branch_policy"]
	}
	s.must("PUT", s.base+"/environments/"+name, text2(in))
	if strings.HasPrefix(s.rec.Category, "environments-list") {
		s.must("PUT", s.base+"/environments/second", text2(in))
	}
	if s.rec.Response.Status == http.StatusNotModified {
		tag := s.do("GET", s.base+"/environments/"+name, "", "As: admin").get("ETag")
		s.headers = append(s.headers, "If-None-Match: W/"+tag)
	}
}

// prepareRef makes the ref that is read, moved or deleted, and what it is moved to.
func (s *stage) prepareRef() {
	s.Helper()
	_, name, below := strings.Cut(s.rec.Request.Path, "/git/refs/")
	if below && s.rec.Response.Status < 300 {
		at := "refs/tags/v1.0"
		if strings.HasPrefix(name, "heads/") {
			at = "refs/heads/topic"
		}
		s.git(s.dir(), "", "update-ref", "refs/"+name, strings.TrimSpace(s.git(s.dir(), "", "rev-parse", at)))
	}
	s.body = fullSHA.ReplaceAllString(s.body, s.sha("main"))
}

func (s *stage) merge() {
	s.Helper()
	var in struct{ Base, Head string }
	_ = json.Unmarshal(s.rec.Request.Body, &in)
	at := map[int]string{http.StatusCreated: "topic", http.StatusNoContent: "ahead", http.StatusConflict: "clash"}[s.rec.Response.Status]
	s.branch(in.Base, at)
	if !fullSHA.MatchString(in.Head) {
		s.branch(in.Head, "main")
	}
}

// behind makes the branches of a deployment that is to be merged or refused, from the recorded sentence.
func (s *stage) behind() {
	s.Helper()
	message, _ := s.first()["message"].(string)
	words := regexp.MustCompile(`(?:Auto-merged|Conflict merging) (\S+) into (\S+?)( on deployment)?\.$`).FindStringSubmatch(message)
	if words == nil {
		s.Fatalf("no branches in %q", message)
	}
	s.defaultBranch(words[1])
	ref := words[2]
	switch {
	case fullSHA.MatchString(ref):
		ref = s.sha("first")
	case s.rec.Response.Status == http.StatusConflict:
		s.branch(strings.TrimPrefix(ref, "refs/heads/"), "clash")
	default:
		s.branch(ref, "topic")
	}
	s.body = text2(map[string]any{"ref": ref})
}

func (s *stage) prepareError() {
	s.Helper()
	switch name := s.rec.name; {
	case strings.HasPrefix(name, "error-deployment-delete-active"):
		s.newDeployment(nil)
		s.newDeployment(nil)
		s.report(nil)
	case strings.HasPrefix(name, "error-deployment-merge-conflict"):
		s.behind()
	case strings.HasPrefix(name, "error-deployment-required-contexts"):
		s.redBuild()
	case strings.HasPrefix(name, "error-deployment-status-create"):
		s.newDeployment(nil)
		s.body = `{"state":"success","environment_url":"javascript:alert(1)"}`
	case strings.HasPrefix(name, "error-hook-create"):
		s.prepareHookError()
	case strings.HasPrefix(name, "error-status-create"):
		s.prepareStatusError()
	}
}

func (s *stage) redBuild() {
	s.Helper()
	first := s.first()
	message, _ := first["message"].(string)
	ref := strings.TrimSuffix(message[strings.Index(message, "for ")+4:], ".")
	if fullSHA.MatchString(ref) {
		ref = s.sha("main")
	} else if ref != "main" {
		s.branch(ref, "main")
	}
	contexts := []any{map[string]any{"context": "ci", "state": "failure"}}
	if errs, ok := first["errors"].([]any); ok {
		if e, ok := errs[0].(map[string]any); ok && e["contexts"] != nil {
			contexts, _ = e["contexts"].([]any)
		}
	}
	for i, c := range contexts {
		if i > 0 && s.rec.name == "error-deployment-required-contexts--01" { // the first is a status, the others are check runs
			s.report2(c.(map[string]any), i)
			continue
		}
		s.must("POST", s.base+"/statuses/"+s.sha("main"), text2(c))
	}
	s.body = text2(map[string]any{"ref": ref})
}

// report2 makes a check run like a recorded context, by an app of its own: one name may occur twice.
func (s *stage) report2(context map[string]any, n int) {
	s.Helper()
	actor := slipway.Actor{Local: true, App: s.reporter(fmt.Sprintf("ci-%d", n))}
	name, _ := context["context"].(string)
	state, _ := context["state"].(string)
	_, err := s.world.deploy.CreateCheckRun(s.Context(), actor, s.repo, slipway.CheckRunRequest{Name: &name, HeadSHA: s.sha("main"), Conclusion: &state})
	if err != nil {
		s.Fatal(err)
	}
}

// reporter puts an app of the organization into the store.
func (w *world) reporter(slug string) *slipway.App {
	w.Helper()
	app := slipway.App{Kind: slipway.GitHubApp, Slug: slug, Name: slug, ClientID: slug}
	err := w.store.Update(context.Background(), 0, func(tx deploy.Tx) (err error) {
		app.CreatedAt, app.UpdatedAt = tx.Now(), tx.Now()
		if app.Owner, err = tx.AccountByLogin("acme"); err != nil {
			return err
		}
		return tx.InsertApp(&app)
	})
	if err != nil {
		w.Fatal(err)
	}
	return &app
}

// prepareCheck makes the run and suite of a recording.
func (s *stage) prepareCheck() {
	s.Helper()
	s.body = fullSHA.ReplaceAllString(s.body, s.sha("main"))
	if s.rec.Request.Method == http.MethodPost && s.rec.Category == "check-runs" {
		return
	}
	for _, name := range []string{"octokit-test-check", "another"} {
		got := s.do("POST", s.base+"/check-runs", `{"name":"`+name+`","head_sha":"`+s.sha("main")+`"}`, "As: admin")
		var made struct {
			ID    int64
			Suite struct{ ID int64 } `json:"check_suite"`
		}
		if err := json.Unmarshal(got.body, &made); err != nil || got.StatusCode != http.StatusCreated {
			s.Fatalf("%d %s", got.StatusCode, got.body)
		}
		s.run, s.suite = made.ID, made.Suite.ID
	}
}

func (s *stage) prepareHookError() {
	s.Helper()
	const one = `{"config":{"url":"http://127.0.0.1:9/x"}}`
	switch s.rec.name {
	case "error-hook-create--01":
		s.must("POST", s.base+"/hooks", one)
		s.body = one
	case "error-hook-create--02":
		s.must("POST", s.base+"/hooks", one)
		s.hook = s.must("POST", s.base+"/hooks", `{"config":{"url":"http://127.0.0.1:9/y"}}`)
		s.body = one
	case "error-hook-create--03":
		for i := range 20 {
			s.must("POST", s.base+"/hooks", fmt.Sprintf(`{"config":{"url":"http://127.0.0.1:9/%d"}}`, i))
		}
		s.body = one
	case "error-hook-create--05":
		s.body = `{"config":{"url":"not a url"}}`
	}
}

func (s *stage) prepareStatusError() {
	s.Helper()
	switch s.rec.name {
	case "error-status-create--01", "error-status-create--02":
		for range 5 { // what this world allows
			s.must("POST", s.base+"/statuses/"+s.sha("main"), `{"state":"success"}`)
		}
		s.body = `{"state":"success"}`
	case "error-status-create--08":
		s.body = `{"state":"success","target_url":"ftp://x"}`
	case "error-status-create--09":
		s.body = `{"state":"success","description":"` + strings.Repeat("d", 141) + `"}`
	default:
		if s.body == "" {
			s.body = `{"state":"success"}`
		}
	}
}

// refOf makes the branch that a recorded request deploys.
func (s *stage) refOf(body json.RawMessage) {
	s.Helper()
	var in struct{ Ref string }
	if json.Unmarshal(body, &in) != nil || in.Ref == "" || in.Ref == "main" || fullSHA.MatchString(in.Ref) {
		return
	}
	s.branch(in.Ref, "main")
}

// rewrite maps the recorded path and body to the ids and SHAs of this stage.
func (s *stage) rewrite() {
	if s.rec.Response.Status == http.StatusNotFound && s.rec.Category == "repos-get" {
		return
	}
	p := repositoryPath.ReplaceAllString(s.path, s.base)
	switch s.rec.Category {
	case "orgs-get":
		p = "/orgs/acme"
	case "users-get":
		p = map[bool]string{false: "/users/boss", true: "/users/slipway%5Bbot%5D"}[strings.Contains(p, "%5Bbot%5D")]
	}
	p = statusPath.ReplaceAllString(p, fmt.Sprintf("${1}/%d", s.status))
	p = deploymentPath.ReplaceAllString(p, fmt.Sprintf("/deployments/%d", s.deployment))
	if s.hook != 0 {
		p = hookPath.ReplaceAllString(p, fmt.Sprintf("/hooks/%d", s.hook))
	}
	p = checkPath.ReplaceAllStringFunc(p, func(at string) string {
		if strings.Contains(at, "suites") {
			return fmt.Sprintf("/check-suites/%d", s.suite)
		}
		return fmt.Sprintf("/check-runs/%d", s.run)
	})
	p = comparePath.ReplaceAllString(p, "/compare/"+s.sha("first")+"...ahead")
	if known := s.rec.name != "error-status-create--03" && s.rec.name != "error-status-create--04"; known {
		p = commitPath.ReplaceAllString(p, "/${1}/"+s.sha("main"))
	}
	s.path = p
	if strings.HasPrefix(s.rec.Category, "deployments-create") || s.rec.Category == "merges" {
		s.body = fullSHA.ReplaceAllString(s.body, s.sha("main"))
	}
	if s.rec.name == "hooks-get--04" {
		tag := s.do("GET", p, "", "As: admin").get("ETag")
		s.headers = append(s.headers, "If-None-Match: "+tag)
	}
}

// playCommit makes a merge commit as the recorded one and looks at the object.
func (s *stage) playCommit() {
	s.Helper()
	words := regexp.MustCompile(`^Auto-merged (\S+) into (\S+) on deployment\.$`).FindStringSubmatch(s.rec.Commit.Message)
	if words == nil {
		s.Fatalf("message %q", s.rec.Commit.Message)
	}
	s.defaultBranch(words[1])
	s.branch(words[2], "topic")
	tip := s.sha("topic")
	if err := s.world.deploy.AddCollaborator(s.Context(), localAdministrator, "acme", s.repo.Name, "boss", slipway.RoleWrite); err != nil {
		s.Fatal(err)
	}
	got := s.do("POST", s.base+"/deployments", text2(map[string]any{"ref": words[2]}), "As: boss")
	if got.StatusCode != http.StatusAccepted {
		s.Fatalf("%d %s", got.StatusCode, got.body)
	}
	shown := strings.Split(s.git(s.dir(), "", "log", "-1", "--format=%P%n%an <%ae>%n%cn <%ce>%n%ai%n%ci%n%B", "refs/heads/"+words[2]), "\n")
	if shown[0] != tip+" "+s.sha("main") {
		s.Errorf("parents %s, want the old tip and the default branch's", shown[0])
	}
	if shown[1] != "Boss <boss@example.com>" || shown[2] != "Slipway <noreply@slipway.test>" {
		s.Errorf("author %s, committer %s", shown[1], shown[2])
	}
	if shown[3] != shown[4] || !strings.HasSuffix(shown[3], " "+s.rec.Commit.Timezone) {
		s.Errorf("times %s and %s", shown[3], shown[4])
	}
	if strings.TrimSpace(strings.Join(shown[5:], "\n")) != s.rec.Commit.Message {
		s.Errorf("message %q", shown[5:])
	}
}
