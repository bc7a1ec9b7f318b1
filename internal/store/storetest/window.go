package storetest

import (
	"fmt"
	"slices"

	"github.com/slipway-deploy/slipway"
	"github.com/slipway-deploy/slipway/internal/deploy"
)

// deploymentWindows compares every piece of every list with the same piece of all deployments.
func deploymentWindows(w *world) {
	r, all := mixed(w, 60)
	slices.SortFunc(all, func(a, b slipway.Deployment) int { return int(a.ID - b.ID) })
	ends := []int64{0, 1, all[0].ID, all[len(all)/3].ID, all[len(all)/2].ID, all[len(all)-1].ID, all[len(all)-1].ID + 7}
	for _, o := range []deploy.DeploymentsOf{
		{},
		{Environment: "PRODUCTION"},
		{Environment: "qa"},
		{Environment: "none"},
		{SHA: all[0].SHA},
		{SHA: all[0].SHA, Environment: "Qa"},
		{SHA: sha(99)},
	} {
		o.RepositoryID = r.ID
		for _, above := range ends {
			for _, below := range ends {
				for _, limit := range []int{1, 5, 100} {
					for _, down := range []bool{false, true} {
						s := deploy.Span{Above: above, Below: below, Limit: limit, Down: down}
						got := read(w, func(tx deploy.Tx) ([]slipway.Deployment, error) { return tx.ListDeploymentsWithin(o, s) })
						w.same(fmt.Sprintf("%+v of %+v", s, o), got, piece(all, o, s))
					}
				}
			}
		}
	}
	elsewhere := deploy.DeploymentsOf{RepositoryID: 99}
	w.same("of no repository", read(w, func(tx deploy.Tx) ([]slipway.Deployment, error) {
		return tx.ListDeploymentsWithin(elsewhere, deploy.Span{Limit: 10})
	}), []slipway.Deployment(nil))
	commitCounts(w, r, all)
}

// piece is what a span of a list should be.
func piece(all []slipway.Deployment, o deploy.DeploymentsOf, s deploy.Span) (list []slipway.Deployment) {
	for _, d := range all {
		fits := (o.SHA == "" || d.SHA == o.SHA) && (o.Environment == "" || slipway.Key(d.Environment) == slipway.Key(o.Environment))
		if fits && d.ID > s.Above && (s.Below == 0 || d.ID < s.Below) {
			list = append(list, d)
		}
	}
	if s.Down {
		slices.Reverse(list)
	}
	return list[:min(len(list), s.Limit)]
}

func commitCounts(w *world, r slipway.Repository, all []slipway.Deployment) {
	count := func(limit int, environments ...string) int {
		return read(w, func(tx deploy.Tx) (int, error) {
			return tx.CountDeploymentsOfCommit(r.ID, all[0].SHA, environments, limit)
		})
	}
	of := func(environment string) int {
		return len(piece(all, deploy.DeploymentsOf{SHA: all[0].SHA, Environment: environment}, deploy.Span{Limit: len(all)}))
	}
	w.same("all of a commit", count(1000), of(""))
	w.same("to two environments", count(1000, "PRODUCTION", "qa"), of("production")+of("qa"))
	w.same("to one", count(1000, "QA"), of("qa"))
	w.same("to none", count(1000, []string{}...), 0)
	w.same("bounded", count(2), 2)
}

