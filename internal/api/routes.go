package api

import (
	"context"
	"slices"

	"github.com/slipway-deploy/slipway"
)

// A route is a row of the table: everything the edge knows about one method and path.
type route struct {
	method, pattern string
	need            slipway.Need // who may; a row without one does not start
	scopes          string       // X-Accepted-OAuth-Scopes, in the spelling of contract README
	preview         *preview     // nil: it never was one
	scopesIn        scopesOfEra  // what the header named in older eras; nil: the same
	scopesIfPrivate bool         // the header names them for private repositories only
	permission      string       // X-Accepted-GitHub-Permissions
	doc             string       // documentation_url, below …/rest/, or with a slash before it below the documentation's root
	served          servedIf     // whether this server has the row at all; nil: it has
	free            bool         // not counted against the rate limit
	barred          []string     // see pattern
	slash           bool         // a slash may follow the path: clients write one where the last part is empty
	extension       bool         // of the extension API, see extension.go
	anonymous       string       // what callers without credentials are told; empty: as everywhere
	resource        string       // X-RateLimit-Resource; empty: core
	title           string       // what the log and the metrics call it; empty: the pattern
	publicEvents    bool         // a list of events that shows the public ones only
	evenArchived    bool         // may write to an archived repository
	alwaysFirst     bool         // Link has rel="first" on the first page too, as comparisons were recorded
	do              handler
	exists          finder // the sub-resource that the path names; nil: none

	path             pattern
	docURL           string
	permissionHeader []string
	resourceHeader   []string
}

// A handler turns one call into one reply.
type handler func(a *API, ctx context.Context, c *call) (reply, error)

// A finder answers NotFound when what a path names is not there.
type finder func(a *API, ctx context.Context, c *call) error

// The scopes that rows accept, as the header spells them.
const (
	deploymentScopes = "repo, repo_deployment"
	statusScopes     = "repo, repo:status"
	hookReadScopes   = "admin:repo_hook, public_repo, read:repo_hook, repo, write:repo_hook"
	hookWriteScopes  = "admin:repo_hook, public_repo, repo, write:repo_hook"
	hookDeleteScopes = "admin:repo_hook, public_repo, repo"
)

// scopesOfEra gives a row's scopes as an older era printed them, and whether they differed from today's.
type scopesOfEra func(slipway.Era) (scopes string, differed bool)

// readingRefs printed no scopes until 2018, as was recorded in 2016.
func readingRefs(e slipway.Era) (string, bool) { return "", e <= slipway.E8 }

// deletingRefs printed one for a while, as was recorded in 2018.
func deletingRefs(e slipway.Era) (string, bool) { return "repo", e == slipway.E8 }

// belowEnvironments are resources of environments, served or not. Without this, PUT …/environments/x/secrets/y would make an
// environment of that name.
var belowEnvironments = []string{"secrets", "variables", "deployment-branch-policies", "deployment_protection_rules"}

