package wire

import (
	"math"
	"time"

	"github.com/slipway-deploy/slipway"
)

// The administration interface of this machine: the bodies of /api/slipway/v1/local/…, which only the data folder's socket
// serves. The command line writes the requests and reads the answers, the server the reverse.

// LocalUserRequest asks for an account (POST users).
type LocalUserRequest struct {
	Login string `json:"login"`
	Name  string `json:"name,omitempty"`
	Email string `json:"email,omitempty"`
	Admin bool   `json:"admin,omitempty"` // site administrator
}

// DecodeLocalUser reads a LocalUserRequest.
func DecodeLocalUser(body []byte) (LocalUserRequest, error) {
	m, err := parse(body, Today)
	if err != nil {
		return LocalUserRequest{}, err
	}
	in := LocalUserRequest{
		Login: m.text("login"),
		Name:  m.text("name"),
		Email: m.text("email"),
		Admin: m.flag("admin", false),
	}
	m.require("login")
	return in, m.err()
}

// LocalUser is an account.
type LocalUser struct {
	ID        int64     `json:"id"`
	Login     string    `json:"login"`
	Type      string    `json:"type"`
	Name      string    `json:"name"`
	Email     string    `json:"email"`
	Admin     bool      `json:"admin"`
	CreatedAt time.Time `json:"created_at"`
}

// FromLocalUser shows an account to the administrator.
func FromLocalUser(a slipway.Account) LocalUser {
	return LocalUser{
		ID:        a.ID,
		Login:     a.Login,
		Type:      string(a.Type),
		Name:      a.Name,
		Email:     a.Email,
		Admin:     a.SiteAdmin,
		CreatedAt: wholeSecond(a.CreatedAt),
	}
}

// LocalTokenRequest asks for a token of an account, which is made when it does not exist (POST tokens).
type LocalTokenRequest struct {
	User    string   `json:"user"`
	Name    string   `json:"name,omitempty"`
	Scopes  []string `json:"scopes"`
	Expires string   `json:"expires,omitempty"` // a duration such as 720h; empty: never
	Admin   bool     `json:"admin,omitempty"`   // makes the account a site administrator

	// Permissions make it a fine-grained token, for all that the account can reach or for some: OWNER/NAME.
	Permissions     map[string]string `json:"permissions,omitempty"`
	AllRepositories bool              `json:"all_repositories,omitempty"`
	Repositories    []string          `json:"repositories,omitempty"`
}

// DecodeLocalToken reads a LocalTokenRequest.
func DecodeLocalToken(body []byte) (LocalTokenRequest, error) {
	m, err := parse(body, Today)
	if err != nil {
		return LocalTokenRequest{}, err
	}
	in := LocalTokenRequest{
		User:    m.text("user"),
		Name:    m.text("name"),
		Scopes:  m.list("scopes"),
		Expires: m.text("expires"),
		Admin:   m.flag("admin", false),

		Permissions:     m.texts("permissions"),
		AllRepositories: m.flag("all_repositories", false),
		Repositories:    m.list("repositories"),
	}
	m.require("user")
	if _, err := in.Lifetime(); err != nil {
		m.mistyped("expires", m.value("expires"), "a positive duration")
	}
	return in, m.err()
}

// Lifetime is how long the token shall live; 0 is for ever. The error is for what is no duration or not positive.
func (in LocalTokenRequest) Lifetime() (time.Duration, error) {
	if in.Expires == "" {
		return 0, nil
	}
	d, err := time.ParseDuration(in.Expires)
	if err == nil && d <= 0 {
		err = slipway.Fail(slipway.Invalid, "a token's lifetime must be positive")
	}
	return d, err
}

// LocalToken is a token.
type LocalToken struct {
	ID         int64      `json:"id"`
	User       string     `json:"user"`
	Name       string     `json:"name"`
	Kind       string     `json:"kind"` // the letter of its prefix
	Scopes     []string   `json:"scopes"`
	LastEight  string     `json:"token_last_eight"`
	Token      string     `json:"token,omitempty"` // the secret; only in the answer to its creation
	CreatedAt  time.Time  `json:"created_at"`
	ExpiresAt  *time.Time `json:"expires_at"`   // null: never
	LastUsedAt *time.Time `json:"last_used_at"` // null: never

	// Of the tokens that have no scopes: what they may do, and where.
	Permissions     map[string]string `json:"permissions"` // null for the others
	AllRepositories bool              `json:"all_repositories"`
	RepositoryIDs   []int64           `json:"repository_ids"`
}

