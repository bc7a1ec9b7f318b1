package githttp_test

import (
	"fmt"
	"testing"

	"github.com/slipway-deploy/slipway"
	"github.com/slipway-deploy/slipway/internal/deploy"
)

// TestWhoMayByPermission is the same table for apps and fine-grained tokens: contents=read fetches, contents=write pushes, and
// only from and to the repositories that were chosen.
func TestWhoMayByPermission(t *testing.T) {
	w := newWorld(t)
	w.repository("acme/open", false)
	w.repository("acme/closed", true)
	w.token("writer", "repo")
	w.token("reader", "repo")
	for login, role := range map[string]slipway.Role{"writer": slipway.RoleWrite, "reader": slipway.RoleRead} {
		for _, name := range []string{"open", "closed"} {
			w.must(w.AddCollaborator(w.ctx, local, "acme", name, login, role))
		}
	}
	// Who may fetch and push what is public, and fetch and push what is private.
	for n, row := range []struct {
		permissions, repository, want string
		reader                        string // for a person who only reads
	}{
		{"contents=write", "", "200 200 200 200", "200 403 200 403"},
		{"contents=write", "acme/closed", "200 403 200 200", "200 403 200 403"},
		{"contents=write", "acme/open", "200 200 404 404", "200 403 404 404"},
		{"contents=read", "", "200 403 200 403", "200 403 200 403"},
		{"deployments=write,statuses=write", "", "200 403 404 404", "200 403 404 404"},
	} {
		permissions, err := slipway.ParsePermissions(row.permissions)
		w.must(err)
		in := deploy.NewToken{Permissions: permissions, AllRepositories: row.repository == ""}
		on := deploy.Selection{AllOf: []string{"acme"}}
		if row.repository != "" {
			in.Repositories, on = []string{row.repository}, deploy.Selection{Repositories: []string{row.repository}}
		}
		tokens := map[string]string{} // with what they get
		for login, want := range map[string]string{"writer": row.want, "reader": row.reader} {
			in.Login = login
			secret, _, err := w.CreateToken(w.ctx, local, in)
			w.must(err)
			tokens[secret] = want
		}
		app, installations, _, err := w.CreateApp(w.ctx, local, deploy.NewApp{
			Kind: slipway.GitHubApp, Owner: "acme", Name: fmt.Sprint("app ", n), Permissions: permissions, On: on,
		})
		w.must(err)
		secret, _, _, err := w.CreateInstallationToken(w.ctx, slipway.Actor{App: &app, Account: slipway.Account{ID: app.BotID}}, installations[0].ID, deploy.InstallationTokenRequest{})
		w.must(err)
		tokens[secret] = row.want
		for secret, want := range tokens {
			got := fmt.Sprintf("%d %d %d %d",
				w.ask("acme/open", "upload-pack", "Authorization", basic("x-access-token:"+secret)),
				w.ask("acme/open", "receive-pack", "Authorization", basic("x-access-token:"+secret)),
				w.ask("acme/closed", "upload-pack", "Authorization", basic("x-access-token:"+secret)),
				w.ask("acme/closed", "receive-pack", "Authorization", basic("x-access-token:"+secret)))
			if got != want {
				t.Errorf("%s of %q for %q: %s, want %s", secret[:4], row.permissions, row.repository, got, want)
			}
		}
	}
}
