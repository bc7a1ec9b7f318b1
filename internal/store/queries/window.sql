-- Lists cut by position rather than by page, and reads of many at once: what GraphQL's connections ask for. Positions are
-- ids, and keys of names for environments; each list leads with an index that has them last, and reads from either end. Two
-- columns are compared together where SQLite would otherwise take the index that has the id alone, and walk.

-- name: ListDeploymentsUp :many
SELECT * FROM deployments WHERE repository_id = $1 AND id > sqlc.arg(above) AND id < sqlc.arg(below)
ORDER BY id LIMIT CAST(sqlc.arg(lim) AS bigint);

-- name: ListDeploymentsDown :many
SELECT * FROM deployments WHERE repository_id = $1 AND id > sqlc.arg(above) AND id < sqlc.arg(below)
ORDER BY id DESC LIMIT CAST(sqlc.arg(lim) AS bigint);

-- name: ListDeploymentsOfEnvironmentUp :many
SELECT * FROM deployments WHERE repository_id = $1
AND (environment_key, id) > (CAST(sqlc.arg(environment_key) AS text), CAST(sqlc.arg(above) AS bigint))
AND (environment_key, id) < (CAST(sqlc.arg(environment_key) AS text), CAST(sqlc.arg(below) AS bigint))
ORDER BY environment_key, id LIMIT CAST(sqlc.arg(lim) AS bigint);

-- name: ListDeploymentsOfEnvironmentDown :many
SELECT * FROM deployments WHERE repository_id = $1
AND (environment_key, id) > (CAST(sqlc.arg(environment_key) AS text), CAST(sqlc.arg(above) AS bigint))
AND (environment_key, id) < (CAST(sqlc.arg(environment_key) AS text), CAST(sqlc.arg(below) AS bigint))
ORDER BY environment_key DESC, id DESC LIMIT CAST(sqlc.arg(lim) AS bigint);

-- name: ListDeploymentsOfSHAUp :many
SELECT * FROM deployments WHERE repository_id = $1
AND (sha, id) > (CAST(sqlc.arg(sha) AS text), CAST(sqlc.arg(above) AS bigint))
AND (sha, id) < (CAST(sqlc.arg(sha) AS text), CAST(sqlc.arg(below) AS bigint))
AND (CAST(sqlc.narg(environment_keys) AS text) IS NULL
	OR environment_key IN (SELECT value FROM json_each(CAST(sqlc.narg(environment_keys) AS text))))
ORDER BY sha, id LIMIT CAST(sqlc.arg(lim) AS bigint);

-- name: ListDeploymentsOfSHADown :many
SELECT * FROM deployments WHERE repository_id = $1
AND (sha, id) > (CAST(sqlc.arg(sha) AS text), CAST(sqlc.arg(above) AS bigint))
AND (sha, id) < (CAST(sqlc.arg(sha) AS text), CAST(sqlc.arg(below) AS bigint))
AND (CAST(sqlc.narg(environment_keys) AS text) IS NULL
	OR environment_key IN (SELECT value FROM json_each(CAST(sqlc.narg(environment_keys) AS text))))
ORDER BY sha DESC, id DESC LIMIT CAST(sqlc.arg(lim) AS bigint);

-- name: CountDeploymentsOfCommit :one
-- How many deployments a commit has, at most lim.
SELECT count(*) FROM (SELECT d.id FROM deployments d WHERE d.repository_id = $1 AND d.sha = $2
	AND (CAST(sqlc.narg(environment_keys) AS text) IS NULL
		OR d.environment_key IN (SELECT value FROM json_each(CAST(sqlc.narg(environment_keys) AS text))))
	LIMIT CAST(sqlc.arg(lim) AS bigint)) x;

-- name: ListLatestCompletedDeployments :many
-- Of each of some environments, among its newest lim: an old one that nothing has followed for so long is no news.
SELECT * FROM deployments WHERE id IN (
	SELECT (SELECT max(x.id) FROM (
		SELECT d.id, d.state FROM deployments d WHERE d.repository_id = $1 AND d.environment_key = k.value
		ORDER BY d.id DESC LIMIT CAST(sqlc.arg(lim) AS bigint)) x
		WHERE x.state IN ('success', 'failure', 'error'))
	FROM json_each(CAST(sqlc.arg(keys) AS text)) k);

-- name: ListDeploymentsByID :many
SELECT * FROM deployments WHERE id IN (SELECT CAST(value AS bigint) FROM json_each(CAST(sqlc.arg(ids) AS text)));

-- name: ListDeploymentStatusesUp :many
SELECT * FROM deployment_statuses WHERE deployment_id = $1 AND id > sqlc.arg(above) AND id < sqlc.arg(below)
ORDER BY id LIMIT CAST(sqlc.arg(lim) AS bigint);

