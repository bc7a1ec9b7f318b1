package deploy_test

import (
	"testing"

	"github.com/slipway-deploy/slipway"
)

func TestProtectedBranchesAreThoseOfThePatterns(t *testing.T) {
	w := newWorld(t)
	before := w.lastEvent()
	protect := func(patterns []string) slipway.Repository {
		t.Helper()
		r, err := w.ProtectBranches(w.ctx, w.admin, w.repo, patterns)
		w.must(err)
		found, err := w.FindRepository(w.ctx, w.admin, "acme", "web")
		if err != nil || found.Repository.Protects("main") != r.Protects("main") || found.Repository.Protects("release/1") != r.Protects("release/1") {
			t.Errorf("answered %v, found %v, %v", r.Protected, found.Repository.Protected, err)
		}
		return found.Repository
	}
	if r := protect([]string{"release/*"}); r.Protects("main") || !r.Protects("release/1") {
		t.Errorf("%v", r.Protected)
	}
	protect([]string{"release/*"})
	if r := protect(nil); !r.Protects("main") || r.Protects("release/1") {
		t.Errorf("%v", r.Protected)
	}
	if names := w.names(before); names != "repository/edited repository/edited" {
		t.Errorf("events: %s", names)
	}
	_, err := w.ProtectBranches(w.ctx, w.admin, w.repo, []string{""})
	kindIs(t, err, slipway.Invalid)
	archived := w.repo
	archived.Archived = true
	_, err = w.ProtectBranches(w.ctx, w.admin, archived, nil)
	kindIs(t, err, slipway.Forbidden)
}
