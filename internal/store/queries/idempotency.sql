-- name: ClaimKey :one
-- A key that was answered stays as it is; one whose transaction made no deployment is taken over.
INSERT INTO idempotency_keys (account_id, key, request_hash, created_at) VALUES ($1, $2, $3, $4)
ON CONFLICT (account_id, key) DO UPDATE SET request_hash =
	CASE WHEN idempotency_keys.deployment_id IS NULL THEN excluded.request_hash ELSE idempotency_keys.request_hash END
RETURNING request_hash, deployment_id, subject;

-- name: GetKey :one
SELECT request_hash, deployment_id, subject FROM idempotency_keys WHERE account_id = $1 AND key = $2;

-- name: AnswerKey :execrows
UPDATE idempotency_keys SET deployment_id = $1, subject = $2, created_at = $3 WHERE account_id = $4 AND key = $5;

-- name: ListOldKeys :many
SELECT account_id, key FROM idempotency_keys WHERE created_at < sqlc.arg(before) ORDER BY created_at LIMIT CAST(sqlc.arg(lim) AS bigint);

-- name: DeleteKey :exec
DELETE FROM idempotency_keys WHERE account_id = $1 AND key = $2;
