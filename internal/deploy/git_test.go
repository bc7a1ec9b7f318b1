package deploy_test

import (
	"cmp"
	"context"
	"crypto/sha1"
	"fmt"
	"io/fs"
	"slices"
	"strings"
	"sync"

	"github.com/slipway-deploy/slipway"
	"github.com/slipway-deploy/slipway/internal/deploy"
)

// scriptedGit is a git of a few maps: commits know their parents, refs move by compare-and-swap, and a test says what goes
// wrong and when.
type scriptedGit struct {
	deploy.Objects // what nobody has scripted is not there

	mu      sync.Mutex
	repos   map[string]*scriptedRepo // by full name
	healed  []string
	merges  int
	before  func(what string, r *slipway.Repository) error // called without the lock; an error is the answer
	commits int
}

type scriptedRepo struct {
	head    string
	refs    map[string]slipway.SHA
	commits map[slipway.SHA]slipway.Commit
	clashes map[[2]slipway.SHA][]string // pairs of commits that cannot be merged, and the paths
}

func newScriptedGit() *scriptedGit { return &scriptedGit{repos: make(map[string]*scriptedRepo)} }

var (
	_ deploy.Git = (*scriptedGit)(nil)
	// absent and moved are errors as internal/git makes them.
	absent = slipway.Because(slipway.NotFound, "git: resolve", fmt.Errorf("fatal: /srv/repos: not a thing"))
	moved  = slipway.Because(slipway.Conflict, "git: update-ref", deploy.ErrMoved)
)

// enter runs the test's own code and finds the repository. The caller holds the lock afterwards.
func (g *scriptedGit) enter(what string, r *slipway.Repository) (*scriptedRepo, error) {
	if g.before != nil {
		if err := g.before(what, r); err != nil {
			g.mu.Lock()
			return nil, err
		}
	}
	g.mu.Lock()
	repo, ok := g.repos[r.FullName()]
	if !ok {
		return nil, slipway.Because(slipway.Unavailable, "git: open", fmt.Errorf("/srv/repos/%s.git is missing", r.FullName()))
	}
	return repo, nil
}

// write makes a commit and points a ref at it, if one is named. It moves the ref whatever it was.
func (g *scriptedGit) write(r slipway.Repository, ref string, parents ...slipway.SHA) slipway.SHA {
	g.mu.Lock()
	defer g.mu.Unlock()
	repo := g.repos[r.FullName()]
	sha := repo.commit(g, slipway.Commit{Parents: parents, Message: "commit"})
	if ref != "" {
		repo.refs[ref] = sha
	}
	return sha
}

// point moves, makes or (for the zero SHA) removes a ref, as somebody who edits the folder would.
func (g *scriptedGit) point(r slipway.Repository, ref string, sha slipway.SHA) {
	g.mu.Lock()
	defer g.mu.Unlock()
	if sha == slipway.ZeroSHA {
		delete(g.repos[r.FullName()].refs, ref)
		return
	}
	g.repos[r.FullName()].refs[ref] = sha
}

func (g *scriptedGit) at(r slipway.Repository, ref string) slipway.SHA {
	g.mu.Lock()
	defer g.mu.Unlock()
	return g.repos[r.FullName()].refs[ref]
}

// clash makes two commits impossible to merge.
func (g *scriptedGit) clash(r slipway.Repository, a, b slipway.SHA, paths ...string) {
	g.mu.Lock()
	defer g.mu.Unlock()
	g.repos[r.FullName()].clashes[[2]slipway.SHA{a, b}] = paths
}

func (repo *scriptedRepo) commit(g *scriptedGit, c slipway.Commit) slipway.SHA {
	g.commits++
	c.SHA = slipway.SHA(fmt.Sprintf("%x", sha1.Sum(fmt.Append(nil, g.commits, c.Parents, c.Message))))
	repo.commits[c.SHA] = c
	return c.SHA
}

func (repo *scriptedRepo) holds(head, commit slipway.SHA) bool {
	return head == commit || slices.ContainsFunc(repo.commits[head].Parents, func(p slipway.SHA) bool { return repo.holds(p, commit) })
}