// routes is the table. Rows whose paths could be mistaken for one another stand with the longer one first. Most writes name
// no scopes in their header and still need them (contract README, endpoint table).
func routes() []route {
	return slices.Concat([]route{
		// Deployments
		{
			method: "GET", pattern: "R/deployments", preview: deploymentsPreview, need: slipway.ToReadDeployments, scopes: deploymentScopes, permission: "deployments=read",
			doc: "deployments/deployments#list-deployments", do: (*API).listDeployments,
		},
		{
			method: "POST", pattern: "R/deployments", preview: deploymentsPreview, need: slipway.ToWriteDeployments, permission: "deployments=write",
			doc: "deployments/deployments#create-a-deployment", do: (*API).createDeployment,
		},
		{
			method: "GET", pattern: "R/deployments/#deployment", preview: deploymentsPreview, need: slipway.ToReadDeployments, scopes: deploymentScopes, permission: "deployments=read",
			doc: "deployments/deployments#get-a-deployment", do: (*API).getDeployment,
		},
		{
			method: "DELETE", pattern: "R/deployments/#deployment", preview: deploymentsPreview, need: slipway.ToWriteDeployments, permission: "deployments=write",
			doc: "deployments/deployments#delete-a-deployment", do: (*API).deleteDeployment, exists: (*API).findDeployment,
		},
		{
			method: "GET", pattern: "R/deployments/#deployment/statuses", preview: deploymentsPreview, need: slipway.ToReadDeployments, scopes: deploymentScopes, permission: "deployments=read",
			doc: "deployments/statuses#list-deployment-statuses", do: (*API).listDeploymentStatuses,
		},
		{
			method: "POST", pattern: "R/deployments/#deployment/statuses", preview: deploymentsPreview, need: slipway.ToWriteDeployments, permission: "deployments=write",
			doc: "deployments/statuses#create-a-deployment-status", do: (*API).createDeploymentStatus, exists: (*API).findDeployment,
		},
		{
			method: "GET", pattern: "R/deployments/#deployment/statuses/#status", preview: deploymentsPreview, need: slipway.ToReadDeployments, scopes: deploymentScopes, permission: "deployments=read",
			doc: "deployments/statuses#get-a-deployment-status", do: (*API).getDeploymentStatus,
		},

		// Commit statuses
		{
			method: "POST", pattern: "R/statuses/*sha", need: slipway.ToWriteStatuses, permission: "statuses=write",
			doc: "commits/statuses#create-a-commit-status", do: (*API).createCommitStatus,
		},
		{
			method: "GET", pattern: "R/statuses/*ref", need: slipway.ToReadStatuses, scopes: statusScopes, permission: "statuses=read",
			doc: "commits/statuses#list-commit-statuses-for-a-reference", do: (*API).listCommitStatuses,
		},
		{
			method: "GET", pattern: "R/commits/*ref/statuses", need: slipway.ToReadStatuses, scopes: statusScopes, permission: "statuses=read",
			doc: "commits/statuses#list-commit-statuses-for-a-reference", do: (*API).listCommitStatuses,
		},
		{
			method: "GET", pattern: "R/commits/*ref/status", preview: combinedPreview, need: slipway.ToReadStatuses, scopes: statusScopes, permission: "statuses=read",
			doc: "commits/statuses#get-the-combined-status-for-a-specific-reference", do: (*API).combinedStatus,
		},

		// Check runs and suites
		{
			method: "POST", pattern: "R/check-runs", need: slipway.ToWriteChecks, permission: "checks=write",
			doc: "checks/runs#create-a-check-run", do: (*API).createCheckRun,
		},
		{
			method: "GET", pattern: "R/check-runs/#run", need: slipway.ToReadChecks, permission: "checks=read",
			doc: "checks/runs#get-a-check-run", do: (*API).getCheckRun,
		},
		{
			method: "PATCH", pattern: "R/check-runs/#run", need: slipway.ToWriteChecks, permission: "checks=write",
			doc: "checks/runs#update-a-check-run", do: (*API).updateCheckRun, exists: (*API).findCheckRun,
		},
		{
			method: "GET", pattern: "R/check-runs/#run/annotations", need: slipway.ToReadChecks, permission: "checks=read",
			doc: "checks/runs#list-check-run-annotations", do: (*API).listAnnotations,
		},
		{
			method: "GET", pattern: "R/commits/*ref/check-runs", need: slipway.ToReadChecks, permission: "checks=read",
			doc: "checks/runs#list-check-runs-for-a-git-reference", do: (*API).listCheckRuns,
		},
		{
			method: "POST", pattern: "R/check-suites", need: slipway.ToWriteChecks, permission: "checks=write",
			doc: "checks/suites#create-a-check-suite", do: (*API).createCheckSuite,
		},
		{
			method: "GET", pattern: "R/check-suites/#suite", need: slipway.ToReadChecks, permission: "checks=read",
			doc: "checks/suites#get-a-check-suite", do: (*API).getCheckSuite,
		},
		{
			method: "GET", pattern: "R/check-suites/#suite/check-runs", need: slipway.ToReadChecks, permission: "checks=read",
			doc: "checks/runs#list-check-runs-in-a-check-suite", do: (*API).listCheckRunsOfSuite,
		},
		{
			method: "POST", pattern: "R/check-suites/#suite/rerequest", need: slipway.ToWriteChecks, permission: "checks=write",
			doc: "checks/suites#rerequest-a-check-suite", do: (*API).rerequestCheckSuite, exists: (*API).findCheckSuite,
		},
		{
			method: "GET", pattern: "R/commits/*ref/check-suites", need: slipway.ToReadChecks, permission: "checks=read",
			doc: "checks/suites#list-check-suites-for-a-git-reference", do: (*API).listCheckSuites,
		},

		// Environments
		{
			method: "GET", pattern: "R/environments", need: slipway.ToReadRepository, scopes: "repo", scopesIfPrivate: true, permission: "actions=read",
			doc: "deployments/environments#list-environments", do: (*API).listEnvironments,
		},
		{
			method: "GET", pattern: "R/environments/*environment", need: slipway.ToReadRepository, scopes: "repo", scopesIfPrivate: true, permission: "actions=read",
			doc: "deployments/environments#get-an-environment", barred: belowEnvironments, do: (*API).getEnvironment,
		},
		{
			method: "PUT", pattern: "R/environments/*environment", need: slipway.ToWriteEnvironments, permission: "administration=write",
			doc: "deployments/environments#create-or-update-an-environment", barred: belowEnvironments, do: (*API).putEnvironment,
		},
		{
			method: "DELETE", pattern: "R/environments/*environment", need: slipway.ToWriteEnvironments, permission: "administration=write",
			doc: "deployments/environments#delete-an-environment", barred: belowEnvironments, do: (*API).deleteEnvironment, exists: (*API).findEnvironment,
		},

		{
			method: "GET", pattern: "R/environments/*environment/deployment-branch-policies", need: slipway.ToReadRepository, scopes: "repo", permission: "actions=read",
			doc: "deployments/branch-policies#list-deployment-branch-policies", barred: belowEnvironments, do: (*API).listBranchPolicies,
		},
		{
			method: "POST", pattern: "R/environments/*environment/deployment-branch-policies", need: slipway.ToWriteEnvironments, scopes: "repo", permission: "administration=write",
			doc: "deployments/branch-policies#create-a-deployment-branch-policy", barred: belowEnvironments, do: (*API).createBranchPolicy, exists: (*API).findBranchPolicies,
		},
		{
			method: "GET", pattern: "R/environments/*environment/deployment-branch-policies/#policy", need: slipway.ToReadRepository, scopes: "repo", permission: "actions=read",
			doc: "deployments/branch-policies#get-a-deployment-branch-policy", barred: belowEnvironments, do: (*API).getBranchPolicy,
		},
		{
			method: "PUT", pattern: "R/environments/*environment/deployment-branch-policies/#policy", need: slipway.ToWriteEnvironments, scopes: "repo", permission: "administration=write",
			doc: "deployments/branch-policies#update-a-deployment-branch-policy", barred: belowEnvironments, do: (*API).updateBranchPolicy, exists: (*API).findBranchPolicy,
		},
		{
			method: "DELETE", pattern: "R/environments/*environment/deployment-branch-policies/#policy", need: slipway.ToWriteEnvironments, scopes: "repo", permission: "administration=write",
			doc: "deployments/branch-policies#delete-a-deployment-branch-policy", barred: belowEnvironments, do: (*API).deleteBranchPolicy, exists: (*API).findBranchPolicy,
		},
		{
			method: "GET", pattern: "R/environments/*environment/deployment_protection_rules", need: slipway.ToReadRepository, scopes: "repo", permission: "actions=read",
			doc: "deployments/protection-rules#get-all-deployment-protection-rules-for-an-environment", barred: belowEnvironments, do: (*API).listProtectionRules,
		},
		{
			method: "POST", pattern: "R/environments/*environment/deployment_protection_rules", need: slipway.ToWriteEnvironments, scopes: "repo", permission: "administration=write",
			doc:    "deployments/protection-rules#create-a-custom-deployment-protection-rule-on-an-environment",
			barred: belowEnvironments, do: (*API).createProtectionRule, exists: (*API).findEnvironment,
		},
		{
			method: "GET", pattern: "R/environments/*environment/deployment_protection_rules/apps", need: slipway.ToWriteEnvironments, scopes: "repo", permission: "administration=read",
			doc: "deployments/protection-rules#list-custom-deployment-rule-integrations-available-for-an-environment", barred: belowEnvironments, do: (*API).listRuleApps,
		},
		{
			method: "GET", pattern: "R/environments/*environment/deployment_protection_rules/#rule", need: slipway.ToReadRepository, scopes: "repo", permission: "actions=read",
			doc: "deployments/protection-rules#get-a-custom-deployment-protection-rule", barred: belowEnvironments, do: (*API).getProtectionRule,
		},
		{
			method: "DELETE", pattern: "R/environments/*environment/deployment_protection_rules/#rule", need: slipway.ToWriteEnvironments, scopes: "repo", permission: "administration=write",
			doc:    "deployments/protection-rules#disable-a-custom-protection-rule-for-an-environment",
			barred: belowEnvironments, do: (*API).deleteProtectionRule, exists: (*API).findProtectionRule,
		},
		{
			method: "GET", pattern: "R/actions/runs/#deployment/pending_deployments", need: slipway.ToReadRepository, scopes: "repo", permission: "actions=read",
			doc: "actions/workflow-runs#get-pending-deployments-for-a-workflow-run", do: (*API).listPending,
		},
		{
			method: "GET", pattern: "R/actions/runs/#deployment/approvals", need: slipway.ToReadRepository, scopes: "repo", permission: "actions=read",
			doc: "actions/workflow-runs#get-the-review-history-for-a-workflow-run", do: (*API).listPending,
		},

		// Hooks
		{
			method: "GET", pattern: "R/hooks", need: slipway.ToReadHooks, scopes: hookReadScopes, permission: "repository_hooks=read",
			doc: "repos/webhooks#list-repository-webhooks", do: (*API).listHooks,
		},
		{
			method: "POST", pattern: "R/hooks", need: slipway.ToWriteHooks, scopes: hookWriteScopes, permission: "repository_hooks=write",
			doc: "repos/webhooks#create-a-repository-webhook", do: (*API).createHook,
		},
		{
			method: "GET", pattern: "R/hooks/#hook", need: slipway.ToReadHooks, scopes: hookReadScopes, permission: "repository_hooks=read",
			doc: "repos/webhooks#get-a-repository-webhook", do: (*API).getHook,
		},
		{
			method: "PATCH", pattern: "R/hooks/#hook", need: slipway.ToWriteHooks, scopes: hookWriteScopes, permission: "repository_hooks=write",
			doc: "repos/webhooks#update-a-repository-webhook", do: (*API).updateHook, exists: (*API).findHook,
		},
		{
			method: "DELETE", pattern: "R/hooks/#hook", need: slipway.ToDeleteHooks, scopes: hookDeleteScopes, permission: "repository_hooks=write",
			doc: "repos/webhooks#delete-a-repository-webhook", do: (*API).deleteHook, exists: (*API).findHook,
		},
		{
			method: "GET", pattern: "R/hooks/#hook/config", need: slipway.ToReadHooks, scopes: hookReadScopes, permission: "repository_hooks=read",
			doc: "repos/webhooks#get-a-webhook-configuration-for-a-repository", do: (*API).getHookConfig,
		},
		{
			method: "PATCH", pattern: "R/hooks/#hook/config", need: slipway.ToWriteHooks, scopes: hookWriteScopes, permission: "repository_hooks=write",
			doc: "repos/webhooks#update-a-webhook-configuration-for-a-repository", do: (*API).updateHookConfig, exists: (*API).findHook,
		},
		{
			method: "POST", pattern: "R/hooks/#hook/pings", need: slipway.ToReadHooks, scopes: hookReadScopes, permission: "repository_hooks=read",
			doc: "repos/webhooks#ping-a-repository-webhook", do: (*API).pingHook, exists: (*API).findHook,
		},
		{
			method: "POST", pattern: "R/hooks/#hook/tests", need: slipway.ToWriteHooks, scopes: hookWriteScopes, permission: "repository_hooks=write",
			doc: "repos/webhooks#test-the-push-repository-webhook", do: (*API).testHook, exists: (*API).findHook,
		},
		{
			method: "POST", pattern: "R/hooks/#hook/test", need: slipway.ToWriteHooks, scopes: hookWriteScopes, permission: "repository_hooks=write",
			doc: "repos/webhooks#test-the-push-repository-webhook", do: (*API).testHook, exists: (*API).findHook,
		},
		{
			method: "GET", pattern: "R/hooks/#hook/deliveries", need: slipway.ToReadHooks, scopes: hookReadScopes, permission: "repository_hooks=read",
			doc: "repos/webhooks#list-deliveries-for-a-repository-webhook", do: (*API).listDeliveries, exists: (*API).findHook,
		},
		{
			method: "GET", pattern: "R/hooks/#hook/deliveries/#delivery", need: slipway.ToReadHooks, scopes: hookReadScopes, permission: "repository_hooks=read",
			doc: "repos/webhooks#get-a-delivery-for-a-repository-webhook", do: (*API).getDelivery,
		},
		{
			method: "POST", pattern: "R/hooks/#hook/deliveries/#delivery/attempts", need: slipway.ToWriteHooks, scopes: hookWriteScopes, permission: "repository_hooks=write",
			doc: "repos/webhooks#redeliver-a-delivery-for-a-repository-webhook", do: (*API).redeliver, exists: (*API).findDelivery,
		},

		// Repositories and what is in them
		{
			method: "GET", pattern: "R", need: slipway.ToReadRepository, scopes: "repo", permission: "metadata=read",
			doc: "repos/repos#get-a-repository", do: (*API).getRepository,
		},
		{
			method: "POST", pattern: "/user/repos", need: slipway.ToCreateRepositories, scopes: "public_repo, repo", permission: "administration=write",
			doc: "repos/repos#create-a-repository-for-the-authenticated-user", do: (*API).createRepository,
		},
		{
			method: "POST", pattern: "/orgs/:org/repos", need: slipway.ToCreateRepositories, scopes: "public_repo, repo", permission: "administration=write",
			doc: "repos/repos#create-an-organization-repository", do: (*API).createRepository,
		},
		{
			method: "GET", pattern: "R/topics", preview: topicsPreview, need: slipway.ToReadRepository, permission: "metadata=read",
			doc: "repos/repos#get-all-repository-topics", do: (*API).topics,
		},
		{
			method: "GET", pattern: "R/branches", need: slipway.ToReadRepository, permission: "contents=read",
			doc: "branches/branches#list-branches", do: (*API).listBranches,
		},
		{
			method: "GET", pattern: "R/tags", need: slipway.ToReadRepository, permission: "contents=read",
			doc: "repos/repos#list-repository-tags", do: (*API).listTags,
		},
		{
			method: "GET", pattern: "R/branches/*branch", need: slipway.ToReadRepository, permission: "contents=read",
			doc: "branches/branches#get-a-branch", do: (*API).getBranch,
		},
		{
			method: "GET", pattern: "R/commits", need: slipway.ToReadRepository, permission: "contents=read",
			doc: "commits/commits#list-commits", do: (*API).listCommits,
		},
		{
			method: "GET", pattern: "R/commits/*ref/branches-where-head", need: slipway.ToReadRepository, permission: "contents=read",
			doc: "commits/commits#list-branches-for-head-commit", do: (*API).branchesAt,
		},
		{
			method: "GET", pattern: "R/commits/*ref/pulls", need: slipway.ToReadRepository, permission: "contents=read",
			doc: "commits/commits#list-pull-requests-associated-with-a-commit", do: (*API).pullsOf,
		},
		{
			method: "GET", pattern: "R/commits/*ref", need: slipway.ToReadRepository, permission: "contents=read",
			doc: "commits/commits#get-a-commit", do: (*API).getCommit,
		},
		{
			method: "GET", pattern: "R/compare/*range", need: slipway.ToReadRepository, permission: "contents=read",
			doc: "commits/commits#compare-two-commits", alwaysFirst: true, do: (*API).compare,
		},
		{
			method: "POST", pattern: "R/merges", need: slipway.ToWriteCode, permission: "contents=write",
			doc: "branches/branches#merge-a-branch", do: (*API).mergeBranches,
		},

		// Refs and objects, as git has them
		{
			method: "GET", pattern: "R/git/refs", need: slipway.ToReadRepository, scopes: "repo", scopesIn: readingRefs, permission: "contents=read",
			doc: "git/refs#list-matching-references", slash: true, do: (*API).listGitRefs,
		},
		{
			method: "POST", pattern: "R/git/refs", need: slipway.ToWriteCode, permission: "contents=write",
			doc: "git/refs#create-a-reference", do: (*API).createGitRef,
		},
		{
			method: "GET", pattern: "R/git/refs/*ref", need: slipway.ToReadRepository, scopes: "repo", scopesIn: readingRefs, permission: "contents=read",
			doc: "git/refs#get-a-reference", slash: true, do: (*API).getGitRefs,
		},
		{
			method: "PATCH", pattern: "R/git/refs/*ref", need: slipway.ToWriteCode, permission: "contents=write",
			doc: "git/refs#update-a-reference", do: (*API).updateGitRef,
		},
		{
			method: "DELETE", pattern: "R/git/refs/*ref", need: slipway.ToWriteCode, scopesIn: deletingRefs, permission: "contents=write",
			doc: "git/refs#delete-a-reference", do: (*API).deleteGitRef,
		},
		{
			method: "GET", pattern: "R/git/ref/*ref", need: slipway.ToReadRepository, scopes: "repo", permission: "contents=read",
			doc: "git/refs#get-a-reference", do: (*API).getGitRef,
		},
		{
			method: "GET", pattern: "R/git/matching-refs", need: slipway.ToReadRepository, scopes: "repo", permission: "contents=read",
			doc: "git/refs#list-matching-references", slash: true, do: (*API).listGitRefs,
		},
		{
			method: "GET", pattern: "R/git/matching-refs/*ref", need: slipway.ToReadRepository, scopes: "repo", permission: "contents=read",
			doc: "git/refs#list-matching-references", slash: true, do: (*API).listGitRefs,
		},
		{
			method: "GET", pattern: "R/git/commits/:sha", need: slipway.ToReadRepository, permission: "contents=read",
			doc: "git/commits#get-a-commit-object", do: (*API).getGitCommit,
		},
		{
			method: "GET", pattern: "R/git/trees/*sha", need: slipway.ToReadRepository, permission: "contents=read",
			doc: "git/trees#get-a-tree", do: (*API).getGitTree,
		},
		{
			method: "GET", pattern: "R/git/blobs/:sha", need: slipway.ToReadRepository, permission: "contents=read",
			doc: "git/blobs#get-a-blob", do: (*API).getGitBlob,
		},
		{
			method: "GET", pattern: "R/git/tags/:sha", need: slipway.ToReadRepository, permission: "contents=read",
			doc: "git/tags#get-a-tag", do: (*API).getGitTag,
		},

		// Files
		{
			method: "GET", pattern: "R/contents", need: slipway.ToReadRepository, permission: "contents=read",
			doc: "repos/contents#get-repository-content", slash: true, do: (*API).getContents,
		},
		{
			method: "GET", pattern: "R/contents/*path", need: slipway.ToReadRepository, permission: "contents=read",
			doc: "repos/contents#get-repository-content", slash: true, do: (*API).getContents,
		},
		{
			method: "GET", pattern: "R/readme", need: slipway.ToReadRepository, permission: "contents=read",
			doc: "repos/contents#get-a-repository-readme", slash: true, do: (*API).getReadme,
		},
		{
			method: "GET", pattern: "R/readme/*dir", need: slipway.ToReadRepository, permission: "contents=read",
			doc: "repos/contents#get-a-repository-readme-for-a-directory", slash: true, do: (*API).getReadme,
		},
		{
			method: "GET", pattern: "R/raw/:sha/*path", need: slipway.ToReadRepository, permission: "contents=read",
			doc: "repos/contents#get-repository-content", do: (*API).getRaw,
		},
		{
			method: "GET", pattern: "R/tarball", need: slipway.ToReadRepository, permission: "contents=read",
			doc: "repos/contents#download-a-repository-archive-tar", slash: true, do: findArchive("tarball"),
		},
		{
			method: "GET", pattern: "R/tarball/*ref", need: slipway.ToReadRepository, permission: "contents=read",
			doc: "repos/contents#download-a-repository-archive-tar", do: findArchive("tarball"),
		},
		{
			method: "GET", pattern: "R/zipball", need: slipway.ToReadRepository, permission: "contents=read",
			doc: "repos/contents#download-a-repository-archive-zip", slash: true, do: findArchive("zipball"),
		},
		{
			method: "GET", pattern: "R/zipball/*ref", need: slipway.ToReadRepository, permission: "contents=read",
			doc: "repos/contents#download-a-repository-archive-zip", do: findArchive("zipball"),
		},
		{
			method: "GET", pattern: "R/legacy.tar.gz/:sha", need: slipway.ToReadRepository, permission: "contents=read",
			doc: "repos/contents#download-a-repository-archive-tar", do: getArchive("tarball"),
		},
		{
			method: "GET", pattern: "R/legacy.zip/:sha", need: slipway.ToReadRepository, permission: "contents=read",
			doc: "repos/contents#download-a-repository-archive-zip", do: getArchive("zipball"),
		},

		// The server and who asks
		{method: "GET", pattern: "/", need: slipway.ToBeAnybody, doc: "meta/meta#github-api-root", do: (*API).root},
		{method: "GET", pattern: "/meta", need: slipway.ToBeAnybody, doc: "meta/meta#get-github-meta-information", do: (*API).meta},
		{method: "GET", pattern: "/rate_limit", need: slipway.ToBeAnybody, doc: "rate-limit/rate-limit#get-rate-limit-status-for-the-authenticated-user", free: true, do: (*API).rateLimit},
	}, peopleRoutes(), eventRoutes(), appRoutes(), clientRoutes(), authorizationRoutes())
}

