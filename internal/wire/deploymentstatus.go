package wire

import "github.com/slipway-deploy/slipway"

// DecodeDeploymentStatus reads the body of POST deployment statuses (contract 4.4). That there is a state, and one of
// the era's, is the business of the request's Check.
func DecodeDeploymentStatus(body []byte, s Shape) (slipway.StatusRequest, error) {
	m, err := parse(body, s)
	if err != nil {
		return slipway.StatusRequest{}, err
	}
	in := slipway.StatusRequest{
		State:          m.text("state"),
		Description:    m.text("description"),
		TargetURL:      m.text("target_url"),
		LogURL:         m.text("log_url"),
		EnvironmentURL: m.text("environment_url"),
		Environment:    m.str("environment"),
		AutoInactive:   m.flag("auto_inactive", true),
		Era:            s.Era,
	}
	return in, m.err()
}

// FromDeploymentStatus is a status of a deployment as a shape shows it (contract 2.3, 4.1).
func FromDeploymentStatus(st slipway.DeploymentStatus, d slipway.Deployment, r slipway.Repository, u slipway.URLs, s Shape) JSON {
	return s.render(func(w *writer) { w.deploymentStatus(st, d, r, u, s) })
}

func (w *writer) deploymentStatus(st slipway.DeploymentStatus, d slipway.Deployment, r slipway.Repository, u slipway.URLs, s Shape) {
	column := s.statuses()
	w.open()
	w.str("url", u.DeploymentStatus(r, d.ID, st.ID))
	w.num("id", st.ID)
	if s.flash(column) {
		w.str("node_id", slipway.NodeID("DeploymentStatus", st.ID))
	}
	w.str("state", st.State)
	if column <= slipway.E2 {
		w.payload(d.Payload, column)
	}
	w.maybeAccount("creator", st.Creator, u)
	w.emptyOrNull("description", st.Description, column)
	if s.flash(column) {
		w.str("environment", st.Environment)
	}
	w.emptyOrNull("target_url", st.TargetURL, column)
	w.at("created_at", st.CreatedAt)
	w.at("updated_at", st.CreatedAt)
	if column >= slipway.E3 {
		w.str("deployment_url", u.Deployment(r, d.ID))
	}
	if column >= slipway.E7 || s.transitional() {
		w.str("repository_url", u.Repository(r))
	}
	if s.antMan(column) {
		w.str("environment_url", st.EnvironmentURL)
		w.str("log_url", st.LogURL)
	}
	if s.flash(column) {
		w.maybeApp("performed_via_github_app", st.App, u)
	}
	w.close()
}

// emptyOrNull writes a text that may be empty: null before E7, "" since (contract 2.3).
func (w *writer) emptyOrNull(name, value string, column slipway.Era) {
	if value == "" && column < slipway.E7 {
		w.null(name)
		return
	}
	w.str(name, value)
}
