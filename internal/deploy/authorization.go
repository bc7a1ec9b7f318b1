package deploy

import (
	"context"
	"slices"
	"time"

	"github.com/slipway-deploy/slipway"
)

// TokenNotes remembers what the Authorizations API knows of a token beside the token.
type TokenNotes interface {
	TokenNote(tokenID int64) (noteURL, fingerprint string, updatedAt time.Time, err error) // zero when there is none
	SetTokenNote(tokenID int64, noteURL, fingerprint string, updatedAt time.Time) error
}

// NewAuthorization asks for a token over the Authorizations API (contract 9.3).
type NewAuthorization struct {
	Note        string
	NoteURL     string
	Fingerprint string
	Scopes      slipway.Scopes
	Client      Client // the zero Client: a personal token
}

// AuthorizationEdit changes an authorization. What is nil stays.
type AuthorizationEdit struct {
	Scopes, Add, Remove        *slipway.Scopes
	Note, NoteURL, Fingerprint *string
}

// maxNote is how long a note, its address and a fingerprint may be, in characters.
const maxNote = 255

func authorizationError(field, code string) error {
	return slipway.ValidationFailed(slipway.Detail{Resource: "OauthAccess", Field: field, Code: code})
}

// Authorizations lists the tokens that an account made for itself or gave to apps, oldest first.
func (d *Decisions) Authorizations(ctx context.Context, a slipway.Actor, p Page) (list Listed[slipway.Authorization], err error) {
	err = d.store.View(ctx, func(tx Tx) error {
		list = Listed[slipway.Authorization]{Exact: true}
		tokens, err := tx.ListTokens(a.Account.ID)
		if err != nil {
			return err
		}
		tokens = slices.DeleteFunc(tokens, func(t slipway.Token) bool { return !t.Kind.Scoped() || t.Expired(tx.Now()) })
		list.Total = len(tokens)
		for _, t := range Paged(tokens, p).Items {
			auth, err := authorizationOf(tx, t)
			if err != nil {
				return err
			}
			list.Items = append(list.Items, auth)
		}
		return nil
	})
	return list, err
}

// Authorization is one of an account's: NotFound when it has none of that id.
func (d *Decisions) Authorization(ctx context.Context, a slipway.Actor, id int64) (auth slipway.Authorization, err error) {
	err = d.store.View(ctx, func(tx Tx) error {
		auth, err = ownAuthorization(tx, a, id)
		return err
	})
	return auth, err
}

func ownAuthorization(tx Tx, a slipway.Actor, id int64) (slipway.Authorization, error) {
	t, err := tx.Token(id)
	if err == nil && (t.AccountID != a.Account.ID || !t.Kind.Scoped()) {
		return slipway.Authorization{}, slipway.Fail(slipway.NotFound, "Not Found")
	}
	if err != nil {
		return slipway.Authorization{}, notFound(err)
	}
	return authorizationOf(tx, t)
}

// authorizationOf adds to a token what is known of it beside.
func authorizationOf(tx Tx, t slipway.Token) (auth slipway.Authorization, err error) {
	auth.Token = t
	if auth.NoteURL, auth.Fingerprint, auth.UpdatedAt, err = tx.TokenNote(t.ID); err != nil {
		return slipway.Authorization{}, err
	}
	if auth.UpdatedAt.IsZero() {
		auth.UpdatedAt = t.CreatedAt
	}
	if t.AppID == 0 {
		return auth, nil
	}
	app, err := tx.App(t.AppID)
	auth.App = &app
	return auth, err
}

// CreateAuthorization makes a token. The secret is in the answer and nowhere else. Invalid when the note is missing or in use,
// a scope does not exist, or the client's id and secret do not go together.
func (d *Decisions) CreateAuthorization(ctx context.Context, a slipway.Actor, in NewAuthorization) (secret string, auth slipway.Authorization, err error) {
	if err := in.check(); err != nil {
		return "", slipway.Authorization{}, err
	}
	kind := slipway.ClassicToken
	if in.Client.ID != "" {
		kind = slipway.OAuthToken
	}
	secret = slipway.NewTokenSecret(kind, d.random)
	err = d.update(ctx, wholeServer, func(tx Tx) error {
		auth, err = in.insert(tx, a, kind, secret)
		return err
	})
	if err != nil {
		return "", slipway.Authorization{}, err
	}
	return secret, auth, nil
}

