package store

import (
	"encoding/json"
	"errors"
	"strings"

	"github.com/slipway-deploy/slipway"
	"github.com/slipway-deploy/slipway/internal/store/db"
)

// App finds an app by its id.
func (t *tx) App(id int64) (slipway.App, error) {
	row, err := t.q.GetApp(t.ctx, id)
	return appOf(row.App, row.Account), t.failed("app", err)
}

// AppByClientID finds an app by its client id.
func (t *tx) AppByClientID(clientID string) (slipway.App, error) {
	row, err := t.q.GetAppByClientID(t.ctx, clientID)
	return appOf(row.App, row.Account), t.failed("app by client id", err)
}

// AppBySlug finds an app by the name in its address, in any case.
func (t *tx) AppBySlug(slug string) (slipway.App, error) {
	row, err := t.q.GetAppBySlug(t.ctx, strings.ToLower(slug))
	return appOf(row.App, row.Account), t.failed("app by slug", err)
}

// ListApps lists all apps, oldest first.
func (t *tx) ListApps() ([]slipway.App, error) {
	rows, err := t.q.ListApps(t.ctx)
	list := make([]slipway.App, 0, len(rows))
	for _, row := range rows {
		list = append(list, appOf(row.App, row.Account))
	}
	return list, t.failed("list apps", err)
}

// InsertApp adds an app: Conflict when its slug or its client id is taken.
func (t *tx) InsertApp(a *slipway.App) error {
	id, err := t.q.InsertApp(t.ctx, db.InsertAppParams{
		Kind: string(a.Kind), Slug: a.Slug, Name: a.Name, OwnerID: a.Owner.ID, ClientID: a.ClientID, Description: a.Description,
		ExternalUrl: a.ExternalURL, CallbackUrls: listText(a.CallbackURLs), DeviceFlow: a.DeviceFlow, ExpiringTokens: a.ExpiringTokens,
		Permissions: a.Permissions.String(), Events: listText(a.Events), PublicKeys: listText(a.PublicKeys),
		SecretHashes: listText(a.SecretHashes), BotID: nonZero(a.BotID), CreatedAt: micro(a.CreatedAt), UpdatedAt: micro(a.UpdatedAt),
	})
	if err != nil {
		return t.failed("insert app", err)
	}
	a.ID = id
	return nil
}

// SetApp changes an app.
func (t *tx) SetApp(a slipway.App) error {
	n, err := t.q.UpdateApp(t.ctx, db.UpdateAppParams{
		Kind: string(a.Kind), Slug: a.Slug, Name: a.Name, OwnerID: a.Owner.ID, ClientID: a.ClientID, Description: a.Description,
		ExternalUrl: a.ExternalURL, CallbackUrls: listText(a.CallbackURLs), DeviceFlow: a.DeviceFlow, ExpiringTokens: a.ExpiringTokens,
		Permissions: a.Permissions.String(), Events: listText(a.Events), PublicKeys: listText(a.PublicKeys),
		SecretHashes: listText(a.SecretHashes), BotID: nonZero(a.BotID), UpdatedAt: micro(a.UpdatedAt), ID: a.ID,
	})
	return errors.Join(t.changed("set app", n, err), t.BumpAuthVersion())
}

// RemoveApp deletes an app with its installations and all its tokens.
func (t *tx) RemoveApp(id int64) error {
	n, err := t.q.DeleteApp(t.ctx, id)
	return errors.Join(t.changed("remove app", n, err), t.BumpAuthVersion())
}

// Installation finds an installation by its id.
func (t *tx) Installation(id int64) (slipway.Installation, error) {
	row, err := t.q.GetInstallation(t.ctx, id)
	return installationOf(row.Installation, row.Account), t.failed("installation", err)
}

// InstallationOf finds an app's installation on an account.
func (t *tx) InstallationOf(appID, accountID int64) (slipway.Installation, error) {
	row, err := t.q.GetInstallationOf(t.ctx, db.GetInstallationOfParams{AppID: appID, AccountID: accountID})
	return installationOf(row.Installation, row.Account), t.failed("installation of", err)
}

// ListInstallations lists an app's installations, oldest first.
func (t *tx) ListInstallations(appID int64) ([]slipway.Installation, error) {
	rows, err := t.q.ListInstallations(t.ctx, appID)
	list := make([]slipway.Installation, 0, len(rows))
	for _, row := range rows {
		list = append(list, installationOf(row.Installation, row.Account))
	}
	return list, t.failed("list installations", err)
}

