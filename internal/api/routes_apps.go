package api

import "github.com/slipway-deploy/slipway"

// appRoutes are the rows that GitHub Apps ask for, and those about them (contract 9.6).
func appRoutes() []route {
	return []route{
		{method: "GET", pattern: "/app", need: slipway.ToBeAnApp, doc: "apps/apps#get-the-authenticated-app", do: (*API).currentApp},
		{method: "GET", pattern: "/app/installations", need: slipway.ToBeAnApp, doc: "apps/apps#list-installations-for-the-authenticated-app", do: (*API).listInstallations},
		{method: "GET", pattern: "/app/installations/#installation", need: slipway.ToBeAnApp, doc: "apps/apps#get-an-installation-for-the-authenticated-app", do: (*API).getInstallation},
		{method: "DELETE", pattern: "/app/installations/#installation", need: slipway.ToBeAnApp, doc: "apps/apps#delete-an-installation-for-the-authenticated-app", do: (*API).deleteInstallation},
		{
			method: "POST", pattern: "/app/installations/#installation/access_tokens", need: slipway.ToBeAnApp,
			doc: "apps/apps#create-an-installation-access-token-for-an-app", do: (*API).createInstallationToken, exists: (*API).findInstallation,
		},
		{method: "GET", pattern: "R/installation", need: slipway.ToBeAnApp, doc: "apps/apps#get-a-repository-installation-for-the-authenticated-app", do: (*API).repositoryInstallation},
		{method: "GET", pattern: "/orgs/:org/installation", need: slipway.ToBeAnApp, doc: "apps/apps#get-an-organization-installation-for-the-authenticated-app", do: (*API).organizationInstallation},
		{method: "GET", pattern: "/users/:user/installation", need: slipway.ToBeAnApp, doc: "apps/apps#get-a-user-installation-for-the-authenticated-app", do: (*API).userInstallation},
		{method: "GET", pattern: "/apps/:app", need: slipway.ToBeAnybody, doc: "apps/apps#get-an-app", do: (*API).getApp},
		{method: "GET", pattern: "/installation/repositories", need: slipway.ToBeInstalled, doc: "apps/installations#list-repositories-accessible-to-the-app-installation", do: (*API).installationRepositories},
		{method: "DELETE", pattern: "/installation/token", need: slipway.ToBeInstalled, doc: "apps/installations#revoke-an-installation-access-token", do: (*API).revokeInstallationToken},
	}
}
