package deploy

import (
	"context"
	"time"

	"github.com/slipway-deploy/slipway"
)

// Refreshes remembers refresh tokens, used ones too.
type Refreshes interface {
	RefreshByHash(hash []byte) (slipway.Refresh, error)
	InsertRefresh(r *slipway.Refresh) error
	UseRefresh(id int64) error
	Family(family int64) ([]slipway.Refresh, error)
	RemoveFamily(family int64) error
	RemoveRefreshesOf(tokenID int64) error // what renews one token
	RemoveOldRefreshes(before time.Time, limit int) (int, error)
}

// tokensOfAnApp is how many tokens with the same scopes an app may have for one person, as on GitHub: another one ends the
// oldest.
const tokensOfAnApp = 10

// Issued is what an app gets. The secrets are in it and nowhere else.
type Issued struct {
	Secret        string
	Token         slipway.Token
	RefreshSecret string // empty unless the app's tokens expire
}

// CodeExchange asks for the token of a code (contract 9.4).
type CodeExchange struct {
	Client      Client
	Code        string
	RedirectURI string // empty, or what the request for the code said
	Verifier    string // of PKCE
}

// ExchangeCode gives the token of a code, once: a second time ends what the first one gave. Failures are *slipway.OAuthError.
func (d *Decisions) ExchangeCode(ctx context.Context, in CodeExchange) (Issued, error) {
	return d.issue(ctx, func(tx Tx, secrets issuedSecrets) (Issued, error) {
		app, ok, err := in.Client.app(tx)
		if err != nil {
			return Issued{}, err
		}
		if !ok {
			return Issued{}, slipway.IncorrectClientCredentials
		}
		code, err := tx.CodeByHash(slipway.HashToken(in.Code))
		switch {
		case slipway.KindOf(err) == slipway.NotFound || err == nil && code.AppID != app.ID:
			return Issued{}, slipway.BadVerificationCode
		case err != nil:
			return Issued{}, err
		case code.TokenID != 0:
			return Issued{}, afterwards(endFamily(tx, app, code.AccountID, code.TokenID), slipway.BadVerificationCode)
		}
		if err := in.check(code, app, tx.Now()); err != nil {
			return Issued{}, err
		}
		out, err := secrets.insert(tx, app, code.AccountID, code.Scopes, 0, false)
		if err != nil {
			return Issued{}, err
		}
		return out, tx.UseCode(code.ID, out.Token.ID)
	})
}

// check says whether a code that was not used yet is exchanged by whom, when and how it may be.
func (in CodeExchange) check(code slipway.Code, app slipway.App, now time.Time) error {
	if code.Expired(now) || !slipway.VerifyChallenge(code.Challenge, in.Verifier) {
		return slipway.BadVerificationCode
	}
	if in.RedirectURI == "" {
		return nil
	}
	if _, ok := app.Redirect(in.RedirectURI); !ok || code.RedirectURI != "" && code.RedirectURI != in.RedirectURI {
		return slipway.RedirectURIMismatch
	}
	return nil
}

// afterwards is what is told when err is nil.
func afterwards(err error, told error) error {
	if err != nil {
		return err
	}
	return told
}

// RefreshAppToken renews a token. The refresh token is used up by it; its second use ends every token that came of the same
// consent, for one of the two who have it stole it. Failures are *slipway.OAuthError.
func (d *Decisions) RefreshAppToken(ctx context.Context, client Client, refresh string) (Issued, error) {
	return d.issue(ctx, func(tx Tx, secrets issuedSecrets) (Issued, error) {
		app, proved, err := client.app(tx)
		if err != nil {
			return Issued{}, err
		}
		r, err := tx.RefreshByHash(slipway.HashToken(refresh))
		known := err == nil && app.ID != 0 && r.AppID == app.ID
		switch {
		case err != nil && slipway.KindOf(err) != slipway.NotFound:
			return Issued{}, err
		case !proved && !(known && r.Device && client.Secret == ""):
			return Issued{}, slipway.IncorrectClientCredentials
		case !known:
			return Issued{}, slipway.BadRefreshToken
		case r.Used:
			return Issued{}, afterwards(endFamily(tx, app, r.AccountID, r.Family), slipway.BadRefreshToken)
		case r.Expired(tx.Now()):
			return Issued{}, slipway.BadRefreshToken
		}
		if err := tx.UseRefresh(r.ID); err != nil {
			return Issued{}, err
		}
		if err := removeToken(tx, r.TokenID); err != nil {
			return Issued{}, err
		}
		return secrets.insert(tx, app, r.AccountID, r.Scopes, r.Family, r.Device)
	})
}

