package git

import (
	"context"
	"errors"
	"fmt"
	"strconv"
	"strings"

	"github.com/slipway-deploy/slipway"
)

// mostTree bounds what git prints of one tree, in bytes: some 50,000 entries.
const mostTree = 4 << 20

// literal makes paths be paths, whatever characters they have.
var literal = []string{"GIT_LITERAL_PATHSPECS=1"}

// Tree lists a tree, or that of a commit, and all below it when it is to be recursive. What is too much is left out.
func (g *Repositories) Tree(ctx context.Context, r *slipway.Repository, sha slipway.SHA, recursive bool) (slipway.Tree, error) {
	const op = "git: list a tree"
	repo, err := g.at(r)
	if err != nil {
		return slipway.Tree{}, err
	}
	tree, err := g.tree(ctx, repo, sha, recursive)
	return tree, read(repo, op, err)
}

func (g *Repositories) tree(ctx context.Context, repo *repository, sha slipway.SHA, recursive bool) (slipway.Tree, error) {
	root, err := g.rootTree(ctx, repo, sha)
	if err != nil {
		return slipway.Tree{}, err
	}
	args := []string{"ls-tree", "-z", "-l"}
	if recursive {
		args = append(args, "-r", "-t")
	}
	out, err := g.run(ctx, run{repo: repo, args: append(args, string(root)), limit: mostTree, cut: true})
	if err != nil {
		return slipway.Tree{}, err
	}
	entries, whole, err := parseEntries(string(out))
	return slipway.Tree{SHA: root, Entries: entries, Truncated: !whole || len(out) == mostTree}, err
}

// rootTree finds the tree that an object is or leads to.
func (g *Repositories) rootTree(ctx context.Context, repo *repository, sha slipway.SHA) (slipway.SHA, error) {
	if _, ok := binary(sha); !ok {
		return "", errMissing
	}
	o, err := g.ask(ctx, repo, "info", string(sha)+"^{tree}")
	if !errors.Is(err, errMissing) {
		return o.sha, err
	}
	if _, known := g.commit(ctx, repo, sha); known == nil {
		return "", errGone // the commit is there, its tree is not
	}
	return "", err
}

// Entry finds what lies at a path of a commit's tree, the tree itself for the empty one. NotFound: there is nothing.
func (g *Repositories) Entry(ctx context.Context, r *slipway.Repository, commit slipway.SHA, path string) (slipway.TreeEntry, error) {
	const op = "git: find a file"
	repo, err := g.at(r)
	if err != nil {
		return slipway.TreeEntry{}, err
	}
	entry, err := g.entry(ctx, repo, commit, path)
	return entry, read(repo, op, err)
}

func (g *Repositories) entry(ctx context.Context, repo *repository, commit slipway.SHA, path string) (slipway.TreeEntry, error) {
	root, err := g.rootTree(ctx, repo, commit)
	if err != nil {
		return slipway.TreeEntry{}, err
	}
	if path == "" {
		return slipway.TreeEntry{Mode: slipway.ModeDirectory, Object: slipway.Object{SHA: root, Kind: slipway.TreeObject}}, nil
	}
	if clean, ok := slipway.CleanPath(path); !ok || clean != path {
		return slipway.TreeEntry{}, errMissing
	}
	out, err := g.run(ctx, run{repo: repo, env: literal, args: []string{"ls-tree", "-z", "-l", "--end-of-options", string(root), path}})
	if err != nil {
		return slipway.TreeEntry{}, err
	}
	entries, _, err := parseEntries(string(out))
	switch {
	case err != nil:
		return slipway.TreeEntry{}, err
	case len(entries) != 1:
		return slipway.TreeEntry{}, errMissing
	}
	return entries[0], nil
}

// parseEntries reads what `git ls-tree -z -l` prints: MODE SP KIND SP SHA SP SIZE TAB PATH NUL each. The end may be cut off.
func parseEntries(text string) (entries []slipway.TreeEntry, whole bool, err error) {
	entries = make([]slipway.TreeEntry, 0, strings.Count(text, "\x00"))
	for text != "" {
		line, rest, ended := strings.Cut(text, "\x00")
		if !ended {
			return entries, false, nil
		}
		text = rest
		meta, path, _ := strings.Cut(line, "\t")
		fields := strings.Fields(meta)
		if len(fields) != 4 {
			return nil, false, fmt.Errorf("ls-tree says %.100q", line)
		}
		sha, ok := slipway.ParseSHA(fields[2])
		if !ok {
			return nil, false, fmt.Errorf("ls-tree says %.100q", line)
		}
		e := slipway.TreeEntry{
			Path: path, Mode: slipway.EntryMode(fields[0]), Object: slipway.Object{SHA: sha, Kind: slipway.ObjectKind(fields[1])},
		}
		if e.Object.Kind == slipway.BlobObject {
			if e.Object.Size, err = strconv.ParseInt(fields[3], 10, 64); err != nil {
				return nil, false, errGone // git says BAD
			}
		}
		entries = append(entries, e)
	}
	return entries, true, nil
}
