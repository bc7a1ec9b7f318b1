package wire

import "github.com/slipway-deploy/slipway"

// FromBranch is one branch with the commit at its tip (contract file 8).
func FromBranch(b slipway.Branch, c slipway.Commit, author, committer *slipway.Account, r slipway.Repository, u slipway.URLs, s Shape) JSON {
	return s.render(func(w *writer) {
		w.open()
		w.str("name", b.Name)
		w.key("commit")
		w.commit(c, author, committer, r, u)
		w.object("_links", func() {
			w.str("self", u.Branch(r, b.Name))
			w.str("html", u.BranchHTML(r, b.Name))
		})
		w.boolean("protected", r.Protects(b.Name))
		w.protectionMembers(b.Name, r, u)
		w.close()
	})
}

// FromBranches is a list of branches in their short form. protection says that more is shown of each.
func FromBranches(list []slipway.Branch, r slipway.Repository, u slipway.URLs, protection bool) JSON {
	return listOf(Today, list, func(w *writer, b slipway.Branch) {
		w.open()
		w.branchMembers(b, r, u)
		if protection {
			w.protectionMembers(b.Name, r, u)
		}
		w.close()
	})
}

// FromTags is a list of tags.
func FromTags(list []slipway.Tag, r slipway.Repository, u slipway.URLs) JSON {
	return listOf(Today, list, func(w *writer, t slipway.Tag) {
		full := "refs/tags/" + t.Name
		w.open()
		w.str("name", t.Name)
		w.str("zipball_url", u.Archive(r, "zipball", full))
		w.str("tarball_url", u.Archive(r, "tarball", full))
		w.object("commit", func() {
			w.str("sha", string(t.Commit))
			w.str("url", u.Commit(r, t.Commit))
		})
		w.str("node_id", slipway.RefNodeID(r.ID, full))
		w.close()
	})
}

// branchMembers are those of a branch in its short form.
func (w *writer) branchMembers(b slipway.Branch, r slipway.Repository, u slipway.URLs) {
	w.str("name", b.Name)
	w.object("commit", func() {
		w.str("sha", string(b.SHA))
		w.str("url", u.Commit(r, b.SHA))
	})
	w.boolean("protected", r.Protects(b.Name))
}

// protectionMembers say how a branch is protected: it is never kept from moving.
func (w *writer) protectionMembers(branch string, r slipway.Repository, u slipway.URLs) {
	w.object("protection", func() {
		w.boolean("enabled", r.Protects(branch))
		w.object("required_status_checks", func() {
			w.str("enforcement_level", "off")
			w.strs("contexts", nil)
			w.strs("checks", nil)
		})
	})
	w.str("protection_url", u.BranchProtection(r, branch))
}

// branches writes branches in their short form, as the status event lists them.
func (w *writer) branches(list []slipway.Branch, r slipway.Repository, u slipway.URLs) {
	w.key("branches")
	w.openArray()
	for _, b := range list {
		w.item()
		w.open()
		w.branchMembers(b, r, u)
		w.close()
	}
	w.closeArray()
}
