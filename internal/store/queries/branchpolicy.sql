-- name: GetBranchPolicy :one
SELECT * FROM branch_policies WHERE environment_id = $1 AND id = $2;

-- name: GetBranchPolicyByName :one
SELECT * FROM branch_policies WHERE environment_id = $1 AND type = $2 AND name = $3;

-- name: ListBranchPolicies :many
SELECT * FROM branch_policies WHERE environment_id = $1
ORDER BY id LIMIT CAST(sqlc.arg(lim) AS bigint) OFFSET CAST(sqlc.arg(skip) AS bigint);

-- name: CountBranchPolicies :one
SELECT count(*) FROM branch_policies WHERE environment_id = $1;

-- name: InsertBranchPolicy :one
INSERT INTO branch_policies (environment_id, type, name) VALUES ($1, $2, $3) RETURNING id;

-- name: UpdateBranchPolicy :execrows
UPDATE branch_policies SET name = $1 WHERE environment_id = $2 AND id = $3;

-- name: DeleteBranchPolicy :execrows
DELETE FROM branch_policies WHERE environment_id = $1 AND id = $2;

-- name: DeleteBranchPolicies :exec
DELETE FROM branch_policies WHERE environment_id = $1;