// servedIf says by the server's settings whether it has a row.
type servedIf func(Options) bool

// served are the rows that this server has: some are switched on.
func (a *API) served(rows []route) []route {
	return slices.DeleteFunc(rows, func(r route) bool { return r.served != nil && !r.served(a.options) })
}

// prepare fills in what rows derive, and panics when a row is not whole: such a server must not start.
func (a *API) prepare(rows []route) []route {
	for i := range rows {
		row := &rows[i]
		if row.need.Scopes == nil || !row.need.NoRepository && row.need.Role == slipway.RoleNone {
			panic("api: " + row.method + " " + row.pattern + " does not say who may")
		}
		if row.do == nil || row.doc == "" {
			panic("api: " + row.method + " " + row.pattern + " is not whole")
		}
		if row.permission != "" {
			row.need.Permissions = permissionsOf(row)
		}
		row.docURL = a.docs.of(row.doc)
		if row.extension {
			row.docURL = a.options.URLs.Extension() + "/openapi.json#" + row.doc
		}
		if row.resource == "" {
			row.resource = "core"
		}
		row.resourceHeader = []string{row.resource}
		row.permissionHeader = []string{row.permission}
		if row.scopesIn != nil {
			if scopes, differed := row.scopesIn(a.options.Era); differed {
				row.scopes = scopes
			}
		}
		if row.scopes == deploymentScopes && a.options.Era <= slipway.E1 {
			row.scopes = slipway.E1.DeploymentScope() + ", repo" // as recorded in January 2014
		}
	}
	return rows
}

