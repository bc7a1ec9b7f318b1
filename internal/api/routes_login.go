package api

import "github.com/slipway-deploy/slipway"

// authorizationRoutes are the rows of the Authorizations API of 2011–2020, which is served where it is switched on (contract 9.3).
func authorizationRoutes() []route {
	const page = "oauth-authorizations/oauth-authorizations#"
	rows := []route{
		{method: "GET", pattern: "/authorizations", need: slipway.ToHaveAPassword, doc: page + "list-your-authorizations", do: (*API).listAuthorizations},
		{method: "POST", pattern: "/authorizations", need: slipway.ToHaveAPassword, doc: page + "create-a-new-authorization", do: (*API).createAuthorization},
		{method: "GET", pattern: "/authorizations/#authorization", need: slipway.ToHaveAPassword, doc: page + "get-a-single-authorization", do: (*API).getAuthorization},
		{method: "PATCH", pattern: "/authorizations/#authorization", need: slipway.ToHaveAPassword, doc: page + "update-an-existing-authorization", do: (*API).updateAuthorization, exists: (*API).findAuthorization},
		{method: "DELETE", pattern: "/authorizations/#authorization", need: slipway.ToHaveAPassword, doc: page + "delete-an-authorization", do: (*API).deleteAuthorization},
		{method: "PUT", pattern: "/authorizations/clients/:client", need: slipway.ToHaveAPassword, doc: page + "get-or-create-an-authorization-for-a-specific-app", do: (*API).authorizeClient},
		{method: "PUT", pattern: "/authorizations/clients/:client/:fingerprint", need: slipway.ToHaveAPassword, doc: page + "get-or-create-an-authorization-for-a-specific-app-and-fingerprint", do: (*API).authorizeClient},
	}
	for i := range rows {
		rows[i].served = func(o Options) bool { return o.AuthorizationsAPI }
	}
	return rows
}

// clientRoutes are the rows with which apps look after the tokens they were given. The forms that name the token in the path are
// those of 2013.
func clientRoutes() []route {
	const page = "apps/oauth-applications#"
	return []route{
		{method: "POST", pattern: "/applications/:client/token", need: slipway.ToBeAClient, doc: page + "check-a-token", do: (*API).checkAppToken},
		{method: "PATCH", pattern: "/applications/:client/token", need: slipway.ToBeAClient, doc: page + "reset-a-token", do: (*API).resetAppToken},
		{method: "DELETE", pattern: "/applications/:client/token", need: slipway.ToBeAClient, doc: page + "delete-an-app-token", do: (*API).deleteAppToken},
		{method: "DELETE", pattern: "/applications/:client/grant", need: slipway.ToBeAClient, doc: page + "delete-an-app-authorization", do: (*API).deleteAppGrant},
		{method: "GET", pattern: "/applications/:client/tokens/:token", need: slipway.ToBeAClient, doc: page + "check-a-token", do: (*API).checkAppToken},
		{method: "POST", pattern: "/applications/:client/tokens/:token", need: slipway.ToBeAClient, doc: page + "reset-a-token", do: (*API).resetAppToken},
		{method: "DELETE", pattern: "/applications/:client/tokens/:token", need: slipway.ToBeAClient, doc: page + "delete-an-app-token", do: (*API).deleteAppToken},
		{method: "DELETE", pattern: "/applications/:client/grants/:token", need: slipway.ToBeAClient, doc: page + "delete-an-app-authorization", do: (*API).deleteAppGrant},
	}
}
