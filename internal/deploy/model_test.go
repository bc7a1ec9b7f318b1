package deploy_test

import (
	"flag"
	"fmt"
	"slices"
	"strings"
	"testing"
	"time"

	"github.com/google/go-cmp/cmp"
	"pgregory.net/rapid"

	"github.com/slipway-deploy/slipway"
	"github.com/slipway-deploy/slipway/internal/deploy"
)

// Every step of every sequence is a few transactions, so the usual run makes fewer sequences than rapid would. More:
// go test -run Model -rapid.checks=1000.
func init() {
	if err := flag.Set("rapid.checks", "40"); err != nil {
		panic(err)
	}
}

// model is what a repository's deployments should be, written down without any regard to how they are stored.
type model struct {
	w            *world
	repo         slipway.Repository
	deployments  []*modelDeployment // by id; deleted ones are gone
	environments []string           // as first written, oldest first
	events       []string
	mark         int64 // the log before the repository's first event
}

type modelDeployment struct {
	id                    int64
	environment, original string
	transient, production bool
	states                []string // of its statuses, oldest first
}

func (d *modelDeployment) state() string {
	if len(d.states) == 0 {
		return ""
	}
	return d.states[len(d.states)-1]
}

// same compares environments as people do who know nothing of keys: these tests write ASCII only.
func same(a, b string) bool { return strings.EqualFold(a, b) }

func (m *model) ensure(name string) {
	if !slices.ContainsFunc(m.environments, func(e string) bool { return same(e, name) }) {
		m.environments = append(m.environments, name)
		m.events = append(m.events, "environment/created")
	}
}

// add appends a status.
func (m *model) add(d *modelDeployment, state string) {
	d.states = append(d.states, state)
	m.events = append(m.events, "deployment_status/created")
}

var (
	drawEnvironment = rapid.SampledFrom([]string{"production", "Production", "staging", "qa/eu", "QA/EU"})
	drawState       = rapid.SampledFrom([]string{"success", "success", "success", "inactive", "failure", "error", "pending", "queued", "in_progress"})
)

func (m *model) create(t *rapid.T) {
	in := request("main")
	in.Environment = drawEnvironment.Draw(t, "environment")
	in.Transient = rapid.IntRange(0, 3).Draw(t, "transient") == 0
	production := rapid.IntRange(0, 3).Draw(t, "production") == 0
	in.Production = &production
	out, err := m.w.CreateDeployment(m.w.ctx, m.w.admin, m.repo, in, deploy.IdempotencyKey{})
	if err != nil {
		t.Fatal(err)
	}
	m.ensure(in.Environment)
	m.events = append(m.events, "deployment/created", "deployment/released")
	m.deployments = append(m.deployments, &modelDeployment{
		id: out.Deployment.ID, environment: in.Environment, original: in.Environment, transient: in.Transient, production: production,
	})
}

func (m *model) pick(t *rapid.T) *modelDeployment {
	if len(m.deployments) == 0 {
		t.Skip("nothing to pick")
	}
	return rapid.SampledFrom(m.deployments).Draw(t, "deployment")
}

func (m *model) report(t *rapid.T) {
	d := m.pick(t)
	in := slipway.StatusRequest{State: drawState.Draw(t, "state"), AutoInactive: rapid.IntRange(0, 4).Draw(t, "auto_inactive") > 0, Era: slipway.E11}
	if rapid.IntRange(0, 4).Draw(t, "moves") == 0 {
		name := drawEnvironment.Draw(t, "to")
		in.Environment = &name
	}
	_, of, err := m.w.CreateDeploymentStatus(m.w.ctx, m.w.admin, m.repo, d.id, in)
	if err != nil {
		t.Fatal(err)
	}
	if in.Environment != nil && *in.Environment != d.environment {
		m.ensure(*in.Environment)
		d.environment = *in.Environment
	}
	m.add(d, in.State)
	if of.State != in.State || of.Environment != d.environment {
		t.Fatalf("answered %+v", of)
	}
	if in.State != "success" || !in.AutoInactive {
		return
	}
	for _, p := range m.deployments {
		if p.id < d.id && same(p.environment, d.environment) && !p.transient && !p.production && p.state() == "success" {
			m.add(p, "inactive")
		}
	}
}

func (m *model) remove(t *rapid.T) {
	d := m.pick(t)
	others := slices.ContainsFunc(m.deployments, func(o *modelDeployment) bool { return o != d && same(o.environment, d.environment) })
	err := m.w.DeleteDeployment(m.w.ctx, m.w.admin, m.repo, d.id)
	if d.state() == "success" && others {
		if slipway.KindOf(err) != slipway.Invalid {
			t.Fatalf("deleting the live one of several: %v", err)
		}
		return
	}
	if err != nil {
		t.Fatal(err)
	}
	m.events = append(m.events, "deployment/deleted")
	m.deployments = slices.DeleteFunc(m.deployments, func(o *modelDeployment) bool { return o == d })
}