func (in NewAuthorization) check() error {
	switch {
	case len(in.Scopes.Unknown()) > 0:
		return authorizationError("scopes", "invalid")
	case in.Note == "" && in.Client.ID == "":
		return authorizationError("description", "missing_field")
	case !isText(in.Note, maxNote):
		return authorizationError("description", "invalid")
	case !isText(in.NoteURL, maxNote):
		return authorizationError("note_url", "invalid")
	case !isText(in.Fingerprint, maxNote):
		return authorizationError("fingerprint", "invalid")
	}
	return nil
}

func (in NewAuthorization) insert(tx Tx, a slipway.Actor, kind slipway.TokenKind, secret string) (slipway.Authorization, error) {
	t := slipway.Token{
		AccountID: a.Account.ID, Kind: kind, Name: in.Note, Hash: slipway.HashToken(secret), LastEight: secret[len(secret)-8:],
		Scopes: in.Scopes, CreatedAt: tx.Now(),
	}
	if in.Client.ID != "" {
		app, err := in.clientApp(tx)
		if err != nil {
			return slipway.Authorization{}, err
		}
		t.AppID = app.ID
		if err := letIn(tx, a, app, in.Scopes); err != nil {
			return slipway.Authorization{}, err
		}
	}
	if taken, err := in.find(tx, t); err != nil || taken != nil {
		return slipway.Authorization{}, afterwards(err, authorizationError("description", "already_exists"))
	}
	if err := tx.InsertToken(&t); err != nil {
		return slipway.Authorization{}, err
	}
	if err := tx.SetTokenNote(t.ID, in.NoteURL, in.Fingerprint, tx.Now()); err != nil {
		return slipway.Authorization{}, err
	}
	if err := record(tx, a, 0, "token", "created", slipway.Subject{TokenID: t.ID, AccountID: t.AccountID, AppID: t.AppID}); err != nil {
		return slipway.Authorization{}, err
	}
	if err := tx.BumpAuthVersion(); err != nil {
		return slipway.Authorization{}, err
	}
	return authorizationOf(tx, t)
}

// clientApp is the OAuth app whose id and secret the request has.
func (in NewAuthorization) clientApp(tx Tx) (slipway.App, error) {
	app, ok, err := in.Client.app(tx)
	switch {
	case err != nil:
		return slipway.App{}, err
	case !ok:
		return slipway.App{}, authorizationError("client_secret", "invalid")
	case app.Kind != slipway.OAuthApp || app.ExpiringTokens:
		return slipway.App{}, authorizationError("client_id", "invalid")
	}
	return app, nil
}

// find is the token of the same account and app that a request means: of a personal one the note tells, of an app's the
// fingerprint, and of those without one the note as well.
func (in NewAuthorization) find(tx Tx, like slipway.Token) (*slipway.Token, error) {
	tokens, err := tx.ListTokens(like.AccountID)
	if err != nil {
		return nil, err
	}
	for _, t := range tokens {
		if t.Kind != like.Kind || t.AppID != like.AppID || t.Name != like.Name {
			continue
		}
		_, fingerprint, _, err := tx.TokenNote(t.ID)
		if err != nil {
			return nil, err
		}
		if fingerprint == in.Fingerprint {
			return &t, nil
		}
	}
	return nil, nil
}

// AuthorizeClient makes a token for an app unless the account has one with the same fingerprint; made says whether it did. Of
// one that was there the secret is not known any more.
func (d *Decisions) AuthorizeClient(ctx context.Context, a slipway.Actor, in NewAuthorization) (secret string, auth slipway.Authorization, made bool, err error) {
	if err := in.check(); err != nil {
		return "", slipway.Authorization{}, false, err
	}
	secret = slipway.NewTokenSecret(slipway.OAuthToken, d.random)
	err = d.update(ctx, wholeServer, func(tx Tx) error {
		made = false
		app, err := in.clientApp(tx)
		if err != nil {
			return err
		}
		if auth, err = ofClient(tx, a, app, in.Fingerprint); err != nil || auth.ID != 0 {
			return err
		}
		made = true
		auth, err = in.insert(tx, a, slipway.OAuthToken, secret)
		return err
	})
	if err != nil || !made {
		return "", auth, false, err
	}
	return secret, auth, true, nil
}