// FromLocalToken shows a token of an account to the administrator. secret is empty except right after its creation.
func FromLocalToken(t slipway.Token, login, secret string) LocalToken {
	out := LocalToken{
		ID:         t.ID,
		User:       login,
		Name:       t.Name,
		Kind:       string(t.Kind),
		Scopes:     append([]string{}, t.Scopes...),
		LastEight:  t.LastEight,
		Token:      secret,
		CreatedAt:  wholeSecond(t.CreatedAt),
		ExpiresAt:  maybeWholeSecond(t.ExpiresAt),
		LastUsedAt: maybeWholeSecond(t.LastUsedAt),

		AllRepositories: t.AllRepositories,
		RepositoryIDs:   append([]int64{}, t.RepositoryIDs...),
	}
	if !t.Kind.Scoped() {
		out.Permissions = levels(t.Permissions)
	}
	return out
}

// LocalRevokeRequest names the token to revoke, by its id or by the secret itself (DELETE tokens).
type LocalRevokeRequest struct {
	ID    int64  `json:"id,omitempty"`
	Token string `json:"token,omitempty"`
}

// DecodeLocalRevoke reads a LocalRevokeRequest. Exactly one of its members is there.
func DecodeLocalRevoke(body []byte) (LocalRevokeRequest, error) {
	m, err := parse(body, Today)
	if err != nil {
		return LocalRevokeRequest{}, err
	}
	in := LocalRevokeRequest{Token: m.text("token")}
	if id := m.integer("id", 1, math.MaxInt64); id != nil {
		in.ID = *id
	}
	if (m.value("id") == nil) == (m.value("token") == nil) {
		m.complain(`Exactly one of "id" and "token" must be supplied.`)
	}
	return in, m.err()
}

// LocalRepositoryRequest asks for a repository; an organization is made for an owner that does not exist (POST
// repositories).
type LocalRepositoryRequest struct {
	Owner         string `json:"owner"`
	Name          string `json:"name"`
	Description   string `json:"description,omitempty"`
	DefaultBranch string `json:"default_branch,omitempty"`
	Private       *bool  `json:"private,omitempty"` // nil: the server's default-visibility
	AutoInit      bool   `json:"auto_init,omitempty"`
}

// DecodeLocalRepository reads a LocalRepositoryRequest.
func DecodeLocalRepository(body []byte) (LocalRepositoryRequest, error) {
	m, err := parse(body, Today)
	if err != nil {
		return LocalRepositoryRequest{}, err
	}
	in := LocalRepositoryRequest{
		Owner:         m.text("owner"),
		Name:          m.text("name"),
		Description:   m.text("description"),
		DefaultBranch: m.text("default_branch"),
		Private:       m.boolean("private"),
		AutoInit:      m.flag("auto_init", false),
	}
	m.require("owner", "name")
	return in, m.err()
}

// LocalRepository is a repository.
type LocalRepository struct {
	ID            int64     `json:"id"`
	Owner         string    `json:"owner"`
	Name          string    `json:"name"`
	FullName      string    `json:"full_name"`
	Private       bool      `json:"private"`
	Archived      bool      `json:"archived"`
	Description   string    `json:"description"`
	DefaultBranch string    `json:"default_branch"`
	Protected     []string  `json:"protected_branches"` // patterns; null: the default branch
	CloneURL      string    `json:"clone_url"`
	CreatedAt     time.Time `json:"created_at"`
}

// FromLocalRepository shows a repository to the administrator.
func FromLocalRepository(r slipway.Repository, u slipway.URLs) LocalRepository {
	return LocalRepository{
		ID:            r.ID,
		Owner:         r.Owner.Login,
		Name:          r.Name,
		FullName:      r.FullName(),
		Private:       r.Private,
		Archived:      r.Archived,
		Description:   r.Description,
		DefaultBranch: r.DefaultBranch,
		Protected:     r.Protected,
		CloneURL:      u.Clone(r),
		CreatedAt:     wholeSecond(r.CreatedAt),
	}
}

// LocalCollaboratorRequest gives an account a role in a repository (POST collaborators).
type LocalCollaboratorRequest struct {
	Owner string `json:"owner"`
	Name  string `json:"name"`
	Login string `json:"login"`
	Role  string `json:"role"` // read, triage, write, maintain or admin
}

// DecodeLocalCollaborator reads a LocalCollaboratorRequest.
func DecodeLocalCollaborator(body []byte) (LocalCollaboratorRequest, error) {
	m, err := parse(body, Today)
	if err != nil {
		return LocalCollaboratorRequest{}, err
	}
	in := LocalCollaboratorRequest{
		Owner: m.text("owner"),
		Name:  m.text("name"),
		Login: m.text("login"),
		Role:  m.text("role"),
	}
	m.require("owner", "name", "login", "role")
	return in, m.err()
}

// wholeSecond is a time as answers spell it: UTC, whole seconds.
func wholeSecond(t time.Time) time.Time { return t.UTC().Truncate(time.Second) }

func maybeWholeSecond(t *time.Time) *time.Time {
	if t == nil {
		return nil
	}
	whole := wholeSecond(*t)
	return &whole
}
