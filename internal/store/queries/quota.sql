-- name: ListQuotas :many
SELECT caller, used, reset_at FROM quotas WHERE reset_at > $1;

-- name: SetQuota :exec
INSERT INTO quotas (caller, used, reset_at) VALUES ($1, $2, $3)
ON CONFLICT (caller) DO UPDATE SET used = excluded.used, reset_at = excluded.reset_at;

-- name: DeleteOldQuotas :exec
DELETE FROM quotas WHERE reset_at <= $1;
