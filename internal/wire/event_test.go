package wire

import (
	"encoding/json"
	"slices"
	"strings"
	"testing"

	"github.com/slipway-deploy/slipway"
)

// What GitHub's webhook schemas (@octokit/webhooks-schemas 7.6.1) require.
const (
	requiredUser = `login id node_id avatar_url gravatar_id url html_url followers_url following_url gists_url starred_url
		subscriptions_url organizations_url repos_url events_url received_events_url type site_admin`
	requiredRepository = `id node_id name full_name private owner html_url description fork url forks_url keys_url
		collaborators_url teams_url hooks_url issue_events_url events_url assignees_url branches_url tags_url blobs_url
		git_tags_url git_refs_url trees_url statuses_url languages_url stargazers_url contributors_url subscribers_url
		subscription_url commits_url git_commits_url comments_url issue_comment_url contents_url compare_url merges_url
		archive_url downloads_url issues_url pulls_url milestones_url notifications_url labels_url releases_url
		deployments_url created_at updated_at pushed_at git_url ssh_url clone_url svn_url homepage size stargazers_count
		watchers_count language has_issues has_projects has_downloads has_wiki has_pages forks_count mirror_url archived
		open_issues_count license forks open_issues watchers default_branch is_template web_commit_signoff_required topics
		visibility custom_properties`
	requiredDeployment = `url id node_id sha ref task payload original_environment environment description creator created_at
		updated_at statuses_url repository_url`
	requiredDeploymentStatus = `url id node_id state creator description environment target_url created_at updated_at
		deployment_url repository_url`
	requiredOrganization = `login id node_id url repos_url events_url hooks_url issues_url members_url public_members_url
		avatar_url description`
	requiredApp      = `id node_id owner name description external_url html_url created_at updated_at`
	requiredCheckRun = `id head_sha external_id url html_url status conclusion started_at completed_at output name check_suite app
		pull_requests`
	requiredSuite  = `id head_branch head_sha status conclusion url before after pull_requests app created_at updated_at`
	requiredHook   = `type id name active events config updated_at created_at url ping_url deliveries_url`
	requiredPushed = `id tree_id distinct message timestamp url author committer added removed modified`
	requiredCommit = `sha node_id commit url html_url comments_url author committer parents`
)

func TestEventsHaveWhatReceiversRequire(t *testing.T) {
	all := events(t)
	for event, members := range map[string]map[string]string{
		"deployment": {"": "action deployment workflow workflow_run", "deployment": requiredDeployment, "deployment/creator": requiredUser},
		"deployment_status": {
			"": "action deployment_status deployment check_run workflow workflow_run", "deployment": requiredDeployment,
			"deployment_status": requiredDeploymentStatus,
		},
		"status": {
			"":       "id sha name avatar_url target_url context description state commit branches created_at updated_at",
			"commit": requiredCommit, "commit/commit": "author committer message tree url comment_count verification",
		},
		"check_run": {
			"": "action check_run", "check_run": requiredCheckRun, "check_run/app": requiredApp, "check_run/check_suite": requiredSuite,
			"check_run/output": "title summary text annotations_count annotations_url", "check_run/check_suite/app": requiredApp,
		},
		"check_suite": {
			"": "action check_suite", "check_suite": requiredSuite + " node_id latest_check_runs_count check_runs_url head_commit",
			"check_suite/head_commit": "id tree_id message timestamp author committer", "check_suite/head_commit/author": "name email",
		},
		"push": {
			"":       "ref before after created deleted forced base_ref compare commits head_commit pusher",
			"pusher": "name email", "head_commit": requiredPushed,
			"repository": "stargazers master_branch", "repository/owner": "name email",
		},
		"ping":   {"": "zen hook_id hook", "hook": requiredHook, "hook/config": "content_type url insecure_ssl"},
		"create": {"": "ref ref_type master_branch description pusher_type"},
		"delete": {"": "ref ref_type pusher_type"},
	} {
		body := object(t, all[event])
		members[""] += " repository sender organization"
		for path, more := range map[string]string{
			"repository": requiredRepository, "repository/owner": requiredUser, "sender": requiredUser, "organization": requiredOrganization,
		} {
			members[path] += " " + more
		}
		for path, required := range members {
			inner := body
			for _, name := range strings.FieldsFunc(path, func(r rune) bool { return r == '/' }) {
				inner = at(t, inner, name).(map[string]any)
			}
			for _, name := range strings.Fields(required) {
				if _, ok := inner[name]; !ok {
					t.Errorf("%s: no %s in /%s", event, name, path)
				}
			}
		}
	}
}

