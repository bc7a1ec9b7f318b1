package storetest

import (
	"encoding/json"
	"fmt"
	"math/rand/v2"
	"slices"
	"strings"
	"time"

	"github.com/slipway-deploy/slipway"
	"github.com/slipway-deploy/slipway/internal/deploy"
)

func deployments(w *world) {
	r, other := w.repository("r"), w.repository("other")
	text, app := "with \"quotes\"", w.app("deployer", r.Owner)
	full := slipway.Deployment{
		RepositoryID: r.ID, SHA: sha(7), Ref: "refs/heads/topic", Task: "deploy:migrations", Payload: json.RawMessage(`{ "a" : 1.0 }`),
		Environment: "Staging/EU", OriginalEnvironment: "QA", Description: &text, Creator: &r.Owner, Transient: true, Production: true,
		State: "success", CreatedAt: w.now, UpdatedAt: w.now.Add(time.Second), App: &app,
	}
	bare := slipway.Deployment{RepositoryID: r.ID, SHA: sha(8), Ref: "main", Task: "deploy", Environment: "production", CreatedAt: w.now, UpdatedAt: w.now}
	w.deploy(&full, &bare)
	w.same("full", read(w, func(tx deploy.Tx) (slipway.Deployment, error) { return tx.Deployment(r.ID, full.ID) }), full)
	bare.OriginalEnvironment = "production"
	w.same("bare", read(w, func(tx deploy.Tx) (slipway.Deployment, error) { return tx.Deployment(r.ID, bare.ID) }), bare)

	w.kind(slipway.NotFound, func(tx deploy.Tx) error { _, err := tx.Deployment(other.ID, full.ID); return err })
	w.kind(slipway.NotFound, func(tx deploy.Tx) error { _, err := tx.Deployment(r.ID, 99); return err })

	gone := w.deployment(r, func(d *slipway.Deployment) {
		d.Creator, d.App = &slipway.Account{ID: 4711}, &slipway.App{ID: 4711}
	})
	w.deploy(&gone)
	got := read(w, func(tx deploy.Tx) (slipway.Deployment, error) { return tx.Deployment(r.ID, gone.ID) })
	if got.Creator != nil || got.App != nil {
		w.Errorf("creator that is gone: %+v, app %+v", got.Creator, got.App)
	}
}

func deploymentsChange(w *world) {
	r := w.repository("r")
	d := w.deployment(r, nil)
	w.deploy(&d)
	get := func(tx deploy.Tx) (slipway.Deployment, error) { return tx.Deployment(r.ID, d.ID) }
	for i, environment := range []string{"production", "canary", "Canary", "production", "other"} {
		d.Environment, d.State, d.UpdatedAt = environment, fmt.Sprint("state", i), w.now.Add(time.Duration(i)*time.Minute)
		changed := d
		changed.Ref, changed.OriginalEnvironment, changed.Production = "ignored", "ignored", true
		w.update(r.ID, func(tx deploy.Tx) error { return tx.SetDeployment(changed) })
		w.same(environment, read(w, get), d)
	}
	w.kind(slipway.NotFound, func(tx deploy.Tx) error { return tx.SetDeployment(slipway.Deployment{RepositoryID: r.ID, ID: 99}) })
	w.kind(slipway.NotFound, func(tx deploy.Tx) error { return tx.SetDeployment(slipway.Deployment{RepositoryID: 99, ID: d.ID}) })
}

func deploymentsRemoved(w *world) {
	r := w.repository("r")
	a, b := w.deployment(r, nil), w.deployment(r, nil)
	w.deploy(&a, &b)
	w.update(r.ID, func(tx deploy.Tx) error {
		return tx.InsertDeploymentStatus(&slipway.DeploymentStatus{DeploymentID: a.ID, State: "success", CreatedAt: w.now})
	})
	others := func(id int64) bool {
		return read(w, func(tx deploy.Tx) (bool, error) { return tx.OthersIn(r.ID, "PRODUCTION", id) })
	}
	w.same("others", []bool{others(a.ID), others(b.ID)}, []bool{true, true})
	w.update(r.ID, func(tx deploy.Tx) error { return tx.RemoveDeployment(r.ID, a.ID) })
	w.same("others", []bool{others(a.ID), others(b.ID)}, []bool{true, false})
	w.kind(slipway.NotFound, func(tx deploy.Tx) error { _, err := tx.Deployment(r.ID, a.ID); return err })
	w.kind(slipway.NotFound, func(tx deploy.Tx) error { _, err := tx.LatestDeploymentStatus(a.ID); return err })
	w.kind(slipway.NotFound, func(tx deploy.Tx) error { return tx.RemoveDeployment(r.ID, a.ID) })
	w.kind(slipway.NotFound, func(tx deploy.Tx) error { return tx.RemoveDeployment(99, b.ID) })
	w.same("others elsewhere", read(w, func(tx deploy.Tx) (bool, error) { return tx.OthersIn(99, "production", 0) }), false)
}

