package deploy

import (
	"context"
	"slices"

	"github.com/slipway-deploy/slipway"
)

// ProtectBranches says which branches of a repository are protected: those that one of the patterns matches ([slipway.MatchRef]),
// or with nil the default branch. Environments may take protected branches only; pushes are not restricted. Invalid: a pattern.
func (d *Decisions) ProtectBranches(ctx context.Context, a slipway.Actor, r slipway.Repository, patterns []string) (edited slipway.Repository, err error) {
	if err := r.CheckWritable(); err != nil {
		return edited, err
	}
	if err := slipway.CheckProtected(patterns); err != nil {
		return edited, err
	}
	err = d.update(ctx, r.ID, func(tx Tx) error {
		if edited, err = tx.Repository(r.ID); err != nil {
			return notFound(err)
		}
		if (edited.Protected == nil) == (patterns == nil) && slices.Equal(edited.Protected, patterns) {
			return nil
		}
		edited.Protected, edited.UpdatedAt = patterns, tx.Now()
		if err := tx.SetRepository(edited); err != nil {
			return err
		}
		return record(tx, a, r.ID, "repository", "edited", slipway.Subject{})
	})
	return edited, err
}
