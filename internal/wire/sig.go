package wire

import (
	"time"

	"github.com/slipway-deploy/slipway"
)

// JSON is a rendered body: compact, UTF-8, no trailing newline. Write it as it is.
type JSON []byte

// MarshalJSON lets a body be a member of something that encoding/json writes.
func (j JSON) MarshalJSON() ([]byte, error) { return j, nil }

// List is a JSON array of bodies; [] when there are none.
func List(items []JSON) JSON { return nil }

// NewShape reads the names of the GitHub media types of an Accept header (preview, cannonball-preview, ant-man-preview, …; with or without "-preview").
func NewShape(era slipway.Era, mediaTypes ...string) Shape { return Shape{Era: era} }

func DecodeDeployment(body []byte, s Shape) (slipway.DeploymentRequest, error) {
	return slipway.DeploymentRequest{}, nil
}
func DecodeDeploymentStatus(body []byte, s Shape) (slipway.StatusRequest, error) {
	return slipway.StatusRequest{}, nil
}
func DecodeCommitStatus(body []byte) (slipway.CommitStatusRequest, error) {
	return slipway.CommitStatusRequest{}, nil
}
func DecodeEnvironment(body []byte) (slipway.EnvironmentRequest, error) {
	return slipway.EnvironmentRequest{}, nil
}
func DecodeHook(body []byte) (slipway.HookRequest, error) { return slipway.HookRequest{}, nil }
func DecodeMerge(body []byte) (base, head string, message *string, err error) {
	return "", "", nil, nil
}

// RepositoryRequest is what a client asks of POST /user/repos and POST /orgs/:org/repos.
type RepositoryRequest struct {
	Name          string
	Description   string
	DefaultBranch string // empty: the server's default
	Private       bool   // absent means false over the API
	AutoInit      bool
}

func DecodeRepository(body []byte) (RepositoryRequest, error) { return RepositoryRequest{}, nil }

func FromDeployment(d slipway.Deployment, r slipway.Repository, u slipway.URLs, s Shape) JSON {
	return nil
}
func FromDeploymentStatus(st slipway.DeploymentStatus, d slipway.Deployment, r slipway.Repository, u slipway.URLs, s Shape) JSON {
	return nil
}
func FromCommitStatus(st slipway.CommitStatus, r slipway.Repository, u slipway.URLs, s Shape) JSON {
	return nil
}

// Combined is the answer to GET commits/:ref/status: one page of the newest statuses, one a context (contract 5.3).
type Combined struct {
	SHA      slipway.SHA
	State    string
	Total    int
	Statuses []slipway.CommitStatus
}

func FromCombined(c Combined, r slipway.Repository, u slipway.URLs, s Shape) JSON { return nil }
func FromEnvironment(e slipway.Environment, r slipway.Repository, u slipway.URLs) JSON {
	return nil
}
func FromEnvironments(total int, list []slipway.Environment, r slipway.Repository, u slipway.URLs) JSON {
	return nil
}
func FromHook(h slipway.Hook, r slipway.Repository, u slipway.URLs) JSON { return nil }
func FromDelivery(d slipway.Delivery) JSON                               { return nil }
func FromDeliveryDetail(d slipway.Delivery) JSON                         { return nil }

// RepositoryView says which of a repository's members are shown, and to whom.
type RepositoryView struct {
	Minimal       bool         // up to deployments_url: lists of repositories inside other bodies
	Full          bool         // the single GET: network_count, organization, and the merge settings for those who may push
	Authenticated bool         // permissions are shown
	Role          slipway.Role // of the caller
}

func FromRepository(r slipway.Repository, v RepositoryView, u slipway.URLs) JSON { return nil }
func FromAccount(a slipway.Account, u slipway.URLs) JSON                         { return nil }

// UserView is what the full user object counts.
type UserView struct {
	PublicRepositories  int
	PrivateRepositories int
	Private             bool // the caller's own, with scope user: private_gists, plan, …
}

func FromUser(a slipway.Account, v UserView, u slipway.URLs) JSON { return nil }

// FromCommit prints a commit. author and committer are the accounts that own the signatures' addresses, nil when none does.
func FromCommit(c slipway.Commit, author, committer *slipway.Account, r slipway.Repository, u slipway.URLs) JSON {
	return nil
}
func FromBranch(b slipway.Branch, c slipway.Commit, author, committer *slipway.Account, protected bool, r slipway.Repository, u slipway.URLs) JSON {
	return nil
}

// FromComparison prints how head stands to base (as submitted). accounts maps e-mail addresses, as they are written in the commits, to accounts.
func FromComparison(c slipway.Comparison, base, head string, accounts map[string]slipway.Account, r slipway.Repository, u slipway.URLs) JSON {
	return nil
}
func Root(u slipway.URLs) JSON { return nil }

// MetaView is what GET /meta tells about this server.
type MetaView struct {
	PasswordAuthentication bool
	Hooks                  []string // CIDRs deliveries leave from
	InstalledVersion       string
}

func Meta(v MetaView) JSON { return nil }

// Rate is one limit of GET /rate_limit.
type Rate struct {
	Limit, Used, Remaining int
	Reset                  time.Time
}

func RateLimit(core Rate) JSON { return nil }

// FromError is an error as GitHub prints it. Nothing of the cause is in it.
func FromError(e *slipway.Error, status int, documentationURL string) JSON { return nil }

