package object

import (
	"context"
	"slices"
	"strings"
	"sync"
	"time"

	"github.com/slipway-deploy/slipway"
	"github.com/slipway-deploy/slipway/internal/deploy"
)

// commits are the commits of a repository that siblings refer to. They are read together, and so is what is said of them.
type commits struct {
	repository *Repository
	others     []string // addresses that belong to none of them

	mu       sync.Mutex
	shas     []slipway.SHA
	read     shared[map[slipway.SHA]*Commit]
	statuses shared[map[slipway.SHA][]slipway.CommitStatus]
	runs     shared[map[slipway.SHA][]slipway.CheckRun]
	people   shared[map[string]slipway.Account]
}

// add says that a commit may be asked for.
func (c *commits) add(sha slipway.SHA) {
	c.mu.Lock()
	defer c.mu.Unlock()
	if !slices.Contains(c.shas, sha) {
		c.shas = append(c.shas, sha)
	}
}

// at is one of the commits: nil when it is gone.
func (c *commits) at(ctx context.Context, sha slipway.SHA) (*Commit, error) {
	all, err := c.read.get(func() (map[slipway.SHA]*Commit, error) { return c.readAll(ctx) })
	return all[sha], err
}

func (c *commits) readAll(ctx context.Context) (map[slipway.SHA]*Commit, error) {
	found := make(map[slipway.SHA]*Commit, len(c.shas))
	for _, sha := range c.shas {
		row, err := c.repository.s.Deploy.CommitAt(ctx, c.repository.row, sha)
		if slipway.KindOf(err) == slipway.NotFound {
			continue
		}
		if err != nil {
			return nil, err
		}
		found[sha] = &Commit{siblings: c, row: row}
	}
	return found, nil
}

// latest are the newest statuses of each context of a commit.
func (c *commits) latest(ctx context.Context, sha slipway.SHA) ([]slipway.CommitStatus, error) {
	if err := c.repository.may(ctx, toReadStatuses); err != nil {
		return nil, err
	}
	all, err := c.statuses.get(func() (map[slipway.SHA][]slipway.CommitStatus, error) {
		return c.repository.s.Deploy.LatestStatusesOfEach(ctx, c.repository.row, c.shas)
	})
	return all[sha], err
}

// checks are the newest check runs of each app and name of a commit.
func (c *commits) checks(ctx context.Context, sha slipway.SHA) ([]slipway.CheckRun, error) {
	if err := c.repository.may(ctx, toReadChecks); err != nil {
		return nil, err
	}
	all, err := c.runs.get(func() (map[slipway.SHA][]slipway.CheckRun, error) {
		return c.repository.s.Deploy.LatestCheckRunsOfEach(ctx, c.repository.row, c.shas)
	})
	return all[sha], err
}

// whose is the account that an address of a commit belongs to; nil when it is nobody's.
func (c *commits) whose(ctx context.Context, email string) (*slipway.Account, error) {
	people, err := c.people.get(func() (map[string]slipway.Account, error) {
		all, err := c.read.get(func() (map[slipway.SHA]*Commit, error) { return c.readAll(ctx) })
		if err != nil {
			return nil, err
		}
		emails := slices.Clone(c.others)
		for _, commit := range all {
			emails = append(emails, commit.row.Author.Email, commit.row.Committer.Email)
		}
		return c.repository.s.Deploy.AccountsByEmail(ctx, emails)
	})
	if account, ok := people[email]; ok && err == nil {
		return &account, nil
	}
	return nil, err
}

// newCommit is a commit by itself.
func (r *Repository) newCommit(row slipway.Commit) *Commit {
	one := &commits{repository: r, shas: []slipway.SHA{row.SHA}}
	commit := &Commit{siblings: one, row: row}
	_, _ = one.read.get(func() (map[slipway.SHA]*Commit, error) { return map[slipway.SHA]*Commit{row.SHA: commit}, nil })
	return commit
}

// Commit is a commit.
type Commit struct {
	siblings *commits
	row      slipway.Commit
}

// The interfaces of the schema that commits implement.
func (*Commit) IsGitObject()                {}
func (*Commit) IsNode()                     {}
func (*Commit) IsUniformResourceLocatable() {}

// AbbreviatedOid is the first seven digits of its name.
func (c *Commit) AbbreviatedOid() string { return string(c.row.SHA[:7]) }

// Author is who wrote it.
func (c *Commit) Author() *GitActor { return &GitActor{c.siblings, c.row.Author} }

// AuthoredDate is when it was written.
func (c *Commit) AuthoredDate() time.Time { return c.row.Author.When }

// CommitResourcePath is the path of its page.
func (c *Commit) CommitResourcePath() string { return c.ResourcePath() }

// CommitURL is the address of its page.
func (c *Commit) CommitURL() string { return c.URL() }

// CommittedDate is when it was committed.
func (c *Commit) CommittedDate() time.Time { return c.row.Committer.When }

// Committer is who committed it.
func (c *Commit) Committer() *GitActor { return &GitActor{c.siblings, c.row.Committer} }

// Deployments are the commit's deployments.
func (c *Commit) Deployments(ctx context.Context, after, before *string, environments []string, first, last *int, orderBy *DeploymentOrder) (*DeploymentConnection, error) {
	of := deploy.DeploymentsOf{RepositoryID: c.Repository().row.ID, SHA: c.row.SHA}
	return c.Repository().deployments(ctx, of, environments, bounds{first, last, after, before}, orderBy)
}

// ID is the commit's node_id.
func (c *Commit) ID() string { return slipway.CommitNodeID(c.Repository().row.ID, c.row.SHA) }

// Message is the whole message.
func (c *Commit) Message() string { return c.row.Message }

// MessageBody is the message without its first line.
func (c *Commit) MessageBody() string {
	_, body, _ := strings.Cut(c.row.Message, "\n")
	return strings.TrimSpace(body)
}

// MessageHeadline is the message's first line.
func (c *Commit) MessageHeadline() string {
	headline, _, _ := strings.Cut(c.row.Message, "\n")
	return headline
}

// Oid is its name.
func (c *Commit) Oid() string { return string(c.row.SHA) }

// Repository is where it was found.
func (c *Commit) Repository() *Repository { return c.siblings.repository }

// ResourcePath is the path of its page.
func (c *Commit) ResourcePath() string { return c.Repository().s.path(c.URL()) }

// URL is the address of its page.
func (c *Commit) URL() string { return c.Repository().s.URLs.CommitHTML(c.Repository().row, c.row.SHA) }

// GitActor is who wrote or committed something, as git recorded it.
type GitActor struct {
	siblings *commits
	row      slipway.Signature
}

// AvatarURL is the picture of the account that has the address; nobody's picture when none has.
func (g *GitActor) AvatarURL(ctx context.Context) (string, error) {
	account, err := g.siblings.whose(ctx, g.row.Email)
	return g.siblings.repository.s.URLs.Avatar(deref(account).ID), err
}

// Date is when, in the zone git recorded.
func (g *GitActor) Date() *time.Time { return &g.row.When }

// Email is the recorded address.
func (g *GitActor) Email() *string { return &g.row.Email }

// Name is the recorded name.
func (g *GitActor) Name() *string { return &g.row.Name }

// User is the user who has the address: null when none has.
func (g *GitActor) User(ctx context.Context) (*User, error) {
	account, err := g.siblings.whose(ctx, g.row.Email)
	if err != nil || account == nil {
		return nil, err
	}
	user, _ := g.siblings.repository.s.actor(account).(*User)
	return user, nil
}
