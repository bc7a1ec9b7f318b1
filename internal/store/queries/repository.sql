-- name: GetRepository :one
SELECT sqlc.embed(r), sqlc.embed(o) FROM repositories r JOIN accounts o ON o.id = r.owner_id
WHERE r.id = $1 AND r.removed_at IS NULL;

-- name: GetRepositoryByName :one
SELECT sqlc.embed(r), sqlc.embed(o) FROM repositories r JOIN accounts o ON o.id = r.owner_id
WHERE o.login_key = sqlc.arg(owner_key) AND r.name_key = sqlc.arg(name_key) AND r.removed_at IS NULL;

-- name: ListRepositoriesAfter :many
SELECT sqlc.embed(r), sqlc.embed(o) FROM repositories r JOIN accounts o ON o.id = r.owner_id
WHERE r.id > sqlc.arg(after) AND r.removed_at IS NULL ORDER BY r.id LIMIT CAST(sqlc.arg(lim) AS bigint);

-- name: CountRepositories :one
SELECT count(*) AS n, CAST(coalesce(sum(CASE WHEN private THEN 1 ELSE 0 END), 0) AS bigint) AS private
FROM repositories WHERE owner_id = $1 AND removed_at IS NULL;

-- name: InsertRepository :one
INSERT INTO repositories (owner_id, name, name_key, private, description, default_branch, archived, created_at, updated_at, pushed_at, last_push_id, protected, homepage)
VALUES ($1, $2, $3, $4, $5, $6, $7, $8, $9, $10, $11, $12, $13) RETURNING id;

-- name: UpdateRepository :execrows
UPDATE repositories SET owner_id = $1, name = $2, name_key = $3, private = $4, description = $5, default_branch = $6, archived = $7, updated_at = $8, protected = $9, homepage = $10
WHERE id = $11 AND removed_at IS NULL;

-- name: SetPushed :execrows
UPDATE repositories SET pushed_at = $1, last_push_id = $2 WHERE id = $3 AND removed_at IS NULL;

-- name: GetCollaborator :one
SELECT role FROM collaborators WHERE repository_id = $1 AND account_id = $2;

-- name: SetCollaborator :exec
INSERT INTO collaborators (repository_id, account_id, role) VALUES ($1, $2, $3)
ON CONFLICT (repository_id, account_id) DO UPDATE SET role = excluded.role;

-- name: DeleteCollaborator :exec
DELETE FROM collaborators WHERE repository_id = $1 AND account_id = $2;

-- name: ListCollaborators :many
SELECT sqlc.embed(a), c.role FROM collaborators c JOIN accounts a ON a.id = c.account_id WHERE c.repository_id = $1 ORDER BY a.id;

-- name: ListCollaborationsOf :many
SELECT repository_id FROM collaborators WHERE account_id = $1 ORDER BY repository_id;

-- name: ListRepositoriesOwned :many
SELECT sqlc.embed(r), sqlc.embed(o) FROM repositories r JOIN accounts o ON o.id = r.owner_id
WHERE r.owner_id = $1 AND r.removed_at IS NULL ORDER BY r.id;

-- name: ListRepositoriesFor :many
-- All that an account owns, was let into, or belongs to an organization of its.
SELECT sqlc.embed(r), sqlc.embed(o) FROM repositories r JOIN accounts o ON o.id = r.owner_id
WHERE r.removed_at IS NULL AND r.id IN (
	SELECT x.id FROM repositories x WHERE x.owner_id = sqlc.arg(account_id)
	UNION SELECT c.repository_id FROM collaborators c WHERE c.account_id = sqlc.arg(account_id)
	UNION SELECT y.id FROM repositories y JOIN memberships m ON m.organization_id = y.owner_id WHERE m.account_id = sqlc.arg(account_id)
	UNION SELECT t.repository_id FROM team_repositories t JOIN team_members n ON n.team_id = t.team_id WHERE n.account_id = sqlc.arg(account_id)
) ORDER BY r.id;

-- name: ListPublicRepositories :many
-- Those pushed to last come first.
SELECT sqlc.embed(r), sqlc.embed(o) FROM repositories r JOIN accounts o ON o.id = r.owner_id
WHERE NOT r.private AND r.removed_at IS NULL AND r.last_push_id IS NOT NULL
ORDER BY r.last_push_id DESC LIMIT CAST(sqlc.arg(lim) AS bigint);

-- name: GetFormerName :one
SELECT f.repository_id FROM former_names f JOIN accounts o ON o.id = f.owner_id
WHERE o.login_key = sqlc.arg(owner_key) AND f.name_key = sqlc.arg(name_key);

-- name: SetFormerName :exec
INSERT INTO former_names (owner_id, name_key, repository_id) VALUES ($1, $2, $3)
ON CONFLICT (owner_id, name_key) DO UPDATE SET repository_id = excluded.repository_id;

-- name: DeleteFormerName :exec
DELETE FROM former_names WHERE owner_id = $1 AND name_key = $2;

-- name: InsertFolderMove :exec
INSERT INTO folder_moves (repository_id, owner, name, target, actor_id, created_at, fence, leased_at, lease_until)
VALUES ($1, $2, $3, $4, $5, $6, 1, $6, $7);

-- name: ListFolderMoves :many
SELECT * FROM folder_moves ORDER BY created_at, repository_id;

-- name: LeaseFolderMove :one
UPDATE folder_moves SET fence = fence + 1, leased_at = sqlc.arg(now), lease_until = sqlc.arg(lease_until)
WHERE repository_id = sqlc.arg(repository_id) AND (lease_until <= sqlc.arg(now) OR leased_at > sqlc.arg(later)) RETURNING fence;

-- name: EndFolderLease :exec
UPDATE folder_moves SET lease_until = leased_at WHERE repository_id = $1 AND fence = $2;

-- name: EndFolderLeases :exec
UPDATE folder_moves SET lease_until = leased_at WHERE lease_until > leased_at;

-- name: DeleteFolderMove :exec
DELETE FROM folder_moves WHERE repository_id = $1 AND fence = $2;
