package store

import (
	"context"
	"time"

	"github.com/slipway-deploy/slipway"
	"github.com/slipway-deploy/slipway/internal/store/db"
)

// Record appends an event in the transaction that makes what it tells of. On SQLite it is born with its position; on
// PostgreSQL the sequencer gives it one after the commit.
func (t *tx) Record(e slipway.Event) (int64, error) {
	e.At = t.now
	row := db.InsertEventParams{
		RepositoryID: e.RepositoryID, ActorID: e.ActorID, Kind: e.Kind, Action: e.Action, Subject: string(e.Subject), At: e.At,
	}
	if t.s.chain != nil {
		if err := t.s.chain.begin(t); err != nil {
			return 0, err
		}
		e.Position, row.Hash = t.s.chain.link(e)
		row.Position = &e.Position
	}
	id, err := t.q.InsertEvent(t.ctx, row)
	if err != nil {
		return 0, t.failed("record", err)
	}
	t.recorded = true
	return id, nil
}

// Events reads the log: at most limit events with positions above after, in their order. An event is there once it has its
// position.
func (d *DB) Events(ctx context.Context, after int64, limit int) (list []slipway.Event, err error) {
	err = d.single(orBackground(ctx), func(t *tx) error {
		rows, err := t.q.ListStamped(t.ctx, db.ListStampedParams{After: &after, Lim: int64(limit)})
		for _, row := range rows {
			list = append(list, eventOf(row))
		}
		return t.failed("events", err)
	})
	return list, err
}

// RepositoryFeed lists the newest events of a repository that the Events API might show.
func (t *tx) RepositoryFeed(repositoryID, before int64, limit int) ([]slipway.Event, error) {
	rows, err := t.q.ListFeed(t.ctx, db.ListFeedParams{RepositoryID: repositoryID, Before: &before, Lim: int64(limit)})
	return eventsOf(rows), t.failed("repository feed", err)
}

// ActorFeed lists the newest events of an actor that the Events API might show.
func (t *tx) ActorFeed(actorID, before int64, limit int) ([]slipway.Event, error) {
	rows, err := t.q.ListFeedOf(t.ctx, db.ListFeedOfParams{ActorID: actorID, Before: &before, Lim: int64(limit)})
	return eventsOf(rows), t.failed("actor feed", err)
}

func eventsOf(rows []db.Event) []slipway.Event {
	list := make([]slipway.Event, 0, len(rows))
	for _, row := range rows {
		list = append(list, eventOf(row))
	}
	return list
}

// RemoveOldEvents cuts the log's oldest part: events before a moment that every hook has expanded, without a gap. What
// the audit hashes stood at is kept, so that the rest can still be verified.
func (t *tx) RemoveOldEvents(before time.Time, limit int) (int, error) {
	p, err := t.q.GetPositions(t.ctx)
	if err != nil {
		return 0, t.failed("positions", err)
	}
	rows, err := t.q.ListEventPrefix(t.ctx, db.ListEventPrefixParams{After: &p.CutTo, Last: &p.ExpandedTo, Lim: int64(limit)})
	if err != nil {
		return 0, t.failed("old events", err)
	}
	n := 0
	for n < len(rows) && rows[n].At.Before(before) {
		n++
	}
	if n == 0 {
		return 0, nil
	}
	last := rows[n-1]
	if err := t.q.DeleteEventsTo(t.ctx, db.DeleteEventsToParams{After: &p.CutTo, Last: last.Position}); err != nil {
		return 0, t.failed("remove old events", err)
	}
	return n, t.failed("cut", t.q.SetCut(t.ctx, db.SetCutParams{CutTo: *last.Position, CutHash: last.Hash}))
}
