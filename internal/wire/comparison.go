package wire

import "github.com/slipway-deploy/slipway"

// FromComparison is how head stands to base, both as they were submitted (contract file 8). accounts knows whose the
// addresses in the commits are.
func FromComparison(c slipway.Comparison, base, head string, accounts map[string]slipway.Account, r slipway.Repository, u slipway.URLs, s Shape) JSON {
	html := u.CompareHTML(r, base, head)
	return s.render(func(w *writer) {
		commit := func(c slipway.Commit) {
			w.commit(c, owner(accounts, c.Author), owner(accounts, c.Committer), r, u)
		}
		w.open()
		w.str("url", u.Compare(r, base, head))
		w.str("html_url", html)
		w.str("permalink_url", u.CompareHTML(r, permanent(r, c.Base.SHA), permanent(r, c.Head.SHA)))
		w.str("diff_url", html, ".diff")
		w.str("patch_url", html, ".patch")
		w.key("base_commit")
		commit(c.Base)
		w.key("merge_base_commit")
		commit(c.MergeBase)
		w.str("status", standing(c))
		w.num("ahead_by", int64(c.AheadBy))
		w.num("behind_by", int64(c.BehindBy))
		w.num("total_commits", int64(c.AheadBy))
		w.key("commits")
		w.openArray()
		for _, ahead := range c.Commits {
			w.item()
			commit(ahead)
		}
		w.closeArray()
		w.files(c.Files, c.Head.SHA, r, u)
		w.close()
	})
}

// standing says in a word how head stands to base.
func standing(c slipway.Comparison) string {
	switch {
	case c.AheadBy > 0 && c.BehindBy > 0:
		return "diverged"
	case c.AheadBy > 0:
		return "ahead"
	case c.BehindBy > 0:
		return "behind"
	default:
		return "identical"
	}
}

// permanent names a commit in a comparison that stays the same when branches move: OWNER:c6b5017.
func permanent(r slipway.Repository, sha slipway.SHA) string {
	return r.Owner.Login + ":" + abbreviated(sha, 7)
}

// abbreviated is the beginning of a SHA.
func abbreviated(sha slipway.SHA, digits int) string {
	return string(sha[:min(digits, len(sha))])
}

// owner is the account that a signature's address belongs to, nil when it is nobody's.
func owner(accounts map[string]slipway.Account, s slipway.Signature) *slipway.Account {
	if a, ok := accounts[s.Email]; ok {
		return &a
	}
	return nil
}
