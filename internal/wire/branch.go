package wire

import "github.com/slipway-deploy/slipway"

// FromBranch is one branch with the commit at its tip (contract file 8).
func FromBranch(b slipway.Branch, c slipway.Commit, author, committer *slipway.Account, r slipway.Repository, u slipway.URLs) JSON {
	protected := r.Protects(b.Name)
	return render(func(w *writer) {
		w.open()
		w.str("name", b.Name)
		w.key("commit")
		w.commit(c, author, committer, r, u)
		w.object("_links", func() {
			w.str("self", u.Branch(r, b.Name))
			w.str("html", u.BranchHTML(r, b.Name))
		})
		w.boolean("protected", protected)
		w.object("protection", func() {
			w.boolean("enabled", protected)
			w.object("required_status_checks", func() {
				w.str("enforcement_level", "off")
				w.strs("contexts", nil)
				w.strs("checks", nil)
			})
		})
		w.str("protection_url", u.BranchProtection(r, b.Name))
		w.close()
	})
}

// branches writes branches in their short form, as the status event lists them.
func (w *writer) branches(list []slipway.Branch, r slipway.Repository, u slipway.URLs) {
	w.key("branches")
	w.openArray()
	for _, b := range list {
		w.item()
		w.open()
		w.str("name", b.Name)
		w.object("commit", func() {
			w.str("sha", string(b.SHA))
			w.str("url", u.Commit(r, b.SHA))
		})
		w.boolean("protected", r.Protects(b.Name))
		w.close()
	}
	w.closeArray()
}
