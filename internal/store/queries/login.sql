-- name: GetPassword :one
SELECT * FROM passwords WHERE account_id = $1;

-- name: SetPassword :exec
INSERT INTO passwords (account_id, hash, changed_at) VALUES ($1, $2, $3)
ON CONFLICT (account_id) DO UPDATE SET hash = excluded.hash, changed_at = excluded.changed_at;

-- name: GetSessionByHash :one
SELECT sqlc.embed(s), sqlc.embed(a) FROM sessions s JOIN accounts a ON a.id = s.account_id WHERE s.hash = $1;

-- name: InsertSession :one
INSERT INTO sessions (account_id, hash, address, agent, created_at, last_used_at) VALUES ($1, $2, $3, $4, $5, $6) RETURNING id;

-- name: TouchSession :exec
UPDATE sessions SET last_used_at = $1, address = $2 WHERE id = $3;

-- name: ListSessionsOf :many
SELECT * FROM sessions WHERE account_id = $1 ORDER BY id;

-- name: DeleteSession :execrows
DELETE FROM sessions WHERE account_id = $1 AND id = $2;

-- name: DeleteSessionsOf :execrows
DELETE FROM sessions WHERE account_id = sqlc.arg(account_id) AND id <> sqlc.arg(spared);

-- name: DeleteOldSessions :execrows
DELETE FROM sessions WHERE id IN (SELECT o.id FROM sessions o WHERE o.last_used_at < sqlc.arg(before) LIMIT CAST(sqlc.arg(lim) AS bigint));
