-- name: GetAccount :one
SELECT * FROM accounts WHERE id = $1;

-- name: GetAccountByLogin :one
SELECT * FROM accounts WHERE login_key = $1;

-- name: GetAccountByEmail :one
SELECT * FROM accounts WHERE email_key = $1 ORDER BY id LIMIT 1;

-- name: ListAccountsByID :many
SELECT * FROM accounts WHERE id IN (SELECT CAST(value AS bigint) FROM json_each(CAST(sqlc.arg(ids) AS text)));

-- name: ListAccountsAfter :many
SELECT * FROM accounts WHERE id > sqlc.arg(after) ORDER BY id LIMIT CAST(sqlc.arg(lim) AS bigint);

-- name: InsertAccount :one
INSERT INTO accounts (login, login_key, type, name, email, email_key, site_admin, created_at, updated_at)
VALUES ($1, $2, $3, $4, $5, $6, $7, $8, $9) RETURNING id;

-- name: UpdateAccount :execrows
UPDATE accounts SET login = $1, login_key = $2, type = $3, name = $4, email = $5, email_key = $6, site_admin = $7, updated_at = $8
WHERE id = $9;

-- name: GetMembership :one
SELECT * FROM memberships WHERE organization_id = $1 AND account_id = $2;

-- name: SetMembership :exec
INSERT INTO memberships (organization_id, account_id, admin) VALUES ($1, $2, $3)
ON CONFLICT (organization_id, account_id) DO UPDATE SET admin = excluded.admin;

-- name: DeleteMembership :execrows
DELETE FROM memberships WHERE organization_id = $1 AND account_id = $2;

-- name: ListMembers :many
SELECT sqlc.embed(a), m.admin FROM memberships m JOIN accounts a ON a.id = m.account_id WHERE m.organization_id = $1 ORDER BY a.id;

-- name: ListOrganizationsOf :many
SELECT sqlc.embed(o), m.admin FROM memberships m JOIN accounts o ON o.id = m.organization_id WHERE m.account_id = $1 ORDER BY o.id;

-- name: GetAuthVersion :one
SELECT auth_version FROM server WHERE id = 1;

-- name: BumpAuthVersion :exec
UPDATE server SET auth_version = auth_version + 1 WHERE id = 1;