func (g *scriptedGit) Move(_ context.Context, from, to *slipway.Repository) error {
	if g.before != nil {
		if err := g.before("move", from); err != nil {
			return err
		}
	}
	g.mu.Lock()
	defer g.mu.Unlock()
	switch here, there := g.repos[from.FullName()], g.repos[to.FullName()]; {
	case here == nil && there != nil:
	case here == nil:
		return slipway.Because(slipway.NotFound, "git: move", fs.ErrNotExist)
	case there != nil:
		return slipway.Because(slipway.Conflict, "git: move", fs.ErrExist)
	default:
		g.repos[to.FullName()] = here
		delete(g.repos, from.FullName())
	}
	return nil
}

func (g *scriptedGit) Remove(_ context.Context, r *slipway.Repository) error {
	if g.before != nil {
		if err := g.before("remove", r); err != nil {
			return err
		}
	}
	g.mu.Lock()
	defer g.mu.Unlock()
	delete(g.repos, r.FullName())
	return nil
}

func (g *scriptedGit) Init(_ context.Context, r *slipway.Repository) error {
	if g.before != nil {
		if err := g.before("init", r); err != nil {
			return err
		}
	}
	g.mu.Lock()
	defer g.mu.Unlock()
	if g.repos[r.FullName()] == nil {
		g.repos[r.FullName()] = &scriptedRepo{
			refs: map[string]slipway.SHA{}, commits: map[slipway.SHA]slipway.Commit{}, clashes: map[[2]slipway.SHA][]string{},
		}
	}
	return nil
}

func (g *scriptedGit) Resolve(_ context.Context, r *slipway.Repository, ref string) (deploy.Resolved, error) {
	repo, err := g.enter("resolve "+ref, r)
	defer g.mu.Unlock()
	if err != nil {
		return deploy.Resolved{}, err
	}
	if !slipway.MayBeRef(ref) {
		panic(ref + " must not reach git")
	}
	for _, full := range []string{"refs/heads/" + ref, "refs/tags/" + ref, ref} {
		if sha, ok := repo.refs[full]; ok {
			branch, _ := strings.CutPrefix(full, "refs/heads/")
			if branch == full {
				branch = ""
			}
			return deploy.Resolved{SHA: sha, Branch: branch}, nil
		}
	}
	for sha := range repo.commits {
		if len(ref) >= 7 && strings.HasPrefix(string(sha), strings.ToLower(ref)) {
			return deploy.Resolved{SHA: sha}, nil
		}
	}
	return deploy.Resolved{}, absent
}

func (g *scriptedGit) FirstCommit(_ context.Context, r *slipway.Repository, c deploy.FirstCommit) (slipway.SHA, error) {
	repo, err := g.enter("first commit", r)
	defer g.mu.Unlock()
	if err != nil {
		return "", err
	}
	if _, ok := repo.refs["refs/heads/"+c.Branch]; ok {
		return "", moved
	}
	sha := repo.commit(g, slipway.Commit{Message: c.Message, Author: c.Author, Committer: c.Committer})
	repo.refs["refs/heads/"+c.Branch] = sha
	return sha, nil
}

func (g *scriptedGit) Behind(_ context.Context, r *slipway.Repository, base, head slipway.SHA) (bool, error) {
	repo, err := g.enter("behind", r)
	defer g.mu.Unlock()
	if err != nil {
		return false, err
	}
	return !repo.holds(head, base), nil
}

func (g *scriptedGit) Merge(_ context.Context, r *slipway.Repository, m deploy.Merge) (slipway.SHA, error) {
	repo, err := g.enter("merge", r)
	defer g.mu.Unlock()
	if err != nil {
		return "", err
	}
	if paths, ok := repo.clashes[[2]slipway.SHA{m.Head, m.Base}]; ok {
		return "", slipway.Because(slipway.Conflict, "git: merge-tree", &deploy.MergeConflict{Paths: paths})
	}
	if repo.refs["refs/heads/"+m.Branch] != m.Head {
		return "", moved
	}
	g.merges++
	sha := repo.commit(g, slipway.Commit{
		Parents: []slipway.SHA{m.Head, m.Base}, Message: m.Message, Author: m.Author, Committer: m.Committer,
	})
	repo.refs["refs/heads/"+m.Branch] = sha
	return sha, nil
}

