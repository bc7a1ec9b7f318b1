-- One list for each leading index; the filters that do not lead are optional. Pages far from the newest row are read from
-- the oldest, so each list whose length is known has an ascending twin.

-- name: GetDeployment :one
SELECT * FROM deployments WHERE id = $1 AND repository_id = $2;

-- name: ListDeployments :many
SELECT * FROM deployments WHERE repository_id = $1
ORDER BY id DESC LIMIT CAST(sqlc.arg(lim) AS bigint) OFFSET CAST(sqlc.arg(skip) AS bigint);

-- name: ListDeploymentsAscending :many
SELECT * FROM deployments WHERE repository_id = $1
ORDER BY id LIMIT CAST(sqlc.arg(lim) AS bigint) OFFSET CAST(sqlc.arg(skip) AS bigint);

-- name: ListDeploymentsOfSHA :many
SELECT * FROM deployments WHERE repository_id = $1 AND sha = $2
AND (CAST(sqlc.narg(ref) AS text) IS NULL OR ref = sqlc.narg(ref))
AND (CAST(sqlc.narg(task) AS text) IS NULL OR task = sqlc.narg(task))
AND (CAST(sqlc.narg(environment_key) AS text) IS NULL OR environment_key = sqlc.narg(environment_key))
ORDER BY id DESC LIMIT CAST(sqlc.arg(lim) AS bigint) OFFSET CAST(sqlc.arg(skip) AS bigint);

-- name: ListDeploymentsOfSHAPrefix :many
SELECT * FROM deployments WHERE repository_id = $1 AND sha >= sqlc.arg(sha_from) AND sha < sqlc.arg(sha_below)
AND (CAST(sqlc.narg(ref) AS text) IS NULL OR ref = sqlc.narg(ref))
AND (CAST(sqlc.narg(task) AS text) IS NULL OR task = sqlc.narg(task))
AND (CAST(sqlc.narg(environment_key) AS text) IS NULL OR environment_key = sqlc.narg(environment_key))
ORDER BY id DESC LIMIT CAST(sqlc.arg(lim) AS bigint) OFFSET CAST(sqlc.arg(skip) AS bigint);

-- name: ListDeploymentsOfRef :many
SELECT * FROM deployments WHERE repository_id = $1 AND ref = $2
AND (CAST(sqlc.narg(task) AS text) IS NULL OR task = sqlc.narg(task))
AND (CAST(sqlc.narg(environment_key) AS text) IS NULL OR environment_key = sqlc.narg(environment_key))
ORDER BY id DESC LIMIT CAST(sqlc.arg(lim) AS bigint) OFFSET CAST(sqlc.arg(skip) AS bigint);

-- name: ListDeploymentsOfRefAscending :many
SELECT * FROM deployments WHERE repository_id = $1 AND ref = $2
ORDER BY id LIMIT CAST(sqlc.arg(lim) AS bigint) OFFSET CAST(sqlc.arg(skip) AS bigint);

-- name: ListDeploymentsOfTask :many
SELECT * FROM deployments WHERE repository_id = $1 AND task = $2
AND (CAST(sqlc.narg(ref) AS text) IS NULL OR ref = sqlc.narg(ref))
AND (CAST(sqlc.narg(environment_key) AS text) IS NULL OR environment_key = sqlc.narg(environment_key))
ORDER BY id DESC LIMIT CAST(sqlc.arg(lim) AS bigint) OFFSET CAST(sqlc.arg(skip) AS bigint);

-- name: ListDeploymentsOfTaskAscending :many
SELECT * FROM deployments WHERE repository_id = $1 AND task = $2
ORDER BY id LIMIT CAST(sqlc.arg(lim) AS bigint) OFFSET CAST(sqlc.arg(skip) AS bigint);

-- name: ListDeploymentsOfEnvironment :many
SELECT * FROM deployments WHERE repository_id = $1 AND environment_key = $2
AND (CAST(sqlc.narg(ref) AS text) IS NULL OR ref = sqlc.narg(ref))
AND (CAST(sqlc.narg(task) AS text) IS NULL OR task = sqlc.narg(task))
ORDER BY id DESC LIMIT CAST(sqlc.arg(lim) AS bigint) OFFSET CAST(sqlc.arg(skip) AS bigint);

