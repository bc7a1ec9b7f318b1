package slipway

// Retired returns the ids of the earlier deployments that a status makes inactive (contract 4.4), in the order given. A
// success retires what it replaces: deployments of the same repository and environment with a smaller id whose newest
// status is success and that are neither transient nor production. Any other status retires nothing. Whether the client
// wanted it at all (auto_inactive) is the caller's to ask; d's own flags do not matter.
func Retired(d Deployment, s DeploymentStatus, earlier []Deployment) []int64 {
	if s.State != StateSuccess {
		return nil
	}
	var ids []int64
	for _, p := range earlier {
		if replaces(d, s, p) {
			ids = append(ids, p.ID)
		}
	}
	return ids
}

func replaces(d Deployment, s DeploymentStatus, p Deployment) bool {
	return p.RepositoryID == d.RepositoryID && p.ID < d.ID && p.Active() && !p.Transient && !p.Production &&
		Key(p.Environment) == Key(s.Environment)
}

// MayDelete refuses to delete the deployment that is live while its environment has others (contract 3.8): Invalid. A
// deployment without a status, or in any other state, can go.
func MayDelete(d Deployment, others bool) error {
	if !d.Active() || !others {
		return nil
	}
	return ValidationFailed(Detail{
		Text: "We cannot delete an active deployment unless it is the only deployment in a given environment.",
	})
}
