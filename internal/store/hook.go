package store

import (
	"encoding/json"
	"strconv"

	"github.com/slipway-deploy/slipway"
	"github.com/slipway-deploy/slipway/internal/deploy"
	"github.com/slipway-deploy/slipway/internal/store/db"
)

// Hook finds a hook of a repository, its secret in the clear.
func (t *tx) Hook(repositoryID, id int64) (slipway.Hook, error) {
	row, err := t.q.GetHook(t.ctx, db.GetHookParams{ID: id, RepositoryID: repositoryID})
	if err != nil {
		return slipway.Hook{}, t.failed("hook", err)
	}
	return t.hookOf(row)
}

// ListHooks is one page of a repository's hooks, oldest first.
func (t *tx) ListHooks(repositoryID int64, p deploy.Page) ([]slipway.Hook, error) {
	limit, skip := span(p)
	rows, err := t.q.ListHooks(t.ctx, db.ListHooksParams{RepositoryID: repositoryID, Lim: limit, Skip: skip})
	if err != nil {
		return nil, t.failed("list hooks", err)
	}
	return t.hooksOf(rows)
}

// CountHooks says how many hooks a repository has.
func (t *tx) CountHooks(repositoryID int64) (int, error) {
	n, err := t.q.CountHooks(t.ctx, repositoryID)
	return int(n), t.failed("count hooks", err)
}

// AllHooks lists a repository's hooks, oldest first.
func (t *tx) AllHooks(repositoryID int64) ([]slipway.Hook, error) {
	rows, err := t.q.ListAllHooks(t.ctx, repositoryID)
	if err != nil {
		return nil, t.failed("all hooks", err)
	}
	return t.hooksOf(rows)
}

// InsertHook adds a hook and seals its secret.
func (t *tx) InsertHook(h *slipway.Hook) error {
	events, config, secret, err := t.hookColumns(*h)
	if err != nil {
		return err
	}
	id, err := t.q.InsertHook(t.ctx, db.InsertHookParams{
		RepositoryID: h.RepositoryID, Name: h.Name, Active: h.Active, Events: events, Config: config, Secret: secret,
		ResponseCode: int64Of(h.LastResponse.Code), ResponseStatus: h.LastResponse.Status, ResponseMessage: h.LastResponse.Message,
		CreatedAt: micro(h.CreatedAt), UpdatedAt: micro(h.UpdatedAt),
	})
	if err != nil {
		return t.failed("insert hook", err)
	}
	h.ID = id
	return t.startQueue(id)
}

// SetHook changes what a client may change: Active, Events, Config, Secret, Rotation, UpdatedAt. With resume its deliveries are
// tried again from the head, at once.
func (t *tx) SetHook(h slipway.Hook, resume bool) error {
	events, config, secret, err := t.hookColumns(h)
	if err != nil {
		return err
	}
	row := db.UpdateHookParams{
		Active: h.Active, Events: events, Config: config, Secret: secret, UpdatedAt: micro(h.UpdatedAt),
		ID: h.ID, RepositoryID: h.RepositoryID,
	}
	if h.Rotation != nil {
		if row.NextSecret, err = t.sealHookSecret(h.Rotation.Next, h.RepositoryID); err != nil {
			return err
		}
		row.RotatingSince = new(micro(h.Rotation.Since))
	}
	n, err := t.q.UpdateHook(t.ctx, row)
	if err := t.changed("set hook", n, err); err != nil || !resume {
		return err
	}
	return t.resumeHook(h.ID)
}

// ResumeHook un-parks a hook and has what failed tried again at once.
func (t *tx) ResumeHook(id int64) error { return t.resumeHook(id) }

// RemoveHook removes a hook with its deliveries and their attempts.
func (t *tx) RemoveHook(repositoryID, id int64) error {
	if _, err := t.q.GetHook(t.ctx, db.GetHookParams{ID: id, RepositoryID: repositoryID}); err != nil {
		return t.failed("remove hook", err)
	}
	if err := t.forgetHook(id); err != nil {
		return err
	}
	n, err := t.q.DeleteHook(t.ctx, db.DeleteHookParams{ID: id, RepositoryID: repositoryID})
	return t.changed("remove hook", n, err)
}

// hookColumns is what of a hook is kept as text, and its secret as nobody can read it.
func (t *tx) hookColumns(h slipway.Hook) (events, config string, secret []byte, err error) {
	list, err := json.Marshal(h.Events)
	if err != nil {
		return "", "", nil, failure("hook events", err)
	}
	members, err := json.Marshal(h.Config)
	if err != nil {
		return "", "", nil, failure("hook config", err)
	}
	if h.Secret != "" {
		secret, err = t.sealHookSecret(h.Secret, h.RepositoryID)
	}
	return string(list), string(members), secret, err
}

func (t *tx) sealHookSecret(secret string, repositoryID int64) ([]byte, error) {
	sealed, err := t.sealer.seal(secret, sealPlace(repositoryID))
	return sealed, failure("seal hook secret", err)
}

func (t *tx) hooksOf(rows []db.Hook) ([]slipway.Hook, error) {
	hooks := make([]slipway.Hook, 0, len(rows))
	for _, row := range rows {
		h, err := t.hookOf(row)
		if err != nil {
			return nil, err
		}
		hooks = append(hooks, h)
	}
	return hooks, nil
}

func (t *tx) hookOf(row db.Hook) (slipway.Hook, error) {
	h := slipway.Hook{
		ID: row.ID, RepositoryID: row.RepositoryID, Name: row.Name, Active: row.Active,
		LastResponse: slipway.HookResponse{Code: intOf(row.ResponseCode), Status: row.ResponseStatus, Message: row.ResponseMessage},
		ParkedAt:     row.ParkedAt, CreatedAt: row.CreatedAt, UpdatedAt: row.UpdatedAt,
	}
	if err := json.Unmarshal([]byte(row.Events), &h.Events); err != nil {
		return h, failure("hook events", err)
	}
	if err := json.Unmarshal([]byte(row.Config), &h.Config); err != nil {
		return h, failure("hook config", err)
	}
	var err error
	if row.Secret != nil {
		if h.Secret, err = t.sealer.open(row.Secret, sealPlace(row.RepositoryID)); err != nil {
			return h, failure("open hook secret", err)
		}
	}
	if row.NextSecret != nil && row.RotatingSince != nil {
		h.Rotation = &slipway.Rotation{Since: *row.RotatingSince}
		if h.Rotation.Next, err = t.sealer.open(row.NextSecret, sealPlace(row.RepositoryID)); err != nil {
			return h, failure("open hook secret", err)
		}
	}
	return h, nil
}

// sealPlace binds a hook's secret to its repository.
func sealPlace(repositoryID int64) string {
	return "hook of repository " + strconv.FormatInt(repositoryID, 10)
}

func int64Of(n *int) *int64 {
	if n == nil {
		return nil
	}
	return new(int64(*n))
}

func intOf(n *int64) *int {
	if n == nil {
		return nil
	}
	return new(int(*n))
}