-- name: ListDeploymentsOfEnvironmentAscending :many
SELECT * FROM deployments WHERE repository_id = $1 AND environment_key = $2
ORDER BY id LIMIT CAST(sqlc.arg(lim) AS bigint) OFFSET CAST(sqlc.arg(skip) AS bigint);

-- name: CountSHA :one
-- How many rows a sha has, at most lim: read from the index alone.
SELECT count(*) FROM (SELECT d.id FROM deployments d
	WHERE d.repository_id = sqlc.arg(repository_id) AND d.sha >= sqlc.arg(sha_from) AND d.sha < sqlc.arg(sha_below)
	LIMIT CAST(sqlc.arg(lim) AS bigint)) x;

-- name: CountDeploymentsOfSHA :one
SELECT count(*) FROM deployments WHERE repository_id = $1 AND sha >= sqlc.arg(sha_from) AND sha < sqlc.arg(sha_below)
AND (CAST(sqlc.narg(ref) AS text) IS NULL OR ref = sqlc.narg(ref))
AND (CAST(sqlc.narg(task) AS text) IS NULL OR task = sqlc.narg(task))
AND (CAST(sqlc.narg(environment_key) AS text) IS NULL OR environment_key = sqlc.narg(environment_key));

-- name: CountDeploymentsOfRef :one
SELECT count(*) FROM deployments WHERE repository_id = $1 AND ref = $2
AND (CAST(sqlc.narg(task) AS text) IS NULL OR task = sqlc.narg(task))
AND (CAST(sqlc.narg(environment_key) AS text) IS NULL OR environment_key = sqlc.narg(environment_key));

-- name: CountDeploymentsOfTask :one
SELECT count(*) FROM deployments WHERE repository_id = $1 AND task = $2
AND (CAST(sqlc.narg(ref) AS text) IS NULL OR ref = sqlc.narg(ref))
AND (CAST(sqlc.narg(environment_key) AS text) IS NULL OR environment_key = sqlc.narg(environment_key));

-- name: CountDeploymentsOfEnvironment :one
SELECT count(*) FROM deployments WHERE repository_id = $1 AND environment_key = $2
AND (CAST(sqlc.narg(ref) AS text) IS NULL OR ref = sqlc.narg(ref))
AND (CAST(sqlc.narg(task) AS text) IS NULL OR task = sqlc.narg(task));

-- name: InsertDeployment :one
INSERT INTO deployments (repository_id, sha, ref, task, payload, environment, environment_key, original_environment, description,
	creator_id, transient, production, state, created_at, updated_at, app_id)
VALUES ($1, $2, $3, $4, $5, $6, $7, $8, $9, $10, $11, $12, $13, $14, $15, $16) RETURNING id;

-- name: UpdateDeployment :execrows
UPDATE deployments SET environment = $1, environment_key = $2, original_environment = $3, state = $4, updated_at = $5 WHERE id = $6;

-- name: DeleteDeployment :execrows
DELETE FROM deployments WHERE id = $1 AND repository_id = $2;

-- name: ListLiveBefore :many
SELECT * FROM deployments
WHERE repository_id = $1 AND environment_key = $2 AND id < $3 AND state = 'success' AND NOT transient AND NOT production
ORDER BY id;

-- name: FindOtherDeployment :one
SELECT id FROM deployments WHERE repository_id = $1 AND environment_key = $2 AND id <> $3 LIMIT 1;

-- name: GetDeploymentStatus :one
SELECT * FROM deployment_statuses WHERE id = $1 AND deployment_id = $2;

-- name: GetLatestDeploymentStatus :one
SELECT * FROM deployment_statuses WHERE deployment_id = $1 ORDER BY id DESC LIMIT 1;

-- name: ListDeploymentStatuses :many
SELECT * FROM deployment_statuses WHERE deployment_id = $1
ORDER BY id DESC LIMIT CAST(sqlc.arg(lim) AS bigint) OFFSET CAST(sqlc.arg(skip) AS bigint);

-- name: CountDeploymentStatuses :one
SELECT count(*) FROM deployment_statuses WHERE deployment_id = $1;

-- name: InsertDeploymentStatus :one
INSERT INTO deployment_statuses (deployment_id, state, description, target_url, environment_url, environment, creator_id, created_at, app_id)
VALUES ($1, $2, $3, $4, $5, $6, $7, $8, $9) RETURNING id;

-- name: DeleteDeploymentStatuses :exec
DELETE FROM deployment_statuses WHERE deployment_id = $1;
