package deploy

import (
	"context"
	"io"
	"path"
	"strings"

	"github.com/slipway-deploy/slipway"
)

// Content is what lies at a path of a commit (contract 8).
type Content struct {
	Commit    slipway.SHA
	Ref       string // as it was asked for; the default branch when nothing was
	Entry     slipway.TreeEntry
	Entries   []slipway.TreeEntry // of a folder
	Bytes     []byte              // of a file that is not too large to be shown inside, and of a link
	Submodule string              // where it is cloned from, if that is known
}

const (
	mostInFolder = 1000 // entries of a folder that are listed; GitHub has the same bound
	mostFollowed = 5    // links that lead to links
)

// Contents finds a file or folder at a ref, the default branch if none is named. A link to a file of the repository is that
// file. NotFound: it is not there, or the ref is not.
func (d *Decisions) Contents(ctx context.Context, r slipway.Repository, file, ref string) (Content, error) {
	found, err := d.refOrDefault(ctx, r, ref)
	if err != nil {
		return Content{}, d.noRefOfContents(ctx, r, ref, err)
	}
	c := Content{Commit: found.SHA, Ref: ref}
	if ref == "" {
		c.Ref = r.DefaultBranch
	}
	clean, ok := slipway.CleanPath(file)
	if !ok {
		return Content{}, slipway.Fail(slipway.NotFound, "")
	}
	if c.Entry, err = d.git.Entry(ctx, &r, found.SHA, clean); err != nil {
		return Content{}, notFound(err)
	}
	err = d.readContent(ctx, r, &c)
	return c, damaged(err)
}

// noRefOfContents says what is missing where there was to be a commit.
func (d *Decisions) noRefOfContents(ctx context.Context, r slipway.Repository, ref string, err error) error {
	if slipway.KindOf(err) != slipway.NotFound {
		return err
	}
	empty, why := d.isEmpty(ctx, r)
	switch {
	case why != nil:
		return why
	case empty:
		return slipway.Fail(slipway.NotFound, "This repository is empty.")
	case ref == "":
		return notFound(err)
	default:
		return slipway.NoCommitForRef(ref)
	}
}

func (d *Decisions) readContent(ctx context.Context, r slipway.Repository, c *Content) (err error) {
	switch c.Entry.Mode {
	case slipway.ModeDirectory:
		return d.readFolder(ctx, r, c)
	case slipway.ModeSubmodule:
		c.Submodule, err = d.submodule(ctx, r, c.Commit, c.Entry.Path)
		return err
	case slipway.ModeLink:
		if err := d.follow(ctx, r, c); err != nil {
			return err
		}
	}
	if c.Entry.Object.Size <= slipway.MaxInline {
		c.Bytes, err = d.git.Blob(ctx, &r, c.Entry.Object.SHA)
	}
	return err
}

func (d *Decisions) readFolder(ctx context.Context, r slipway.Repository, c *Content) error {
	tree, err := d.git.Tree(ctx, &r, c.Entry.Object.SHA, false)
	if err != nil {
		return err
	}
	c.Entries = tree.Entries[:min(len(tree.Entries), mostInFolder)]
	for i := range c.Entries {
		c.Entries[i].Path = path.Join(c.Entry.Path, c.Entries[i].Path)
	}
	return nil
}

// follow replaces a link to a file by that file, under the link's own name. Other links stay.
func (d *Decisions) follow(ctx context.Context, r slipway.Repository, c *Content) error {
	at := c.Entry
	for range mostFollowed {
		if at.Object.Size > 4096 {
			return nil
		}
		target, err := d.git.Blob(ctx, &r, at.Object.SHA)
		if err != nil {
			return err
		}
		next, ok := slipway.CleanPath(path.Join(path.Dir(at.Path), string(target)))
		if !ok || next == "" || path.IsAbs(string(target)) {
			return nil
		}
		if at, err = d.git.Entry(ctx, &r, c.Commit, next); err != nil {
			if slipway.KindOf(err) == slipway.NotFound {
				return nil
			}
			return err
		}
		switch {
		case at.Mode == slipway.ModeLink:
		case at.Object.Kind == slipway.BlobObject:
			c.Entry.Mode, c.Entry.Object = at.Mode, at.Object
			return nil
		default:
			return nil
		}
	}
	return nil
}

// submodule looks up where a submodule is cloned from; empty when its commit does not say.
func (d *Decisions) submodule(ctx context.Context, r slipway.Repository, commit slipway.SHA, at string) (string, error) {
	entry, err := d.git.Entry(ctx, &r, commit, ".gitmodules")
	if slipway.KindOf(err) == slipway.NotFound || err == nil && entry.Object.Kind != slipway.BlobObject {
		return "", nil
	}
	if err != nil {
		return "", err
	}
	text, err := d.git.Blob(ctx, &r, entry.Object.SHA)
	return slipway.SubmoduleURL(string(text), at), err
}

// Readme finds what introduces a repository at a ref, or one of its folders. NotFound: nothing does.
func (d *Decisions) Readme(ctx context.Context, r slipway.Repository, folder, ref string) (Content, error) {
	folders := []string{folder}
	if folder == "" {
		folders = slipway.ReadmeFolders
	}
	for _, folder := range folders {
		c, err := d.Contents(ctx, r, folder, ref)
		switch {
		case err == nil:
			if file, ok := readmeIn(c.Entries); ok {
				return d.Contents(ctx, r, file, ref)
			}
		case slipway.KindOf(err) != slipway.NotFound:
			return Content{}, err
		case folder == "":
			return Content{}, err // there is no commit
		}
	}
	return Content{}, slipway.Fail(slipway.NotFound, "")
}

func readmeIn(entries []slipway.TreeEntry) (file string, ok bool) {
	best := 0
	for _, e := range entries {
		rank, is := slipway.ReadmeName(e.Name())
		if is && e.Object.Kind == slipway.BlobObject && (!ok || rank < best) {
			file, best, ok = e.Path, rank, true
		}
	}
	return file, ok
}

// ArchiveOf finds the commit that is to be packed, the default branch's tip if no ref is named.
func (d *Decisions) ArchiveOf(ctx context.Context, r slipway.Repository, ref string) (slipway.SHA, error) {
	found, err := d.refOrDefault(ctx, r, ref)
	return found.SHA, notFound(err)
}

// Archive packs all files of a commit. They lie in a folder that is named for the repository and the commit.
func (d *Decisions) Archive(ctx context.Context, r slipway.Repository, commit slipway.SHA, format ArchiveFormat, out io.Writer) error {
	return notFound(d.git.Archive(ctx, &r, commit, format, ArchiveName(r, commit), out))
}

// ArchiveName is what an archive of a commit is called, and the folder in it.
func ArchiveName(r slipway.Repository, commit slipway.SHA) string {
	return strings.Join([]string{r.Owner.Login, r.Name, string(commit[:7])}, "-")
}
