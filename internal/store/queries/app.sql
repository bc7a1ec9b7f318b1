-- name: GetApp :one
SELECT sqlc.embed(p), sqlc.embed(o) FROM apps p JOIN accounts o ON o.id = p.owner_id WHERE p.id = $1;

-- name: GetAppByClientID :one
SELECT sqlc.embed(p), sqlc.embed(o) FROM apps p JOIN accounts o ON o.id = p.owner_id WHERE p.client_id = $1;

-- name: GetAppBySlug :one
SELECT sqlc.embed(p), sqlc.embed(o) FROM apps p JOIN accounts o ON o.id = p.owner_id WHERE p.slug = $1;

-- name: ListApps :many
SELECT sqlc.embed(p), sqlc.embed(o) FROM apps p JOIN accounts o ON o.id = p.owner_id ORDER BY p.id;

-- name: ListAppsByID :many
SELECT sqlc.embed(p), sqlc.embed(o) FROM apps p JOIN accounts o ON o.id = p.owner_id
WHERE p.id IN (SELECT CAST(value AS bigint) FROM json_each(CAST(sqlc.arg(ids) AS text)));

-- name: InsertApp :one
INSERT INTO apps (kind, slug, name, owner_id, client_id, description, external_url, callback_urls, device_flow, expiring_tokens,
	permissions, events, public_keys, secret_hashes, bot_id, created_at, updated_at)
VALUES ($1, $2, $3, $4, $5, $6, $7, $8, $9, $10, $11, $12, $13, $14, $15, $16, $17) RETURNING id;

-- name: UpdateApp :execrows
UPDATE apps SET kind = $1, slug = $2, name = $3, owner_id = $4, client_id = $5, description = $6, external_url = $7, callback_urls = $8,
	device_flow = $9, expiring_tokens = $10, permissions = $11, events = $12, public_keys = $13, secret_hashes = $14, bot_id = $15,
	updated_at = $16
WHERE id = $17;

-- name: DeleteApp :execrows
DELETE FROM apps WHERE id = $1;

-- name: GetInstallation :one
SELECT sqlc.embed(i), sqlc.embed(a) FROM installations i JOIN accounts a ON a.id = i.account_id WHERE i.id = $1;

-- name: GetInstallationOf :one
SELECT sqlc.embed(i), sqlc.embed(a) FROM installations i JOIN accounts a ON a.id = i.account_id
WHERE i.app_id = $1 AND i.account_id = $2;

-- name: ListInstallations :many
SELECT sqlc.embed(i), sqlc.embed(a) FROM installations i JOIN accounts a ON a.id = i.account_id
WHERE i.app_id = $1 ORDER BY i.id;

-- name: InsertInstallation :one
INSERT INTO installations (app_id, account_id, permissions, all_repositories, repository_ids, created_at, updated_at)
VALUES ($1, $2, $3, $4, $5, $6, $7) RETURNING id;

-- name: UpdateInstallation :execrows
UPDATE installations SET permissions = $1, all_repositories = $2, repository_ids = $3, updated_at = $4 WHERE id = $5;

-- name: DeleteInstallation :execrows
DELETE FROM installations WHERE id = $1;
