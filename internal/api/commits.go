package api

import (
	"context"
	"net/http"
	"strings"

	"github.com/slipway-deploy/slipway"
	"github.com/slipway-deploy/slipway/internal/deploy"
	"github.com/slipway-deploy/slipway/internal/wire"
)

// getBranch is GET R/branches/:branch (contract 8).
func (a *API) getBranch(ctx context.Context, c *call) (reply, error) {
	b, commit, err := a.deploy.Branch(ctx, c.Repo, c.value("branch"))
	if err != nil {
		return reply{}, err
	}
	author, committer, err := a.people(ctx, commit)
	if err != nil {
		return reply{}, err
	}
	return ok(wire.FromBranch(b, commit, author, committer, c.Repo, a.options.URLs)), nil
}

// getCommit is GET R/commits/:ref, as JSON or, by media type, as the bare SHA, a diff or a patch.
func (a *API) getCommit(ctx context.Context, c *call) (reply, error) {
	ref := c.value("ref")
	switch kind := c.accept.param; kind {
	case "sha":
		commit, err := a.deploy.Commit(ctx, c.Repo, ref, false)
		return text(kind, []byte(commit.SHA)), err
	case "diff", "patch":
		raw, err := a.deploy.RawCommit(ctx, c.Repo, ref, kind)
		return text(kind, raw), err
	}
	commit, err := a.deploy.Commit(ctx, c.Repo, ref, true)
	if err != nil {
		return reply{}, err
	}
	body, err := a.fromCommit(ctx, c, commit)
	return ok(body), err
}

// maxComparedCommits is how many commits a comparison lists when no page is asked for.
const maxComparedCommits = 250

// compare is GET R/compare/:base...:head. Pages are pages of its commits.
func (a *API) compare(ctx context.Context, c *call) (reply, error) {
	base, head, ok := strings.Cut(c.value("range"), "...")
	if !ok || base == "" || head == "" {
		return reply{}, slipway.Fail(slipway.NotFound, "")
	}
	if kind := c.accept.param; kind == "diff" || kind == "patch" {
		raw, err := a.deploy.RawCompare(ctx, c.Repo, base, head, kind)
		return text(kind, raw), err
	}
	p := c.page()
	paged := c.query("page") != "" || c.query("per_page") != ""
	if !paged {
		p = deploy.Page{Number: 1, Size: maxComparedCommits}
	}
	out, err := a.deploy.Compare(ctx, c.Repo, base, head, p)
	if err != nil {
		return reply{}, err
	}
	accounts, err := a.accountsOf(ctx, append(out.Commits, out.Base, out.MergeBase)...)
	if err != nil {
		return reply{}, err
	}
	rep := reply{status: http.StatusOK, body: wire.FromComparison(out, base, head, accounts, c.Repo, a.options.URLs)}
	if paged {
		rep.links = a.pageLinks(c, p, out.AheadBy, true)
	}
	return rep, nil
}

// mergeBranches is POST R/merges (contract 8.2): 201 with the merge commit, or 204 when base holds head already.
func (a *API) mergeBranches(ctx context.Context, c *call) (reply, error) {
	body, err := c.body()
	if err != nil {
		return reply{}, err
	}
	base, head, message, err := wire.DecodeMerge(body)
	if err != nil {
		return reply{}, err
	}
	commit, err := a.deploy.MergeBranches(ctx, c.Actor, c.Repo, base, head, message)
	if err != nil {
		return reply{}, err
	}
	if commit == nil {
		return noContent(), nil
	}
	out, err := a.fromCommit(ctx, c, *commit)
	return created(out, a.options.URLs.Commit(c.Repo, commit.SHA)), err
}

func (a *API) fromCommit(ctx context.Context, c *call, commit slipway.Commit) (wire.JSON, error) {
	author, committer, err := a.people(ctx, commit)
	if err != nil {
		return nil, err
	}
	return wire.FromCommit(commit, author, committer, c.Repo, a.options.URLs), nil
}

// people finds the accounts of a commit's author and committer; nil where the address is nobody's.
func (a *API) people(ctx context.Context, commit slipway.Commit) (author, committer *slipway.Account, err error) {
	accounts, err := a.accountsOf(ctx, commit)
	if err != nil {
		return nil, nil, err
	}
	if who, ok := accounts[commit.Author.Email]; ok {
		author = &who
	}
	if who, ok := accounts[commit.Committer.Email]; ok {
		committer = &who
	}
	return author, committer, nil
}

func (a *API) accountsOf(ctx context.Context, commits ...slipway.Commit) (map[string]slipway.Account, error) {
	var emails []string
	seen := make(map[string]bool)
	for _, c := range commits {
		for _, e := range []string{c.Author.Email, c.Committer.Email} {
			if e != "" && !seen[e] {
				seen[e] = true
				emails = append(emails, e)
			}
		}
	}
	return a.deploy.AccountsByEmail(ctx, emails)
}

// text is an answer in one of the media types that are not JSON.
func text(kind string, b []byte) reply {
	return reply{status: http.StatusOK, text: b, kind: "application/vnd.github." + kind + "; charset=utf-8"}
}
