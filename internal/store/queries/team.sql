-- name: GetTeam :one
SELECT sqlc.embed(t), sqlc.embed(o) FROM teams t JOIN accounts o ON o.id = t.organization_id WHERE t.id = $1;

-- name: GetTeamBySlug :one
SELECT sqlc.embed(t), sqlc.embed(o) FROM teams t JOIN accounts o ON o.id = t.organization_id
WHERE t.organization_id = $1 AND t.slug = $2;

-- name: ListTeams :many
SELECT sqlc.embed(t), sqlc.embed(o) FROM teams t JOIN accounts o ON o.id = t.organization_id
WHERE t.organization_id = $1 ORDER BY t.slug;

-- name: ListTeamsOfMember :many
SELECT sqlc.embed(t), sqlc.embed(o) FROM team_members m JOIN teams t ON t.id = m.team_id JOIN accounts o ON o.id = t.organization_id
WHERE m.account_id = $1 ORDER BY t.id;

-- name: InsertTeam :one
INSERT INTO teams (organization_id, name, slug, description, created_at, updated_at) VALUES ($1, $2, $3, $4, $5, $6) RETURNING id;

-- name: ListTeamMembers :many
SELECT sqlc.embed(a) FROM team_members m JOIN accounts a ON a.id = m.account_id WHERE m.team_id = $1 ORDER BY a.id;

-- name: SetTeamMember :exec
INSERT INTO team_members (team_id, account_id) VALUES ($1, $2) ON CONFLICT (team_id, account_id) DO NOTHING;

-- name: DeleteTeamMember :execrows
DELETE FROM team_members WHERE team_id = $1 AND account_id = $2;

-- name: DeleteTeamMemberships :exec
DELETE FROM team_members WHERE account_id = $1 AND team_id IN (SELECT id FROM teams WHERE organization_id = $2);

-- name: ListTeamRepositories :many
SELECT sqlc.embed(r), sqlc.embed(o), t.role FROM team_repositories t
JOIN repositories r ON r.id = t.repository_id JOIN accounts o ON o.id = r.owner_id
WHERE t.team_id = $1 AND r.removed_at IS NULL ORDER BY r.id;

-- name: SetTeamRepository :exec
INSERT INTO team_repositories (team_id, repository_id, role) VALUES ($1, $2, $3)
ON CONFLICT (team_id, repository_id) DO UPDATE SET role = excluded.role;

-- name: DeleteTeamRepository :exec
DELETE FROM team_repositories WHERE team_id = $1 AND repository_id = $2;

-- name: GetTeamRole :one
SELECT CAST(coalesce(max(r.role), 0) AS bigint) AS role FROM team_repositories r JOIN team_members m ON m.team_id = r.team_id
WHERE r.repository_id = sqlc.arg(repository_id) AND m.account_id = sqlc.arg(account_id);

-- name: ListTeamRoles :many
SELECT m.account_id, CAST(max(r.role) AS bigint) AS role FROM team_repositories r JOIN team_members m ON m.team_id = r.team_id
WHERE r.repository_id = sqlc.arg(repository_id) GROUP BY m.account_id ORDER BY m.account_id;