// permissionsOf is what a row asks of apps and fine-grained tokens. It panics when the row names a permission that there is not.
func permissionsOf(row *route) []slipway.Permissions {
	alternatives, err := slipway.ParseAlternatives(row.permission)
	if err != nil || len(alternatives) == 0 {
		panic("api: " + row.method + " " + row.pattern + " takes permissions that do not exist")
	}
	return alternatives
}

// accepts is the row's X-Accepted-OAuth-Scopes for a call. A repository that does not exist reads like a private one.
func (r *route) accepts(c *call) string {
	if r.scopesIfPrivate && c.Repo.ID != 0 && !c.Repo.Private {
		return ""
	}
	return r.scopes
}

// supportedVersions are the dates that X-GitHub-Api-Version may name, oldest first. A new one needs only a line here.
var supportedVersions = []string{"2022-11-28"}

// checkVersion refuses versions that are not on the list, later ones too (contract 1.3).
func (a *API) checkVersion(c *call) error {
	asked := c.request.Header.Get("X-GitHub-Api-Version")
	if asked == "" || a.options.Era < slipway.E11 {
		return nil
	}
	list := ""
	for _, v := range supportedVersions {
		if v == asked {
			return nil
		}
		list += " " + v
	}
	return slipway.Fail(slipway.Malformed, "The API version you specified is not supported. Supported versions:"+list+".")
}
