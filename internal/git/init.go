package git

import (
	"context"
	"fmt"
	"io/fs"
	"os"
	"path/filepath"
	"strings"

	"github.com/slipway-deploy/slipway"
)

// Init makes an empty bare repository whose HEAD is the default branch. It is made elsewhere and moved into place when it
// is whole, so a kill leaves none or a good one. A repository that is there already is taken as it is.
func (g *Repositories) Init(ctx context.Context, r *slipway.Repository) error {
	const op = "git: init"
	if err := g.claim(r, nil); err != nil {
		return err
	}
	repo, err := g.at(r)
	if err != nil {
		return err
	}
	if repo.present() {
		g.enter(repo)(false)
		return nil
	}
	draft, err := os.MkdirTemp(g.draftDir(), "")
	if err != nil {
		return unavailable(op, err)
	}
	defer func() { _ = os.RemoveAll(draft) }() // when it was moved away there is nothing
	if err := g.draw(ctx, draft, r.DefaultBranch); err != nil {
		return unavailable(op, err)
	}
	if err := place(draft, repo.dir()); err != nil {
		return unavailable(op, err)
	}
	g.forget(repo)
	return nil
}

// draw makes a repository in an empty folder.
func (g *Repositories) draw(ctx context.Context, dir, branch string) error {
	if slipway.CheckBranchName(branch) != nil {
		branch = "main"
	}
	_, err := g.output(ctx, nil, "init", "--quiet", "--bare", "--template=", "--initial-branch="+branch, "--end-of-options", dir)
	if err != nil {
		return err
	}
	config, err := os.OpenFile(filepath.Join(dir, "config"), os.O_APPEND|os.O_WRONLY, 0)
	if err != nil {
		return err
	}
	defer config.Close()
	if _, err := config.WriteString(ownConfig()); err != nil {
		return err
	}
	return config.Sync()
}

// ownConfig is what people who run git in the folder themselves are to have too: durable writes, nothing thrown away.
func ownConfig() string {
	var text strings.Builder
	for _, s := range settings {
		section, key, _ := strings.Cut(s.key, ".")
		switch s.key {
		case "core.fsync", "gc.pruneExpire", "gc.cruftPacks", "receive.fsckObjects":
			text.WriteString("[" + section + "]\n\t" + key + " = " + s.value + "\n")
		}
	}
	return text.String()
}

// place moves a finished repository to where it belongs.
func place(draft, dir string) error {
	owner := filepath.Dir(dir)
	if err := os.MkdirAll(owner, 0o750); err != nil {
		return err
	}
	if err := os.Chmod(draft, 0o750); err != nil {
		return err
	}
	if info, err := os.Lstat(dir); err == nil && info.IsDir() {
		_ = os.Remove(dir) // an empty folder is nobody's; anything else stays, and is in the way
	}
	if _, err := os.Lstat(dir); err == nil {
		return fmt.Errorf("%s: %w", dir, fs.ErrExist) // on some systems a rename would replace a file
	}
	if err := os.Rename(draft, dir); err != nil {
		return err
	}
	for _, changed := range []string{dir, owner, filepath.Dir(owner)} {
		if err := syncDir(changed); err != nil {
			return err
		}
	}
	return nil
}

// SetHead points HEAD at a branch, which need not exist.
func (g *Repositories) SetHead(ctx context.Context, r *slipway.Repository, branch string) error {
	const op = "git: set HEAD"
	if err := slipway.CheckBranchName(branch); err != nil {
		return err
	}
	repo, err := g.at(r)
	if err != nil {
		return err
	}
	if head, err := readLoose(repo.path("HEAD")); err == nil && head == "ref: "+branches+branch {
		return nil
	}
	leave := g.enter(repo)
	ctx, cancel := staying(ctx)
	defer cancel()
	_, err = g.output(ctx, repo, "symbolic-ref", "--end-of-options", "HEAD", branches+branch)
	leave(hurt(err))
	if err == nil {
		err = syncFile(repo.path("HEAD"))
	}
	if err != nil {
		return unavailable(op, err)
	}
	return nil
}

// syncFile makes a small file and its name durable: git does not for symbolic refs.
func syncFile(path string) error {
	f, err := os.Open(path)
	if err != nil {
		return err
	}
	defer f.Close()
	if err := f.Sync(); err != nil {
		return err
	}
	return syncDir(filepath.Dir(path))
}