func (m *model) removeEnvironment(t *rapid.T) {
	name := drawEnvironment.Draw(t, "name")
	err := m.w.DeleteEnvironment(m.w.ctx, m.w.admin, m.repo, name)
	n := slices.IndexFunc(m.environments, func(e string) bool { return same(e, name) })
	switch {
	case n < 0 && slipway.KindOf(err) == slipway.NotFound:
	case n >= 0 && err == nil:
		m.environments = slices.Delete(m.environments, n, n+1)
		m.events = append(m.events, "environment/deleted")
	default:
		t.Fatalf("deleting %s: %v", name, err)
	}
}

// check compares the lists with the model.
func (m *model) check(t *rapid.T) {
	got := everyPage(t, func(p deploy.Page) (deploy.Listed[slipway.Deployment], error) {
		return m.w.ListDeployments(m.w.ctx, slipway.DeploymentFilter{RepositoryID: m.repo.ID}, p)
	})
	var have, want []string
	line := func(id int64, environment, original, state string) string {
		return fmt.Sprint(id, " ", environment, " ", original, " ", state)
	}
	for _, d := range got.Items {
		have = append(have, line(d.ID, d.Environment, d.OriginalEnvironment, d.State))
	}
	for _, d := range slices.Backward(m.deployments) {
		want = append(want, line(d.id, d.environment, d.original, d.state()))
	}
	if diff := cmp.Diff(want, have); diff != "" || got.Total != len(want) {
		t.Fatalf("deployments, of %d (-want +got):\n%s", got.Total, diff)
	}
	m.checkEnvironments(t)
}

// everyPage is a list put together from small pages.
func everyPage[T any](t *rapid.T, list func(deploy.Page) (deploy.Listed[T], error)) (all deploy.Listed[T]) {
	for p := (deploy.Page{Number: 1, Size: 30}); ; p.Number++ {
		got, err := list(p)
		if err != nil {
			t.Fatal(err)
		}
		all.Items, all.Total = append(all.Items, got.Items...), got.Total
		if len(got.Items) < p.Size {
			return all
		}
	}
}

func (m *model) checkStatuses(t *rapid.T, d *modelDeployment) {
	got := everyPage(t, func(p deploy.Page) (deploy.Listed[slipway.DeploymentStatus], error) {
		list, _, err := m.w.ListDeploymentStatuses(m.w.ctx, m.repo, d.id, p)
		return list, err
	})
	var have []string
	for _, s := range slices.Backward(got.Items) {
		have = append(have, s.State)
	}
	if diff := cmp.Diff(d.states, have); diff != "" || got.Total != len(d.states) {
		t.Fatalf("statuses of %d, of %d (-want +got):\n%s", d.id, got.Total, diff)
	}
}

func (m *model) checkEnvironments(t *rapid.T) {
	got, err := m.w.ListEnvironments(m.w.ctx, m.repo, deploy.Page{Number: 1, Size: 100})
	if err != nil {
		t.Fatal(err)
	}
	var have []string
	for _, e := range slices.Backward(got.Items) {
		have = append(have, e.Name)
		n := 0
		for _, d := range m.deployments {
			if same(d.environment, e.Name) {
				n++
			}
		}
		in, err := m.w.ListDeployments(m.w.ctx, slipway.DeploymentFilter{RepositoryID: m.repo.ID, Environment: e.Name}, deploy.Page{Number: 1, Size: 1})
		if err != nil || in.Exact && in.Total != n || len(in.Items) != min(n, 1) {
			t.Fatalf("%s has %+v, want %d deployments; %v", e.Name, in, n, err)
		}
	}
	if diff := cmp.Diff(m.environments, have, cmp.Transformer("none", func(s []string) []string { return append([]string{}, s...) })); diff != "" || got.Total != len(have) {
		t.Fatalf("environments (-want +got):\n%s", diff)
	}
}

func TestDeploymentsAgreeWithAModel(t *testing.T) {
	w := newWorld(t)
	n := 0
	rapid.Check(t, func(t *rapid.T) {
		n++
		repo := w.repository("model", fmt.Sprintf("r%d", n))
		w.git.write(repo, "refs/heads/main")
		m := &model{w: w, repo: repo, mark: w.lastEvent()}
		t.Repeat(map[string]func(*rapid.T){
			"create": m.create, "create again": m.create, "report": m.report, "report again": m.report,
			"delete": m.remove, "delete environment": m.removeEnvironment,
			"": func(t *rapid.T) { w.time.add(time.Second); m.check(t) },
		})
		for _, d := range m.deployments {
			m.checkStatuses(t, d)
		}
		var have []string
		for _, e := range w.events(m.mark) {
			have = append(have, e.Name)
		}
		if diff := cmp.Diff(m.events, have); diff != "" {
			t.Fatalf("events (-want +got):\n%s", diff)
		}
	})
}