// endFamily ends what came out of one consent: the first token, and all that renewed it.
func endFamily(tx Tx, app slipway.App, accountID, family int64) error {
	renewed, err := tx.Family(family)
	if err != nil {
		return err
	}
	for _, id := range append([]int64{family}, idsOf(renewed, func(r slipway.Refresh) int64 { return r.TokenID })...) {
		if err := removeToken(tx, id); err != nil {
			return err
		}
	}
	if err := tx.RemoveFamily(family); err != nil {
		return err
	}
	who := slipway.Actor{Account: slipway.Account{ID: accountID}}
	if err := record(tx, who, 0, "token", "revoked", slipway.Subject{TokenID: family, AccountID: accountID, AppID: app.ID}); err != nil {
		return err
	}
	return tx.BumpAuthVersion()
}

func idsOf[T any](list []T, id func(T) int64) []int64 {
	ids := make([]int64, len(list))
	for i := range list {
		ids[i] = id(list[i])
	}
	return ids
}

// removeToken removes a token that may be gone already.
func removeToken(tx Tx, id int64) error {
	if err := tx.RemoveToken(id); err != nil && slipway.KindOf(err) != slipway.NotFound {
		return err
	}
	return nil
}

// issue runs a decision that gives an app tokens. What the decision answers with an *slipway.OAuthError is told to the app, and
// what it did is kept: ending the tokens of a code that was used twice is such a thing.
func (d *Decisions) issue(ctx context.Context, decide func(Tx, issuedSecrets) (Issued, error)) (out Issued, err error) {
	secrets := issuedSecrets{
		oauth:   slipway.NewTokenSecret(slipway.OAuthToken, d.random),
		appUser: slipway.NewTokenSecret(slipway.AppUserToken, d.random),
		refresh: slipway.NewTokenSecret(slipway.RefreshToken, d.random),
	}
	updated := d.update(ctx, wholeServer, func(tx Tx) error {
		out, err = decide(tx, secrets)
		return ours(err)
	})
	if err := afterwards(updated, told(err)); err != nil {
		return Issued{}, err
	}
	return out, nil
}

// issuedSecrets are made before the transaction, which may run again.
type issuedSecrets struct{ oauth, appUser, refresh string }

// insert makes the token of a person for an app, and what renews it if the app's tokens expire. family is the first token of
// the consent, 0 for this one itself.
func (s issuedSecrets) insert(tx Tx, app slipway.App, accountID int64, scopes slipway.Scopes, family int64, device bool) (Issued, error) {
	out := Issued{Secret: s.oauth}
	kind := slipway.OAuthToken
	if app.Kind == slipway.GitHubApp {
		kind, out.Secret, scopes = slipway.AppUserToken, s.appUser, nil
	}
	now := tx.Now()
	out.Token = slipway.Token{
		AccountID: accountID, Kind: kind, Hash: slipway.HashToken(out.Secret), LastEight: out.Secret[len(out.Secret)-8:],
		Scopes: scopes, CreatedAt: now, AppID: app.ID,
	}
	if app.ExpiringTokens {
		end := now.Add(slipway.AppTokenLifetime)
		out.Token.ExpiresAt = &end
	}
	if err := makeRoom(tx, out.Token); err != nil {
		return Issued{}, err
	}
	if err := tx.InsertToken(&out.Token); err != nil {
		return Issued{}, err
	}
	if app.ExpiringTokens {
		if family == 0 {
			family = out.Token.ID
		}
		out.RefreshSecret = s.refresh
		r := slipway.Refresh{
			Hash: slipway.HashToken(s.refresh), Family: family, TokenID: out.Token.ID, AccountID: accountID, AppID: app.ID,
			Scopes: scopes, Device: device, CreatedAt: now,
		}
		if err := tx.InsertRefresh(&r); err != nil {
			return Issued{}, err
		}
	}
	who := slipway.Actor{Account: slipway.Account{ID: accountID}}
	if err := record(tx, who, 0, "token", "created", slipway.Subject{TokenID: out.Token.ID, AccountID: accountID, AppID: app.ID}); err != nil {
		return Issued{}, err
	}
	return out, tx.BumpAuthVersion()
}

// makeRoom ends the oldest of an app's tokens where there are too many of a kind. Those that expire end by themselves.
func makeRoom(tx Tx, t slipway.Token) error {
	if t.ExpiresAt != nil {
		return nil
	}
	tokens, err := tx.ListTokens(t.AccountID)
	if err != nil {
		return err
	}
	var same []int64
	for _, other := range tokens {
		if other.AppID == t.AppID && other.ExpiresAt == nil && other.Scopes.String() == t.Scopes.String() {
			same = append(same, other.ID)
		}
	}
	for ; len(same) >= tokensOfAnApp; same = same[1:] {
		if err := tx.RemoveToken(same[0]); err != nil {
			return err
		}
	}
	return nil
}
