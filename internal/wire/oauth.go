package wire

import (
	"bytes"
	"encoding/base64"
	"encoding/json"
	"encoding/xml"
	"net/url"
	"strconv"
	"strings"
	"time"
	"unicode/utf8"

	"github.com/slipway-deploy/slipway"
)

// OAuthRequest is what apps and devices post to /login/oauth/access_token and /login/device/code (contract 9.4, 9.5).
type OAuthRequest struct {
	ClientID, ClientSecret string
	GrantType              string
	Code                   string
	RedirectURI            string
	CodeVerifier           string
	RefreshToken           string
	DeviceCode             string
	Scope                  string
}

// ParseOAuthRequest reads a form, or a JSON object when the content type says so. Members it does not know are left out, and so
// are members that are not text. ok is false for what cannot be read, or says one thing twice.
func ParseOAuthRequest(contentType string, body []byte) (in OAuthRequest, ok bool) {
	var get func(string) (string, bool)
	if strings.Contains(strings.ToLower(contentType), "json") {
		var object map[string]any
		if json.Unmarshal(body, &object) != nil {
			return OAuthRequest{}, false
		}
		get = func(name string) (string, bool) { s, _ := object[name].(string); return s, true }
	} else {
		form, err := url.ParseQuery(string(body))
		if err != nil {
			return OAuthRequest{}, false
		}
		get = func(name string) (string, bool) { return form.Get(name), len(form[name]) <= 1 }
	}
	ok = true
	for name, member := range map[string]*string{
		"client_id": &in.ClientID, "client_secret": &in.ClientSecret, "grant_type": &in.GrantType, "code": &in.Code,
		"redirect_uri": &in.RedirectURI, "code_verifier": &in.CodeVerifier, "refresh_token": &in.RefreshToken,
		"device_code": &in.DeviceCode, "scope": &in.Scope,
	} {
		var once bool
		if *member, once = get(name); !once {
			ok = false
		}
	}
	return in, ok
}

// IsText reports whether all that was sent is text; nothing that anybody was ever given has other bytes.
func (in OAuthRequest) IsText() bool {
	all := in.ClientID + in.ClientSecret + in.GrantType + in.Code + in.RedirectURI + in.CodeVerifier + in.RefreshToken + in.DeviceCode + in.Scope
	return utf8.ValidString(all) && !strings.ContainsRune(all, 0)
}

// ParseClientBasic reads a client id and secret out of an Authorization header; ok is false when it holds none.
func ParseClientBasic(header string) (id, secret string, ok bool) {
	scheme, encoded, _ := strings.Cut(header, " ")
	plain, err := base64.StdEncoding.DecodeString(strings.TrimSpace(encoded))
	id, secret, pair := strings.Cut(string(plain), ":")
	return id, secret, strings.EqualFold(scheme, "basic") && err == nil && pair
}

// OAuthAnswer is what they are answered, in an order of its own and three encodings.
type OAuthAnswer []oauthMember

type oauthMember struct {
	name, text string
	number     int64
	isNumber   bool
}

func (a *OAuthAnswer) str(name, text string) {
	*a = append(*a, oauthMember{name: name, text: text})
}

func (a *OAuthAnswer) num(name string, n int64) {
	*a = append(*a, oauthMember{name: name, number: n, isNumber: true})
}

// FromAppToken is a token for an app. refresh is empty for tokens that do not expire. Scopes are joined by commas.
func FromAppToken(secret, refresh string, t slipway.Token, json bool) OAuthAnswer {
	var a OAuthAnswer
	a.str("access_token", secret)
	if t.ExpiresAt != nil {
		a.num("expires_in", int64(t.ExpiresAt.Sub(t.CreatedAt)/time.Second))
	}
	if refresh != "" {
		a.str("refresh_token", refresh)
		a.num("refresh_token_expires_in", int64(slipway.RefreshTokenLifetime/time.Second))
	}
	if json {
		a.str("token_type", "bearer")
		a.str("scope", strings.Join(t.Scopes, ","))
		return a
	}
	a.str("scope", strings.Join(t.Scopes, ","))
	a.str("token_type", "bearer")
	return a
}

// FromDeviceCode is the answer to a device that begins the flow.
func FromDeviceCode(deviceCode, userCode string, u slipway.URLs) OAuthAnswer {
	var a OAuthAnswer
	a.str("device_code", deviceCode)
	a.num("expires_in", int64(slipway.DeviceLifetime/time.Second))
	a.num("interval", int64(slipway.DeviceInterval/time.Second))
	a.str("user_code", userCode)
	a.str("verification_uri", u.Web+"/login/device")
	return a
}

// FromOAuthError is a refusal. docs is the documentation's address without a trailing slash.
func FromOAuthError(e *slipway.OAuthError, docs string) OAuthAnswer {
	var a OAuthAnswer
	a.str("error", e.Code)
	a.str("error_description", e.Description)
	a.str("error_uri", docs+"/apps/managing-oauth-apps/troubleshooting-oauth-app-access-token-request-errors/#"+strings.ReplaceAll(e.Code, "_", "-"))
	if e.Interval > 0 {
		a.num("interval", int64(e.Interval/time.Second))
	}
	return a
}

func (m oauthMember) value() string {
	if m.isNumber {
		return strconv.FormatInt(m.number, 10)
	}
	return m.text
}

// Form is the encoding of a form, GitHub's default.
func (a OAuthAnswer) Form() []byte {
	parts := make([]string, len(a))
	for i, m := range a {
		parts[i] = m.name + "=" + url.QueryEscape(m.value())
	}
	return []byte(strings.Join(parts, "&"))
}

// JSON is an object; lengths of time are numbers.
func (a OAuthAnswer) JSON() JSON {
	return render(func(w *writer) {
		w.open()
		for _, m := range a {
			if m.isNumber {
				w.num(m.name, m.number)
				continue
			}
			w.str(m.name, m.text)
		}
		w.close()
	})
}

// XML is one element with one below it for each member.
func (a OAuthAnswer) XML() []byte {
	var b bytes.Buffer
	b.WriteString("<OAuth>")
	for _, m := range a {
		b.WriteString("<" + m.name + ">")
		_ = xml.EscapeText(&b, []byte(m.value())) // a Buffer takes everything
		b.WriteString("</" + m.name + ">")
	}
	b.WriteString("</OAuth>")
	return b.Bytes()
}
