package deploy

import (
	"context"
	"strconv"
	"strings"
	"sync"
	"time"

	"github.com/slipway-deploy/slipway"
)

// Tokens remembers credentials.
type Tokens interface {
	TokenByHash(hash []byte) (slipway.Token, slipway.Account, error)
	Token(id int64) (slipway.Token, error)
	InsertToken(t *slipway.Token) error
	ListTokens(accountID int64) ([]slipway.Token, error) // 0: of everybody; oldest first
	SetToken(t slipway.Token) error                      // its name, scopes, hash and last eight
	RemoveToken(id int64) error
	TouchToken(id int64, at time.Time) error
}

// NewToken asks for a token.
type NewToken struct {
	Login     string // whose; an account that does not exist is made
	Name      string // what it is for, may be empty
	Scopes    slipway.Scopes
	Expires   time.Duration // from now; 0: never
	SiteAdmin bool          // the account becomes an administrator of the server

	// Permissions make it a fine-grained token, which has no scopes, for all that the account can reach or for some.
	Permissions     slipway.Permissions
	AllRepositories bool
	Repositories    []string // OWNER/NAME
}

// kind is what token is asked for.
func (in NewToken) kind() slipway.TokenKind {
	if in.Permissions != nil {
		return slipway.FineGrainedToken
	}
	return slipway.ClassicToken
}

// TokenInfo is a token and whose it is.
type TokenInfo struct {
	slipway.Token
	Login string
}

// CreateToken makes a token. The secret is in the answer and nowhere else: the server remembers its hash. Only
// administrators of the server may.
func (d *Decisions) CreateToken(ctx context.Context, a slipway.Actor, in NewToken) (secret string, t slipway.Token, err error) {
	if err := administers(a); err != nil {
		return "", slipway.Token{}, err
	}
	in.Scopes = slipway.NormalScopes(in.Scopes)
	if err := in.check(); err != nil {
		return "", slipway.Token{}, err
	}
	secret = slipway.NewTokenSecret(in.kind(), d.random)
	err = d.update(ctx, wholeServer, func(tx Tx) error {
		t, err = in.insert(tx, a, secret)
		return err
	})
	if err != nil {
		return "", slipway.Token{}, err
	}
	return secret, t, nil
}

func (in NewToken) check() error {
	switch unknown := in.Scopes.Unknown(); {
	case len(unknown) > 0:
		return tokenError("scopes", "unknown scope: "+strings.ToValidUTF8(unknown[0], "?"))
	case in.kind() == slipway.FineGrainedToken && len(in.Scopes) > 0:
		return tokenError("scopes", "a fine-grained token has permissions and no scopes")
	case in.kind() == slipway.FineGrainedToken && in.AllRepositories == (len(in.Repositories) > 0):
		return tokenError("repositories", "a fine-grained token is for some repositories or for all")
	case in.kind() != slipway.FineGrainedToken && (in.AllRepositories || len(in.Repositories) > 0):
		return tokenError("repositories", "only a fine-grained token is for some repositories")
	case len(in.Repositories) > mostSelected:
		return tokenError("repositories", "a token may name at most 500 repositories")
	case in.Expires < 0:
		return tokenError("expires", "expires must not be negative")
	case !oneLine(in.Name):
		return tokenError("name", "name must be one line of at most 255 characters")
	}
	return nil
}

func tokenError(field, message string) error {
	return slipway.ValidationFailed(slipway.Detail{Resource: "OauthAccess", Field: field, Code: "custom", Message: message})
}

// insert makes the token, and its account if need be, within a decision.
func (in NewToken) insert(tx Tx, a slipway.Actor, secret string) (slipway.Token, error) {
	account, err := in.account(tx, a)
	if err != nil {
		return slipway.Token{}, err
	}
	now := tx.Now()
	t := slipway.Token{
		AccountID: account.ID, Kind: in.kind(), Name: in.Name, Hash: slipway.HashToken(secret),
		LastEight: secret[len(secret)-8:], Scopes: in.Scopes, CreatedAt: now,
	}
	if t.Kind == slipway.FineGrainedToken {
		t.Permissions, t.AllRepositories = in.Permissions.WithMetadata(), in.AllRepositories
		repositories, err := findRepositories(tx, a, in.Repositories)
		if err != nil {
			return slipway.Token{}, err
		}
		for _, r := range repositories {
			t.RepositoryIDs = append(t.RepositoryIDs, r.ID)
		}
	}
	if in.Expires > 0 {
		end := now.Add(in.Expires)
		t.ExpiresAt = &end
	}
	if err := tx.InsertToken(&t); err != nil {
		return slipway.Token{}, err
	}
	if err := record(tx, a, 0, "token", "created", slipway.Subject{TokenID: t.ID, AccountID: t.AccountID}); err != nil {
		return slipway.Token{}, err
	}
	return t, tx.BumpAuthVersion()
}

