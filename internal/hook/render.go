package hook

import (
	"context"
	"errors"
	"log/slog"
	"strings"

	"github.com/slipway-deploy/slipway"
	"github.com/slipway-deploy/slipway/internal/wire"
)

const (
	mostCommits  = 2048 // of a push
	mostBranches = 10   // of a status
)

// People says whose the addresses in commits are.
type People interface {
	AccountsByEmail(ctx context.Context, emails []string) (map[string]slipway.Account, error)
}

type renderer struct {
	*inquirer
	facts  Facts
	people People
	urls   slipway.URLs
}

// NewRenderer makes the function that says events in GitHub's words (contract 7.5). What git cannot tell any more, of a
// repository that is damaged or gone, is left out of a body: an event is told even so, and holds nobody else up for long.
func NewRenderer(facts Facts, people People, urls slipway.URLs, log *slog.Logger) RenderFunc {
	return renderer{inquirer: newInquirer(log), facts: facts, people: people, urls: urls}.render
}

var errSubject = errors.New("the event's subject lacks what its kind needs")

func (r renderer) render(ctx context.Context, s Subscription) ([]byte, error) {
	if s.Sender.ID == 0 { // the account is gone
		s.Sender = s.Repository.Owner
	}
	f := wire.Frame{Repository: s.Repository, Sender: s.Sender, URLs: r.urls, Shape: shapeFor(s.Hook)}
	subject := s.Subject
	switch {
	case s.Name == Ping:
		return wire.PingEvent(f, s.Hook, zen[int(s.Hook.ID)%len(zen)])
	case s.Name == "deployment" && subject.Deployment != nil:
		return wire.DeploymentEvent(f, *subject.Deployment)
	case s.Name == "deployment_status" && subject.DeploymentStatus != nil && subject.Deployment != nil:
		return wire.DeploymentStatusEvent(f, *subject.DeploymentStatus, *subject.Deployment)
	case s.Name == "status" && subject.Status != nil:
		return wire.StatusEvent(f, *subject.Status, r.status(ctx, s))
	case s.Name == "check_run" && subject.CheckRun != nil && subject.CheckSuite != nil:
		return wire.CheckRunEvent(f, s.Event.Action, *subject.CheckRun, *subject.CheckSuite)
	case s.Name == "check_suite" && subject.CheckSuite != nil:
		return wire.CheckSuiteEvent(f, s.Event.Action, *subject.CheckSuite, r.commit(ctx, s, subject.CheckSuite.SHA))
	case s.Name == "push" && subject.Push != nil:
		return wire.PushEvent(f, r.push(ctx, s))
	case s.Name == "create" && subject.Push != nil:
		return wire.CreateEvent(f, *subject.Push)
	case s.Name == "delete" && subject.Push != nil:
		return wire.DeleteEvent(f, *subject.Push)
	}
	return nil, errSubject
}

// variant tells bodies of one event and name apart: hooks with the same variant are told the same.
func variant(h slipway.Hook) string { return h.Config[slipway.ConfigPayloadEra] }

// shapeFor is the shape of a hook's bodies. A value nobody knows, stored before values were checked, means today.
func shapeFor(h slipway.Hook) wire.Shape {
	era, _ := slipway.ParsePayloadEra(h.Config[slipway.ConfigPayloadEra])
	return wire.EventShape(era)
}

func (r renderer) status(ctx context.Context, s Subscription) wire.StatusFacts {
	sha := s.Subject.Status.SHA
	facts := wire.StatusFacts{Commit: r.commit(ctx, s, sha)}
	r.ask(ctx, s, "branches", func(ctx context.Context) (err error) {
		facts.Branches, err = r.facts.BranchesWith(ctx, &s.Repository, sha, mostBranches)
		return err
	})
	accounts := r.accounts(ctx, s, []slipway.Commit{facts.Commit})
	facts.Author = account(accounts, facts.Commit.Author)
	facts.Committer = account(accounts, facts.Commit.Committer)
	return facts
}

// commit is a commit, or only its name when git does not tell more.
func (r renderer) commit(ctx context.Context, s Subscription, sha slipway.SHA) slipway.Commit {
	commit := slipway.Commit{SHA: sha}
	r.ask(ctx, s, "commit", func(ctx context.Context) error {
		c, err := r.facts.Commit(ctx, &s.Repository, sha, false)
		if err == nil {
			commit = c
		}
		return err
	})
	return commit
}

func (r renderer) push(ctx context.Context, s Subscription) wire.Push {
	c := *s.Subject.Push
	p := wire.Push{Change: c}
	if c.New == slipway.ZeroSHA {
		return p
	}
	if !c.Known && !strings.HasPrefix(c.Name, "refs/tags/") { // a tag names what is there
		r.ask(ctx, s, "commits", func(ctx context.Context) (err error) {
			p.Commits, err = r.facts.Pushed(ctx, &s.Repository, c.Old, c.New, mostCommits)
			return err
		})
	}
	if n := len(p.Commits); n > 0 && p.Commits[n-1].SHA == c.New {
		p.Head = &p.Commits[n-1]
	} else {
		r.ask(ctx, s, "head", func(ctx context.Context) error {
			head, err := r.facts.Commit(ctx, &s.Repository, c.New, true)
			if err == nil {
				p.Head = &head
			}
			return err
		})
	}
	all := p.Commits
	if p.Head != nil {
		all = append(all[:len(all):len(all)], *p.Head)
	}
	p.Accounts = r.accounts(ctx, s, all)
	return p
}

func (r renderer) accounts(ctx context.Context, s Subscription, commits []slipway.Commit) map[string]slipway.Account {
	var addresses []string
	for _, c := range commits {
		addresses = append(addresses, c.Author.Email, c.Committer.Email)
	}
	var found map[string]slipway.Account
	r.ask(ctx, s, "accounts", func(ctx context.Context) (err error) {
		found, err = r.people.AccountsByEmail(ctx, addresses)
		return err
	})
	return found
}

func account(accounts map[string]slipway.Account, s slipway.Signature) *slipway.Account {
	if a, ok := accounts[s.Email]; ok {
		return &a
	}
	return nil
}

// zen is what pings say.
var zen = []string{
	"What is deployed often is deployed well.",
	"A small change is a kind change.",
	"Tell it once, tell it in order, tell it again if nobody listened.",
	"The launch is the easy part of a ship.",
	"Every commit deserves to know where it lives.",
}