// Message is a body that only says something: 202 and 301 answers.
type Message struct{ Message string }

// JSON renders {"message":…}.
func (m Message) JSON() JSON { return nil }

// Frame is what every webhook body ends with.
type Frame struct {
	Repository slipway.Repository
	Sender     slipway.Account
	URLs       slipway.URLs
	Shape      Shape // Shape{Era: slipway.E11} today
}

func DeploymentEvent(f Frame, d slipway.Deployment) ([]byte, error) { return nil, nil }
func DeploymentStatusEvent(f Frame, st slipway.DeploymentStatus, d slipway.Deployment) ([]byte, error) {
	return nil, nil
}

// StatusFacts is what a status event tells about its commit.
type StatusFacts struct {
	Commit            slipway.Commit
	Author, Committer *slipway.Account // nil: nobody's address
	Branches          []slipway.Branch // at most ten whose history has the commit
}

func StatusEvent(f Frame, st slipway.CommitStatus, facts StatusFacts) ([]byte, error) {
	return nil, nil
}

// Push is one ref's move and what git knows about it.
type Push struct {
	Change   slipway.RefChange
	BaseRef  *string                    // a branch the new one was made from, nil: unknown
	Commits  []slipway.Commit           // oldest first, at most 2048, with Files
	Head     *slipway.Commit            // of New, with Files; nil when the ref was removed
	Accounts map[string]slipway.Account // e-mail address as written in a commit → account
}

func PushEvent(f Frame, p Push) ([]byte, error)                     { return nil, nil }
func CreateEvent(f Frame, c slipway.RefChange) ([]byte, error)      { return nil, nil }
func DeleteEvent(f Frame, c slipway.RefChange) ([]byte, error)      { return nil, nil }
func PingEvent(f Frame, h slipway.Hook, zen string) ([]byte, error) { return nil, nil }

// The administration interface: bodies of /api/slipway/v1/local/…, both ways.

type LocalUserRequest struct {
	Login string `json:"login"`
	Name  string `json:"name,omitempty"`
	Email string `json:"email,omitempty"`
	Admin bool   `json:"admin,omitempty"`
}
type LocalUser struct {
	ID        int64     `json:"id"`
	Login     string    `json:"login"`
	Type      string    `json:"type"`
	Name      string    `json:"name"`
	Email     string    `json:"email"`
	Admin     bool      `json:"admin"`
	CreatedAt time.Time `json:"created_at"`
}
type LocalTokenRequest struct {
	User    string   `json:"user"`
	Name    string   `json:"name,omitempty"`
	Scopes  []string `json:"scopes"`
	Expires string   `json:"expires,omitempty"` // a Go duration; empty: never
	Admin   bool     `json:"admin,omitempty"`
}
type LocalToken struct {
	ID         int64      `json:"id"`
	User       string     `json:"user"`
	Name       string     `json:"name"`
	Scopes     []string   `json:"scopes"`
	LastEight  string     `json:"token_last_eight"`
	Token      string     `json:"token,omitempty"` // the secret, in the answer to its creation only
	CreatedAt  time.Time  `json:"created_at"`
	ExpiresAt  *time.Time `json:"expires_at"`
	LastUsedAt *time.Time `json:"last_used_at"`
}
type LocalRevokeRequest struct {
	ID    int64  `json:"id,omitempty"`
	Token string `json:"token,omitempty"` // the secret itself
}
type LocalRepositoryRequest struct {
	Owner         string `json:"owner"`
	Name          string `json:"name"`
	Description   string `json:"description,omitempty"`
	DefaultBranch string `json:"default_branch,omitempty"`
	Private       *bool  `json:"private,omitempty"` // nil: the server's default-visibility
	AutoInit      bool   `json:"auto_init,omitempty"`
}
type LocalRepository struct {
	ID            int64     `json:"id"`
	Owner         string    `json:"owner"`
	Name          string    `json:"name"`
	FullName      string    `json:"full_name"`
	Private       bool      `json:"private"`
	DefaultBranch string    `json:"default_branch"`
	CloneURL      string    `json:"clone_url"`
	CreatedAt     time.Time `json:"created_at"`
}
type LocalCollaboratorRequest struct {
	Owner string `json:"owner"`
	Name  string `json:"name"`
	Login string `json:"login"`
	Role  string `json:"role"` // read, triage, write, maintain, admin
}

func DecodeLocalUser(body []byte) (LocalUserRequest, error)     { return LocalUserRequest{}, nil }
func DecodeLocalToken(body []byte) (LocalTokenRequest, error)   { return LocalTokenRequest{}, nil }
func DecodeLocalRevoke(body []byte) (LocalRevokeRequest, error) { return LocalRevokeRequest{}, nil }
func DecodeLocalRepository(body []byte) (LocalRepositoryRequest, error) {
	return LocalRepositoryRequest{}, nil
}
func DecodeLocalCollaborator(body []byte) (LocalCollaboratorRequest, error) {
	return LocalCollaboratorRequest{}, nil
}
func FromLocalUser(a slipway.Account) LocalUser                       { return LocalUser{} }
func FromLocalToken(t slipway.Token, login, secret string) LocalToken { return LocalToken{} }
func FromLocalRepository(r slipway.Repository, u slipway.URLs) LocalRepository {
	return LocalRepository{}
}

// Encode renders any of this package's values: compact, no HTML escaping, no trailing newline.
func Encode(v any) (JSON, error) { return nil, nil }
