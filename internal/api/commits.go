package api

import (
	"context"
	"net/http"
	"strconv"
	"strings"
	"time"

	"github.com/slipway-deploy/slipway"
	"github.com/slipway-deploy/slipway/internal/deploy"
	"github.com/slipway-deploy/slipway/internal/wire"
)

// listBranches is GET R/branches.
func (a *API) listBranches(ctx context.Context, c *call) (reply, error) {
	var protected *bool
	if asked, err := strconv.ParseBool(c.query("protected")); err == nil {
		protected = &asked
	}
	list, err := a.deploy.ListBranches(ctx, c.Repo, protected, c.page())
	if err != nil {
		return reply{}, err
	}
	return page(a, c, wire.FromBranches(list.Items, c.Repo, a.options.URLs, true), list), nil
}

// listTags is GET R/tags.
func (a *API) listTags(ctx context.Context, c *call) (reply, error) {
	list, err := a.deploy.ListTags(ctx, c.Repo, c.page())
	if err != nil {
		return reply{}, err
	}
	return page(a, c, wire.FromTags(list.Items, c.Repo, a.options.URLs), list), nil
}

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
	return ok(wire.FromBranch(b, commit, author, committer, c.Repo, a.options.URLs, c.accept.shape)), nil
}

// listCommits is GET R/commits: newest first, all that lead to a ref or those of them that are asked for.
func (a *API) listCommits(ctx context.Context, c *call) (reply, error) {
	in := deploy.LogRequest{Ref: c.query("sha"), Author: c.query("author"), Committer: c.query("committer")}
	var err error
	if in.Since, err = c.time("since"); err != nil {
		return reply{}, err
	}
	if in.Until, err = c.time("until"); err != nil {
		return reply{}, err
	}
	in.Path = strings.Trim(c.query("path"), "/")
	list, err := a.deploy.ListCommits(ctx, c.Repo, in, c.page())
	if err != nil {
		return reply{}, err
	}
	accounts, err := a.accountsOf(ctx, list.Items...)
	if err != nil {
		return reply{}, err
	}
	return page(a, c, wire.FromCommits(list.Items, accounts, c.Repo, a.options.URLs, c.accept.shape), list), nil
}

// timeForms are how times may be written in a query.
var timeForms = []string{time.RFC3339, "2006-01-02T15:04:05", "2006-01-02 15:04:05", time.DateOnly}

// time reads a query parameter that is a time; zero when it is absent. A plus sign that was not escaped has become a space.
func (c *call) time(name string) (time.Time, error) {
	text := c.query(name)
	if text == "" {
		return time.Time{}, nil
	}
	for _, form := range timeForms {
		for _, text := range []string{text, strings.Replace(text, " ", "+", 1)} {
			if t, err := time.Parse(form, text); err == nil {
				return t, nil
			}
		}
	}
	return time.Time{}, slipway.ValidationFailed(slipway.Detail{Resource: "Commit", Field: name, Code: "invalid"})
}

// branchesAt is GET R/commits/:sha/branches-where-head.
func (a *API) branchesAt(ctx context.Context, c *call) (reply, error) {
	list, err := a.deploy.BranchesAt(ctx, c.Repo, c.value("ref"))
	if err != nil {
		return reply{}, err
	}
	return ok(wire.FromBranches(list, c.Repo, a.options.URLs, false)), nil
}

// pullsOf is GET R/commits/:sha/pulls: there are no pull requests here.
func (a *API) pullsOf(ctx context.Context, c *call) (reply, error) {
	_, err := a.deploy.Commit(ctx, c.Repo, c.value("ref"), false)
	return ok(wire.EmptyList), err
}

// topics is GET R/topics: repositories have none here.
func (a *API) topics(context.Context, *call) (reply, error) { return ok(wire.NoNames), nil }

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
	rep := reply{status: http.StatusOK, body: wire.FromComparison(out, base, head, accounts, c.Repo, a.options.URLs, c.accept.shape)}
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
	return wire.FromCommit(commit, author, committer, c.Repo, a.options.URLs, c.accept.shape), nil
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
