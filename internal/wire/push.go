package wire

import (
	"strings"
	"time"

	"github.com/slipway-deploy/slipway"
)

// Push is one ref's move and what git knows of it.
type Push struct {
	Change   slipway.RefChange
	BaseRef  *string                    // the branch a new one was made from, nil: unknown
	Commits  []slipway.Commit           // what the push added, oldest first, at most 2048, with Files
	Head     *slipway.Commit            // at the new tip, with Files; nil when the ref was removed
	Accounts map[string]slipway.Account // by the addresses that the commits' signatures have
}

// PushEvent is the body of push (contract 7.5). Its repository is spelled as it was in the first API: times are numbers,
// url is the page, and the owner has a name and an address.
func PushEvent(f Frame, p Push) ([]byte, error) {
	c := p.Change
	return f.render(func(w *writer) {
		w.open()
		w.str("ref", c.Name)
		w.str("before", string(c.Old))
		w.str("after", string(c.New))
		w.object("repository", func() { w.pushedRepositoryMembers(f) })
		w.object("pusher", func() {
			w.str("name", f.Sender.Login)
			w.str("email", f.Sender.Address(f.URLs.Hostname()))
		})
		f.endWithoutRepository(w)
		w.boolean("created", c.Old == slipway.ZeroSHA)
		w.boolean("deleted", c.New == slipway.ZeroSHA)
		w.boolean("forced", c.Forced)
		w.maybe("base_ref", p.BaseRef)
		w.str("compare", comparePage(f, c))
		w.key("commits")
		w.openArray()
		for _, commit := range p.Commits {
			w.item()
			w.pushedCommit(commit, p.Accounts, f)
		}
		w.closeArray()
		w.key("head_commit")
		if p.Head == nil {
			w.raw(nil)
		} else {
			w.pushedCommit(*p.Head, p.Accounts, f)
		}
		w.close()
	}), nil
}

func (w *writer) pushedRepositoryMembers(f Frame) {
	r, u := f.Repository, f.URLs
	w.repositoryName(r)
	w.object("owner", func() {
		w.str("name", r.Owner.Login)
		w.orNull("email", r.Owner.Email)
		w.accountMembers(r.Owner, u)
	})
	w.repositoryAbout(r, u)
	w.str("url", u.RepositoryHTML(r))
	w.repositoryLinks(r, u)
	w.num("created_at", r.CreatedAt.Unix())
	w.at("updated_at", r.UpdatedAt)
	w.num("pushed_at", pushedAt(r).Unix())
	w.repositoryState(r, u)
	w.num("stargazers", 0)
	w.str("master_branch", r.DefaultBranch)
	if r.Owner.Type == slipway.Organization {
		w.str("organization", r.Owner.Login)
	}
	w.object("custom_properties", func() {})
}

func (w *writer) pushedCommit(c slipway.Commit, accounts map[string]slipway.Account, f Frame) {
	w.open()
	w.str("id", string(c.SHA))
	w.str("tree_id", string(c.Tree))
	w.boolean("distinct", true)
	w.str("message", c.Message)
	w.when("timestamp", c.Committer.When, time.RFC3339)
	w.str("url", f.URLs.CommitHTML(f.Repository, c.SHA))
	w.pushedSignature("author", c.Author, accounts)
	w.pushedSignature("committer", c.Committer, accounts)
	added, removed, modified := changedPaths(c.Files)
	w.strs("added", added)
	w.strs("removed", removed)
	w.strs("modified", modified)
	w.close()
}

func (w *writer) pushedSignature(name string, s slipway.Signature, accounts map[string]slipway.Account) {
	w.object(name, func() {
		w.str("name", s.Name)
		w.str("email", s.Email)
		if a := owner(accounts, s); a != nil {
			w.str("username", a.Login)
		}
	})
}

// changedPaths sorts a commit's files by what became of them. A renamed one was removed and added.
func changedPaths(files []slipway.File) (added, removed, modified []string) {
	for _, file := range files {
		switch file.Status {
		case "added":
			added = append(added, file.Path)
		case "removed":
			removed = append(removed, file.Path)
		case "renamed":
			removed = append(removed, file.PreviousPath)
			added = append(added, file.Path)
		default:
			modified = append(modified, file.Path)
		}
	}
	return added, removed, modified
}

// comparePage is the page that shows a push: the new ref, or what changed between its two tips.
func comparePage(f Frame, c slipway.RefChange) string {
	if c.Old == slipway.ZeroSHA {
		return f.URLs.CompareRefHTML(f.Repository, shortRef(c.Name))
	}
	return f.URLs.CompareHTML(f.Repository, abbreviated(c.Old, 12), abbreviated(c.New, 12))
}

// shortRef is a branch's or tag's own name; other refs are called by their full one.
func shortRef(full string) string {
	for _, kind := range [...]string{"refs/heads/", "refs/tags/"} {
		if name, ok := strings.CutPrefix(full, kind); ok {
			return name
		}
	}
	return full
}

// refType says whether a ref is a branch or a tag; it is empty for other refs.
func refType(full string) string {
	switch {
	case strings.HasPrefix(full, "refs/heads/"):
		return "branch"
	case strings.HasPrefix(full, "refs/tags/"):
		return "tag"
	default:
		return ""
	}
}

// CreateEvent is the body of create: a branch or a tag was made. For other refs it is nil: nothing is told of them.
func CreateEvent(f Frame, c slipway.RefChange) ([]byte, error) {
	kind := refType(c.Name)
	if kind == "" {
		return nil, nil
	}
	return f.event(func(w *writer) {
		w.str("ref", shortRef(c.Name))
		w.str("ref_type", kind)
		w.str("master_branch", f.Repository.DefaultBranch)
		w.orNull("description", f.Repository.Description)
		w.str("pusher_type", "user")
	})
}

// DeleteEvent is the body of delete: a branch or a tag was removed. For other refs it is nil.
func DeleteEvent(f Frame, c slipway.RefChange) ([]byte, error) {
	kind := refType(c.Name)
	if kind == "" {
		return nil, nil
	}
	return f.event(func(w *writer) {
		w.str("ref", shortRef(c.Name))
		w.str("ref_type", kind)
		w.str("pusher_type", "user")
	})
}
