-- name: ListProtectionRules :many
SELECT r.id, r.environment_id, sqlc.embed(a), sqlc.embed(o) FROM protection_rules r
JOIN apps a ON a.id = r.app_id JOIN accounts o ON o.id = a.owner_id
WHERE r.environment_id = $1 ORDER BY r.id;

-- name: InsertProtectionRule :one
INSERT INTO protection_rules (environment_id, app_id) VALUES ($1, $2) RETURNING id;

-- name: DeleteProtectionRule :execrows
DELETE FROM protection_rules WHERE environment_id = $1 AND id = $2;

-- name: DeleteProtectionRules :exec
DELETE FROM protection_rules WHERE environment_id = $1;
