-- name: GetEnvironment :one
SELECT * FROM environments WHERE repository_id = $1 AND name_key = $2;

-- name: GetEnvironmentByID :one
SELECT * FROM environments WHERE id = $1 AND repository_id = $2;

-- name: ListEnvironments :many
SELECT * FROM environments WHERE repository_id = $1
ORDER BY id DESC LIMIT CAST(sqlc.arg(lim) AS bigint) OFFSET CAST(sqlc.arg(skip) AS bigint);

-- name: InsertEnvironment :one
INSERT INTO environments (repository_id, name, name_key, can_admins_bypass, created_at, updated_at)
VALUES ($1, $2, $3, $4, $5, $6) RETURNING id;

-- name: UpdateEnvironment :execrows
UPDATE environments SET can_admins_bypass = $1, updated_at = $2 WHERE id = $3 AND repository_id = $4;

-- name: DeleteEnvironment :execrows
DELETE FROM environments WHERE id = $1 AND repository_id = $2;

-- name: ListEnvironmentRules :many
SELECT * FROM environment_rules WHERE environment_id = $1 ORDER BY id;

-- name: ListRulesOfEnvironments :many
SELECT * FROM environment_rules WHERE environment_id IN (SELECT CAST(value AS bigint) FROM json_each(CAST(sqlc.arg(ids) AS text)))
ORDER BY id;

-- name: InsertEnvironmentRule :one
INSERT INTO environment_rules (environment_id, kind, value) VALUES ($1, $2, $3) RETURNING id;

-- name: DeleteEnvironmentRule :exec
DELETE FROM environment_rules WHERE id = $1;

-- name: DeleteEnvironmentRules :exec
DELETE FROM environment_rules WHERE environment_id = $1;