func statusWindows(w *world) {
	r := w.repository("r")
	a, b, none := w.deployment(r, nil), w.deployment(r, nil), w.deployment(r, nil)
	w.deploy(&a, &b, &none)
	statuses := map[int64][]slipway.DeploymentStatus{}
	w.update(r.ID, func(tx deploy.Tx) error {
		for i := range 15 {
			s := slipway.DeploymentStatus{
				DeploymentID: a.ID, State: "pending", Description: fmt.Sprint(i), Environment: "production", Creator: &r.Owner, CreatedAt: w.now,
			}
			if i%3 == 0 {
				s.DeploymentID = b.ID
			}
			if err := tx.InsertDeploymentStatus(&s); err != nil {
				return err
			}
			statuses[s.DeploymentID] = append(statuses[s.DeploymentID], s)
		}
		return nil
	})
	of := statuses[a.ID]
	within := func(s deploy.Span) []slipway.DeploymentStatus {
		return read(w, func(tx deploy.Tx) ([]slipway.DeploymentStatus, error) {
			return tx.ListDeploymentStatusesWithin(a.ID, s)
		})
	}
	w.same("all", within(deploy.Span{Limit: 100}), of)
	w.same("between", within(deploy.Span{Above: of[1].ID, Below: of[4].ID, Limit: 100}), of[2:4])
	w.same("newest two", within(deploy.Span{Limit: 2, Down: true}), []slipway.DeploymentStatus{of[9], of[8]})

	each := func(n int, oldest bool) map[int64][]slipway.DeploymentStatus {
		return read(w, func(tx deploy.Tx) (map[int64][]slipway.DeploymentStatus, error) {
			return tx.ListStatusesOfEach([]int64{a.ID, none.ID, b.ID, 99}, n, oldest)
		})
	}
	for _, n := range []int{1, 3, 5, 6, 100} {
		oldest, newest := map[int64][]slipway.DeploymentStatus{}, map[int64][]slipway.DeploymentStatus{}
		for id, list := range statuses {
			oldest[id] = list[:min(n, len(list))]
			newest[id] = slices.Clone(list[len(list)-min(n, len(list)):])
			slices.Reverse(newest[id])
		}
		w.same(fmt.Sprintf("%d oldest of each", n), each(n, true), oldest)
		w.same(fmt.Sprintf("%d newest of each", n), each(n, false), newest)
	}
	w.same("none of each", each(0, false), map[int64][]slipway.DeploymentStatus{})
	counts := read(w, func(tx deploy.Tx) (map[int64]int, error) { return tx.CountStatusesOfEach([]int64{a.ID, b.ID, none.ID}) })
	w.same("counts", counts, map[int64]int{a.ID: 10, b.ID: 5})
	w.same("by id", byID(read(w, func(tx deploy.Tx) ([]slipway.DeploymentStatus, error) {
		return tx.ListDeploymentStatusesByID([]int64{of[3].ID, 99, statuses[b.ID][0].ID})
	})), []slipway.DeploymentStatus{statuses[b.ID][0], of[3]})
}

func byID(list []slipway.DeploymentStatus) []slipway.DeploymentStatus {
	slices.SortFunc(list, func(a, b slipway.DeploymentStatus) int { return int(a.ID - b.ID) })
	return list
}

func commitStatusesOfEach(w *world) {
	r, other := w.repository("r"), w.repository("other")
	var all []slipway.CommitStatus
	add := func(repository slipway.Repository, n int, context, state string) {
		s := slipway.CommitStatus{RepositoryID: repository.ID, SHA: sha(n), Context: context, State: state, Creator: &r.Owner, CreatedAt: w.now}
		w.update(repository.ID, func(tx deploy.Tx) error { return tx.InsertCommitStatus(&s) })
		all = append(all, s)
	}
	add(r, 1, "ci", "pending")
	add(r, 2, "ci", "success")
	add(r, 1, "lint", "success")
	add(r, 1, "CI", "failure")
	add(other, 1, "ci", "error")
	add(r, 3, "ci", "success")
	got := read(w, func(tx deploy.Tx) (map[slipway.SHA][]slipway.CommitStatus, error) {
		return tx.LatestStatusesOfEach(r.ID, []slipway.SHA{sha(1), sha(2), sha(9)})
	})
	w.same("latest of each", got, map[slipway.SHA][]slipway.CommitStatus{sha(1): {all[2], all[3]}, sha(2): {all[1]}})
	w.same("by id", read(w, func(tx deploy.Tx) ([]slipway.CommitStatus, error) {
		return tx.ListCommitStatusesByID([]int64{all[4].ID, 99})
	}), all[4:5])
}

func checksOfEach(w *world) {
	r, other := w.repository("r"), w.repository("other")
	own := w.ownApp()
	one, two, elsewhere := w.suite(r, 1, own), w.suite(r, 2, own), w.suite(other, 1, own)
	older := w.run(one, "ci", "completed", "failure")
	newer := w.run(one, "ci", "completed", "success")
	lint := w.run(one, "lint", "queued", "")
	second := w.run(two, "ci", "in_progress", "")
	w.run(elsewhere, "ci", "queued", "")
	got := read(w, func(tx deploy.Tx) (map[slipway.SHA][]slipway.CheckRun, error) {
		return tx.LatestCheckRunsOfEach(r.ID, []slipway.SHA{sha(1), sha(2), sha(9)})
	})
	w.same("latest of each", got, map[slipway.SHA][]slipway.CheckRun{sha(1): {newer, lint}, sha(2): {second}})
	w.same("runs by id", read(w, func(tx deploy.Tx) ([]slipway.CheckRun, error) {
		return tx.ListCheckRunsByID([]int64{older.ID, 99})
	}), []slipway.CheckRun{older})
	w.same("suites by id", read(w, func(tx deploy.Tx) ([]slipway.CheckSuite, error) {
		return tx.ListCheckSuitesByID([]int64{elsewhere.ID, 99})
	}), []slipway.CheckSuite{elsewhere})
}

