package slipway

import (
	"bytes"
	"encoding/json"
	"time"
)

// Event is one row of the log: webhooks, live pages, agents and the audit trail all read it. It is written in the
// transaction that made what it tells of, so that an event exists if and only if its object does.
type Event struct {
	ID           int64
	Position     int64 // gapless, in commit order; 0 until the sequencer has stamped it
	RepositoryID int64 // 0: the whole server
	ActorID      int64
	Kind         string // deployment, deployment_status, status, push, ping, test, hook, repository, …
	Action       string // created, released, …
	Subject      json.RawMessage
	At           time.Time
}

// Subject is what an event is about, as it was at that moment. An event's kind says which members are set.
type Subject struct {
	Deployment       *Deployment
	DeploymentStatus *DeploymentStatus
	Status           *CommitStatus
	CheckRun         *CheckRun
	CheckSuite       *CheckSuite
	Push             *RefChange
	HookID           int64  // of kinds ping, test and hook
	SameAs           int64  // the event whose subject is this one's too: "released" refers to its "created"
	Environment      string // the name, of kind environment
	AccountID        int64  // of kinds user, token, team and organization, and of collaborators: whose
	OrganizationID   int64  // of kinds organization and team
	TeamID           int64  // of kind team, and of teams that were given a repository
	Name             string // of repositories that were renamed: what they were called before
	TokenID          int64
	Role             Role  // what a collaborator may do
	AppID            int64 // the app that acted; of kinds app and installation, and of its tokens, the one they are about
	InstallationID   int64 // of kind installation, and of the tokens of one
}

// subjectVersion is the format written today. A reader keeps reading every older one.
const subjectVersion = 1

// Encode is the subject's stored form: JSON with a version, without what is not set. It is a storage format, never shown to
// clients, so its names are written down here and do not follow the API's. It panics if a payload is not JSON, which
// [DeploymentRequest.Check] has refused.
func (s Subject) Encode() json.RawMessage {
	var b bytes.Buffer
	enc := json.NewEncoder(&b)
	enc.SetEscapeHTML(false) // a payload keeps its spelling
	if err := enc.Encode(storeSubject(s)); err != nil {
		panic("slipway: a subject that cannot be stored: " + err.Error())
	}
	return bytes.TrimSuffix(b.Bytes(), []byte("\n"))
}

// ParseSubject reads what Encode wrote, now or in an earlier release. The error is Internal.
func ParseSubject(raw json.RawMessage) (Subject, error) {
	var s storedSubject
	if err := json.Unmarshal(raw, &s); err != nil {
		return Subject{}, Because(Internal, "slipway.ParseSubject", err)
	}
	if s.Version != subjectVersion {
		return Subject{}, &Error{Op: "slipway.ParseSubject: version " + number(int64(s.Version)) + " is not known"}
	}
	return s.subject(), nil
}

// storedSubject and what follows are the storage format. Members are added, never renamed; a change of meaning takes a new
// version.
type storedSubject struct {
	Version          int                     `json:"v"`
	Deployment       *storedDeployment       `json:"deployment,omitempty"`
	DeploymentStatus *storedDeploymentStatus `json:"deployment_status,omitempty"`
	Status           *storedCommitStatus     `json:"status,omitempty"`
	CheckRun         *storedCheckRun         `json:"check_run,omitempty"`
	CheckSuite       *storedCheckSuite       `json:"check_suite,omitempty"`
	Push             *storedPush             `json:"push,omitempty"`
	HookID           int64                   `json:"hook,omitempty"`
	SameAs           int64                   `json:"same_as,omitempty"`
	Environment      string                  `json:"environment,omitempty"`
	AccountID        int64                   `json:"account,omitempty"`
	OrganizationID   int64                   `json:"organization,omitempty"`
	TeamID           int64                   `json:"team,omitempty"`
	Name             string                  `json:"name,omitempty"`
	TokenID          int64                   `json:"token,omitempty"`
	Role             string                  `json:"role,omitempty"` // its name
	AppID            int64                   `json:"app,omitempty"`
	InstallationID   int64                   `json:"installation,omitempty"`
}

type storedAccount struct {
	ID        int64       `json:"id"`
	Login     string      `json:"login"`
	Type      AccountType `json:"type"`
	SiteAdmin bool        `json:"site_admin,omitempty"`
}

// storedApp is what is shown of an app beside what it did.
type storedApp struct {
	ID          int64          `json:"id"`
	Slug        string         `json:"slug"`
	Name        string         `json:"name"`
	Owner       *storedAccount `json:"owner"`
	ClientID    string         `json:"client_id"`
	Description string         `json:"description,omitempty"`
	ExternalURL string         `json:"external_url,omitempty"`
	Permissions string         `json:"permissions,omitempty"`
	Events      []string       `json:"events,omitempty"`
	CreatedAt   time.Time      `json:"created_at"`
	UpdatedAt   time.Time      `json:"updated_at"`
}

