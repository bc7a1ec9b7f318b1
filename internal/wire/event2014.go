package wire

import "github.com/slipway-deploy/slipway"

// The forms that bodies of deployment and deployment_status have had (contract 7.6), for hooks that ask for an older one:
//
//	E0–E2   flat, the repository's name instead of a deployment's ref and environment, payloads as of the era
//	E3–E5   flat, with ref, environment and, from E5 on, task
//	E6      flat and nested: the transition of October 2014
//	E7–E8   nested
//	E9–E10  … with action
//	E11     … with workflow, workflow_run and check_run
func (f Frame) flat() bool { return f.Shape.Era <= slipway.E6 }

func (f Frame) nested() bool { return f.Shape.Era >= slipway.E6 }

func (f Frame) today() bool { return f.Shape.Era >= slipway.E11 }

func (f Frame) action(w *writer, action string) {
	if f.Shape.Era >= slipway.E9 {
		w.str("action", action)
	}
}

// workflow writes the members that are about GitHub Actions, which nothing here is.
func (f Frame) workflow(w *writer) {
	if f.today() {
		w.null("workflow")
		w.null("workflow_run")
	}
}

func (w *writer) flatDeployment(d slipway.Deployment, f Frame) {
	era := f.Shape.Era
	w.num("id", d.ID)
	w.str("sha", string(d.SHA))
	if era >= slipway.E3 {
		w.str("ref", d.Ref)
	}
	if era >= slipway.E5 {
		w.str("task", d.Task)
	}
	w.str("name", f.Repository.FullName())
	if era >= slipway.E3 {
		w.str("environment", d.Environment)
	}
	w.payload(d.Payload, era)
	w.maybe("description", d.Description)
}

func (w *writer) flatDeploymentStatus(st slipway.DeploymentStatus, d slipway.Deployment, f Frame) {
	era := f.Shape.Era
	w.num("id", st.ID)
	w.str("state", st.State)
	if era < slipway.E3 {
		w.payload(d.Payload, era)
	} else {
		w.key("deployment")
		w.deployment(d, f.Repository, f.URLs, f.Shape)
	}
	w.emptyOrNull("target_url", st.TargetURL, era)
	w.emptyOrNull("description", st.Description, era)
}
