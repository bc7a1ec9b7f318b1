package wire

import (
	"encoding/json"

	"github.com/slipway-deploy/slipway"
)

// DecodeDeployment reads the body of POST deployments (contract 2.1, 3.4). The eras differ in two members: force, which is
// heeded only on its day and means auto_merge false and no required contexts, and the default of auto_merge. The members
// of every later era are read in all of them. A missing ref is the business of the request's Check.
func DecodeDeployment(body []byte, s Shape) (slipway.DeploymentRequest, error) {
	m, err := parse(body, s)
	if err != nil {
		return slipway.DeploymentRequest{}, err
	}
	in := slipway.DeploymentRequest{
		Ref:              m.text("ref"),
		Task:             m.text("task"),
		AutoMerge:        m.flag("auto_merge", s.autoMerge()),
		RequiredContexts: m.list("required_contexts"),
		Environment:      m.text("environment"),
		Description:      m.str("description"),
		Transient:        m.flag("transient_environment", false),
		Production:       m.boolean("production_environment"),
		Era:              s.Era,
	}
	if payload := m.value("payload"); payload != nil {
		in.Payload = compact(payload)
	}
	if s.force() && m.flag("force", false) {
		in.AutoMerge, in.RequiredContexts = false, []string{}
	}
	return in, m.err()
}

// FromDeployment is a deployment as a shape shows it (contract 2.2, 3.1).
func FromDeployment(d slipway.Deployment, r slipway.Repository, u slipway.URLs, s Shape) JSON {
	return s.render(func(w *writer) { w.deployment(d, r, u, s) })
}

func (w *writer) deployment(d slipway.Deployment, r slipway.Repository, u slipway.URLs, s Shape) {
	column := s.deployments()
	url := u.Deployment(r, d.ID)
	w.open()
	w.str("url", url)
	w.num("id", d.ID)
	if column >= slipway.E9 {
		w.str("node_id", slipway.NodeID("Deployment", d.ID))
	}
	w.str("sha", string(d.SHA))
	if column == slipway.E0 || column >= slipway.E3 {
		w.str("ref", d.Ref)
	}
	if column >= slipway.E5 {
		w.str("task", d.Task)
	}
	w.payload(d.Payload, column)
	if column >= slipway.E9 {
		w.str("original_environment", d.OriginalEnvironment)
	}
	if column >= slipway.E3 {
		w.str("environment", d.Environment)
	}
	w.maybe("description", d.Description)
	w.maybeAccount("creator", d.Creator, u)
	w.at("created_at", d.CreatedAt)
	w.at("updated_at", d.UpdatedAt)
	w.str("statuses_url", url, "/statuses")
	if column >= slipway.E5 && !s.transitional() {
		w.str("repository_url", u.Repository(r))
	}
	if s.antMan(column) {
		w.boolean("transient_environment", d.Transient)
		w.boolean("production_environment", d.Production)
	}
	if column >= slipway.E9 {
		w.maybeApp("performed_via_github_app", d.App, u)
	}
	w.close()
}

// payload writes a deployment's payload: the value as it was sent, {} when none was. Until March 2014 it was printed as
// JSON text: an object's in quotes, a string as it is, none as "null" (contract 3.4).
func (w *writer) payload(p json.RawMessage, column slipway.Era) {
	switch {
	case column > slipway.E1 && p == nil:
		w.key("payload")
		w.raw(Empty)
	case column > slipway.E1:
		w.key("payload")
		w.raw(p)
	case p == nil:
		w.str("payload", "null")
	case p[0] == '"':
		w.key("payload")
		w.raw(p)
	default:
		w.str("payload", string(p))
	}
}