// mixed puts deployments of few values into two repositories, some moved to other environments and some removed.
func mixed(w *world, n int) (slipway.Repository, []slipway.Deployment) {
	r, other := w.repository("r"), w.repository("other")
	random := rand.New(rand.NewPCG(1, 2))
	refs, tasks, environments := []string{"main", "Main", "topic"}, []string{"deploy", "migrate"}, []string{"production", "Production", "qa"}
	var list []*slipway.Deployment
	for i := range n {
		one := w.deployment(r, func(d *slipway.Deployment) {
			d.SHA = sha(random.IntN(3))
			d.Ref, d.Task = refs[random.IntN(3)], tasks[random.IntN(2)]
			d.Environment = environments[random.IntN(3)]
			d.OriginalEnvironment = d.Environment
		})
		list = append(list, &one)
		if i%5 == 0 {
			stranger := w.deployment(other, nil)
			w.deploy(&stranger)
		}
	}
	w.deploy(list...)
	var kept []slipway.Deployment
	w.update(r.ID, func(tx deploy.Tx) error {
		for i, d := range list {
			if i%7 == 0 {
				d.Environment = "moved"
				if err := tx.SetDeployment(*d); err != nil {
					return err
				}
			}
			if i%9 == 0 {
				if err := tx.RemoveDeployment(r.ID, d.ID); err != nil {
					return err
				}
				continue
			}
			kept = append(kept, *d)
		}
		return nil
	})
	slices.Reverse(kept)
	return r, kept
}

// every combination of filters.
func filters(r slipway.Repository) (list []slipway.DeploymentFilter) {
	for _, s := range []string{"", string(sha(1)), string(sha(1))[:7], strings.Repeat("f", 40), "fffffff"} {
		for _, ref := range []string{"", "main", "nowhere"} {
			for _, task := range []string{"", "deploy", "DEPLOY"} {
				for _, environment := range []string{"", "PRODUCTION", "moved", "none"} {
					list = append(list, slipway.DeploymentFilter{RepositoryID: r.ID, SHA: s, Ref: ref, Task: task, Environment: environment})
				}
			}
		}
	}
	return list
}

// selected is what a filter means, without a database.
func selected(list []slipway.Deployment, f slipway.DeploymentFilter) (found []slipway.Deployment) {
	for _, d := range list {
		if strings.HasPrefix(string(d.SHA), f.SHA) && (f.Ref == "" || f.Ref == d.Ref) && (f.Task == "" || f.Task == d.Task) &&
			(f.Environment == "" || slipway.Key(f.Environment) == slipway.Key(d.Environment)) {
			found = append(found, d)
		}
	}
	return found
}

func deploymentFilters(w *world) {
	r, kept := mixed(w, 60)
	for _, f := range filters(r) {
		got := read(w, func(tx deploy.Tx) ([]slipway.Deployment, error) { return tx.ListDeployments(f, all()) })
		w.same(fmt.Sprintf("%+v", f), got, selected(kept, f))
	}
}

// deploymentPages: every page of every size is the slice it should be, whichever end it is read from.
func deploymentPages(w *world) {
	r, kept := mixed(w, 700)
	for _, f := range []slipway.DeploymentFilter{
		{RepositoryID: r.ID},
		{RepositoryID: r.ID, Ref: "main"},
		{RepositoryID: r.ID, Task: "deploy"},
		{RepositoryID: r.ID, Environment: "production"},
		{RepositoryID: r.ID, SHA: string(sha(1))},
		{RepositoryID: r.ID, Ref: "main", Task: "deploy"},
	} {
		want := selected(kept, f)
		for _, size := range []int{1, 7, 30, 100} {
			pages := (len(want) + size - 1) / size
			for _, page := range []int{1, 2, pages / 2, pages - 1, pages, pages + 1, pages + 1000} {
				if page < 1 {
					continue
				}
				got := read(w, func(tx deploy.Tx) ([]slipway.Deployment, error) {
					return tx.ListDeployments(f, deploy.Page{Number: page, Size: size})
				})
				from, to := min((page-1)*size, len(want)), min(page*size, len(want))
				w.same(fmt.Sprintf("%+v, page %d of %d", f, page, size), got, want[from:to])
			}
		}
	}
}

