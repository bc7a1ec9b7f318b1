package main

import (
	"net/http"
	"os"
	"path/filepath"
	"strings"
	"testing"

	"github.com/slipway-deploy/slipway/internal/testkit"
)

// TestNodesOfOnePostgres: with PostgreSQL there is no folder lock. Commands open the database when no server runs; two
// servers may share a folder of repositories; what one of them does is seen through the other at once.
func TestNodesOfOnePostgres(t *testing.T) {
	env := "SLIPWAY_DATABASE_URL=" + testkit.Postgres(t, func(string) error { return nil })
	a := testkit.StartServer(t, "slipway", env)
	token := a.Run("token", "create", "--user", "ci", "--scopes", "repo", "--admin")
	a.Run("repo", "create", "acme/web")
	head := pushCommit(t, a, "acme/web")

	b := testkit.StartServer(t, "slipway", env, "SLIPWAY_DATA="+a.Data)
	b.Token = token
	if b.URL == a.URL {
		t.Fatal("two servers on one port")
	}
	if code, _, body := b.Do(http.MethodPost, "/repos/acme/web/statuses/"+head, `{"state":"success"}`); code != http.StatusCreated {
		t.Fatalf("through the other node: %d %s", code, body)
	}
	if code, _, body := a.Do(http.MethodGet, "/repos/acme/web/commits/main/status", ""); code != 200 || !strings.Contains(string(body), `"state":"success"`) {
		t.Errorf("%d %s", code, body)
	}

	// A token revoked through one node is refused by the other at once.
	for _, line := range strings.Split(a.Run("token", "list", "--user", "ci"), "\n")[1:] {
		a.Run("token", "revoke", strings.Fields(line)[0])
	}
	if code, _, _ := b.Do(http.MethodGet, "/user", ""); code != http.StatusUnauthorized {
		t.Errorf("a revoked token is answered %d by the other node", code)
	}

	// The node that did not have the socket leaves it alone when it stops; the other one takes it away.
	if code := b.Stop(); code != 0 {
		t.Errorf("exit code %d", code)
	}
	socket := filepath.Join(a.Data, socketName)
	if _, err := os.Lstat(socket); err != nil {
		t.Error(err)
	}
	if code := a.Stop(); code != 0 {
		t.Errorf("exit code %d", code)
	}
	if _, err := os.Lstat(socket); err == nil {
		t.Error("the socket is still there")
	}
	if users := a.Run("user", "list"); !strings.Contains(users, "ci") {
		t.Errorf("without a server: %s", users)
	}
}