// account finds or makes the account the token is for.
func (in NewToken) account(tx Tx, a slipway.Actor) (slipway.Account, error) {
	account, err := tx.AccountByLogin(in.Login)
	switch {
	case slipway.KindOf(err) == slipway.NotFound:
		if err := slipway.CheckLogin(in.Login); err != nil {
			return slipway.Account{}, err
		}
		return NewAccount{Login: in.Login, SiteAdmin: in.SiteAdmin}.insert(tx, a)
	case err != nil:
		return slipway.Account{}, err
	case account.Type == slipway.Organization:
		return slipway.Account{}, tokenError("user", "an organization has no tokens")
	case account.Type == slipway.Bot:
		return slipway.Account{}, tokenError("user", "a bot has no tokens")
	case !in.SiteAdmin || account.SiteAdmin:
		return account, nil
	}
	account.SiteAdmin, account.UpdatedAt = true, tx.Now()
	if err := tx.SetAccount(account); err != nil {
		return slipway.Account{}, err
	}
	return account, record(tx, a, 0, "user", "edited", slipway.Subject{AccountID: account.ID})
}

// ListTokens lists an account's tokens, or everybody's when login is empty, oldest first. It never shows a secret.
func (d *Decisions) ListTokens(ctx context.Context, login string) (list []TokenInfo, err error) {
	err = d.store.View(ctx, func(tx Tx) error {
		list = nil
		var owner int64
		if login != "" {
			account, err := tx.AccountByLogin(login)
			if err != nil {
				return notFound(err)
			}
			owner = account.ID
		}
		tokens, err := tx.ListTokens(owner)
		if err != nil {
			return err
		}
		list, err = withLogins(tx, tokens)
		return err
	})
	return list, err
}

func withLogins(tx Tx, tokens []slipway.Token) ([]TokenInfo, error) {
	list, logins := make([]TokenInfo, len(tokens)), make(map[int64]string)
	for i, t := range tokens {
		if _, known := logins[t.AccountID]; !known {
			account, err := tx.Account(t.AccountID)
			if err != nil {
				return nil, err
			}
			logins[t.AccountID] = account.Login
		}
		list[i] = TokenInfo{Token: t, Login: logins[t.AccountID]}
	}
	return list, nil
}

// RevokeToken removes a token; requests that begin afterwards are refused, on every node. Only administrators of the server
// may. NotFound when there is none.
func (d *Decisions) RevokeToken(ctx context.Context, a slipway.Actor, id int64) error {
	return d.revoke(ctx, a, "token "+strconv.FormatInt(id, 10), func(tx Tx) (slipway.Token, error) { return tx.Token(id) })
}

// RevokeTokenSecret is RevokeToken for whoever has the secret and not the id.
func (d *Decisions) RevokeTokenSecret(ctx context.Context, a slipway.Actor, secret string) error {
	return d.revoke(ctx, a, "such token", func(tx Tx) (slipway.Token, error) {
		t, _, err := tx.TokenByHash(slipway.HashToken(secret))
		return t, err
	})
}

func (d *Decisions) revoke(ctx context.Context, a slipway.Actor, what string, find func(Tx) (slipway.Token, error)) error {
	if err := administers(a); err != nil {
		return err
	}
	return d.update(ctx, wholeServer, func(tx Tx) error {
		t, err := find(tx)
		if err != nil {
			return absent(a, err, what)
		}
		return endToken(tx, a, t)
	})
}

// noteUseEvery is how exactly a token's last use is known.
const noteUseEvery = time.Minute

// uses gathers when tokens were last used, to be written in one batch now and then: a request must not wait for that.
type uses struct {
	mu      sync.Mutex
	written map[int64]time.Time // by token: the last use that was noted
	pending map[int64]time.Time // not in the store yet
}

func newUses() *uses {
	return &uses{written: make(map[int64]time.Time), pending: make(map[int64]time.Time)}
}

// note remembers that a token was used, at most once a minute.
func (u *uses) note(t slipway.Token, now time.Time) {
	u.mu.Lock()
	defer u.mu.Unlock()
	last, known := u.written[t.ID]
	if !known && t.LastUsedAt != nil {
		last = *t.LastUsedAt
	}
	if since := now.Sub(last); since >= 0 && since < noteUseEvery {
		return
	}
	u.written[t.ID], u.pending[t.ID] = now, now
}

// take empties what waits to be written, and forgets what is too old to hold anything back.
func (u *uses) take(now time.Time) map[int64]time.Time {
	u.mu.Lock()
	defer u.mu.Unlock()
	pending := u.pending
	u.pending = make(map[int64]time.Time)
	for id, at := range u.written {
		if now.Sub(at) >= noteUseEvery {
			delete(u.written, id)
		}
	}
	return pending
}

// writeUses stores when tokens were last used. What cannot be stored is forgotten: it is for people's eyes only.
func (d *Decisions) writeUses(ctx context.Context) error {
	pending := d.uses.take(d.now())
	if len(pending) == 0 {
		return nil
	}
	return d.store.Update(ctx, scopeUses, func(tx Tx) error {
		for id, at := range pending {
			if err := tx.TouchToken(id, at); err != nil && slipway.KindOf(err) != slipway.NotFound {
				return err
			}
		}
		return nil
	})
}
