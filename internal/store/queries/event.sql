-- name: InsertEvent :one
INSERT INTO events (position, hash, repository_id, actor_id, kind, action, subject, at)
VALUES ($1, $2, $3, $4, $5, $6, $7, $8) RETURNING id;

-- name: GetPositions :one
SELECT n, expanded_to, hash, cut_to, cut_hash FROM positions WHERE id = 1;

-- name: SetPositions :exec
UPDATE positions SET n = $1, hash = $2 WHERE id = 1;

-- name: ListUnstamped :many
SELECT * FROM events WHERE position IS NULL ORDER BY id LIMIT CAST(sqlc.arg(lim) AS bigint);

-- name: ListStamped :many
SELECT * FROM events WHERE position > sqlc.arg(after) ORDER BY position LIMIT CAST(sqlc.arg(lim) AS bigint);

-- name: ListEventPrefix :many
SELECT position, hash, at FROM events WHERE position > sqlc.arg(after) AND position <= sqlc.arg(last)
ORDER BY position LIMIT CAST(sqlc.arg(lim) AS bigint);

-- name: DeleteEventsTo :exec
DELETE FROM events WHERE position > sqlc.arg(after) AND position <= sqlc.arg(last);

-- name: SetCut :exec
UPDATE positions SET cut_to = $1, cut_hash = $2 WHERE id = 1;

-- name: ListFeed :many
-- The newest events of a repository that lists show. The condition in brackets is the index's.
SELECT * FROM events
WHERE repository_id = sqlc.arg(repository_id) AND position < sqlc.arg(before)
	AND (kind IN ('push', 'repository') OR (kind IN ('deployment', 'deployment_status') AND action = 'created'))
ORDER BY position DESC LIMIT CAST(sqlc.arg(lim) AS bigint);

-- name: ListFeedOf :many
-- The newest events of an actor that lists show.
SELECT * FROM events
WHERE actor_id = sqlc.arg(actor_id) AND position < sqlc.arg(before)
	AND (kind IN ('push', 'repository') OR (kind IN ('deployment', 'deployment_status') AND action = 'created'))
ORDER BY position DESC LIMIT CAST(sqlc.arg(lim) AS bigint);
