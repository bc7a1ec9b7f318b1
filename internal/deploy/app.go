package deploy

import "github.com/slipway-deploy/slipway"

// Apps remembers apps of both kinds. Removing one removes its installations and all its tokens.
type Apps interface {
	App(id int64) (slipway.App, error)
	AppByClientID(clientID string) (slipway.App, error)
	AppBySlug(slug string) (slipway.App, error)
	ListApps() ([]slipway.App, error) // oldest first
	InsertApp(a *slipway.App) error
	SetApp(a slipway.App) error
	RemoveApp(id int64) error
}

// Installations remembers where GitHub Apps are installed, at most once on an account. Removing one removes its tokens.
type Installations interface {
	Installation(id int64) (slipway.Installation, error)
	InstallationOf(appID, accountID int64) (slipway.Installation, error)
	ListInstallations(appID int64) ([]slipway.Installation, error) // oldest first
	InsertInstallation(i *slipway.Installation) error
	SetInstallation(i slipway.Installation) error
	RemoveInstallation(id int64) error
}
