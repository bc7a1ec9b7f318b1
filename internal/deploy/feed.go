package deploy

import (
	"cmp"
	"context"
	"math"
	"slices"
	"time"

	"github.com/slipway-deploy/slipway"
)

// Feed reads the log as the Events API shows it: the newest first, by position, below a position.
type Feed interface {
	RepositoryFeed(repositoryID, before int64, limit int) ([]slipway.Event, error)
	ActorFeed(actorID, before int64, limit int) ([]slipway.Event, error)
}

// How far back the Events API goes (contract 11.1).
const (
	MaxFeed     = 300 // events
	keepFeed    = 30 * 24 * time.Hour
	feedAtOnce  = 100
	feedScanned = 5000 // events of one actor that are looked through for those that may be seen
)

// Happening is an event with what its list shows of it.
type Happening struct {
	slipway.Event
	Type       string
	What       slipway.Subject
	Repository slipway.Repository
	Actor      slipway.Account
}

// feed collects happenings within one transaction.
type feed struct {
	tx          Tx
	deployments bool
	since       time.Time
	want        int
	list        []Happening
	accounts    map[int64]slipway.Account
}

func (d *Decisions) newFeed(tx Tx, want int) *feed {
	return &feed{
		tx: tx, deployments: d.settings.EventsIncludeDeployments, since: tx.Now().Add(-keepFeed), want: want,
		accounts: make(map[int64]slipway.Account),
	}
}

// RepositoryEvents lists the newest want events of a repository.
func (d *Decisions) RepositoryEvents(ctx context.Context, r slipway.Repository, want int) ([]Happening, error) {
	return d.feedOf(ctx, want, func(Tx) ([]slipway.Repository, error) { return []slipway.Repository{r}, nil })
}

// OrganizationEvents lists the newest want events of an organization's repositories that the actor may see.
func (d *Decisions) OrganizationEvents(ctx context.Context, a slipway.Actor, org slipway.Account, want int) ([]Happening, error) {
	return d.feedOf(ctx, want, func(tx Tx) ([]slipway.Repository, error) {
		all, err := tx.RepositoriesOwned(org.ID)
		if err != nil {
			return nil, err
		}
		return seen(tx, a, all)
	})
}

// PublicEvents lists the newest want events of all public repositories that were ever pushed to.
func (d *Decisions) PublicEvents(ctx context.Context, want int) ([]Happening, error) {
	return d.feedOf(ctx, want, func(tx Tx) ([]slipway.Repository, error) { return tx.PublicRepositories(MaxFeed) })
}

// ReceivedEvents lists the newest want events that others caused in the repositories an account has a part in, as far as the
// actor may see them: of others only what is public.
func (d *Decisions) ReceivedEvents(ctx context.Context, a slipway.Actor, account slipway.Account, public bool, want int) ([]Happening, error) {
	list, err := d.feedOf(ctx, 2*want, func(tx Tx) ([]slipway.Repository, error) {
		all, err := tx.RepositoriesFor(account.ID)
		if err != nil {
			return nil, err
		}
		public = public || slipway.Visible(a, a.Account.ID == account.ID) != nil
		return seen(tx, a, slices.DeleteFunc(all, func(r slipway.Repository) bool { return public && r.Private }))
	})
	list = slices.DeleteFunc(list, func(h Happening) bool { return h.Actor.ID == account.ID })
	return list[:min(len(list), want)], err
}

// ActorEvents lists the newest want events that an account caused, as far as the actor may see them: of others only what is
// public.
func (d *Decisions) ActorEvents(ctx context.Context, a slipway.Actor, account slipway.Account, public bool, want int) (list []Happening, err error) {
	public = public || slipway.Visible(a, a.Account.ID == account.ID) != nil
	err = d.store.View(ctx, func(tx Tx) error {
		f := d.newFeed(tx, want)
		repositories := make(map[int64]*slipway.Repository) // nil: it may not be seen
		err := f.read(math.MaxInt64, func(before int64, limit int) ([]slipway.Event, error) {
			return tx.ActorFeed(account.ID, before, limit)
		}, func(e slipway.Event) (*slipway.Repository, error) {
			r, known := repositories[e.RepositoryID]
			if known {
				return r, nil
			}
			r, err := visibleOne(tx, a, e.RepositoryID, public)
			repositories[e.RepositoryID] = r
			return r, err
		})
		list = f.list
		return err
	})
	return list, err
}

