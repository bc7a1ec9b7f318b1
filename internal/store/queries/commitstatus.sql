-- name: InsertCommitStatus :one
INSERT INTO commit_statuses (repository_id, sha, context, context_key, state, description, target_url, creator_id, created_at)
VALUES ($1, $2, $3, $4, $5, $6, $7, $8, $9) RETURNING id;

-- name: ListCommitStatuses :many
-- The page is chosen in the index; only its rows are read.
SELECT s.* FROM commit_statuses s WHERE s.id IN (
	SELECT x.id FROM commit_statuses x WHERE x.repository_id = $1 AND x.sha = $2
	ORDER BY x.id DESC LIMIT CAST(sqlc.arg(lim) AS bigint) OFFSET CAST(sqlc.arg(skip) AS bigint))
ORDER BY s.id DESC;

-- name: CountCommitStatuses :one
SELECT count(*) FROM commit_statuses WHERE repository_id = $1 AND sha = $2;

-- name: CountCommitStatusesOfContext :one
SELECT count(*) FROM commit_statuses WHERE repository_id = $1 AND sha = $2 AND context_key = $3;

-- name: ListLatestCommitStatuses :many
SELECT s.* FROM commit_statuses s WHERE s.id IN (
	SELECT max(x.id) FROM commit_statuses x WHERE x.repository_id = $1 AND x.sha = $2 GROUP BY x.context_key)
ORDER BY s.id;
