-- name: ListRefs :many
SELECT name, sha FROM refs WHERE repository_id = $1 ORDER BY name;

-- name: GetRef :one
SELECT name, sha FROM refs WHERE repository_id = $1 AND name = $2;

-- name: SetRef :exec
INSERT INTO refs (repository_id, name, sha) VALUES ($1, $2, $3)
ON CONFLICT (repository_id, name) DO UPDATE SET sha = excluded.sha;

-- name: DeleteRef :exec
DELETE FROM refs WHERE repository_id = $1 AND name = $2;

-- name: InsertIntent :one
INSERT INTO intents (repository_id, ref, old_sha, new_sha, actor_id, created_at) VALUES ($1, $2, $3, $4, $5, $6) RETURNING id;

-- name: ListIntents :many
SELECT * FROM intents WHERE repository_id = $1 ORDER BY id;

-- name: DeleteIntent :exec
DELETE FROM intents WHERE id = $1;

-- name: ListRepositoriesWithIntents :many
SELECT DISTINCT repository_id FROM intents ORDER BY repository_id;
