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

// actThrough completes an actor whose token is an app's: with the app, and with where it is installed. A token of a kind that
// lets nobody in by itself is refused, and so is one whose app or installation is gone.
func actThrough(tx Tx, a *slipway.Actor) error {
	switch a.Token.Kind {
	case slipway.ClassicToken, slipway.OAuthToken, slipway.FineGrainedToken:
		return nil
	case slipway.InstallationToken, slipway.AppUserToken:
	default:
		return slipway.BadCredentials()
	}
	app, err := tx.App(a.Token.AppID)
	if err == nil && app.Kind == slipway.GitHubApp {
		a.App = &app
		a.Installations, err = installationsOf(tx, a.Token)
	}
	if a.App == nil && err == nil || slipway.KindOf(err) == slipway.NotFound {
		return slipway.BadCredentials()
	}
	return err
}

// installationsOf is where an app's token counts: at its own installation, or for a person at all of the app's.
func installationsOf(tx Tx, t slipway.Token) ([]slipway.Installation, error) {
	if t.Kind == slipway.AppUserToken {
		return tx.ListInstallations(t.AppID)
	}
	i, err := tx.Installation(t.InstallationID)
	return []slipway.Installation{i}, err
}
