package wire

import "github.com/slipway-deploy/slipway"

// DecodeBranchPolicy reads the body of POST and PUT deployment-branch-policies (contract 6.3).
func DecodeBranchPolicy(body []byte) (slipway.DeploymentBranchPolicyRequest, error) {
	m, err := parse(body, Today)
	if err != nil {
		return slipway.DeploymentBranchPolicyRequest{}, err
	}
	m.require("name")
	in := slipway.DeploymentBranchPolicyRequest{Name: m.text("name"), Type: slipway.RefKind(m.text("type"))}
	return in, m.err()
}

// FromBranchPolicy is one deployment branch policy.
func FromBranchPolicy(p slipway.DeploymentBranchPolicy) JSON {
	return render(func(w *writer) { w.branchPolicy(p) })
}

// FromBranchPolicies is a page of an environment's deployment branch policies; total counts all of them.
func FromBranchPolicies(total int, list []slipway.DeploymentBranchPolicy) JSON {
	return render(func(w *writer) {
		w.open()
		w.num("total_count", int64(total))
		w.key("branch_policies")
		w.openArray()
		for _, p := range list {
			w.item()
			w.branchPolicy(p)
		}
		w.closeArray()
		w.close()
	})
}

func (w *writer) branchPolicy(p slipway.DeploymentBranchPolicy) {
	w.open()
	w.num("id", p.ID)
	w.str("node_id", slipway.NodeID("GateBranchPolicy", p.ID))
	w.str("name", p.Name)
	w.str("type", string(p.Type))
	w.close()
}