// events is one body of each kind, of an organization's repository.
func events(t *testing.T) map[string]JSON {
	t.Helper()
	read := must(t)
	return map[string]JSON{
		"deployment":        read(DeploymentEvent(frame, release)),
		"deployment_status": read(DeploymentStatusEvent(frame, report, release)),
		"check_run":         read(CheckRunEvent(frame, "completed", linted, suite)),
		"check_suite":       read(CheckSuiteEvent(frame, "completed", suite, change)),
		"status":            read(StatusEvent(frame, check, StatusFacts{Commit: change})),
		"push":              read(PushEvent(frame, pushed)),
		"ping":              read(PingEvent(frame, fresh, "z")),
		"create":            read(CreateEvent(frame, slipway.RefChange{Name: "refs/tags/v1", Old: slipway.ZeroSHA, New: tip})),
		"delete":            read(DeleteEvent(frame, slipway.RefChange{Name: "refs/heads/x", Old: tip, New: slipway.ZeroSHA})),
	}
}

func TestEventPeculiarities(t *testing.T) {
	all := events(t)
	if status := object(t, all["status"]); at(t, status, "created_at") != "2026-03-01T10:30:45+00:00" || status["action"] != nil || at(t, status, "name") != "acme/web" {
		t.Errorf("status: %s", all["status"])
	}
	push := object(t, all["push"])
	for _, member := range []string{"created_at", "pushed_at"} {
		if _, ok := at(t, push, "repository", member).(float64); !ok {
			t.Errorf("push: repository.%s is %v, want a number", member, at(t, push, "repository", member))
		}
	}
	if at(t, push, "repository", "url") != "https://deploy.example.com/acme/web" {
		t.Errorf("push: repository.url is %v, want the page", at(t, push, "repository", "url"))
	}
	removed := object(t, must(t)(PushEvent(frame, Push{Change: slipway.RefChange{Name: "refs/heads/x", Old: tip, New: slipway.ZeroSHA}})))
	if removed["head_commit"] != nil || len(removed["commits"].([]any)) != 0 || removed["deleted"] != true || removed["created"] != false {
		t.Errorf("removed: %v", removed)
	}
	made := object(t, must(t)(PushEvent(frame, Push{Change: slipway.RefChange{Name: "refs/heads/a b", Old: slipway.ZeroSHA, New: tip}, Head: &signed})))
	if made["compare"] != "https://deploy.example.com/acme/web/compare/a%20b" || made["created"] != true {
		t.Errorf("made: %v, %v", made["compare"], made["created"])
	}
	own := Frame{Repository: tools, Sender: robot, URLs: testURLs, Shape: Today}
	if _, ok := object(t, must(t)(DeploymentEvent(own, bare)))["organization"]; ok {
		t.Error("a user's repository has an organization")
	}
	if email := at(t, object(t, must(t)(PushEvent(own, pushed))), "pusher", "email"); email != "1+slipway[bot]@users.noreply.deploy.example.com" {
		t.Errorf("the address of an account without one is %v", email)
	}
	for _, ref := range []string{"refs/notes/commits", "refs/pull/1/merge"} {
		c := slipway.RefChange{Name: ref, Old: slipway.ZeroSHA, New: tip}
		if body, err := CreateEvent(frame, c); body != nil || err != nil {
			t.Errorf("create for %s: %s, %v", ref, body, err)
		}
		if body, err := DeleteEvent(frame, c); body != nil || err != nil {
			t.Errorf("delete for %s: %s, %v", ref, body, err)
		}
	}
}

