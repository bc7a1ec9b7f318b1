package deploy

import (
	"context"
	"strconv"
	"strings"
	"time"

	"github.com/slipway-deploy/slipway"
)

// Sessions remembers who is signed in.
type Sessions interface {
	SessionByHash(hash []byte) (slipway.Session, slipway.Account, error)
	InsertSession(s *slipway.Session) error
	TouchSession(id int64, at time.Time, address string) error
	ListSessions(accountID int64) ([]slipway.Session, error) // oldest first
	RemoveSession(accountID, id int64) error                 // NotFound when the account has no such session
	RemoveSessions(accountID, spared int64) (int, error)     // all but one; 0: all
	RemoveOldSessions(before time.Time, limit int) (int, error)
}

// Visitor is where a browser comes from, for people to recognise their sessions by.
type Visitor struct {
	Address string
	Agent   string // its User-Agent, whatever it says
}

const (
	noteSessionEvery = 5 * time.Minute // how exactly a session's last use is known
	maxAgent         = 200             // characters
)

// SignIn begins a session of whoever has the password. The secret is for the cookie and in no other place: the server
// remembers its hash. Errors are those of CheckPassword.
func (d *Decisions) SignIn(ctx context.Context, login, password string, v Visitor) (secret string, s slipway.Session, err error) {
	account, err := d.CheckPassword(ctx, login, password, v.Address)
	if err != nil {
		return "", slipway.Session{}, err
	}
	secret = slipway.NewTokenSecret(slipway.SessionSecret, d.random)
	err = d.update(ctx, wholeServer, func(tx Tx) error {
		s = slipway.Session{
			AccountID: account.ID, Hash: slipway.HashToken(secret), Address: v.Address, Agent: shortAgent(v.Agent),
			CreatedAt: tx.Now(), LastUsedAt: tx.Now(),
		}
		if err := tx.InsertSession(&s); err != nil {
			return err
		}
		return record(tx, slipway.Actor{Account: account}, 0, "user", "signed_in", slipway.Subject{AccountID: account.ID})
	})
	if err != nil {
		return "", slipway.Session{}, err
	}
	return secret, s, nil
}

// shortAgent keeps of a header what a list shows.
func shortAgent(agent string) string {
	agent = strings.Map(func(r rune) rune {
		if r < ' ' || r == 0x7f || r == '\ufffd' {
			return -1
		}
		return r
	}, strings.ToValidUTF8(agent, ""))
	if runes := []rune(agent); len(runes) > maxAgent {
		agent = string(runes[:maxAgent])
	}
	return agent
}

// Signed says whose session a secret is, which a use keeps alive: Unauthorized for one that has ended, was never begun, or was
// not used for 30 days. The actor has no token: it is for pages, and opens nothing that asks for scopes.
func (d *Decisions) Signed(ctx context.Context, secret string, v Visitor) (a slipway.Actor, s slipway.Session, err error) {
	err = d.store.View(ctx, func(tx Tx) error {
		version, err := tx.AuthVersion()
		if err != nil {
			return err
		}
		found, account, err := tx.SessionByHash(slipway.HashToken(secret))
		if slipway.KindOf(err) == slipway.NotFound || err == nil && found.Expired(tx.Now()) {
			return slipway.BadCredentials()
		}
		a, s = slipway.Actor{Account: account, Version: version}, found
		return err
	})
	if err != nil {
		return slipway.Actor{}, slipway.Session{}, err
	}
	if now := d.now(); now.Sub(s.LastUsedAt) >= noteSessionEvery {
		err = d.store.Update(ctx, scopeUses, func(tx Tx) error { return tx.TouchSession(s.ID, tx.Now(), v.Address) })
	}
	return a, s, err
}

// Sessions lists an account's sessions that have not expired, the one last used first.
func (d *Decisions) Sessions(ctx context.Context, accountID int64) (list []slipway.Session, err error) {
	err = d.store.View(ctx, func(tx Tx) error {
		all, err := tx.ListSessions(accountID)
		list = nil
		for _, s := range all {
			if !s.Expired(tx.Now()) {
				list = append(list, s)
			}
		}
		return err
	})
	sortBy(list, func(s slipway.Session) int64 { return -s.LastUsedAt.UnixMicro() })
	return list, err
}

// EndSession signs an account out of one of its sessions: NotFound when it has none of that id. People end their own;
// administrators everybody's.
func (d *Decisions) EndSession(ctx context.Context, a slipway.Actor, accountID, id int64) error {
	if err := mayEndSessions(a, accountID); err != nil {
		return err
	}
	return d.update(ctx, wholeServer, func(tx Tx) error {
		if err := tx.RemoveSession(accountID, id); err != nil {
			return absent(a, err, "session "+strconv.FormatInt(id, 10))
		}
		return record(tx, a, 0, "user", "signed_out", slipway.Subject{AccountID: accountID})
	})
}

// EndSessions signs an account out everywhere, except from the spared session (0: from all). It says from how many.
func (d *Decisions) EndSessions(ctx context.Context, a slipway.Actor, accountID, spared int64) (ended int, err error) {
	if err := mayEndSessions(a, accountID); err != nil {
		return 0, err
	}
	err = d.update(ctx, wholeServer, func(tx Tx) error {
		if ended, err = tx.RemoveSessions(accountID, spared); err != nil {
			return err
		}
		return record(tx, a, 0, "user", "signed_out", slipway.Subject{AccountID: accountID})
	})
	return ended, err
}

func mayEndSessions(a slipway.Actor, accountID int64) error {
	if a.Local || accountID != 0 && a.Account.ID == accountID {
		return nil
	}
	return slipway.Fail(slipway.NotFound, "Not Found")
}
