-- name: GetGrant :one
SELECT * FROM grants WHERE account_id = $1 AND app_id = $2;

-- name: ListGrantsOf :many
SELECT * FROM grants WHERE account_id = $1 ORDER BY id;

-- name: SetGrant :one
INSERT INTO grants (account_id, app_id, scopes, created_at, updated_at) VALUES ($1, $2, $3, $4, $5)
ON CONFLICT (account_id, app_id) DO UPDATE SET scopes = excluded.scopes, updated_at = excluded.updated_at RETURNING id;

-- name: DeleteGrant :execrows
DELETE FROM grants WHERE account_id = $1 AND app_id = $2;

-- name: InsertCode :one
INSERT INTO codes (hash, account_id, app_id, scopes, redirect_uri, challenge, token_id, created_at)
VALUES ($1, $2, $3, $4, $5, $6, $7, $8) RETURNING id;

-- name: GetCodeByHash :one
SELECT * FROM codes WHERE hash = $1;

-- name: UseCode :execrows
UPDATE codes SET token_id = $1 WHERE id = $2;

-- name: DeleteCodesOf :exec
DELETE FROM codes WHERE account_id = $1 AND app_id = $2;

-- name: DeleteOldCodes :execrows
DELETE FROM codes WHERE id IN (SELECT o.id FROM codes o WHERE o.created_at < sqlc.arg(before) LIMIT CAST(sqlc.arg(lim) AS bigint));

-- name: InsertDeviceCode :one
INSERT INTO device_codes (hash, user_hash, app_id, account_id, scopes, state, pause, polled_at, created_at)
VALUES ($1, $2, $3, $4, $5, $6, $7, $8, $9) RETURNING id;

-- name: GetDeviceCodeByHash :one
SELECT * FROM device_codes WHERE hash = $1;

-- name: GetDeviceCodeByUserHash :one
SELECT * FROM device_codes WHERE user_hash = $1;

-- name: UpdateDeviceCode :execrows
UPDATE device_codes SET account_id = $1, scopes = $2, state = $3, pause = $4, polled_at = $5 WHERE id = $6;

-- name: DeleteDeviceCode :execrows
DELETE FROM device_codes WHERE id = $1;

-- name: DeleteDeviceCodesOf :exec
DELETE FROM device_codes WHERE account_id = $1 AND app_id = $2;

-- name: DeleteOldDeviceCodes :execrows
DELETE FROM device_codes WHERE id IN (SELECT o.id FROM device_codes o WHERE o.created_at < sqlc.arg(before) LIMIT CAST(sqlc.arg(lim) AS bigint));

-- name: InsertRefreshToken :one
INSERT INTO refresh_tokens (hash, family, token_id, account_id, app_id, scopes, device, used, created_at)
VALUES ($1, $2, $3, $4, $5, $6, $7, $8, $9) RETURNING id;

-- name: GetRefreshTokenByHash :one
SELECT * FROM refresh_tokens WHERE hash = $1;

-- name: UseRefreshToken :execrows
UPDATE refresh_tokens SET used = TRUE WHERE id = $1;

-- name: ListRefreshTokensOfFamily :many
SELECT * FROM refresh_tokens WHERE family = $1 ORDER BY id;

-- name: DeleteRefreshTokensOfFamily :exec
DELETE FROM refresh_tokens WHERE family = $1;

-- name: DeleteRefreshTokensOfToken :exec
DELETE FROM refresh_tokens WHERE token_id = $1;

-- name: DeleteRefreshTokensOf :exec
DELETE FROM refresh_tokens WHERE account_id = $1 AND app_id = $2;

-- name: DeleteOldRefreshTokens :execrows
DELETE FROM refresh_tokens WHERE id IN (SELECT o.id FROM refresh_tokens o WHERE o.created_at < sqlc.arg(before) LIMIT CAST(sqlc.arg(lim) AS bigint));

-- name: GetAuthorization :one
SELECT * FROM authorizations WHERE token_id = $1;

-- name: SetAuthorization :exec
INSERT INTO authorizations (token_id, note_url, fingerprint, updated_at) VALUES ($1, $2, $3, $4)
ON CONFLICT (token_id) DO UPDATE SET note_url = excluded.note_url, fingerprint = excluded.fingerprint, updated_at = excluded.updated_at;