-- name: ListDeploymentStatusesDown :many
SELECT * FROM deployment_statuses WHERE deployment_id = $1 AND id > sqlc.arg(above) AND id < sqlc.arg(below)
ORDER BY id DESC LIMIT CAST(sqlc.arg(lim) AS bigint);

-- name: ListNewestDeploymentStatuses :many
-- The newest few of each of some deployments: skip + 1 of each.
SELECT s.* FROM (SELECT CAST(value AS bigint) AS deployment_id FROM json_each(CAST(sqlc.arg(ids) AS text))) d
JOIN deployment_statuses s ON s.deployment_id = d.deployment_id AND s.id >= coalesce((
	SELECT x.id FROM deployment_statuses x WHERE x.deployment_id = d.deployment_id
	ORDER BY x.id DESC LIMIT 1 OFFSET CAST(sqlc.arg(skip) AS bigint)), 0)
ORDER BY s.deployment_id, s.id DESC;

-- name: ListOldestDeploymentStatuses :many
-- The oldest few of each of some deployments: skip + 1 of each.
SELECT s.* FROM (SELECT CAST(value AS bigint) AS deployment_id FROM json_each(CAST(sqlc.arg(ids) AS text))) d
JOIN deployment_statuses s ON s.deployment_id = d.deployment_id AND s.id <= coalesce((
	SELECT x.id FROM deployment_statuses x WHERE x.deployment_id = d.deployment_id
	ORDER BY x.id LIMIT 1 OFFSET CAST(sqlc.arg(skip) AS bigint)), 9223372036854775807)
ORDER BY s.deployment_id, s.id;

-- name: CountStatusesOfDeployments :many
SELECT deployment_id, count(*) AS n FROM deployment_statuses
WHERE deployment_id IN (SELECT CAST(value AS bigint) FROM json_each(CAST(sqlc.arg(ids) AS text)))
GROUP BY deployment_id;

-- name: ListDeploymentStatusesByID :many
SELECT * FROM deployment_statuses WHERE id IN (SELECT CAST(value AS bigint) FROM json_each(CAST(sqlc.arg(ids) AS text)));

-- name: ListLatestStatusesOfCommits :many
SELECT s.* FROM commit_statuses s WHERE s.id IN (
	SELECT max(x.id) FROM commit_statuses x WHERE x.repository_id = $1
	AND x.sha IN (SELECT value FROM json_each(CAST(sqlc.arg(shas) AS text))) GROUP BY x.sha, x.context_key)
ORDER BY s.id;

-- name: ListCommitStatusesByID :many
SELECT * FROM commit_statuses WHERE id IN (SELECT CAST(value AS bigint) FROM json_each(CAST(sqlc.arg(ids) AS text)));

-- name: ListLatestCheckRunsOfCommits :many
-- Without what runs have to say, which may be long.
SELECT r.id, r.suite_id, r.sha, r.app_id, r.name, r.external_id, r.details_url, r.status, r.conclusion, r.started_at, r.completed_at, r.updated_at
FROM check_runs r WHERE r.id IN (
	SELECT max(x.id) FROM check_runs x WHERE x.repository_id = $1
	AND x.sha IN (SELECT value FROM json_each(CAST(sqlc.arg(shas) AS text))) GROUP BY x.sha, x.app_id, x.name)
ORDER BY r.id;

-- name: ListCheckRunsByID :many
SELECT * FROM check_runs WHERE id IN (SELECT CAST(value AS bigint) FROM json_each(CAST(sqlc.arg(ids) AS text)));

-- name: ListCheckSuitesByID :many
SELECT * FROM check_suites WHERE id IN (SELECT CAST(value AS bigint) FROM json_each(CAST(sqlc.arg(ids) AS text)));

-- name: ListEnvironmentsUp :many
SELECT * FROM environments WHERE repository_id = $1 AND name_key > sqlc.arg(above)
AND (CAST(sqlc.narg(below) AS text) IS NULL OR name_key < sqlc.narg(below))
ORDER BY name_key LIMIT CAST(sqlc.arg(lim) AS bigint);

-- name: ListEnvironmentsDown :many
SELECT * FROM environments WHERE repository_id = $1 AND name_key > sqlc.arg(above)
AND (CAST(sqlc.narg(below) AS text) IS NULL OR name_key < sqlc.narg(below))
ORDER BY name_key DESC LIMIT CAST(sqlc.arg(lim) AS bigint);

-- name: ListEnvironmentsByName :many
SELECT * FROM environments WHERE repository_id = $1
AND name_key IN (SELECT value FROM json_each(CAST(sqlc.arg(keys) AS text)))
ORDER BY name_key;

-- name: ListEnvironmentsByID :many
SELECT * FROM environments WHERE id IN (SELECT CAST(value AS bigint) FROM json_each(CAST(sqlc.arg(ids) AS text)));

-- name: GetEnvironmentOfRule :one
SELECT e.* FROM environments e JOIN environment_rules r ON r.environment_id = e.id WHERE r.id = sqlc.arg(rule_id);
