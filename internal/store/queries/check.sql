-- name: InsertCheckSuite :one
INSERT INTO check_suites (repository_id, sha, app_id, head_branch, created_at, updated_at) VALUES ($1, $2, $3, $4, $5, $6) RETURNING id;

-- name: GetCheckSuiteOf :one
SELECT * FROM check_suites WHERE repository_id = $1 AND sha = $2 AND app_id = $3;

-- name: GetCheckSuite :one
SELECT * FROM check_suites WHERE repository_id = $1 AND id = $2;

-- name: ListCheckSuites :many
SELECT s.* FROM check_suites s WHERE s.repository_id = $1 AND s.sha = $2
AND (CAST(sqlc.narg(app_id) AS bigint) IS NULL OR s.app_id = sqlc.narg(app_id))
AND (CAST(sqlc.narg(name) AS text) IS NULL OR EXISTS (
	SELECT 1 FROM check_runs r WHERE r.repository_id = s.repository_id AND r.sha = s.sha AND r.app_id = s.app_id AND r.name = sqlc.narg(name)))
ORDER BY s.id LIMIT CAST(sqlc.arg(lim) AS bigint) OFFSET CAST(sqlc.arg(skip) AS bigint);

-- name: CountCheckSuites :one
SELECT count(*) FROM check_suites s WHERE s.repository_id = $1 AND s.sha = $2
AND (CAST(sqlc.narg(app_id) AS bigint) IS NULL OR s.app_id = sqlc.narg(app_id))
AND (CAST(sqlc.narg(name) AS text) IS NULL OR EXISTS (
	SELECT 1 FROM check_runs r WHERE r.repository_id = s.repository_id AND r.sha = s.sha AND r.app_id = s.app_id AND r.name = sqlc.narg(name)));

-- name: UpdateCheckSuite :execrows
UPDATE check_suites SET rerequested_at = $1, updated_at = $2 WHERE repository_id = $3 AND id = $4;

-- name: GetBranchAt :one
SELECT name FROM refs WHERE repository_id = $1 AND sha = $2 AND name >= 'refs/heads/' AND name < 'refs/heads0' ORDER BY name LIMIT 1;

-- name: InsertCheckRun :one
INSERT INTO check_runs (suite_id, repository_id, sha, app_id, name, external_id, details_url, status, conclusion, title, summary, body,
	annotations, started_at, completed_at, updated_at)
VALUES ($1, $2, $3, $4, $5, $6, $7, $8, $9, $10, $11, $12, $13, $14, $15, $16) RETURNING id;

-- name: UpdateCheckRun :execrows
UPDATE check_runs SET name = $1, external_id = $2, details_url = $3, status = $4, conclusion = $5, title = $6, summary = $7, body = $8,
	annotations = $9, started_at = $10, completed_at = $11, updated_at = $12
WHERE repository_id = $13 AND id = $14;

-- name: GetCheckRun :one
SELECT * FROM check_runs WHERE repository_id = $1 AND id = $2;

-- name: ListCheckRuns :many
-- The page is chosen without reading what runs have to say.
SELECT r.* FROM check_runs r WHERE r.id IN (
	SELECT x.id FROM check_runs x WHERE x.repository_id = $1 AND x.sha = $2
	AND (NOT CAST(sqlc.arg(latest) AS bigint) = 1 OR x.id IN (
		SELECT max(y.id) FROM check_runs y WHERE y.repository_id = $1 AND y.sha = $2 GROUP BY y.app_id, y.name))
	AND (CAST(sqlc.narg(app_id) AS bigint) IS NULL OR x.app_id = sqlc.narg(app_id))
	AND (CAST(sqlc.narg(name) AS text) IS NULL OR x.name = sqlc.narg(name))
	AND (CAST(sqlc.narg(status) AS text) IS NULL OR x.status = sqlc.narg(status))
	ORDER BY x.id DESC LIMIT CAST(sqlc.arg(lim) AS bigint) OFFSET CAST(sqlc.arg(skip) AS bigint))
ORDER BY r.id DESC;

-- name: CountCheckRuns :one
SELECT count(*) FROM check_runs x WHERE x.repository_id = $1 AND x.sha = $2
AND (NOT CAST(sqlc.arg(latest) AS bigint) = 1 OR x.id IN (
	SELECT max(y.id) FROM check_runs y WHERE y.repository_id = $1 AND y.sha = $2 GROUP BY y.app_id, y.name))
AND (CAST(sqlc.narg(app_id) AS bigint) IS NULL OR x.app_id = sqlc.narg(app_id))
AND (CAST(sqlc.narg(name) AS text) IS NULL OR x.name = sqlc.narg(name))
AND (CAST(sqlc.narg(status) AS text) IS NULL OR x.status = sqlc.narg(status));

-- name: ListLatestCheckRuns :many
SELECT r.id, r.suite_id, r.app_id, r.name, r.status, r.conclusion, r.updated_at FROM check_runs r WHERE r.id IN (
	SELECT max(x.id) FROM check_runs x WHERE x.repository_id = $1 AND x.sha = $2 GROUP BY x.app_id, x.name)
ORDER BY r.id;

-- name: DeleteOldCheckRuns :exec
DELETE FROM check_runs WHERE id IN (
	SELECT x.id FROM check_runs x WHERE x.repository_id = $1 AND x.sha = $2 AND x.app_id = $3 AND x.name = $4
	ORDER BY x.id DESC LIMIT 100 OFFSET CAST(sqlc.arg(keep) AS bigint));

-- name: InsertCheckAnnotation :exec
INSERT INTO check_annotations (run_id, path, start_line, end_line, start_column, end_column, level, message, title, raw_details)
VALUES ($1, $2, $3, $4, $5, $6, $7, $8, $9, $10);

-- name: ListCheckAnnotations :many
SELECT * FROM check_annotations WHERE run_id = $1
ORDER BY id LIMIT CAST(sqlc.arg(lim) AS bigint) OFFSET CAST(sqlc.arg(skip) AS bigint);