func deploymentCounts(w *world) {
	r, kept := mixed(w, 60)
	count := func(f slipway.DeploymentFilter) (n int, exact bool) {
		w.view(func(tx deploy.Tx) (err error) {
			n, exact, err = tx.CountDeployments(f)
			return err
		})
		return n, exact
	}
	for _, f := range filters(r) {
		if n, exact := count(f); n != len(selected(kept, f)) || !exact {
			w.Errorf("%+v: %d, %t; want %d", f, n, exact, len(selected(kept, f)))
		}
	}

	// Ten thousand rows are counted one by one. With one more, single filters are still exact and the rest says that it is not.
	many := make([]*slipway.Deployment, 10_000)
	big := w.repository("big")
	for i := range many {
		many[i] = new(w.deployment(big, nil))
	}
	w.deploy(many...)
	large := []struct {
		f     slipway.DeploymentFilter
		exact bool // with one more
	}{
		{slipway.DeploymentFilter{}, true},
		{slipway.DeploymentFilter{Ref: "main"}, true},
		{slipway.DeploymentFilter{Task: "deploy"}, true},
		{slipway.DeploymentFilter{Environment: "production"}, true},
		{slipway.DeploymentFilter{SHA: string(sha(1))}, false},
		{slipway.DeploymentFilter{SHA: string(sha(1)), Ref: "main"}, false},
		{slipway.DeploymentFilter{Ref: "main", Task: "deploy"}, false},
		{slipway.DeploymentFilter{Environment: "production", Task: "deploy"}, false},
	}
	for _, test := range large {
		test.f.RepositoryID = big.ID
		if n, exact := count(test.f); n != len(many) || !exact {
			w.Errorf("%+v: %d, %t", test.f, n, exact)
		}
	}
	w.deploy(new(w.deployment(big, nil)))
	for _, test := range large {
		test.f.RepositoryID = big.ID
		if n, exact := count(test.f); exact != test.exact || exact && n != len(many)+1 || n > len(many)+1 {
			w.Errorf("%+v: %d, %t; want exact %t", test.f, n, exact, test.exact)
		}
	}
	none := slipway.DeploymentFilter{RepositoryID: big.ID, Ref: "main", Task: "deploy", Environment: "none"}
	if n, exact := count(none); n != 0 || !exact {
		w.Errorf("%+v: %d, %t", none, n, exact)
	}
}

func liveBefore(w *world) {
	r := w.repository("r")
	var live []slipway.Deployment
	var list []*slipway.Deployment
	for _, change := range []func(*slipway.Deployment){
		func(d *slipway.Deployment) {},                                                 // live
		func(d *slipway.Deployment) { d.State = "failure" },                            // not a success
		func(d *slipway.Deployment) { d.State = "" },                                   // without a status
		func(d *slipway.Deployment) { d.Transient = true },                             // spared
		func(d *slipway.Deployment) { d.Production = true },                            // spared
		func(d *slipway.Deployment) { d.Environment = "qa" },                           // elsewhere
		func(d *slipway.Deployment) { d.Environment = "PRODUCTION" },                   // live
		func(d *slipway.Deployment) { d.State = "inactive" },                           // retired already
		func(d *slipway.Deployment) { d.State, d.Environment = "success", "whatever" }, // the one that succeeds
	} {
		d := w.deployment(r, func(d *slipway.Deployment) { d.State = "success"; change(d) })
		d.OriginalEnvironment = d.Environment
		list = append(list, &d)
	}
	w.deploy(list...)
	live = append(live, *list[0], *list[6])
	last := list[len(list)-1].ID
	before := func(repositoryID, id int64) []slipway.Deployment {
		return read(w, func(tx deploy.Tx) ([]slipway.Deployment, error) { return tx.LiveBefore(repositoryID, "Production", id) })
	}
	w.same("live", before(r.ID, last), live)
	w.same("before itself", before(r.ID, list[6].ID), live[:1])
	w.same("another repository's", before(99, last), []slipway.Deployment(nil))
}

