-- name: MarkRepositoryRemoved :execrows
-- Its name is free from here on: no key begins with a slash.
UPDATE repositories SET removed_at = $1, name_key = '/' || CAST(id AS text) WHERE id = $2 AND removed_at IS NULL;

-- name: DeleteFormerNamesOf :exec
DELETE FROM former_names WHERE repository_id = $1;

-- name: DeleteCollaboratorsOf :exec
DELETE FROM collaborators WHERE repository_id = $1;

-- name: DeleteTeamRepositoriesOf :exec
DELETE FROM team_repositories WHERE repository_id = $1;

-- name: GetRemovedRepository :one
-- The first whose folder is gone.
SELECT r.id FROM repositories r
WHERE r.removed_at IS NOT NULL AND NOT EXISTS (SELECT 1 FROM folder_moves m WHERE m.repository_id = r.id) ORDER BY r.id LIMIT 1;

-- name: RemoveDeploymentStatusesOf :execrows
DELETE FROM deployment_statuses WHERE id IN (
	SELECT s.id FROM deployments d JOIN deployment_statuses s ON s.deployment_id = d.id
	WHERE d.repository_id = sqlc.arg(repository_id) LIMIT CAST(sqlc.arg(lim) AS bigint));

-- name: RemoveDeploymentsOf :execrows
DELETE FROM deployments WHERE id IN (
	SELECT d.id FROM deployments d WHERE d.repository_id = sqlc.arg(repository_id) LIMIT CAST(sqlc.arg(lim) AS bigint));

-- name: RemoveCommitStatusesOf :execrows
DELETE FROM commit_statuses WHERE id IN (
	SELECT c.id FROM commit_statuses c WHERE c.repository_id = sqlc.arg(repository_id) LIMIT CAST(sqlc.arg(lim) AS bigint));

-- name: RemoveCheckAnnotationsOf :execrows
DELETE FROM check_annotations WHERE id IN (
	SELECT x.id FROM check_runs r JOIN check_annotations x ON x.run_id = r.id
	WHERE r.repository_id = sqlc.arg(repository_id) LIMIT CAST(sqlc.arg(lim) AS bigint));

-- name: RemoveCheckRunsOf :execrows
DELETE FROM check_runs WHERE id IN (
	SELECT r.id FROM check_runs r WHERE r.repository_id = sqlc.arg(repository_id) LIMIT CAST(sqlc.arg(lim) AS bigint));

-- name: RemoveCheckSuitesOf :execrows
DELETE FROM check_suites WHERE id IN (
	SELECT s.id FROM check_suites s WHERE s.repository_id = sqlc.arg(repository_id) LIMIT CAST(sqlc.arg(lim) AS bigint));

-- name: RemoveEnvironmentRulesOf :execrows
DELETE FROM environment_rules WHERE id IN (
	SELECT x.id FROM environments e JOIN environment_rules x ON x.environment_id = e.id
	WHERE e.repository_id = sqlc.arg(repository_id) LIMIT CAST(sqlc.arg(lim) AS bigint));

-- name: RemoveBranchPoliciesOf :execrows
DELETE FROM branch_policies WHERE id IN (
	SELECT x.id FROM environments e JOIN branch_policies x ON x.environment_id = e.id
	WHERE e.repository_id = sqlc.arg(repository_id) LIMIT CAST(sqlc.arg(lim) AS bigint));

-- name: RemoveProtectionRulesOf :execrows
DELETE FROM protection_rules WHERE id IN (
	SELECT x.id FROM environments e JOIN protection_rules x ON x.environment_id = e.id
	WHERE e.repository_id = sqlc.arg(repository_id) LIMIT CAST(sqlc.arg(lim) AS bigint));

-- name: RemoveEnvironmentsOf :execrows
DELETE FROM environments WHERE id IN (
	SELECT e.id FROM environments e WHERE e.repository_id = sqlc.arg(repository_id) LIMIT CAST(sqlc.arg(lim) AS bigint));

-- name: RemoveRefsOf :execrows
DELETE FROM refs WHERE refs.repository_id = sqlc.arg(repository_id) AND name IN (
	SELECT r.name FROM refs r WHERE r.repository_id = sqlc.arg(repository_id) LIMIT CAST(sqlc.arg(lim) AS bigint));

-- name: RemoveIntentsOf :execrows
DELETE FROM intents WHERE id IN (
	SELECT i.id FROM intents i WHERE i.repository_id = sqlc.arg(repository_id) LIMIT CAST(sqlc.arg(lim) AS bigint));

-- name: RemoveCountersOf :execrows
DELETE FROM counters WHERE counters.repository_id = sqlc.arg(repository_id) AND (kind, key) IN (
	SELECT c.kind, c.key FROM counters c WHERE c.repository_id = sqlc.arg(repository_id) LIMIT CAST(sqlc.arg(lim) AS bigint));

-- name: DeleteRemovedRepository :execrows
DELETE FROM repositories WHERE id = $1 AND removed_at IS NOT NULL;