// visibleOne is a repository if the actor may see it, and nil if not.
func visibleOne(tx Tx, a slipway.Actor, id int64, public bool) (*slipway.Repository, error) {
	r, err := tx.Repository(id)
	if err != nil {
		return nil, hidden(err)
	}
	if public && r.Private {
		return nil, nil
	}
	found, err := visible(tx, a, []slipway.Repository{r})
	if err != nil || len(found) == 0 {
		return nil, err
	}
	return &found[0].Repository, nil
}

// seen keeps the repositories the actor may see.
func seen(tx Tx, a slipway.Actor, all []slipway.Repository) (list []slipway.Repository, err error) {
	found, err := visible(tx, a, all)
	for _, f := range found {
		list = append(list, f.Repository)
	}
	return list, err
}

// feedOf merges the newest events of some repositories. Those pushed to last are read first: once there are enough events that
// are newer than another's last push, it and all behind it have nothing to add but what happened there without a push.
func (d *Decisions) feedOf(ctx context.Context, want int, find func(Tx) ([]slipway.Repository, error)) (list []Happening, err error) {
	err = d.store.View(ctx, func(tx Tx) error {
		repositories, err := find(tx)
		if err != nil {
			return err
		}
		slices.SortFunc(repositories, func(a, b slipway.Repository) int { return cmp.Compare(lastPush(b), lastPush(a)) })
		list = nil
		for _, r := range repositories {
			if len(list) >= want && list[want-1].ID > lastPush(r) {
				break
			}
			f := d.newFeed(tx, want)
			err := f.read(math.MaxInt64, func(before int64, limit int) ([]slipway.Event, error) {
				return tx.RepositoryFeed(r.ID, before, limit)
			}, func(slipway.Event) (*slipway.Repository, error) { return &r, nil })
			if err != nil {
				return err
			}
			list = append(list, f.list...)
			slices.SortFunc(list, func(a, b Happening) int { return cmp.Compare(b.Position, a.Position) })
			list = list[:min(len(list), want)]
		}
		return nil
	})
	return list, err
}

func lastPush(r slipway.Repository) int64 {
	if r.LastPushID == nil {
		return 0
	}
	return *r.LastPushID
}

// read adds events until there are enough, they are too old, or there are no more.
func (f *feed) read(before int64, page func(before int64, limit int) ([]slipway.Event, error), where func(slipway.Event) (*slipway.Repository, error)) error {
	for scanned := 0; scanned < feedScanned; scanned += feedAtOnce {
		events, err := page(before, feedAtOnce)
		if err != nil || len(events) == 0 {
			return err
		}
		for _, e := range events {
			if len(f.list) >= f.want || e.At.Before(f.since) {
				return nil
			}
			if err := f.add(e, where); err != nil {
				return err
			}
		}
		before = events[len(events)-1].Position
	}
	return nil
}

func (f *feed) add(e slipway.Event, where func(slipway.Event) (*slipway.Repository, error)) error {
	what, err := slipway.ParseSubject(e.Subject)
	if err != nil {
		return err
	}
	kind := slipway.FeedType(e, what, f.deployments)
	if kind == "" {
		return nil
	}
	r, err := where(e)
	if err != nil || r == nil {
		return err
	}
	actor, known := f.accounts[e.ActorID]
	if !known {
		if actor, err = f.tx.Account(e.ActorID); err != nil {
			return hidden(err)
		}
		f.accounts[e.ActorID] = actor
	}
	f.list = append(f.list, Happening{Event: e, Type: kind, What: what, Repository: *r, Actor: actor})
	return nil
}
