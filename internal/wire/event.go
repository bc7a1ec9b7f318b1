package wire

import "github.com/slipway-deploy/slipway"

// Frame is what the body of every webhook ends with, and how its addresses and members are spelled.
type Frame struct {
	Repository slipway.Repository
	Sender     slipway.Account
	URLs       slipway.URLs
	Shape      Shape // Today, unless a hook asks for an older form
}

// event renders a body: what is told, then where and by whom (contract 7.5).
func (f Frame) event(tell func(w *writer)) ([]byte, error) {
	return f.render(func(w *writer) {
		w.open()
		tell(w)
		f.end(w)
		w.close()
	}), nil
}

// render gives what fill wrote of a webhook.
func (f Frame) render(fill func(w *writer)) JSON {
	w := writer{b: make([]byte, 0, eventSize), schema: true, era: f.Shape.Era}
	fill(&w)
	return w.b
}

// end writes repository, organization where there is one, and sender.
func (f Frame) end(w *writer) {
	w.object("repository", func() {
		w.repositoryMembers(f.Repository, f.URLs)
		w.object("custom_properties", func() {})
	})
	f.endWithoutRepository(w)
}

func (f Frame) endWithoutRepository(w *writer) {
	if f.Repository.Owner.Type == slipway.Organization {
		w.key("organization")
		w.organization(f.Repository.Owner, f.URLs)
	}
	w.key("sender")
	w.account(f.Sender, f.URLs)
}

// DeploymentEvent is the body of deployment: a deployment was created, and nothing holds it (contract 7.5). Until November
// 2014 its members were the body's own (contract 7.6).
func DeploymentEvent(f Frame, d slipway.Deployment) ([]byte, error) {
	return f.event(func(w *writer) {
		f.action(w, "created")
		if f.flat() {
			w.flatDeployment(d, f)
		}
		if f.nested() {
			w.key("deployment")
			w.deployment(d, f.Repository, f.URLs, f.Shape)
		}
		f.workflow(w)
	})
}

// DeploymentStatusEvent is the body of deployment_status. d is the deployment as the status left it.
func DeploymentStatusEvent(f Frame, st slipway.DeploymentStatus, d slipway.Deployment) ([]byte, error) {
	return f.event(func(w *writer) {
		f.action(w, "created")
		if f.flat() {
			w.flatDeploymentStatus(st, d, f)
		}
		if f.nested() {
			w.key("deployment_status")
			w.deploymentStatus(st, d, f.Repository, f.URLs, f.Shape)
		}
		if f.nested() && !f.flat() {
			w.key("deployment")
			w.deployment(d, f.Repository, f.URLs, f.Shape)
		}
		if f.today() {
			w.null("check_run")
		}
		f.workflow(w)
	})
}

// StatusFacts is what git knows of a commit that got a status.
type StatusFacts struct {
	Commit            slipway.Commit
	Author, Committer *slipway.Account // whose the signatures' addresses are, nil: nobody's
	Branches          []slipway.Branch // at most ten that have the commit
}

// StatusEvent is the body of status: a commit got a status. It has no action, and its times are spelled with an offset. In
// 2014 it had neither an id nor times.
func StatusEvent(f Frame, st slipway.CommitStatus, facts StatusFacts) ([]byte, error) {
	young := f.Shape.Era <= slipway.E7
	return f.event(func(w *writer) {
		if !young {
			w.num("id", st.ID)
		}
		w.str("sha", string(st.SHA))
		w.str("name", f.Repository.FullName())
		w.maybe("target_url", st.TargetURL)
		if !young {
			w.maybeAvatar("avatar_url", st.Creator, f.URLs)
		}
		w.str("context", st.Context)
		w.maybe("description", st.Description)
		w.str("state", st.State)
		w.key("commit")
		commit := facts.Commit
		commit.Files = nil
		w.commit(commit, facts.Author, facts.Committer, f.Repository, f.URLs)
		w.branches(facts.Branches, f.Repository, f.URLs)
		if !young {
			w.when("created_at", st.CreatedAt.UTC(), offsetSeconds)
			w.when("updated_at", st.CreatedAt.UTC(), offsetSeconds)
		}
	})
}

// PingEvent is the body of ping: a hook exists. zen is any sentence. The first pings said no more than that and which hook.
func PingEvent(f Frame, h slipway.Hook, zen string) ([]byte, error) {
	if f.Shape.Era < slipway.E3 {
		return render(func(w *writer) {
			w.open()
			w.str("zen", zen)
			w.num("hook_id", h.ID)
			w.close()
		}), nil
	}
	return f.event(func(w *writer) {
		w.str("zen", zen)
		w.num("hook_id", h.ID)
		w.key("hook")
		w.hook(h, f.Repository, f.URLs)
	})
}
