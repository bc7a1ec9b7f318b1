package wire

import "github.com/slipway-deploy/slipway"

// DecodeCommitStatus reads the body of POST statuses (contract 5.1). A missing state reads as an empty one.
func DecodeCommitStatus(body []byte) (slipway.CommitStatusRequest, error) {
	m, err := parse(body, Today)
	if err != nil {
		return slipway.CommitStatusRequest{}, err
	}
	in := slipway.CommitStatusRequest{
		State:       m.text("state"),
		Context:     m.text("context"),
		Description: m.str("description"),
		TargetURL:   m.str("target_url"),
	}
	return in, m.err()
}

// FromCommitStatus is a status of a commit (contract 5.1).
func FromCommitStatus(st slipway.CommitStatus, r slipway.Repository, u slipway.URLs, s Shape) JSON {
	return s.render(func(w *writer) {
		w.open()
		w.commitStatusMembers(st, r, u)
		w.maybeAccount("creator", st.Creator, u)
		w.close()
	})
}

// commitStatusMembers writes the members that the combined status shows too.
func (w *writer) commitStatusMembers(st slipway.CommitStatus, r slipway.Repository, u slipway.URLs) {
	w.str("url", u.CommitStatus(r, st.SHA))
	if w.era >= slipway.E9 { // from 2018 on, as node_id
		w.maybeAvatar("avatar_url", st.Creator, u)
	}
	w.num("id", st.ID)
	w.nodeID(slipway.NodeID("StatusContext", st.ID))
	w.str("state", st.State)
	w.maybe("description", st.Description)
	w.maybe("target_url", st.TargetURL)
	w.str("context", st.Context)
	w.at("created_at", st.CreatedAt)
	w.at("updated_at", st.CreatedAt)
}

// Combined is what GET commits/:ref/status tells: the state of a commit over all contexts, and a page of the newest
// statuses, one a context (contract 5.3).
type Combined struct {
	SHA      slipway.SHA
	State    string                 // failure, pending or success
	Total    int                    // contexts
	Statuses []slipway.CommitStatus // the page
}

// FromCombined is the combined status of a commit. The preview of 2014 did not count its contexts.
func FromCombined(c Combined, r slipway.Repository, u slipway.URLs, s Shape) JSON {
	return s.render(func(w *writer) {
		w.open()
		w.str("state", c.State)
		w.key("statuses")
		w.openArray()
		for _, st := range c.Statuses {
			w.item()
			w.open()
			w.commitStatusMembers(st, r, u)
			w.close()
		}
		w.closeArray()
		w.str("sha", string(c.SHA))
		if !s.SheHulk || s.Era > slipway.E4 {
			w.num("total_count", int64(c.Total))
		}
		w.key("repository")
		w.repository(r, RepositoryView{Minimal: true}, u)
		w.str("commit_url", u.Commit(r, c.SHA))
		w.str("url", u.CombinedStatus(r, c.SHA))
		w.close()
	})
}
