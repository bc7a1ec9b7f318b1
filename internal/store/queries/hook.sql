-- name: GetHook :one
SELECT * FROM hooks WHERE id = $1 AND repository_id = $2;

-- name: ListHooks :many
SELECT * FROM hooks WHERE repository_id = $1
ORDER BY id LIMIT CAST(sqlc.arg(lim) AS bigint) OFFSET CAST(sqlc.arg(skip) AS bigint);

-- name: CountHooks :one
SELECT count(*) FROM hooks WHERE repository_id = $1;

-- name: ListAllHooks :many
SELECT * FROM hooks WHERE repository_id = $1 ORDER BY id;

-- name: InsertHook :one
INSERT INTO hooks (repository_id, name, active, events, config, secret, response_code, response_status, response_message, created_at, updated_at)
VALUES ($1, $2, $3, $4, $5, $6, $7, $8, $9, $10, $11) RETURNING id;

-- name: UpdateHook :execrows
UPDATE hooks SET active = $1, events = $2, config = $3, secret = $4, next_secret = $5, rotating_since = $6, updated_at = $7
WHERE id = $8 AND repository_id = $9;

-- name: DeleteHook :execrows
DELETE FROM hooks WHERE id = $1 AND repository_id = $2;

-- name: GetFirstSealed :one
SELECT repository_id, secret FROM hooks WHERE secret IS NOT NULL ORDER BY id LIMIT 1;
