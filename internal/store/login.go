package store

import (
	"errors"
	"time"

	"github.com/slipway-deploy/slipway"
	"github.com/slipway-deploy/slipway/internal/store/db"
)

// Password is the hash of an account's password.
func (t *tx) Password(accountID int64) (string, error) {
	row, err := t.q.GetPassword(t.ctx, accountID)
	return row.Hash, t.failed("password", err)
}

// SetPassword sets an account's password, or changes it.
func (t *tx) SetPassword(accountID int64, hash string, at time.Time) error {
	err := t.q.SetPassword(t.ctx, db.SetPasswordParams{AccountID: accountID, Hash: hash, ChangedAt: micro(at)})
	return errors.Join(t.failed("set password", err), t.BumpAuthVersion())
}

// SessionByHash finds a session by the SHA-256 of its secret, with whose it is.
func (t *tx) SessionByHash(hash []byte) (slipway.Session, slipway.Account, error) {
	row, err := t.q.GetSessionByHash(t.ctx, hash)
	if err != nil {
		return slipway.Session{}, slipway.Account{}, t.failed("session by hash", err)
	}
	return sessionOf(row.Session), accountOf(row.Account), nil
}

// InsertSession adds a session.
func (t *tx) InsertSession(s *slipway.Session) error {
	id, err := t.q.InsertSession(t.ctx, db.InsertSessionParams{
		AccountID: s.AccountID, Hash: s.Hash, Address: s.Address, Agent: s.Agent, CreatedAt: micro(s.CreatedAt), LastUsedAt: micro(s.LastUsedAt),
	})
	if err != nil {
		return t.failed("insert session", err)
	}
	s.ID = id
	return nil
}

// TouchSession notes when and from where a session was last used. One that is gone by then is no error.
func (t *tx) TouchSession(id int64, at time.Time, address string) error {
	return t.failed("touch session", t.q.TouchSession(t.ctx, db.TouchSessionParams{LastUsedAt: micro(at), Address: address, ID: id}))
}

// ListSessions lists an account's sessions, oldest first.
func (t *tx) ListSessions(accountID int64) ([]slipway.Session, error) {
	rows, err := t.q.ListSessionsOf(t.ctx, accountID)
	list := make([]slipway.Session, 0, len(rows))
	for _, row := range rows {
		list = append(list, sessionOf(row))
	}
	return list, t.failed("list sessions", err)
}

// RemoveSession ends one of an account's sessions.
func (t *tx) RemoveSession(accountID, id int64) error {
	n, err := t.q.DeleteSession(t.ctx, db.DeleteSessionParams{AccountID: accountID, ID: id})
	return errors.Join(t.changed("remove session", n, err), t.BumpAuthVersion())
}

// RemoveSessions ends all of an account's sessions but one, and says how many.
func (t *tx) RemoveSessions(accountID, spared int64) (int, error) {
	n, err := t.q.DeleteSessionsOf(t.ctx, db.DeleteSessionsOfParams{AccountID: accountID, Spared: spared})
	return int(n), errors.Join(t.failed("remove sessions", err), t.BumpAuthVersion())
}

// RemoveOldSessions removes sessions that were not used for long.
func (t *tx) RemoveOldSessions(before time.Time, limit int) (int, error) {
	n, err := t.q.DeleteOldSessions(t.ctx, db.DeleteOldSessionsParams{Before: micro(before), Lim: int64(limit)})
	return int(n), t.failed("remove old sessions", err)
}

func sessionOf(s db.Session) slipway.Session {
	return slipway.Session{
		ID: s.ID, AccountID: s.AccountID, Hash: s.Hash, Address: s.Address, Agent: s.Agent, CreatedAt: s.CreatedAt, LastUsedAt: s.LastUsedAt,
	}
}