func environmentWindows(w *world) {
	r, other := w.repository("r"), w.repository("other")
	made := map[string]slipway.Environment{}
	for _, name := range []string{"qa", "production", "Émile", "dev/eu", "Zed"} {
		w.update(r.ID, func(tx deploy.Tx) (err error) {
			made[name], _, err = tx.EnsureEnvironment(r.ID, name)
			return err
		})
	}
	var elsewhere slipway.Environment
	w.update(other.ID, func(tx deploy.Tx) (err error) {
		elsewhere, _, err = tx.EnsureEnvironment(other.ID, "qa")
		return err
	})
	within := func(s deploy.NameSpan) (names []string) {
		for _, e := range read(w, func(tx deploy.Tx) ([]slipway.Environment, error) { return tx.ListEnvironmentsWithin(r.ID, s) }) {
			names = append(names, e.Name)
		}
		return names
	}
	w.same("by key", within(deploy.NameSpan{Limit: 10}), []string{"dev/eu", "production", "qa", "Zed", "Émile"})
	w.same("from the end", within(deploy.NameSpan{Limit: 2, Down: true}), []string{"Émile", "Zed"})
	w.same("between", within(deploy.NameSpan{Above: slipway.Key("Dev/EU"), Below: slipway.Key("zed"), Limit: 10}), []string{"production", "qa"})
	w.same("named", read(w, func(tx deploy.Tx) ([]slipway.Environment, error) {
		return tx.ListEnvironmentsNamed(r.ID, []string{"ÉMILE", "none", "QA", "qa"})
	}), []slipway.Environment{made["qa"], made["Émile"]})
	found := read(w, func(tx deploy.Tx) ([]slipway.Environment, error) {
		return tx.ListEnvironmentsByID([]int64{elsewhere.ID, 99})
	})
	w.same("by id", found, []slipway.Environment{elsewhere})

	ruled := made["qa"]
	ruled.WaitTimer = &slipway.WaitTimer{Minutes: 5}
	w.update(r.ID, func(tx deploy.Tx) error { return tx.SetEnvironment(&ruled) })
	w.same("of a rule", read(w, func(tx deploy.Tx) (slipway.Environment, error) { return tx.EnvironmentOfRule(ruled.WaitTimer.RuleID) }), ruled)
	w.kind(slipway.NotFound, func(tx deploy.Tx) error { _, err := tx.EnvironmentOfRule(99); return err })
}

func nodes(w *world) {
	r := w.repository("r")
	a, b := w.account("a"), w.account("b")
	accounts := read(w, func(tx deploy.Tx) ([]slipway.Account, error) { return tx.ListAccountsByID([]int64{b.ID, 99, a.ID}) })
	slices.SortFunc(accounts, func(a, b slipway.Account) int { return int(a.ID - b.ID) })
	w.same("accounts", accounts, []slipway.Account{a, b})

	states := []string{"success", "error", "inactive", "", "pending"}
	var list []*slipway.Deployment
	for _, state := range states {
		d := w.deployment(r, func(d *slipway.Deployment) { d.State = state })
		list = append(list, &d)
	}
	w.deploy(list...)
	found := read(w, func(tx deploy.Tx) ([]slipway.Deployment, error) {
		return tx.ListDeploymentsByID([]int64{list[2].ID, 99})
	})
	w.same("deployments", found, []slipway.Deployment{*list[2]})
	completed := func(among int) []slipway.Deployment {
		return read(w, func(tx deploy.Tx) ([]slipway.Deployment, error) {
			return tx.LatestCompletedDeployments(r.ID, []string{"Production", "none", "qa"}, among)
		})
	}
	w.same("latest completed", completed(10), []slipway.Deployment{*list[1]})
	w.same("further back than was asked", completed(3), []slipway.Deployment(nil))
	qa := w.deployment(r, func(d *slipway.Deployment) { d.Environment, d.OriginalEnvironment, d.State = "QA", "QA", "failure" })
	w.deploy(&qa)
	both := completed(10)
	slices.SortFunc(both, func(a, b slipway.Deployment) int { return int(a.ID - b.ID) })
	w.same("of two environments", both, []slipway.Deployment{*list[1], qa})
}
