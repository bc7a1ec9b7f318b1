package deploy

import (
	"context"
	"errors"
	"time"

	"github.com/slipway-deploy/slipway"
)

var errComing = errors.New("coming")

// Access is a repository and what somebody may do in it.
type Access struct {
	Repository slipway.Repository
	Role       slipway.Role
}

// Listed is a page of a list.
type Listed[T any] struct {
	Items []T
	Total int  // of the whole list; 0 when nobody has counted
	Exact bool // Total is known
}

type NewAccount struct {
	Login     string
	Name      string
	Email     string
	SiteAdmin bool
	Type      slipway.AccountType
}

type NewToken struct {
	Login     string
	Name      string
	Scopes    slipway.Scopes
	Expires   time.Duration
	SiteAdmin bool
}

type TokenInfo struct {
	slipway.Token
	Login string
}

type NewRepository struct {
	Owner            string
	Name             string
	Description      string
	DefaultBranch    string
	Private          *bool
	AutoInit         bool
	MakeOrganization bool
}

type IdempotencyKey struct {
	Key  string
	Hash []byte
}

type Created struct {
	Deployment slipway.Deployment
	Merged     string
	Replayed   bool
}

type Combined struct {
	SHA      slipway.SHA
	State    string
	Total    int
	Statuses []slipway.CommitStatus
}

func (d *Decisions) Authenticate(ctx context.Context, secret string) (slipway.Actor, error) {
	return slipway.Actor{}, errComing
}

func (d *Decisions) FindRepository(ctx context.Context, a slipway.Actor, owner, name string) (Access, error) {
	return Access{}, errComing
}

func (d *Decisions) FindRepositoryByID(ctx context.Context, a slipway.Actor, id int64) (Access, error) {
	return Access{}, errComing
}

func (d *Decisions) FirstStart(ctx context.Context) (secret string, made bool, err error) {
	return "", false, errComing
}

func (d *Decisions) CreateAccount(ctx context.Context, a slipway.Actor, in NewAccount) (slipway.Account, error) {
	return slipway.Account{}, errComing
}

func (d *Decisions) FindAccount(ctx context.Context, login string) (slipway.Account, error) {
	return slipway.Account{}, errComing
}

func (d *Decisions) FindAccountByID(ctx context.Context, id int64) (slipway.Account, error) {
	return slipway.Account{}, errComing
}

func (d *Decisions) Accounts(ctx context.Context) ([]slipway.Account, error) { return nil, errComing }

func (d *Decisions) AccountsByEmail(ctx context.Context, emails []string) (map[string]slipway.Account, error) {
	return nil, errComing
}

// CountRepositories says how many repositories an account owns.
func (d *Decisions) CountRepositories(ctx context.Context, accountID int64) (public, private int, err error) {
	return 0, 0, errComing
}

func (d *Decisions) CreateToken(ctx context.Context, a slipway.Actor, in NewToken) (secret string, t slipway.Token, err error) {
	return "", slipway.Token{}, errComing
}

func (d *Decisions) ListTokens(ctx context.Context, login string) ([]TokenInfo, error) {
	return nil, errComing
}

func (d *Decisions) RevokeToken(ctx context.Context, a slipway.Actor, id int64) error {
	return errComing
}

func (d *Decisions) RevokeTokenSecret(ctx context.Context, a slipway.Actor, secret string) error {
	return errComing
}

func (d *Decisions) CreateRepository(ctx context.Context, a slipway.Actor, in NewRepository) (slipway.Repository, error) {
	return slipway.Repository{}, errComing
}

func (d *Decisions) AddCollaborator(ctx context.Context, a slipway.Actor, owner, name, login string, role slipway.Role) error {
	return errComing
}

func (d *Decisions) CreateDeployment(ctx context.Context, a slipway.Actor, r slipway.Repository, in slipway.DeploymentRequest, key IdempotencyKey) (Created, error) {
	return Created{}, errComing
}

func (d *Decisions) Deployment(ctx context.Context, r slipway.Repository, id int64) (slipway.Deployment, error) {
	return slipway.Deployment{}, errComing
}

func (d *Decisions) ListDeployments(ctx context.Context, f slipway.DeploymentFilter, p Page) (Listed[slipway.Deployment], error) {
	return Listed[slipway.Deployment]{}, errComing
}

func (d *Decisions) DeleteDeployment(ctx context.Context, a slipway.Actor, r slipway.Repository, id int64) error {
	return errComing
}

func (d *Decisions) CreateDeploymentStatus(ctx context.Context, a slipway.Actor, r slipway.Repository, deploymentID int64, in slipway.StatusRequest) (slipway.DeploymentStatus, slipway.Deployment, error) {
	return slipway.DeploymentStatus{}, slipway.Deployment{}, errComing
}

func (d *Decisions) DeploymentStatus(ctx context.Context, r slipway.Repository, deploymentID, id int64) (slipway.DeploymentStatus, slipway.Deployment, error) {
	return slipway.DeploymentStatus{}, slipway.Deployment{}, errComing
}

func (d *Decisions) ListDeploymentStatuses(ctx context.Context, r slipway.Repository, deploymentID int64, p Page) (Listed[slipway.DeploymentStatus], slipway.Deployment, error) {
	return Listed[slipway.DeploymentStatus]{}, slipway.Deployment{}, errComing
}