type storedDeployment struct {
	ID                  int64           `json:"id"`
	RepositoryID        int64           `json:"repository"`
	SHA                 SHA             `json:"sha"`
	Ref                 string          `json:"ref"`
	Task                string          `json:"task"`
	Payload             json.RawMessage `json:"payload,omitempty"`
	Environment         string          `json:"environment"`
	OriginalEnvironment string          `json:"original_environment"`
	Description         *string         `json:"description,omitempty"`
	Creator             *storedAccount  `json:"creator,omitempty"`
	App                 *storedApp      `json:"app,omitempty"`
	Transient           bool            `json:"transient,omitempty"`
	Production          bool            `json:"production,omitempty"`
	State               string          `json:"state,omitempty"`
	CreatedAt           time.Time       `json:"created_at"`
	UpdatedAt           time.Time       `json:"updated_at"`
}

type storedDeploymentStatus struct {
	ID             int64          `json:"id"`
	DeploymentID   int64          `json:"deployment"`
	State          string         `json:"state"`
	Description    string         `json:"description,omitempty"`
	TargetURL      string         `json:"target_url,omitempty"`
	LogURL         string         `json:"log_url,omitempty"`
	EnvironmentURL string         `json:"environment_url,omitempty"`
	Environment    string         `json:"environment"`
	Creator        *storedAccount `json:"creator,omitempty"`
	App            *storedApp     `json:"app,omitempty"`
	CreatedAt      time.Time      `json:"created_at"`
}

type storedCommitStatus struct {
	ID           int64          `json:"id"`
	RepositoryID int64          `json:"repository"`
	SHA          SHA            `json:"sha"`
	Context      string         `json:"context"`
	State        string         `json:"state"`
	Description  *string        `json:"description,omitempty"`
	TargetURL    *string        `json:"target_url,omitempty"`
	Creator      *storedAccount `json:"creator,omitempty"`
	CreatedAt    time.Time      `json:"created_at"`
}

type storedPush struct {
	Ref    string `json:"ref"`
	Before SHA    `json:"before"`
	After  SHA    `json:"after"`
	Forced bool   `json:"forced,omitempty"`
	Known  bool   `json:"known,omitempty"`
}

func storeSubject(s Subject) storedSubject {
	return storedSubject{
		Version:          subjectVersion,
		Deployment:       storeDeployment(s.Deployment),
		DeploymentStatus: storeDeploymentStatus(s.DeploymentStatus),
		Status:           storeCommitStatus(s.Status),
		CheckRun:         storeCheckRun(s.CheckRun),
		CheckSuite:       storeCheckSuite(s.CheckSuite),
		Push:             storePush(s.Push),
		HookID:           s.HookID,
		SameAs:           s.SameAs,
		Environment:      s.Environment,
		AccountID:        s.AccountID,
		OrganizationID:   s.OrganizationID,
		TeamID:           s.TeamID,
		Name:             s.Name,
		TokenID:          s.TokenID,
		Role:             storeRole(s.Role),
		AppID:            s.AppID,
		InstallationID:   s.InstallationID,
	}
}

func (s storedSubject) subject() Subject {
	return Subject{
		Deployment:       s.Deployment.deployment(),
		DeploymentStatus: s.DeploymentStatus.deploymentStatus(),
		Status:           s.Status.commitStatus(),
		CheckRun:         s.CheckRun.checkRun(),
		CheckSuite:       s.CheckSuite.checkSuite(),
		Push:             s.Push.change(),
		HookID:           s.HookID,
		SameAs:           s.SameAs,
		Environment:      s.Environment,
		AccountID:        s.AccountID,
		OrganizationID:   s.OrganizationID,
		TeamID:           s.TeamID,
		Name:             s.Name,
		TokenID:          s.TokenID,
		Role:             role(s.Role),
		AppID:            s.AppID,
		InstallationID:   s.InstallationID,
	}
}

func storeAccount(a *Account) *storedAccount {
	if a == nil {
		return nil
	}
	return &storedAccount{
		ID:        a.ID,
		Login:     a.Login,
		Type:      a.Type,
		SiteAdmin: a.SiteAdmin,
	}
}

func (a *storedAccount) account() *Account {
	if a == nil {
		return nil
	}
	return &Account{
		ID:        a.ID,
		Login:     a.Login,
		Type:      a.Type,
		SiteAdmin: a.SiteAdmin,
	}
}

func storeApp(a *App) *storedApp {
	if a == nil {
		return nil
	}
	return &storedApp{
		ID:          a.ID,
		Slug:        a.Slug,
		Name:        a.Name,
		Owner:       storeAccount(&a.Owner),
		ClientID:    a.ClientID,
		Description: a.Description,
		ExternalURL: a.ExternalURL,
		Permissions: a.Permissions.String(),
		Events:      a.Events,
		CreatedAt:   a.CreatedAt,
		UpdatedAt:   a.UpdatedAt,
	}
}

