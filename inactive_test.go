package slipway_test

import (
	"slices"
	"testing"

	"github.com/google/go-cmp/cmp"
	"pgregory.net/rapid"

	"github.com/slipway-deploy/slipway"
)

func TestRetired(t *testing.T) {
	d := slipway.Deployment{ID: 10, RepositoryID: 1, Environment: "production"}
	earlier := []slipway.Deployment{
		{ID: 1, RepositoryID: 1, Environment: "production", State: "success"},
		{ID: 2, RepositoryID: 1, Environment: "PRODUCTION", State: "success"},
		{ID: 3, RepositoryID: 1, Environment: "staging", State: "success"},
		{ID: 4, RepositoryID: 1, Environment: "production", State: "failure"},
		{ID: 5, RepositoryID: 1, Environment: "production"},
		{ID: 6, RepositoryID: 1, Environment: "production", State: "inactive"},
		{ID: 7, RepositoryID: 1, Environment: "production", State: "success", Transient: true},
		{ID: 8, RepositoryID: 1, Environment: "production", State: "success", Production: true},
		{ID: 9, RepositoryID: 2, Environment: "production", State: "success"},
		{ID: 10, RepositoryID: 1, Environment: "production", State: "success"},
		{ID: 11, RepositoryID: 1, Environment: "production", State: "success"},
	}
	for _, test := range []struct {
		name   string
		d      slipway.Deployment
		status slipway.DeploymentStatus
		want   []int64
	}{
		{"a success", d, slipway.DeploymentStatus{State: "success", Environment: "production"}, []int64{1, 2}},
		{"the status's environment counts", d, slipway.DeploymentStatus{State: "success", Environment: "Staging"}, []int64{3}},
		{"a failure", d, slipway.DeploymentStatus{State: "failure", Environment: "production"}, nil},
		{"an inactive", d, slipway.DeploymentStatus{State: "inactive", Environment: "production"}, nil},
		{
			"a production deployment retires too",
			slipway.Deployment{ID: 10, RepositoryID: 1, Production: true, Transient: true},
			slipway.DeploymentStatus{State: "success", Environment: "production"},
			[]int64{1, 2},
		},
		{"an environment nobody used", d, slipway.DeploymentStatus{State: "success", Environment: "qa"}, nil},
	} {
		if diff := cmp.Diff(test.want, slipway.Retired(test.d, test.status, earlier)); diff != "" {
			t.Errorf("%s (-want +got):\n%s", test.name, diff)
		}
	}
}

// Retired never retires itself, anything later, transient or of production, or anything that is not live.
func TestRetiredProperty(t *testing.T) {
	environment := rapid.SampledFrom([]string{"production", "Production", "staging"})
	state := rapid.SampledFrom([]string{"success", "success", "failure", "inactive", "pending", ""})
	rapid.Check(t, func(t *rapid.T) {
		deployment := func(label string) slipway.Deployment {
			return slipway.Deployment{
				ID:           rapid.Int64Range(1, 6).Draw(t, label),
				RepositoryID: rapid.Int64Range(1, 2).Draw(t, "repository"),
				Environment:  environment.Draw(t, "environment"),
				State:        state.Draw(t, "state"),
				Transient:    rapid.Bool().Draw(t, "transient"),
				Production:   rapid.Bool().Draw(t, "production"),
			}
		}
		d := deployment("id")
		var earlier []slipway.Deployment
		for range rapid.IntRange(0, 6).Draw(t, "n") {
			earlier = append(earlier, deployment("earlier id"))
		}
		s := slipway.DeploymentStatus{State: state.Draw(t, "status"), Environment: environment.Draw(t, "status environment")}
		retired := slipway.Retired(d, s, earlier)
		if s.State != "success" && len(retired) > 0 {
			t.Fatalf("%q retired %v", s.State, retired)
		}
		for _, id := range retired {
			ok := slices.ContainsFunc(earlier, func(p slipway.Deployment) bool {
				return p.ID == id && p.ID < d.ID && p.RepositoryID == d.RepositoryID && p.State == "success" &&
					!p.Transient && !p.Production && slipway.Key(p.Environment) == slipway.Key(s.Environment)
			})
			if !ok {
				t.Fatalf("%d was retired by %+v of %+v", id, s, d)
			}
		}
	})
}

func TestMayDelete(t *testing.T) {
	for _, state := range []string{"", "success", "failure", "error", "inactive", "pending", "queued", "in_progress", "waiting"} {
		for _, others := range []bool{false, true} {
			err := slipway.MayDelete(slipway.Deployment{State: state}, others)
			if refused := state == "success" && others; (err != nil) != refused {
				t.Errorf("state %q, others %v: %v", state, others, err)
			}
		}
	}
	want := slipway.ValidationFailed(slipway.Detail{
		Text: "We cannot delete an active deployment unless it is the only deployment in a given environment.",
	})
	if diff := cmp.Diff(want, refusal(t, slipway.MayDelete(slipway.Deployment{State: "success"}, true))); diff != "" {
		t.Errorf("refusal (-want +got):\n%s", diff)
	}
}
