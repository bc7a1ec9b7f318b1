-- name: GetRepository :one
SELECT sqlc.embed(r), sqlc.embed(o) FROM repositories r JOIN accounts o ON o.id = r.owner_id WHERE r.id = $1;

-- name: GetRepositoryByName :one
SELECT sqlc.embed(r), sqlc.embed(o) FROM repositories r JOIN accounts o ON o.id = r.owner_id
WHERE o.login_key = sqlc.arg(owner_key) AND r.name_key = sqlc.arg(name_key);

-- name: ListRepositoriesAfter :many
SELECT sqlc.embed(r), sqlc.embed(o) FROM repositories r JOIN accounts o ON o.id = r.owner_id
WHERE r.id > sqlc.arg(after) ORDER BY r.id LIMIT CAST(sqlc.arg(lim) AS bigint);

-- name: CountRepositories :one
SELECT count(*) AS n, CAST(coalesce(sum(CASE WHEN private THEN 1 ELSE 0 END), 0) AS bigint) AS private FROM repositories WHERE owner_id = $1;

-- name: InsertRepository :one
INSERT INTO repositories (owner_id, name, name_key, private, description, default_branch, archived, created_at, updated_at, pushed_at, last_push_id, protected)
VALUES ($1, $2, $3, $4, $5, $6, $7, $8, $9, $10, $11, $12) RETURNING id;

-- name: UpdateRepository :execrows
UPDATE repositories SET owner_id = $1, name = $2, name_key = $3, private = $4, description = $5, default_branch = $6, archived = $7, updated_at = $8, protected = $9
WHERE id = $10;

-- name: SetPushed :execrows
UPDATE repositories SET pushed_at = $1, last_push_id = $2 WHERE id = $3;

-- name: GetCollaborator :one
SELECT role FROM collaborators WHERE repository_id = $1 AND account_id = $2;

-- name: SetCollaborator :exec
INSERT INTO collaborators (repository_id, account_id, role) VALUES ($1, $2, $3)
ON CONFLICT (repository_id, account_id) DO UPDATE SET role = excluded.role;

-- name: DeleteCollaborator :exec
DELETE FROM collaborators WHERE repository_id = $1 AND account_id = $2;