func (a *storedApp) app() *App {
	if a == nil || a.Owner == nil {
		return nil
	}
	permissions, err := ParsePermissions(a.Permissions)
	if err != nil {
		permissions = nil // of a release that knew others: they are only shown
	}
	return &App{
		ID:          a.ID,
		Kind:        GitHubApp,
		Slug:        a.Slug,
		Name:        a.Name,
		Owner:       *a.Owner.account(),
		ClientID:    a.ClientID,
		Description: a.Description,
		ExternalURL: a.ExternalURL,
		Permissions: permissions,
		Events:      a.Events,
		CreatedAt:   a.CreatedAt,
		UpdatedAt:   a.UpdatedAt,
	}
}

func storeDeployment(d *Deployment) *storedDeployment {
	if d == nil {
		return nil
	}
	return &storedDeployment{
		ID:                  d.ID,
		RepositoryID:        d.RepositoryID,
		SHA:                 d.SHA,
		Ref:                 d.Ref,
		Task:                d.Task,
		Payload:             d.Payload,
		Environment:         d.Environment,
		OriginalEnvironment: d.OriginalEnvironment,
		Description:         d.Description,
		Creator:             storeAccount(d.Creator),
		App:                 storeApp(d.App),
		Transient:           d.Transient,
		Production:          d.Production,
		State:               d.State,
		CreatedAt:           d.CreatedAt,
		UpdatedAt:           d.UpdatedAt,
	}
}

func (d *storedDeployment) deployment() *Deployment {
	if d == nil {
		return nil
	}
	return &Deployment{
		ID:                  d.ID,
		RepositoryID:        d.RepositoryID,
		SHA:                 d.SHA,
		Ref:                 d.Ref,
		Task:                d.Task,
		Payload:             d.Payload,
		Environment:         d.Environment,
		OriginalEnvironment: d.OriginalEnvironment,
		Description:         d.Description,
		Creator:             d.Creator.account(),
		App:                 d.App.app(),
		Transient:           d.Transient,
		Production:          d.Production,
		State:               d.State,
		CreatedAt:           d.CreatedAt,
		UpdatedAt:           d.UpdatedAt,
	}
}

func storeDeploymentStatus(s *DeploymentStatus) *storedDeploymentStatus {
	if s == nil {
		return nil
	}
	return &storedDeploymentStatus{
		ID:             s.ID,
		DeploymentID:   s.DeploymentID,
		State:          s.State,
		Description:    s.Description,
		TargetURL:      s.TargetURL,
		LogURL:         s.LogURL,
		EnvironmentURL: s.EnvironmentURL,
		Environment:    s.Environment,
		Creator:        storeAccount(s.Creator),
		App:            storeApp(s.App),
		CreatedAt:      s.CreatedAt,
	}
}

func (s *storedDeploymentStatus) deploymentStatus() *DeploymentStatus {
	if s == nil {
		return nil
	}
	return &DeploymentStatus{
		ID:             s.ID,
		DeploymentID:   s.DeploymentID,
		State:          s.State,
		Description:    s.Description,
		TargetURL:      s.TargetURL,
		LogURL:         s.LogURL,
		EnvironmentURL: s.EnvironmentURL,
		Environment:    s.Environment,
		Creator:        s.Creator.account(),
		App:            s.App.app(),
		CreatedAt:      s.CreatedAt,
	}
}

func storeCommitStatus(s *CommitStatus) *storedCommitStatus {
	if s == nil {
		return nil
	}
	return &storedCommitStatus{
		ID:           s.ID,
		RepositoryID: s.RepositoryID,
		SHA:          s.SHA,
		Context:      s.Context,
		State:        s.State,
		Description:  s.Description,
		TargetURL:    s.TargetURL,
		Creator:      storeAccount(s.Creator),
		CreatedAt:    s.CreatedAt,
	}
}

func (s *storedCommitStatus) commitStatus() *CommitStatus {
	if s == nil {
		return nil
	}
	return &CommitStatus{
		ID:           s.ID,
		RepositoryID: s.RepositoryID,
		SHA:          s.SHA,
		Context:      s.Context,
		State:        s.State,
		Description:  s.Description,
		TargetURL:    s.TargetURL,
		Creator:      s.Creator.account(),
		CreatedAt:    s.CreatedAt,
	}
}

func storePush(c *RefChange) *storedPush {
	if c == nil {
		return nil
	}
	return &storedPush{Ref: c.Name, Before: c.Old, After: c.New, Forced: c.Forced, Known: c.Known}
}

func (p *storedPush) change() *RefChange {
	if p == nil {
		return nil
	}
	return &RefChange{Name: p.Ref, Old: p.Before, New: p.After, Forced: p.Forced, Known: p.Known}
}

func storeRole(r Role) string {
	if r == RoleNone {
		return ""
	}
	return r.String()
}

// role is the role of a name; a name nobody knows gives no rights.
func role(name string) Role {
	r, err := ParseRole(name)
	if err != nil {
		return RoleNone
	}
	return r
}
