package deploy

import (
	"context"
	"strings"

	"github.com/slipway-deploy/slipway"
)

// LogRequest asks for the commits that lead to a ref.
type LogRequest struct {
	Ref               string // empty: the default branch
	Author, Committer string // a login or an address; empty: everybody
	slipway.LogQuery         // From, Authors and Committers are found out
}

// ListCommits lists a page of commits, newest first (contract 8). Conflict: the repository is empty; NotFound: there is no such
// ref.
func (d *Decisions) ListCommits(ctx context.Context, r slipway.Repository, in LogRequest, p Page) (list Listed[slipway.Commit], err error) {
	found, err := d.refOrDefault(ctx, r, in.Ref)
	if err != nil {
		return list, d.notFoundOrEmpty(ctx, r, err)
	}
	in.From = found.SHA
	if in.Authors, err = d.addressesOf(ctx, in.Author); err != nil {
		return list, err
	}
	if in.Committers, err = d.addressesOf(ctx, in.Committer); err != nil {
		return list, err
	}
	list, err = d.git.Log(ctx, &r, in.LogQuery, p)
	return list, damaged(err)
}

// refOrDefault resolves a ref, the default branch if none is named.
func (d *Decisions) refOrDefault(ctx context.Context, r slipway.Repository, ref string) (Resolved, error) {
	if ref == "" {
		return d.resolve(ctx, r, branchPrefix+r.DefaultBranch)
	}
	return d.resolveShort(ctx, r, ref)
}

// addressesOf are the addresses that somebody's commits may have: nil for everybody, empty for nobody.
func (d *Decisions) addressesOf(ctx context.Context, who string) ([]string, error) {
	switch {
	case who == "":
		return nil, nil
	case strings.ContainsAny(who, "\n\x00"):
		return []string{}, nil
	case strings.Contains(who, "@"):
		return []string{who}, nil
	}
	account, err := d.FindAccount(ctx, who)
	if slipway.KindOf(err) == slipway.NotFound {
		return []string{}, nil
	}
	if err != nil {
		return nil, err
	}
	addresses := []string{account.NoReply(d.settings.NoReplyHost)}
	if account.Email != "" {
		addresses = append(addresses, account.Email)
	}
	return addresses, nil
}