func deploymentStatuses(w *world) {
	r := w.repository("r")
	d, other := w.deployment(r, nil), w.deployment(r, nil)
	w.deploy(&d, &other)
	w.kind(slipway.NotFound, func(tx deploy.Tx) error { _, err := tx.LatestDeploymentStatus(d.ID); return err })
	app := w.app("deployer", r.Owner)
	full := slipway.DeploymentStatus{
		DeploymentID: d.ID, State: "in_progress", Description: "half way", TargetURL: "https://ci.example/1", LogURL: "https://ci.example/1",
		EnvironmentURL: "https://qa.example", Environment: "QA", Creator: &r.Owner, CreatedAt: w.now, App: &app,
	}
	bare := slipway.DeploymentStatus{DeploymentID: d.ID, State: "success", CreatedAt: w.now.Add(-time.Hour)}
	elsewhere := slipway.DeploymentStatus{DeploymentID: other.ID, State: "error", CreatedAt: w.now}
	for _, s := range []*slipway.DeploymentStatus{&full, &bare, &elsewhere} {
		w.update(r.ID, func(tx deploy.Tx) error { return tx.InsertDeploymentStatus(s) })
	}
	get := func(id int64) slipway.DeploymentStatus {
		return read(w, func(tx deploy.Tx) (slipway.DeploymentStatus, error) { return tx.DeploymentStatus(d.ID, id) })
	}
	w.same("full", get(full.ID), full)
	w.same("bare", get(bare.ID), bare)
	w.same("newest", read(w, func(tx deploy.Tx) (slipway.DeploymentStatus, error) { return tx.LatestDeploymentStatus(d.ID) }), bare)
	w.same("count", read(w, func(tx deploy.Tx) (int, error) { return tx.CountDeploymentStatuses(d.ID) }), 2)
	page := func(number, size int) []slipway.DeploymentStatus {
		return read(w, func(tx deploy.Tx) ([]slipway.DeploymentStatus, error) {
			return tx.ListDeploymentStatuses(d.ID, deploy.Page{Number: number, Size: size})
		})
	}
	w.same("all", page(1, 10), []slipway.DeploymentStatus{bare, full})
	w.same("second page", page(2, 1), []slipway.DeploymentStatus{full})
	w.same("after the end", page(3, 1), []slipway.DeploymentStatus(nil))
	w.kind(slipway.NotFound, func(tx deploy.Tx) error { _, err := tx.DeploymentStatus(other.ID, full.ID); return err })
}

func commitStatuses(w *world) {
	r, other := w.repository("r"), w.repository("other")
	text, address := "all green", "https://ci.example"
	add := func(repository slipway.Repository, commit slipway.SHA, context, state string) slipway.CommitStatus {
		s := slipway.CommitStatus{
			RepositoryID: repository.ID, SHA: commit, Context: context, State: state, Description: &text, TargetURL: &address,
			Creator: &repository.Owner, CreatedAt: w.now,
		}
		w.update(r.ID, func(tx deploy.Tx) error { return tx.InsertCommitStatus(&s) })
		return s
	}
	first := add(r, sha(1), "ci/Build", "pending")
	lint := add(r, sha(1), "lint", "failure")
	second := add(r, sha(1), "CI/build", "success")
	add(r, sha(2), "ci/build", "error")
	add(other, sha(1), "ci/build", "error")
	bare := slipway.CommitStatus{RepositoryID: r.ID, SHA: sha(1), Context: "default", State: "success", CreatedAt: w.now}
	w.update(r.ID, func(tx deploy.Tx) error { return tx.InsertCommitStatus(&bare) })

	page := func(number, size int) []slipway.CommitStatus {
		return read(w, func(tx deploy.Tx) ([]slipway.CommitStatus, error) {
			return tx.ListCommitStatuses(r.ID, sha(1), deploy.Page{Number: number, Size: size})
		})
	}
	w.same("all", page(1, 10), []slipway.CommitStatus{bare, second, lint, first})
	w.same("second page", page(2, 3), []slipway.CommitStatus{first})
	w.same("newest of each context", read(w, func(tx deploy.Tx) ([]slipway.CommitStatus, error) {
		return tx.LatestCommitStatuses(r.ID, sha(1))
	}), []slipway.CommitStatus{lint, second, bare})
	w.same("count", read(w, func(tx deploy.Tx) (int, error) { return tx.CountCommitStatuses(r.ID, sha(1)) }), 4)
	w.same("of a context", read(w, func(tx deploy.Tx) (int, error) { return tx.CountContext(r.ID, sha(1), "ci/BUILD") }), 2)
	w.same("of another", read(w, func(tx deploy.Tx) (int, error) { return tx.CountContext(r.ID, sha(1), "none") }), 0)
	w.same("of another commit", read(w, func(tx deploy.Tx) ([]slipway.CommitStatus, error) {
		return tx.LatestCommitStatuses(r.ID, sha(3))
	}), []slipway.CommitStatus(nil))
}
