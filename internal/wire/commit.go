package wire

import "github.com/slipway-deploy/slipway"

// FromCommit is a commit (contract file 8). author and committer are the accounts that the signatures' addresses belong
// to, nil where they belong to none. stats and files are shown when the commit has Files, also when they are empty but
// not nil.
func FromCommit(c slipway.Commit, author, committer *slipway.Account, r slipway.Repository, u slipway.URLs, s Shape) JSON {
	return s.render(func(w *writer) { w.commit(c, author, committer, r, u) })
}

// FromCommits is a list of commits. accounts knows whose the addresses in them are.
func FromCommits(list []slipway.Commit, accounts map[string]slipway.Account, r slipway.Repository, u slipway.URLs, s Shape) JSON {
	return listOf(s, list, func(w *writer, c slipway.Commit) {
		w.commit(c, owner(accounts, c.Author), owner(accounts, c.Committer), r, u)
	})
}

func (w *writer) commit(c slipway.Commit, author, committer *slipway.Account, r slipway.Repository, u slipway.URLs) {
	w.open()
	w.str("sha", string(c.SHA))
	w.nodeID(slipway.CommitNodeID(r.ID, c.SHA))
	w.object("commit", func() { w.gitCommitMembers(c, r, u) })
	w.str("url", u.Commit(r, c.SHA))
	w.str("html_url", u.CommitHTML(r, c.SHA))
	w.str("comments_url", u.CommitComments(r, c.SHA))
	w.maybeAccount("author", author, u)
	w.maybeAccount("committer", committer, u)
	w.parents(c.Parents, r, u)
	if c.Files != nil {
		w.stats(c.Files)
		w.files(c.Files, c.SHA, r, u)
	}
	w.close()
}

// gitCommitMembers writes what git knows of a commit.
func (w *writer) gitCommitMembers(c slipway.Commit, r slipway.Repository, u slipway.URLs) {
	w.signature("author", c.Author)
	w.signature("committer", c.Committer)
	w.str("message", c.Message)
	w.object("tree", func() {
		w.str("sha", string(c.Tree))
		w.str("url", u.GitTree(r, c.Tree))
	})
	w.str("url", u.GitCommit(r, c.SHA))
	w.num("comment_count", 0)
	w.object("verification", func() { w.verificationMembers(c.Signed) })
}

func (w *writer) signature(name string, s slipway.Signature) {
	w.object(name, func() {
		w.str("name", s.Name)
		w.str("email", s.Email)
		w.at("date", s.When)
	})
}

// verificationMembers never says that a signature is good: Slipway knows nobody's keys.
func (w *writer) verificationMembers(signed string) {
	w.boolean("verified", false)
	if signed == "" {
		w.str("reason", "unsigned")
	} else {
		w.str("reason", "unknown_key")
	}
	w.orNull("signature", signed)
	w.null("payload")
	w.null("verified_at")
}

func (w *writer) parents(parents []slipway.SHA, r slipway.Repository, u slipway.URLs) {
	w.key("parents")
	w.openArray()
	for _, sha := range parents {
		w.item()
		w.open()
		w.str("sha", string(sha))
		w.str("url", u.Commit(r, sha))
		w.str("html_url", u.CommitHTML(r, sha))
		w.close()
	}
	w.closeArray()
}

func (w *writer) stats(files []slipway.File) {
	var additions, deletions int64
	for _, f := range files {
		additions += int64(f.Additions)
		deletions += int64(f.Deletions)
	}
	w.object("stats", func() {
		w.num("total", additions+deletions)
		w.num("additions", additions)
		w.num("deletions", deletions)
	})
}

// files writes the changed files of a commit or a comparison; at is the commit that has their new state.
func (w *writer) files(files []slipway.File, at slipway.SHA, r slipway.Repository, u slipway.URLs) {
	w.key("files")
	w.openArray()
	for _, f := range files {
		w.item()
		w.open()
		w.str("sha", string(f.SHA))
		w.str("filename", f.Path)
		w.str("status", f.Status)
		w.num("additions", int64(f.Additions))
		w.num("deletions", int64(f.Deletions))
		w.num("changes", int64(f.Additions+f.Deletions))
		w.str("blob_url", u.BlobHTML(r, at, f.Path))
		w.str("raw_url", u.RawHTML(r, at, f.Path))
		w.str("contents_url", u.Contents(r, at, f.Path))
		if f.Patch != "" {
			w.str("patch", f.Patch)
		}
		if f.PreviousPath != "" {
			w.str("previous_filename", f.PreviousPath)
		}
		w.close()
	}
	w.closeArray()
}
