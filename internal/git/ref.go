package git

import (
	"bytes"
	"cmp"
	"context"
	"errors"
	"fmt"
	"io"
	"io/fs"
	"os"
	"path/filepath"
	"slices"
	"strings"
	"syscall"

	"github.com/slipway-deploy/slipway"
)

const (
	branches = "refs/heads/"
	tags     = "refs/tags/"

	mostLinks   = 5    // symbolic refs that lead to symbolic refs
	mostRefFile = 4096 // bytes of a loose ref
)

var (
	errNoRef      = errors.New("no such ref")
	errNotRegular = errors.New("a ref is not a regular file")
	errBadRef     = errors.New("a ref holds no object name")
)

// ref finds what a full name points at: in its file, else in packed-refs. In that order, because git removes the file only
// after it has written the name there. Symbolic refs are followed. The error is errNoRef when there is none, else the
// repository is damaged.
func (g *Repositories) ref(ctx context.Context, repo *repository, name string) (slipway.SHA, error) {
	for range mostLinks {
		if slipway.CheckRefName(name) != nil || strings.HasPrefix(name, ownRefs) {
			return "", errNoRef
		}
		value, err := readLoose(repo.path(filepath.FromSlash(name)))
		if errors.Is(err, errNoRef) {
			return g.packedRef(ctx, repo, name)
		}
		if err != nil {
			return "", fmt.Errorf("%s: %w", name, err)
		}
		target, symbolic := strings.CutPrefix(value, "ref: ")
		if !symbolic {
			return slipway.SHA(value), nil
		}
		name = strings.TrimSpace(target)
	}
	return "", fmt.Errorf("%s: %w: it goes in circles", name, errBadRef)
}

// packedRef is ref for names that have no file of their own.
func (g *Repositories) packedRef(ctx context.Context, repo *repository, name string) (slipway.SHA, error) {
	packed, err := g.packedIn(repo)
	if err != nil {
		return "", err
	}
	if sha, ok := packed.find(name); ok {
		return sha, nil
	}
	if !repo.hasReftable() {
		return "", errNoRef
	}
	o, err := g.ask(ctx, repo, "info", name)
	if errors.Is(err, errMissing) {
		return "", errNoRef
	}
	return o.sha, err
}

// hasReftable reports whether refs are in git's newer format, which only git reads.
func (repo *repository) hasReftable() bool {
	info, err := os.Stat(repo.path("reftable"))
	return err == nil && info.IsDir()
}

// readLoose reads the file of a ref: an object name, or "ref: " and another ref's name. errNoRef when there is no file.
func readLoose(path string) (string, error) {
	info, err := os.Stat(path)
	switch {
	case errors.Is(err, fs.ErrNotExist), errors.Is(err, syscall.ENOTDIR), errors.Is(err, syscall.ENAMETOOLONG):
		return "", errNoRef
	case err != nil:
		return "", err
	case info.IsDir():
		return "", errNoRef
	case !info.Mode().IsRegular():
		return "", errNotRegular // to open it might wait for ever
	}
	f, err := os.Open(path)
	if errors.Is(err, fs.ErrNotExist) {
		return "", errNoRef // it was packed just now
	}
	if err != nil {
		return "", err
	}
	defer f.Close()
	var buf [mostRefFile]byte
	n, err := io.ReadFull(f, buf[:])
	if err != nil && !errors.Is(err, io.EOF) && !errors.Is(err, io.ErrUnexpectedEOF) {
		return "", err
	}
	return parseLoose(buf[:n])
}

// parseLoose reads the contents of a ref's file. What follows an object name on its line is not looked at, as git does.
func parseLoose(data []byte) (string, error) {
	if target, ok := bytes.CutPrefix(data, []byte("ref:")); ok {
		return "ref: " + string(bytes.TrimSpace(target)), nil
	}
	if len(data) < shaLen || len(data) > shaLen && !isSpace(data[shaLen]) {
		return "", errBadRef
	}
	sha, ok := slipway.ParseSHA(string(data[:shaLen]))
	if !ok {
		return "", errBadRef
	}
	return string(sha), nil
}

func isSpace(c byte) bool { return c == ' ' || c == '\n' || c == '\t' || c == '\r' }

