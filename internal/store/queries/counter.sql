-- name: GetCounter :one
SELECT n FROM counters WHERE repository_id = $1 AND kind = $2 AND key = $3;

-- name: AddToCounter :exec
INSERT INTO counters (repository_id, kind, key, n) VALUES ($1, $2, $3, $4)
ON CONFLICT (repository_id, kind, key) DO UPDATE SET n = counters.n + excluded.n;

-- name: CountDeploymentIn :exec
-- The four counters a deployment is part of, in one statement.
INSERT INTO counters (repository_id, kind, key, n) VALUES
	(sqlc.arg(repository_id), 'deployments', '', sqlc.arg(n)),
	(sqlc.arg(repository_id), 'environment', sqlc.arg(environment_key), sqlc.arg(n)),
	(sqlc.arg(repository_id), 'ref', sqlc.arg(ref), sqlc.arg(n)),
	(sqlc.arg(repository_id), 'task', sqlc.arg(task), sqlc.arg(n))
ON CONFLICT (repository_id, kind, key) DO UPDATE SET n = counters.n + excluded.n;

-- name: DeleteEmptyCounter :exec
DELETE FROM counters WHERE repository_id = $1 AND kind = $2 AND key = $3 AND n = 0;
