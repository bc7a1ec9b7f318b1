-- name: GetTokenByHash :one
SELECT sqlc.embed(t), sqlc.embed(a) FROM tokens t JOIN accounts a ON a.id = t.account_id WHERE t.hash = $1;

-- name: GetToken :one
SELECT * FROM tokens WHERE id = $1;

-- name: InsertToken :one
INSERT INTO tokens (account_id, kind, name, hash, last_eight, scopes, created_at, expires_at, last_used_at,
	app_id, installation_id, permissions, all_repositories, repository_ids)
VALUES ($1, $2, $3, $4, $5, $6, $7, $8, $9, $10, $11, $12, $13, $14) RETURNING id;

-- name: ListTokens :many
SELECT * FROM tokens ORDER BY id;

-- name: ListTokensOf :many
SELECT * FROM tokens WHERE account_id = $1 ORDER BY id;

-- name: DeleteToken :execrows
DELETE FROM tokens WHERE id = $1;

-- name: TouchToken :exec
UPDATE tokens SET last_used_at = $1 WHERE id = $2;

-- name: UpdateToken :execrows
UPDATE tokens SET name = $1, hash = $2, last_eight = $3, scopes = $4 WHERE id = $5;

-- name: DeleteOldInstallationTokens :execrows
DELETE FROM tokens WHERE id IN (
	SELECT x.id FROM tokens x WHERE x.installation_id IS NOT NULL AND x.expires_at < sqlc.arg(before)
	ORDER BY x.expires_at LIMIT CAST(sqlc.arg(lim) AS bigint));