// Refs lists all refs below refs/, by name, as they are stored: annotated tags are not peeled. Refs of the server's own, and
// names that Slipway refuses, are left out, as are symbolic refs that lead nowhere. A damaged ref is Unavailable: to leave
// it out would make it look deleted.
func (g *Repositories) Refs(ctx context.Context, r *slipway.Repository) ([]slipway.Ref, error) {
	const op = "git: list refs"
	repo, err := g.at(r)
	if err != nil {
		return nil, err
	}
	refs, err := g.refs(ctx, repo, allRefs)
	if err != nil {
		return nil, unavailable(op, err)
	}
	return refs, nil
}

// allRefs is how every ref's name begins.
const allRefs = "refs/"

// refs lists the refs whose names begin so, by name.
func (g *Repositories) refs(ctx context.Context, repo *repository, prefix string) ([]slipway.Ref, error) {
	if !repo.present() {
		return nil, errAbsent
	}
	if repo.hasReftable() {
		return g.refsByGit(ctx, repo, prefix)
	}
	loose, err := g.looseRefs(ctx, repo, prefix) // before packed-refs: see ref
	if err != nil {
		return nil, err
	}
	packed, err := g.packedIn(repo)
	if err != nil {
		return nil, err
	}
	first, end := packed.under(prefix)
	refs := make([]slipway.Ref, 0, end-first+len(loose))
	for i := first; i < end; i++ {
		name := string(packed.name(i))
		if _, ok := loose[name]; !ok && isShown(name) {
			refs = append(refs, slipway.Ref{Name: name, SHA: packed.sha(i)})
		}
	}
	for name, sha := range loose {
		if sha != "" {
			refs = append(refs, slipway.Ref{Name: name, SHA: sha})
		}
	}
	slices.SortFunc(refs, func(a, b slipway.Ref) int { return cmp.Compare(a.Name, b.Name) })
	return refs, nil
}

// isShown reports whether a ref is one for everybody.
func isShown(name string) bool {
	return slipway.CheckRefName(name) == nil && !strings.HasPrefix(name, ownRefs)
}

// holdsRefs reports whether a ref can be called like something in a folder.
func holdsRefs(folder string) bool {
	return folder == "refs" || slipway.CheckRefName(folder) == nil || slipway.CheckRefName(folder+"/x") == nil
}

// looseRefs reads all refs that have files and names that begin so. One that leads nowhere has an empty value.
func (g *Repositories) looseRefs(ctx context.Context, repo *repository, prefix string) (map[string]slipway.SHA, error) {
	refs := make(map[string]slipway.SHA)
	folder := prefix[:strings.LastIndexByte(prefix, '/')]
	if !holdsRefs(folder) {
		return refs, nil
	}
	dir := repo.path(filepath.FromSlash(folder))
	if goesThroughFile(dir) {
		return refs, nil // a part of the folder's name is a ref
	}
	err := filepath.WalkDir(dir, func(path string, entry fs.DirEntry, err error) error {
		if errors.Is(err, fs.ErrNotExist) {
			return nil // it was packed or removed just now, or there is no such folder
		}
		if err != nil || entry.IsDir() {
			return err
		}
		rel, err := filepath.Rel(repo.dir(), path)
		if err != nil {
			return err
		}
		name := filepath.ToSlash(rel)
		if !strings.HasPrefix(name, prefix) || !isShown(name) {
			return nil
		}
		sha, err := g.ref(ctx, repo, name)
		if err != nil && !errors.Is(err, errNoRef) {
			return err
		}
		refs[name] = sha
		return ctx.Err()
	})
	return refs, err
}

// goesThroughFile reports whether a path leads on from a file, so that there can be nothing.
func goesThroughFile(path string) bool {
	_, err := os.Lstat(path)
	return errors.Is(err, syscall.ENOTDIR)
}

// refsByGit lists the refs of repositories whose refs are in a format that only git reads.
func (g *Repositories) refsByGit(ctx context.Context, repo *repository, prefix string) ([]slipway.Ref, error) {
	out, err := g.output(ctx, repo, "for-each-ref", "--format=%(objectname) %(refname)")
	if err != nil {
		return nil, err
	}
	var refs []slipway.Ref
	for line := range strings.Lines(string(out)) {
		sha, name, _ := strings.Cut(strings.TrimSuffix(line, "\n"), " ")
		if strings.HasPrefix(name, prefix) && isShown(name) {
			refs = append(refs, slipway.Ref{Name: name, SHA: slipway.SHA(sha)})
		}
	}
	return refs, nil
}