// InsertInstallation adds an installation: Conflict when the app is installed on the account.
func (t *tx) InsertInstallation(i *slipway.Installation) error {
	id, err := t.q.InsertInstallation(t.ctx, db.InsertInstallationParams{
		AppID: i.AppID, AccountID: i.Account.ID, Permissions: i.Permissions.String(), AllRepositories: i.AllRepositories,
		RepositoryIds: idList(i.RepositoryIDs), CreatedAt: micro(i.CreatedAt), UpdatedAt: micro(i.UpdatedAt),
	})
	if err != nil {
		return t.failed("insert installation", err)
	}
	i.ID = id
	return t.BumpAuthVersion() // it gives the app's tokens for people more
}

// SetInstallation changes what an installation may do, and where.
func (t *tx) SetInstallation(i slipway.Installation) error {
	n, err := t.q.UpdateInstallation(t.ctx, db.UpdateInstallationParams{
		Permissions: i.Permissions.String(), AllRepositories: i.AllRepositories, RepositoryIds: idList(i.RepositoryIDs),
		UpdatedAt: micro(i.UpdatedAt), ID: i.ID,
	})
	return errors.Join(t.changed("set installation", n, err), t.BumpAuthVersion())
}

// RemoveInstallation deletes an installation with its tokens.
func (t *tx) RemoveInstallation(id int64) error {
	n, err := t.q.DeleteInstallation(t.ctx, id)
	return errors.Join(t.changed("remove installation", n, err), t.BumpAuthVersion())
}

func appOf(a db.App, owner db.Account) slipway.App {
	return slipway.App{
		ID: a.ID, Kind: slipway.AppKind(a.Kind), Slug: a.Slug, Name: a.Name, Owner: accountOf(owner), ClientID: a.ClientID,
		Description: a.Description, ExternalURL: a.ExternalUrl, CallbackURLs: listOf[string](a.CallbackUrls),
		DeviceFlow: a.DeviceFlow, ExpiringTokens: a.ExpiringTokens, Permissions: permissionsOf(a.Permissions),
		Events: listOf[string](a.Events), PublicKeys: listOf[[]byte](a.PublicKeys), SecretHashes: listOf[[]byte](a.SecretHashes),
		BotID: orZero(a.BotID), CreatedAt: a.CreatedAt, UpdatedAt: a.UpdatedAt,
	}
}

func installationOf(i db.Installation, account db.Account) slipway.Installation {
	return slipway.Installation{
		ID: i.ID, AppID: i.AppID, Account: accountOf(account), Permissions: permissionsOf(i.Permissions),
		AllRepositories: i.AllRepositories, RepositoryIDs: listOf[int64](i.RepositoryIds), CreatedAt: i.CreatedAt, UpdatedAt: i.UpdatedAt,
	}
}

// actingApps are the apps that rows name. Those that are gone are absent, and *App is then nil.
type actingApps map[int64]*slipway.App

func (t *tx) actingApps(ids []int64) (actingApps, error) {
	found := actingApps{}
	if len(ids) == 0 {
		return found, nil
	}
	rows, err := t.q.ListAppsByID(t.ctx, idList(ids))
	for _, row := range rows {
		a := appOf(row.App, row.Account)
		found[a.ID] = &a
	}
	return found, t.failed("apps", err)
}

func (a actingApps) of(id *int64) *slipway.App {
	if id == nil {
		return nil
	}
	return a[*id]
}

// appIDOf is the column of an app that may be none.
func appIDOf(a *slipway.App) *int64 {
	if a == nil {
		return nil
	}
	return nonZero(a.ID)
}

// permissionsOf reads a column of permissions. What a release before or after this one wrote and this one does not know
// allows nothing.
func permissionsOf(text string) slipway.Permissions {
	if p, err := slipway.ParsePermissions(text); err == nil && len(p) > 0 {
		return p
	}
	return nil
}

// listText is a list as a column keeps it: JSON, never null.
func listText[T any](list []T) string {
	if len(list) == 0 {
		return "[]"
	}
	text, _ := json.Marshal(list) // strings, bytes and numbers always encode
	return string(text)
}

// listOf reads what listText wrote.
func listOf[T any](text string) []T {
	var list []T
	if json.Unmarshal([]byte(text), &list) != nil {
		return nil
	}
	return list
}

// nonZero is the column of an id that may be none.
func nonZero(id int64) *int64 {
	if id == 0 {
		return nil
	}
	return &id
}

func orZero(id *int64) int64 {
	if id == nil {
		return 0
	}
	return *id
}
