package api

import (
	"context"
	"fmt"
	"net/http"
	"strings"
	"testing"

	"github.com/slipway-deploy/slipway"
	"github.com/slipway-deploy/slipway/internal/deploy"
)

// TestAppsReportCheckRuns: a run is its app's, and nobody else changes it; an app without the permission reports none.
func TestAppsReportCheckRuns(t *testing.T) {
	w := newWorld(t)
	app := w.newApp("acme/web")
	body := `{"name":"ci","head_sha":"` + w.sha("main") + `","conclusion":"failure"}`
	as := func(secret string) string { return "Authorization: Bearer " + secret }
	got := w.do("POST", "/repos/acme/web/check-runs", body, as(app.token("")))
	if got.StatusCode != http.StatusForbidden || !strings.Contains(string(got.body), "Resource not accessible by integration") ||
		got.get("X-Accepted-GitHub-Permissions") != "checks=write" {
		t.Errorf("without the permission: %d %s", got.StatusCode, got.body)
	}
	w.permit(app, slipway.Permissions{"checks": slipway.LevelWrite})
	got = w.do("POST", "/repos/acme/web/check-runs", body, as(app.token("")))
	if got.StatusCode != http.StatusCreated || !strings.Contains(string(got.body), `"slug":"deployer"`) {
		t.Fatalf("%d %s", got.StatusCode, got.body)
	}
	run := fmt.Sprintf("/repos/acme/web/check-runs/%d", idOf(got))
	got = w.do("PATCH", run, `{"conclusion":"success"}`, "As: boss")
	const want = "Invalid app_id `2147483647` - check run can only be modified by the GitHub App that created it."
	if got.StatusCode != http.StatusForbidden || !strings.Contains(string(got.body), want) {
		t.Errorf("by somebody else: %d %s", got.StatusCode, got.body)
	}
	if got = w.do("PATCH", run, `{"conclusion":"success"}`, as(app.token(""))); got.StatusCode != http.StatusOK {
		t.Errorf("by its app: %d %s", got.StatusCode, got.body)
	}
}

// permit lets an app and its installation do what is named, and nothing else.
func (w *world) permit(app testApp, p slipway.Permissions) {
	w.Helper()
	err := w.store.Update(context.Background(), 0, func(tx deploy.Tx) error {
		i, err := tx.Installation(app.installation)
		if err != nil {
			return err
		}
		app.Permissions, i.Permissions = p.WithMetadata(), p.WithMetadata()
		if err := tx.SetApp(app.App); err != nil {
			return err
		}
		return tx.SetInstallation(i)
	})
	if err != nil {
		w.Fatal(err)
	}
}
