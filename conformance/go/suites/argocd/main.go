// Command argocd is Argo CD's notifications engine, which speaks as a GitHub App: it says commit statuses, finds its deployment
// again or makes one, and says how it goes.
package main

import (
	"context"
	"net/http"
	"os"
	"strings"
	"text/template"
	"unicode/utf8"

	"github.com/argoproj/notifications-engine/pkg/services"
	"github.com/bradleyfalzon/ghinstallation/v2"
	"github.com/google/go-github/v93/github"

	"github.com/slipway-deploy/slipway/conformance/go/part"
)

func main() {
	e := &engine{ctx: context.Background(), key: part.Must(os.ReadFile(part.Env("SLIPWAY_APP_KEY")))}
	e.boss = part.Must(github.NewClient(github.WithEnterpriseURLs(part.Env("SLIPWAY_URL"), part.Env("SLIPWAY_URL")), github.WithAuthToken(part.Env("SLIPWAY_TOKEN"))))
	for _, p := range []struct {
		name string
		do   func()
	}{
		{"app", e.app},
		{"gating", e.gating},
		{"statuses", e.statuses},
		{"commit-statuses", e.commitStatuses},
		{"errors", e.errors},
	} {
		e.Do(p.name, part.Client, p.do)
	}
	e.Exit()
}

type engine struct {
	part.Report
	ctx  context.Context
	boss *github.Client
	key  []byte
}

// long is cut to 140 characters, not bytes, by the engine.
var long = strings.Repeat("synchronised – ", 20)

// send is one notification, put together and sent as Argo CD does.
func (e *engine) send(n services.GitHubNotification, revision, installation string) error {
	service := part.Must(services.NewGitHubService(services.GitHubOptions{
		AppID: part.Env("SLIPWAY_APP_ID"), InstallationID: installation, PrivateKey: string(e.key), EnterpriseBaseURL: part.Env("SLIPWAY_API"),
	}))
	n.RepoURLPath, n.RevisionPath = "{{.repo}}", "{{.revision}}"
	fill := part.Must(n.GetTemplater("github", template.FuncMap{}))
	message := services.Notification{Message: long}
	part.Check(fill(&message, map[string]any{"repo": part.Env("SLIPWAY_URL") + "/acme/web.git", "revision": revision}))
	return service.Send(message, services.Destination{})
}

func (e *engine) sha(ref string) string {
	sha, _, err := e.boss.Repositories.GetCommitSHA1(e.ctx, "acme", "web", ref, "")
	part.Check(err)
	return sha
}

func deployment(state string) services.GitHubNotification {
	no := false
	return services.GitHubNotification{Deployment: &services.GitHubDeployment{
		State: state, Environment: "argo", EnvironmentURL: "https://argo.example.com/applications/web", LogURL: "https://argo.example.com/applications/web?operation=true",
		RequiredContexts: []string{}, AutoMerge: &no,
	}}
}

// app is ghinstallation's transport under go-github's newest client.
func (e *engine) app() {
	transport := part.Must(ghinstallation.New(http.DefaultTransport, number("SLIPWAY_APP_ID"), number("SLIPWAY_INSTALLATION_ID"), e.key))
	transport.BaseURL = part.Env("SLIPWAY_API")
	c := part.Must(github.NewClient(github.WithHTTPClient(&http.Client{Transport: transport}), github.WithEnterpriseURLs(part.Env("SLIPWAY_URL"), part.Env("SLIPWAY_URL"))))
	repositories, _, err := c.Apps.ListRepos(e.ctx, nil)
	part.Check(err)
	part.Want(repositories.GetTotalCount() == 1, "the installation sees %d repositories", repositories.GetTotalCount())
	permissions := part.Must(transport.Permissions())
	part.Want(permissions.GetDeployments() == "write", "it may %v", permissions)
}

// gating: without requiredContexts a red status keeps the deployment from being made.
func (e *engine) gating() {
	sha := e.sha("feature/x")
	_, _, err := e.boss.Repositories.CreateStatus(e.ctx, "acme", "web", sha, github.RepoStatus{State: new("failure"), Context: new("ci/red")})
	part.Check(err)
	n := deployment("success")
	n.Deployment.RequiredContexts = nil
	err = e.send(n, sha, part.Env("SLIPWAY_INSTALLATION_ID"))
	part.Want(err != nil && strings.Contains(err.Error(), "Commit status checks failed for "+sha), "it ended with %v", err)
}

// statuses: the engine makes one deployment, and finds it again by the revision and the environment.
func (e *engine) statuses() {
	sha := e.sha("ready")
	for _, state := range []string{"in_progress", "success"} {
		part.Check(e.send(deployment(state), sha, part.Env("SLIPWAY_INSTALLATION_ID")))
	}
	list, _, err := e.boss.Repositories.ListDeployments(e.ctx, "acme", "web", &github.DeploymentsListOptions{Environment: "argo"})
	part.Check(err)
	part.Want(len(list) == 1 && list[0].GetCreator().GetType() == "Bot", "there are %d deployments: %v", len(list), list)
	said, _, err := e.boss.Repositories.ListDeploymentStatuses(e.ctx, "acme", "web", list[0].GetID(), nil)
	part.Check(err)
	part.Want(len(said) == 2 && said[0].GetState() == "success", "the statuses are %v", said)
	part.Want(utf8.RuneCountInString(said[0].GetDescription()) == 140, "the description is %q", said[0].GetDescription())
}

func (e *engine) commitStatuses() {
	sha := e.sha("ready")
	n := services.GitHubNotification{Status: &services.GitHubStatus{State: "success", Label: "continuous-delivery/web", TargetURL: "https://argo.example.com/applications/web"}}
	part.Check(e.send(n, sha, part.Env("SLIPWAY_INSTALLATION_ID")))
	combined, _, err := e.boss.Repositories.GetCombinedStatus(e.ctx, "acme", "web", sha, nil)
	part.Check(err)
	part.Want(combined.GetState() == "success", "the combined status is %v", combined)
}

func (e *engine) errors() {
	err := e.send(deployment("success"), e.sha("ready"), "1000000")
	part.Want(err != nil && strings.Contains(err.Error(), "404"), "an unknown installation ends with %v", err)
}