func (d *Decisions) CreateCommitStatus(ctx context.Context, a slipway.Actor, r slipway.Repository, sha string, in slipway.CommitStatusRequest) (slipway.CommitStatus, error) {
	return slipway.CommitStatus{}, errComing
}

func (d *Decisions) ListCommitStatuses(ctx context.Context, r slipway.Repository, ref string, p Page) (Listed[slipway.CommitStatus], error) {
	return Listed[slipway.CommitStatus]{}, errComing
}

func (d *Decisions) CombinedStatus(ctx context.Context, r slipway.Repository, ref string, p Page) (Combined, error) {
	return Combined{}, errComing
}

func (d *Decisions) Environment(ctx context.Context, r slipway.Repository, name string) (slipway.Environment, error) {
	return slipway.Environment{}, errComing
}

func (d *Decisions) ListEnvironments(ctx context.Context, r slipway.Repository, p Page) (Listed[slipway.Environment], error) {
	return Listed[slipway.Environment]{}, errComing
}

func (d *Decisions) PutEnvironment(ctx context.Context, a slipway.Actor, r slipway.Repository, name string, in slipway.EnvironmentRequest) (slipway.Environment, error) {
	return slipway.Environment{}, errComing
}

func (d *Decisions) DeleteEnvironment(ctx context.Context, a slipway.Actor, r slipway.Repository, name string) error {
	return errComing
}

func (d *Decisions) Hook(ctx context.Context, r slipway.Repository, id int64) (slipway.Hook, error) {
	return slipway.Hook{}, errComing
}

func (d *Decisions) ListHooks(ctx context.Context, r slipway.Repository, p Page) (Listed[slipway.Hook], error) {
	return Listed[slipway.Hook]{}, errComing
}

func (d *Decisions) CreateHook(ctx context.Context, a slipway.Actor, r slipway.Repository, in slipway.HookRequest) (slipway.Hook, error) {
	return slipway.Hook{}, errComing
}

func (d *Decisions) UpdateHook(ctx context.Context, a slipway.Actor, r slipway.Repository, id int64, in slipway.HookRequest) (slipway.Hook, error) {
	return slipway.Hook{}, errComing
}

func (d *Decisions) DeleteHook(ctx context.Context, a slipway.Actor, r slipway.Repository, id int64) error {
	return errComing
}

func (d *Decisions) PingHook(ctx context.Context, a slipway.Actor, r slipway.Repository, id int64) error {
	return errComing
}

func (d *Decisions) TestHook(ctx context.Context, a slipway.Actor, r slipway.Repository, id int64) error {
	return errComing
}

// ListDeliveries: attempts with an id below before (0: from the newest); status is success, failure or empty.
func (d *Decisions) ListDeliveries(ctx context.Context, r slipway.Repository, hookID, before int64, status string, limit int) ([]slipway.Delivery, error) {
	return nil, errComing
}

func (d *Decisions) Delivery(ctx context.Context, r slipway.Repository, hookID, id int64) (slipway.Delivery, error) {
	return slipway.Delivery{}, errComing
}

func (d *Decisions) Redeliver(ctx context.Context, a slipway.Actor, r slipway.Repository, hookID, id int64) error {
	return errComing
}

func (d *Decisions) Branch(ctx context.Context, r slipway.Repository, name string) (slipway.Branch, slipway.Commit, error) {
	return slipway.Branch{}, slipway.Commit{}, errComing
}

func (d *Decisions) Commit(ctx context.Context, r slipway.Repository, ref string, files bool) (slipway.Commit, error) {
	return slipway.Commit{}, errComing
}

func (d *Decisions) Compare(ctx context.Context, r slipway.Repository, base, head string, p Page) (slipway.Comparison, error) {
	return slipway.Comparison{}, errComing
}

// RawCommit is a commit as diff or patch; format: diff or patch.
func (d *Decisions) RawCommit(ctx context.Context, r slipway.Repository, ref, format string) ([]byte, error) {
	return nil, errComing
}

// RawCompare is a comparison as diff or patch.
func (d *Decisions) RawCompare(ctx context.Context, r slipway.Repository, base, head, format string) ([]byte, error) {
	return nil, errComing
}

// MergeBranches: nil and no error mean 204, base already holds head.
func (d *Decisions) MergeBranches(ctx context.Context, a slipway.Actor, r slipway.Repository, base, head string, message *string) (*slipway.Commit, error) {
	return nil, errComing
}

// BeginPush writes the intent of a push over HTTP, before receive-pack starts. EndPush must follow, whatever came of it.
func (d *Decisions) BeginPush(ctx context.Context, a slipway.Actor, r slipway.Repository) (intent int64, err error) {
	return 0, errComing
}

// EndPush records what a push moved (as SyncRefs does) and clears its intent. Give it a context that outlives the client.
func (d *Decisions) EndPush(ctx context.Context, repositoryID, intent int64) error { return errComing }

func (d *Decisions) SyncRefs(ctx context.Context, repositoryID int64) error { return errComing }

func (d *Decisions) SyncAll(ctx context.Context) error { return errComing }

func (d *Decisions) RecoverIntents(ctx context.Context) error { return errComing }

func (d *Decisions) RunHousekeeping(ctx context.Context) error { return errComing }

// Ready says whether the database answers.
func (d *Decisions) Ready(ctx context.Context) error { return errComing }
