package deploy

import (
	"context"
	"crypto/rsa"
	"crypto/x509"
	"encoding/json"
	"encoding/pem"
	"errors"
	"io"
	"math"
	"strconv"
	"strings"
	"time"

	"github.com/golang-jwt/jwt/v5"

	"github.com/slipway-deploy/slipway"
)

// A GitHub App proves who it is with a JSON web token that it has signed with its private key (contract 1.4).
const (
	keyBits     = 2048
	longestJWT  = 10 * time.Minute // until it ends
	clockSkew   = time.Minute      // between an app's clock and ours
	signedWith  = "RS256"
	keyTypePEM  = "RSA PRIVATE KEY" // PKCS #1, as GitHub hands its keys out
	badExpiry   = "'Expiration time' claim ('exp') must be a numeric value representing the future time at which the assertion expires"
	farExpiry   = "'Expiration time' claim ('exp') is too far in the future"
	badIssuedAt = "'Issued at' claim ('iat') must be an Integer representing the time that the assertion was issued"
)

// addKey makes a key pair, gives an app its public half and answers the private one.
func addKey(app *slipway.App, random io.Reader) (string, error) {
	key, err := rsa.GenerateKey(random, keyBits)
	if err != nil {
		return "", slipway.Because(slipway.Internal, "deploy: make a key", err)
	}
	public, err := x509.MarshalPKIXPublicKey(&key.PublicKey)
	if err != nil {
		return "", slipway.Because(slipway.Internal, "deploy: write a key", err)
	}
	app.PublicKeys = append(app.PublicKeys, public)
	return string(pem.EncodeToMemory(&pem.Block{Type: keyTypePEM, Bytes: x509.MarshalPKCS1PrivateKey(key)})), nil
}

// AuthenticateApp says which app has signed a JSON web token. What is not one, is no app's or is signed by nobody we know is
// refused alike, in GitHub's words; what is signed and out of time is told so, because clients correct their clocks by that.
//
// Nothing is remembered: an app or key that is gone is refused from the next request on.
func (d *Decisions) AuthenticateApp(ctx context.Context, signed string) (actor slipway.Actor, err error) {
	err = d.store.View(ctx, func(tx Tx) error {
		version, err := tx.AuthVersion()
		if err != nil {
			return err
		}
		app, err := signer(tx, signed)
		if err != nil {
			return err
		}
		claims, err := verified(app, signed)
		if err != nil {
			return err
		}
		if err := claims.inTime(d.now()); err != nil {
			return err
		}
		actor = slipway.Actor{
			Account: slipway.Account{ID: app.BotID, Login: slipway.BotLoginOf(app.Slug), Type: slipway.Bot}, App: &app, Version: version,
		}
		return nil
	})
	return actor, err
}

// signer is the app that a JSON web token says it is from. Nothing of it is believed yet.
func signer(tx Tx, signed string) (slipway.App, error) {
	var claims appClaims
	token, _, err := jwt.NewParser().ParseUnverified(signed, &claims)
	if err != nil || token.Method.Alg() != signedWith || token.Header["crit"] != nil {
		return slipway.App{}, slipway.BadAppKey()
	}
	app, err := claims.app(tx)
	if slipway.KindOf(err) == slipway.NotFound || err == nil && app.Kind != slipway.GitHubApp {
		return slipway.App{}, slipway.BadAppKey()
	}
	return app, err
}

// verified are the claims of a JSON web token that one of the app's keys has signed.
func verified(app slipway.App, signed string) (claims appClaims, err error) {
	parser := jwt.NewParser(jwt.WithValidMethods([]string{signedWith}), jwt.WithoutClaimsValidation(), jwt.WithStrictDecoding())
	for _, der := range app.PublicKeys {
		claims = appClaims{}
		_, err := parser.ParseWithClaims(signed, &claims, func(*jwt.Token) (any, error) {
			key, err := x509.ParsePKIXPublicKey(der)
			if public, ok := key.(*rsa.PublicKey); ok {
				return public, err
			}
			return nil, errNoRSA
		})
		if err == nil {
			return claims, nil
		}
	}
	return appClaims{}, slipway.BadAppKey()
}

var errNoRSA = errors.New("deploy: not an RSA key")

// appClaims are the three claims that count. An issuer may be written as a number or as text, and be the app's id or its
// client id.
type appClaims struct {
	Issuer   json.RawMessage
	IssuedAt json.RawMessage
	Expires  json.RawMessage
}

// UnmarshalJSON takes the claims by their exact names: "ISS" is another claim.
func (c *appClaims) UnmarshalJSON(raw []byte) error {
	var claims map[string]json.RawMessage
	if err := json.Unmarshal(raw, &claims); err != nil {
		return err
	}
	*c = appClaims{Issuer: claims["iss"], IssuedAt: claims["iat"], Expires: claims["exp"]}
	return nil
}

// app finds the app that the issuer names.
func (c *appClaims) app(tx Tx) (slipway.App, error) {
	issuer := strings.Trim(string(c.Issuer), `"`)
	if id, err := strconv.ParseInt(issuer, 10, 64); err == nil && strconv.FormatInt(id, 10) == issuer {
		return tx.App(id)
	}
	return tx.AppByClientID(strings.ToValidUTF8(strings.ReplaceAll(issuer, "\x00", ""), ""))
}

// inTime refuses what has ended, what is for longer than it may be, and what was issued in the future.
func (c *appClaims) inTime(now time.Time) error {
	issued, ok := claimedTime(c.IssuedAt)
	if !ok || issued.After(now.Add(clockSkew)) {
		return slipway.Fail(slipway.Unauthorized, badIssuedAt)
	}
	expires, ok := claimedTime(c.Expires)
	switch {
	case !ok || !expires.After(now):
		return slipway.Fail(slipway.Unauthorized, badExpiry)
	case expires.After(now.Add(longestJWT + clockSkew)):
		return slipway.Fail(slipway.Unauthorized, farExpiry)
	}
	return nil
}

// claimedTime reads seconds since 1970, of which some clients write fractions.
func claimedTime(raw json.RawMessage) (time.Time, bool) {
	seconds, err := strconv.ParseFloat(string(raw), 64)
	if err != nil || math.IsNaN(seconds) || seconds < 0 || seconds > math.MaxInt32*4 {
		return time.Time{}, false
	}
	return time.Unix(int64(seconds), 0), true
}

// The interface of jwt.Claims; the library is asked for none of it.

func (c *appClaims) GetExpirationTime() (*jwt.NumericDate, error) { return nil, nil }
func (c *appClaims) GetIssuedAt() (*jwt.NumericDate, error)       { return nil, nil }
func (c *appClaims) GetNotBefore() (*jwt.NumericDate, error)      { return nil, nil }
func (c *appClaims) GetIssuer() (string, error)                   { return "", nil }
func (c *appClaims) GetSubject() (string, error)                  { return "", nil }
func (c *appClaims) GetAudience() (jwt.ClaimStrings, error)       { return nil, nil }
