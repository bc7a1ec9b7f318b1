-- +goose Up
-- Patterns of the branches and tags that may be deployed to an environment. type: branch or tag.
CREATE TABLE branch_policies (
	id             INTEGER PRIMARY KEY AUTOINCREMENT,
	environment_id INTEGER NOT NULL REFERENCES environments (id),
	type           TEXT NOT NULL,
	name           TEXT NOT NULL
);
CREATE UNIQUE INDEX branch_policies_name ON branch_policies (environment_id, type, name);

-- Apps that are asked before a deployment to an environment goes on. A rule goes with its app.
CREATE TABLE protection_rules (
	id             INTEGER PRIMARY KEY AUTOINCREMENT,
	environment_id INTEGER NOT NULL REFERENCES environments (id),
	app_id         INTEGER NOT NULL REFERENCES apps (id) ON DELETE CASCADE
);
CREATE UNIQUE INDEX protection_rules_environment ON protection_rules (environment_id, app_id);
CREATE INDEX protection_rules_app ON protection_rules (app_id);

-- Patterns of protected branches, a JSON list; NULL: the default branch.
ALTER TABLE repositories ADD COLUMN protected TEXT;

-- +goose Down
SELECT 1;