func TestNoSecretIsShown(t *testing.T) {
	for _, body := range []JSON{FromHook(receiver, web, testURLs), must(t)(PingEvent(frame, receiver, "z"))} {
		if strings.Contains(string(body), receiver.Secret) || !strings.Contains(string(body), `"secret":"********"`) {
			t.Errorf("%s", body)
		}
	}
	if strings.Contains(string(FromHook(fresh, web, testURLs)), "secret") {
		t.Error("a hook without a secret shows one")
	}
}

func TestErrorBodies(t *testing.T) {
	for _, c := range []struct {
		e    *slipway.Error
		want string
	}{
		{&slipway.Error{Message: "sql: no rows", Details: []slipway.Detail{{Text: "/var/lib"}}, Op: "op"}, `{"message":"Server Error","documentation_url":"D","status":"500"}`},
		{slipway.Fail(slipway.NotFound, ""), `{"message":"Not Found","documentation_url":"D","status":"500"}`},
		{
			slipway.ValidationFailed(slipway.Detail{Resource: "Hook", Code: "custom", Message: `The "push" event cannot have more than 20 hooks`}),
			`{"message":"Validation Failed","errors":[{"resource":"Hook","code":"custom","message":"The \"push\" event cannot have more than 20 hooks"}],"documentation_url":"D","status":"500"}`,
		},
		{
			slipway.Fail(slipway.Conflict, "c", slipway.Detail{Resource: "Deployment", Contexts: []slipway.ContextState{}}),
			`{"message":"c","errors":[{"contexts":[],"resource":"Deployment"}],"documentation_url":"D","status":"500"}`,
		},
		{
			&slipway.Error{Kind: slipway.Conflict, Message: "Conflict merging main into x.", Conflicts: []string{"a\"b", "c"}},
			`{"message":"Conflict merging main into x.","conflicts":["a\"b","c"],"documentation_url":"D","status":"500"}`,
		},
	} {
		if got := string(FromError(c.e, 500, "D")); got != c.want {
			t.Errorf("%s, want %s", got, c.want)
		}
	}
	for kind := slipway.Internal; kind <= slipway.Full; kind++ {
		if object(t, FromError(&slipway.Error{Kind: kind}, 400, "D"))["message"] == "" {
			t.Errorf("kind %d has nothing to say", kind)
		}
	}
}

func TestDeliveryMembers(t *testing.T) {
	detail := object(t, FromDeliveryDetail(attempt))
	headers := names(at(t, detail, "request", "headers").(map[string]any))
	want := []string{
		"Accept", "X-GitHub-Delivery", "X-GitHub-Event", "X-GitHub-Hook-ID", "X-GitHub-Hook-Installation-Target-ID", "X-Hub-Signature-256", "webhook-id",
	}
	if !slices.Equal(headers, want) {
		t.Errorf("headers %v, want %v", headers, want)
	}
	if at(t, detail, "request", "payload", "action") != "created" || at(t, detail, "duration") != 0.23 {
		t.Errorf("%v", detail)
	}
	silent := attempt
	silent.RequestBody, silent.RequestHeader, silent.ResponseHeader, silent.ResponseBody, silent.Action = []byte("no json"), nil, nil, nil, ""
	body := FromDeliveryDetail(silent)
	for _, part := range []string{`"request":{"headers":{},"payload":"no json"}`, `"response":{"headers":{},"payload":""}`, `"action":null`} {
		if !json.Valid(body) || !strings.Contains(string(body), part) {
			t.Errorf("no %s in %s", part, body)
		}
	}
}
