-- +goose Up
CREATE INDEX memberships_account ON memberships (account_id);
CREATE INDEX collaborators_account ON collaborators (account_id);

CREATE TABLE teams (
	id              INTEGER PRIMARY KEY AUTOINCREMENT,
	organization_id INTEGER NOT NULL REFERENCES accounts (id),
	name            TEXT NOT NULL,
	slug            TEXT NOT NULL,
	description     TEXT NOT NULL,
	created_at      TIMESTAMP NOT NULL,
	updated_at      TIMESTAMP NOT NULL
);
CREATE UNIQUE INDEX teams_slug ON teams (organization_id, slug);

CREATE TABLE team_members (
	team_id    INTEGER NOT NULL REFERENCES teams (id),
	account_id INTEGER NOT NULL REFERENCES accounts (id),
	PRIMARY KEY (team_id, account_id)
) WITHOUT ROWID;
CREATE INDEX team_members_account ON team_members (account_id);

CREATE TABLE team_repositories (
	team_id       INTEGER NOT NULL REFERENCES teams (id),
	repository_id INTEGER NOT NULL REFERENCES repositories (id),
	role          INTEGER NOT NULL,
	PRIMARY KEY (team_id, repository_id)
) WITHOUT ROWID;
CREATE INDEX team_repositories_repository ON team_repositories (repository_id);

-- removed_at: nobody sees the repository any more; what belongs to it is removed in small steps, the row last.
ALTER TABLE repositories ADD COLUMN homepage TEXT NOT NULL DEFAULT '';
ALTER TABLE repositories ADD COLUMN removed_at TIMESTAMP;
CREATE INDEX repositories_pushed ON repositories (last_push_id) WHERE NOT private AND removed_at IS NULL AND last_push_id IS NOT NULL;
CREATE INDEX repositories_removed ON repositories (id) WHERE removed_at IS NOT NULL;

-- What repositories used to be called, until another one takes the name.
CREATE TABLE former_names (
	owner_id      INTEGER NOT NULL REFERENCES accounts (id),
	name_key      TEXT NOT NULL,
	repository_id INTEGER NOT NULL REFERENCES repositories (id),
	PRIMARY KEY (owner_id, name_key)
) WITHOUT ROWID;
CREATE INDEX former_names_repository ON former_names (repository_id);

-- Folders that are to move, written before they do. An empty target: to be removed. The row is the repository's lease: until it
-- ends nobody but its holder, which knows the fence, ends the move, and nobody writes in the repository.
CREATE TABLE folder_moves (
	repository_id INTEGER PRIMARY KEY REFERENCES repositories (id),
	owner         TEXT NOT NULL,
	name          TEXT NOT NULL,
	target        TEXT NOT NULL,
	actor_id      INTEGER NOT NULL,
	created_at    TIMESTAMP NOT NULL,
	fence         INTEGER NOT NULL,
	leased_at     TIMESTAMP NOT NULL,
	lease_until   TIMESTAMP NOT NULL
);

-- What the lists of events show, by place and by person. The condition is repeated, word for word, by the queries.
CREATE INDEX events_feed ON events (repository_id, position)
	WHERE kind IN ('push', 'repository') OR (kind IN ('deployment', 'deployment_status') AND action = 'created');
CREATE INDEX events_actor ON events (actor_id, position)
	WHERE kind IN ('push', 'repository') OR (kind IN ('deployment', 'deployment_status') AND action = 'created');

-- Requests of the current hour, by caller.
CREATE TABLE quotas (
	caller   TEXT PRIMARY KEY,
	used     INTEGER NOT NULL,
	reset_at TIMESTAMP NOT NULL
) WITHOUT ROWID;
CREATE INDEX quotas_reset ON quotas (reset_at);

-- +goose Down
SELECT 1;