func (g *scriptedGit) Refs(_ context.Context, r *slipway.Repository) ([]slipway.Ref, error) {
	repo, err := g.enter("refs", r)
	defer g.mu.Unlock()
	if err != nil {
		return nil, err
	}
	refs := make([]slipway.Ref, 0, len(repo.refs))
	for name, sha := range repo.refs {
		refs = append(refs, slipway.Ref{Name: name, SHA: sha})
	}
	slices.SortFunc(refs, func(a, b slipway.Ref) int { return cmp.Compare(a.Name, b.Name) })
	return refs, nil
}

func (g *scriptedGit) Commit(_ context.Context, r *slipway.Repository, sha slipway.SHA, _ bool) (slipway.Commit, error) {
	repo, err := g.enter("commit", r)
	defer g.mu.Unlock()
	if err != nil {
		return slipway.Commit{}, err
	}
	if c, ok := repo.commits[sha]; ok {
		return c, nil
	}
	return slipway.Commit{}, absent
}

func (g *scriptedGit) Compare(_ context.Context, r *slipway.Repository, base, head slipway.SHA, _ deploy.Page) (slipway.Comparison, error) {
	repo, err := g.enter("compare", r)
	defer g.mu.Unlock()
	if err != nil {
		return slipway.Comparison{}, err
	}
	return slipway.Comparison{Base: repo.commits[base], Head: repo.commits[head]}, nil
}

func (g *scriptedGit) Heal(_ context.Context, r *slipway.Repository) error {
	_, err := g.enter("heal", r)
	defer g.mu.Unlock()
	g.healed = append(g.healed, r.FullName())
	return err
}

func (g *scriptedGit) SetHead(_ context.Context, r *slipway.Repository, branch string) error {
	repo, err := g.enter("set head", r)
	defer g.mu.Unlock()
	if err != nil {
		return err
	}
	repo.head = branch
	return nil
}

func (g *scriptedGit) Raw(_ context.Context, r *slipway.Repository, base, head slipway.SHA, format string) ([]byte, error) {
	_, err := g.enter("raw", r)
	defer g.mu.Unlock()
	return fmt.Append(nil, base, "..", head, " ", format), err
}

func (g *scriptedGit) Object(_ context.Context, r *slipway.Repository, sha slipway.SHA) (slipway.Object, error) {
	repo, err := g.enter("object", r)
	defer g.mu.Unlock()
	if err != nil {
		return slipway.Object{}, err
	}
	if _, ok := repo.commits[sha]; !ok {
		return slipway.Object{}, absent
	}
	return slipway.Object{SHA: sha, Kind: slipway.CommitObject}, nil
}

func (g *scriptedGit) RefsUnder(ctx context.Context, r *slipway.Repository, prefix string) ([]slipway.Ref, error) {
	refs, err := g.Refs(ctx, r)
	return slices.DeleteFunc(refs, func(ref slipway.Ref) bool { return !strings.HasPrefix(ref.Name, prefix) }), err
}

func (g *scriptedGit) Ref(_ context.Context, r *slipway.Repository, name string) (slipway.SHA, error) {
	repo, err := g.enter("ref "+name, r)
	defer g.mu.Unlock()
	if err != nil {
		return "", err
	}
	if sha, ok := repo.refs[name]; ok {
		return sha, nil
	}
	return "", absent
}

func (g *scriptedGit) MoveRef(_ context.Context, r *slipway.Repository, c slipway.RefChange) error {
	repo, err := g.enter("move "+c.Name, r)
	defer g.mu.Unlock()
	if err != nil {
		return err
	}
	if was, ok := repo.refs[c.Name]; ok != !c.Created() || ok && was != c.Old {
		return moved
	}
	if repo.refs[c.Name] = c.New; c.Deleted() {
		delete(repo.refs, c.Name)
	}
	return nil
}
