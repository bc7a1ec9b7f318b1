package object

import (
	"context"
	"strings"
	"time"

	"github.com/slipway-deploy/slipway"
)

// CheckRun is the newest run of a check of a commit.
type CheckRun struct {
	siblings *commits // the commit among them is what it is about
	row      slipway.CheckRun
}

// CheckSuite is all check runs of one app for one commit.
type CheckSuite struct {
	siblings *commits
	row      slipway.CheckSuite // of those that came with a run, only what tells which it is
}

// The interfaces of the schema that checks implement.
func (*CheckRun) IsNode()                     {}
func (*CheckRun) IsRequirableByPullRequest()  {}
func (*CheckRun) IsStatusCheckRollupContext() {}
func (*CheckRun) IsUniformResourceLocatable() {}
func (*CheckSuite) IsNode()                   {}

func (c *CheckRun) contextKey() string { return "run:" + cursorOfID(c.row.AppID) + ":" + c.row.Name }

// CheckSuite is the suite it belongs to.
func (c *CheckRun) CheckSuite() *CheckSuite {
	return &CheckSuite{c.siblings, slipway.CheckSuite{
		ID: c.row.SuiteID, RepositoryID: c.row.RepositoryID, SHA: c.row.SHA, AppID: c.row.AppID, App: c.row.App,
	}}
}

// CompletedAt is when it ended: null until then.
func (c *CheckRun) CompletedAt() *time.Time { return c.row.CompletedAt }

// Conclusion is how it ended: null until then.
func (c *CheckRun) Conclusion() *string { return orNull(strings.ToUpper(c.row.Conclusion)) }

// DatabaseID is the id REST prints.
func (c *CheckRun) DatabaseID() *int { return databaseID(c.row.ID) }

// DetailsURL is where to read more: its page when it names none.
func (c *CheckRun) DetailsURL() *string {
	switch {
	case c.row.DetailsURL != "":
		return link(c.row.DetailsURL)
	case c.row.App != nil && c.row.App.ExternalURL != "":
		return link(c.row.App.ExternalURL)
	}
	page := c.URL()
	return &page
}

// ExternalID is what its app calls it.
func (c *CheckRun) ExternalID() *string { return &c.row.ExternalID }

// ID is the run's node_id.
func (c *CheckRun) ID() string { return slipway.NodeID("CheckRun", c.row.ID) }

// IsRequired is never true: nothing here merges pull requests.
func (c *CheckRun) IsRequired() bool { return false }

// Name is what is checked.
func (c *CheckRun) Name() string { return c.row.Name }

// Permalink is the address of its page.
func (c *CheckRun) Permalink() string { return c.URL() }

// Repository is whose it is.
func (c *CheckRun) Repository() *Repository { return c.siblings.repository }

// ResourcePath is the path of its page.
func (c *CheckRun) ResourcePath() string { return c.Repository().s.path(c.URL()) }

// StartedAt is when it began.
func (c *CheckRun) StartedAt() *time.Time { return &c.row.StartedAt }

// Status is how far it is.
func (c *CheckRun) Status() string { return strings.ToUpper(c.row.Status) }

// URL is the address of its page.
func (c *CheckRun) URL() string {
	return c.Repository().s.URLs.CheckRunHTML(c.Repository().row, c.row.ID)
}

// App is whose checks they are: null when it is gone.
func (c *CheckSuite) App() *App {
	if c.row.App == nil {
		return nil
	}
	return &App{c.siblings.repository.s, *c.row.App}
}

// Commit is what they are about: the schema knows no suite of a commit that is gone.
func (c *CheckSuite) Commit(ctx context.Context) (*Commit, error) {
	if err := c.Repository().may(ctx, toReadCode); err != nil {
		return nil, err
	}
	return c.siblings.at(ctx, c.row.SHA)
}

// DatabaseID is the id REST prints.
func (c *CheckSuite) DatabaseID() *int { return databaseID(c.row.ID) }

// ID is the suite's node_id.
func (c *CheckSuite) ID() string { return slipway.NodeID("CheckSuite", c.row.ID) }

// Repository is whose it is.
func (c *CheckSuite) Repository() *Repository { return c.siblings.repository }

// App is a program that acts for people, or for itself.
type App struct {
	s   *Session
	row slipway.App
}

// IsNode says that apps have ids.
func (*App) IsNode() {}

// ClientID names it to those whom it asks for leave.
func (a *App) ClientID() *string { return orNull(a.row.ClientID) }

// CreatedAt is when it was made.
func (a *App) CreatedAt() time.Time { return a.row.CreatedAt }

// DatabaseID is the id REST prints.
func (a *App) DatabaseID() *int { return databaseID(a.row.ID) }

// Description is what it is about.
func (a *App) Description() *string { return orNull(a.row.Description) }

// ID is the app's node_id.
func (a *App) ID() string { return slipway.NodeID("App", a.row.ID) }

// Name is its name.
func (a *App) Name() string { return a.row.Name }

// Slug is its name in addresses.
func (a *App) Slug() string { return a.row.Slug }

// UpdatedAt is when it last changed.
func (a *App) UpdatedAt() time.Time { return a.row.UpdatedAt }

// URL is the address of its own page: ours of it when it has none.
func (a *App) URL() string {
	if a.row.ExternalURL != "" && slipway.IsWebURL(a.row.ExternalURL) {
		return a.row.ExternalURL
	}
	return a.s.URLs.AppHTML(a.row.Slug)
}

// Team is a group of an organization's members.
type Team struct {
	s   *Session
	row slipway.Team
}

// The interfaces of the schema that teams implement.
func (*Team) IsNode()               {}
func (*Team) IsDeploymentReviewer() {}

// CombinedSlug is ORGANIZATION/SLUG.
func (t *Team) CombinedSlug() string { return t.row.Organization.Login + "/" + t.row.Slug }

// CreatedAt is when it was made.
func (t *Team) CreatedAt() time.Time { return t.row.CreatedAt }

// DatabaseID is the id REST prints.
func (t *Team) DatabaseID() *int { return databaseID(t.row.ID) }

// Description is what it is about.
func (t *Team) Description() *string { return orNull(t.row.Description) }

// ID is the team's node_id.
func (t *Team) ID() string { return slipway.NodeID("Team", t.row.ID) }

// Name is its name.
func (t *Team) Name() string { return t.row.Name }

// Organization is whose it is.
func (t *Team) Organization() *Organization { return &Organization{account{t.s, t.row.Organization}} }

// ResourcePath is the path of its page.
func (t *Team) ResourcePath() string { return t.s.path(t.URL()) }

// Slug is its name in addresses.
func (t *Team) Slug() string { return t.row.Slug }

// UpdatedAt is when it last changed.
func (t *Team) UpdatedAt() time.Time { return t.row.UpdatedAt }

// URL is the address of its page.
func (t *Team) URL() string {
	return t.s.URLs.Web + "/orgs/" + t.row.Organization.Login + "/teams/" + t.row.Slug
}

// Team is one of the organization's teams: null when it has none of that slug that the caller may see.
func (o *Organization) Team(ctx context.Context, slug string) (*Team, error) {
	if err := slipway.Allowed(o.s.Actor, slipway.ToReadOrganizations, slipway.Repository{}, slipway.RoleNone); err != nil {
		return nil, absent(concealed(err))
	}
	found, err := o.s.Deploy.Team(ctx, o.s.Actor, o.row, slug)
	if err != nil {
		return nil, absent(concealed(err))
	}
	return &Team{o.s, found.Team}, nil
}