// ofClient is the account's token for an app with a fingerprint; the zero Authorization when there is none.
func ofClient(tx Tx, a slipway.Actor, app slipway.App, fingerprint string) (slipway.Authorization, error) {
	tokens, err := tx.ListTokens(a.Account.ID)
	if err != nil {
		return slipway.Authorization{}, err
	}
	for _, t := range tokens {
		if t.AppID != app.ID {
			continue
		}
		auth, err := authorizationOf(tx, t)
		if err != nil || auth.Fingerprint == fingerprint {
			return auth, err
		}
	}
	return slipway.Authorization{}, nil
}

// UpdateAuthorization changes one of an account's tokens. Errors are those of Authorization and CreateAuthorization.
func (d *Decisions) UpdateAuthorization(ctx context.Context, a slipway.Actor, id int64, in AuthorizationEdit) (auth slipway.Authorization, err error) {
	err = d.update(ctx, wholeServer, func(tx Tx) error {
		if auth, err = ownAuthorization(tx, a, id); err != nil {
			return err
		}
		auth = in.apply(auth)
		if err := checkAuthorization(auth); err != nil {
			return err
		}
		if auth.App != nil {
			if err := letIn(tx, a, *auth.App, auth.Scopes); err != nil {
				return err
			}
		}
		auth.UpdatedAt = tx.Now()
		if err := tx.SetToken(auth.Token); err != nil {
			return err
		}
		if err := tx.SetTokenNote(auth.ID, auth.NoteURL, auth.Fingerprint, auth.UpdatedAt); err != nil {
			return err
		}
		if err := record(tx, a, 0, "token", "edited", slipway.Subject{TokenID: id, AccountID: auth.AccountID, AppID: auth.AppID}); err != nil {
			return err
		}
		return tx.BumpAuthVersion()
	})
	return auth, err
}

func checkAuthorization(auth slipway.Authorization) error {
	in := NewAuthorization{Note: auth.Name, NoteURL: auth.NoteURL, Fingerprint: auth.Fingerprint, Scopes: auth.Scopes}
	if auth.App != nil {
		in.Client.ID = auth.App.ClientID
	}
	return in.check()
}

// apply is the authorization as it would be.
func (in AuthorizationEdit) apply(auth slipway.Authorization) slipway.Authorization {
	switch {
	case in.Scopes != nil:
		auth.Scopes = slipway.NormalScopes(*in.Scopes)
	case in.Add != nil:
		auth.Scopes = auth.Scopes.Both(*in.Add)
	case in.Remove != nil:
		auth.Scopes = auth.Scopes.Without(*in.Remove)
	}
	if in.Note != nil {
		auth.Name = *in.Note
	}
	if in.NoteURL != nil {
		auth.NoteURL = *in.NoteURL
	}
	if in.Fingerprint != nil {
		auth.Fingerprint = *in.Fingerprint
	}
	return auth
}

// DeleteAuthorization ends one of an account's tokens.
func (d *Decisions) DeleteAuthorization(ctx context.Context, a slipway.Actor, id int64) error {
	return d.update(ctx, wholeServer, func(tx Tx) error {
		auth, err := ownAuthorization(tx, a, id)
		if err != nil {
			return err
		}
		return endToken(tx, a, auth.Token)
	})
}

// endToken ends a token and what would renew it.
func endToken(tx Tx, a slipway.Actor, t slipway.Token) error {
	if err := tx.RemoveToken(t.ID); err != nil {
		return notFound(err)
	}
	if err := tx.RemoveRefreshesOf(t.ID); err != nil {
		return err
	}
	if err := record(tx, a, 0, "token", "revoked", slipway.Subject{TokenID: t.ID, AccountID: t.AccountID, AppID: t.AppID}); err != nil {
		return err
	}
	return tx.BumpAuthVersion()
}
