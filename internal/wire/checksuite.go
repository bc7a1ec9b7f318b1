package wire

import "github.com/slipway-deploy/slipway"

// FromCheckSuite is one check suite with its commit.
func FromCheckSuite(suite slipway.CheckSuite, c slipway.Commit, r slipway.Repository, u slipway.URLs, s Shape) JSON {
	return s.render(func(w *writer) { w.checkSuite(suite, c, r, u) })
}

// FromCheckSuites is a page of a commit's check suites; total counts all of them.
func FromCheckSuites(total int, list []slipway.CheckSuite, c slipway.Commit, r slipway.Repository, u slipway.URLs, s Shape) JSON {
	return s.render(func(w *writer) {
		w.open()
		w.num("total_count", int64(total))
		w.key("check_suites")
		w.openArray()
		for _, suite := range list {
			w.item()
			w.checkSuite(suite, c, r, u)
		}
		w.closeArray()
		w.close()
	})
}

func (w *writer) checkSuite(s slipway.CheckSuite, c slipway.Commit, r slipway.Repository, u slipway.URLs) {
	w.open()
	w.checkSuiteMembers(s, r, u)
	w.checkSuiteRuns(s, c, r, u)
	w.key("repository")
	w.repository(r, RepositoryView{Minimal: true}, u)
	w.close()
}

// checkSuiteMembers writes what is also shown within a run.
func (w *writer) checkSuiteMembers(s slipway.CheckSuite, r slipway.Repository, u slipway.URLs) {
	w.num("id", s.ID)
	w.str("node_id", slipway.NodeID("CheckSuite", s.ID))
	w.orNull("head_branch", s.HeadBranch)
	w.str("head_sha", string(s.SHA))
	w.str("status", s.Status)
	conclusion := s.Conclusion
	if w.schema && conclusion == "skipped" { // which it does not know
		conclusion = "neutral"
	}
	w.orNull("conclusion", conclusion)
	w.str("url", u.CheckSuite(r, s.ID))
	w.null("before")
	w.str("after", string(s.SHA))
	w.strs("pull_requests", nil)
	w.maybeApp("app", s.App, u)
	w.at("created_at", s.CreatedAt)
	w.at("updated_at", s.UpdatedAt)
}

func (w *writer) checkSuiteRuns(s slipway.CheckSuite, c slipway.Commit, r slipway.Repository, u slipway.URLs) {
	if !w.schema { // of webhooks: it forbids them for one action
		w.boolean("rerequestable", true)
		w.boolean("runs_rerequestable", false)
	}
	w.num("latest_check_runs_count", int64(s.Runs))
	w.str("check_runs_url", u.CheckSuite(r, s.ID)+"/check-runs")
	w.object("head_commit", func() {
		w.str("id", string(c.SHA))
		w.str("tree_id", string(c.Tree))
		w.str("message", c.Message)
		w.at("timestamp", c.Committer.When)
		w.object("author", func() { w.nameAndEmail(c.Author) })
		w.object("committer", func() { w.nameAndEmail(c.Committer) })
	})
}

func (w *writer) nameAndEmail(s slipway.Signature) {
	w.str("name", s.Name)
	w.str("email", s.Email)
}

// CheckRunEvent is the body of check_run: a run was made, or completed.
func CheckRunEvent(f Frame, action string, run slipway.CheckRun, suite slipway.CheckSuite) ([]byte, error) {
	return f.event(func(w *writer) {
		w.str("action", action)
		w.key("check_run")
		w.checkRun(run, &suite, f.Repository, f.URLs)
	})
}

// CheckSuiteEvent is the body of check_suite: all its runs are completed, or were asked for again.
func CheckSuiteEvent(f Frame, action string, s slipway.CheckSuite, c slipway.Commit) ([]byte, error) {
	return f.event(func(w *writer) {
		w.str("action", action)
		w.object("check_suite", func() {
			w.checkSuiteMembers(s, f.Repository, f.URLs)
			w.checkSuiteRuns(s, c, f.Repository, f.URLs)
		})
	})
}
