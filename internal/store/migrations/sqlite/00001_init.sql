-- +goose Up
-- One row each: the version of who may do what; and how far the log of events has come. n counts the events that have a
-- position, expanded_to is the last one turned into deliveries, cut_to the last one that retention removed; hash and
-- cut_hash are the audit hashes there.
CREATE TABLE server (
	id           INTEGER PRIMARY KEY,
	auth_version INTEGER NOT NULL,
	created_at   TIMESTAMP NOT NULL
);
CREATE TABLE positions (
	id          INTEGER PRIMARY KEY,
	n           INTEGER NOT NULL,
	expanded_to INTEGER NOT NULL,
	hash        BLOB NOT NULL,
	cut_to      INTEGER NOT NULL,
	cut_hash    BLOB NOT NULL
);

CREATE TABLE accounts (
	id         INTEGER PRIMARY KEY AUTOINCREMENT,
	login      TEXT NOT NULL,
	login_key  TEXT NOT NULL,
	type       TEXT NOT NULL,
	name       TEXT NOT NULL,
	email      TEXT NOT NULL,
	email_key  TEXT NOT NULL,
	site_admin BOOLEAN NOT NULL,
	created_at TIMESTAMP NOT NULL,
	updated_at TIMESTAMP NOT NULL
);
CREATE UNIQUE INDEX accounts_login ON accounts (login_key);
CREATE INDEX accounts_email ON accounts (email_key);

CREATE TABLE memberships (
	organization_id INTEGER NOT NULL REFERENCES accounts (id),
	account_id      INTEGER NOT NULL REFERENCES accounts (id),
	admin           BOOLEAN NOT NULL,
	PRIMARY KEY (organization_id, account_id)
) WITHOUT ROWID;

CREATE TABLE tokens (
	id           INTEGER PRIMARY KEY AUTOINCREMENT,
	account_id   INTEGER NOT NULL REFERENCES accounts (id),
	kind         TEXT NOT NULL,
	name         TEXT NOT NULL,
	hash         BLOB NOT NULL,
	last_eight   TEXT NOT NULL,
	scopes       TEXT NOT NULL,
	created_at   TIMESTAMP NOT NULL,
	expires_at   TIMESTAMP,
	last_used_at TIMESTAMP
);
CREATE UNIQUE INDEX tokens_hash ON tokens (hash);
CREATE INDEX tokens_account ON tokens (account_id);

CREATE TABLE repositories (
	id             INTEGER PRIMARY KEY AUTOINCREMENT,
	owner_id       INTEGER NOT NULL REFERENCES accounts (id),
	name           TEXT NOT NULL,
	name_key       TEXT NOT NULL,
	private        BOOLEAN NOT NULL,
	description    TEXT NOT NULL,
	default_branch TEXT NOT NULL,
	archived       BOOLEAN NOT NULL,
	created_at     TIMESTAMP NOT NULL,
	updated_at     TIMESTAMP NOT NULL,
	pushed_at      TIMESTAMP,
	last_push_id   INTEGER
);
CREATE UNIQUE INDEX repositories_name ON repositories (owner_id, name_key);

CREATE TABLE collaborators (
	repository_id INTEGER NOT NULL REFERENCES repositories (id),
	account_id    INTEGER NOT NULL REFERENCES accounts (id),
	role          INTEGER NOT NULL,
	PRIMARY KEY (repository_id, account_id)
) WITHOUT ROWID;

CREATE TABLE refs (
	repository_id INTEGER NOT NULL REFERENCES repositories (id),
	name          TEXT NOT NULL,
	sha           TEXT NOT NULL,
	PRIMARY KEY (repository_id, name)
) WITHOUT ROWID;

CREATE TABLE intents (
	id            INTEGER PRIMARY KEY AUTOINCREMENT,
	repository_id INTEGER NOT NULL REFERENCES repositories (id),
	ref           TEXT NOT NULL,
	old_sha       TEXT NOT NULL,
	new_sha       TEXT NOT NULL,
	actor_id      INTEGER NOT NULL,
	created_at    TIMESTAMP NOT NULL
);
CREATE INDEX intents_repository ON intents (repository_id, id);

CREATE TABLE environments (
	id                INTEGER PRIMARY KEY AUTOINCREMENT,
	repository_id     INTEGER NOT NULL REFERENCES repositories (id),
	name              TEXT NOT NULL,
	name_key          TEXT NOT NULL,
	can_admins_bypass BOOLEAN NOT NULL,
	created_at        TIMESTAMP NOT NULL,
	updated_at        TIMESTAMP NOT NULL
);
CREATE UNIQUE INDEX environments_name ON environments (repository_id, name_key);

-- kind: wait_timer, required_reviewers or branch_policy; value: its members as JSON text. A rewritten rule is a new row.
CREATE TABLE environment_rules (
	id             INTEGER PRIMARY KEY AUTOINCREMENT,
	environment_id INTEGER NOT NULL REFERENCES environments (id),
	kind           TEXT NOT NULL,
	value          TEXT NOT NULL
);
CREATE UNIQUE INDEX environment_rules_kind ON environment_rules (environment_id, kind);

CREATE TABLE deployments (
	id                   INTEGER PRIMARY KEY AUTOINCREMENT,
	repository_id        INTEGER NOT NULL REFERENCES repositories (id),
	sha                  TEXT NOT NULL,
	ref                  TEXT NOT NULL,
	task                 TEXT NOT NULL,
	payload              TEXT,
	environment          TEXT NOT NULL,
	environment_key      TEXT NOT NULL,
	original_environment TEXT, -- NULL: the same as environment
	description          TEXT,
	creator_id           INTEGER,
	transient            BOOLEAN NOT NULL,
	production           BOOLEAN NOT NULL,
	state                TEXT NOT NULL,
	created_at           TIMESTAMP NOT NULL,
	updated_at           TIMESTAMP NOT NULL
);
CREATE INDEX deployments_repository ON deployments (repository_id, id);
CREATE INDEX deployments_sha ON deployments (repository_id, sha, id);
CREATE INDEX deployments_ref ON deployments (repository_id, ref, id);
CREATE INDEX deployments_task ON deployments (repository_id, task, id);
CREATE INDEX deployments_environment ON deployments (repository_id, environment_key, id);
CREATE INDEX deployments_live ON deployments (repository_id, environment_key, id)
	WHERE state = 'success' AND NOT transient AND NOT production;

CREATE TABLE deployment_statuses (
	id              INTEGER PRIMARY KEY AUTOINCREMENT,
	deployment_id   INTEGER NOT NULL REFERENCES deployments (id),
	state           TEXT NOT NULL,
	description     TEXT NOT NULL,
	target_url      TEXT NOT NULL,
	environment_url TEXT NOT NULL,
	environment     TEXT NOT NULL,
	creator_id      INTEGER,
	created_at      TIMESTAMP NOT NULL
);
CREATE INDEX deployment_statuses_deployment ON deployment_statuses (deployment_id, id);

CREATE TABLE commit_statuses (
	id            INTEGER PRIMARY KEY AUTOINCREMENT,
	repository_id INTEGER NOT NULL REFERENCES repositories (id),
	sha           TEXT NOT NULL,
	context       TEXT NOT NULL,
	context_key   TEXT NOT NULL,
	state         TEXT NOT NULL,
	description   TEXT,
	target_url    TEXT,
	creator_id    INTEGER,
	created_at    TIMESTAMP NOT NULL
);
CREATE INDEX commit_statuses_sha ON commit_statuses (repository_id, sha, context_key, id);

-- How many rows of a kind there are, for rel="last": kept in the transaction that adds or removes one.
CREATE TABLE counters (
	repository_id INTEGER NOT NULL,
	kind          TEXT NOT NULL,
	key           TEXT NOT NULL,
	n             INTEGER NOT NULL,
	PRIMARY KEY (repository_id, kind, key)
) WITHOUT ROWID;

CREATE TABLE hooks (
	id               INTEGER PRIMARY KEY AUTOINCREMENT,
	repository_id    INTEGER NOT NULL REFERENCES repositories (id),
	name             TEXT NOT NULL,
	active           BOOLEAN NOT NULL,
	events           TEXT NOT NULL,
	config           TEXT NOT NULL,
	secret           BLOB, -- sealed under a key that is not in the database
	response_code    INTEGER,
	response_status  TEXT NOT NULL,
	response_message TEXT,
	created_at       TIMESTAMP NOT NULL,
	updated_at       TIMESTAMP NOT NULL
);
CREATE INDEX hooks_repository ON hooks (repository_id, id);

-- position is NULL until the sequencer has stamped the event; hash chains the audit trail.
CREATE TABLE events (
	id            INTEGER PRIMARY KEY AUTOINCREMENT,
	position      INTEGER,
	hash          BLOB,
	repository_id INTEGER NOT NULL,
	actor_id      INTEGER NOT NULL,
	kind          TEXT NOT NULL,
	action        TEXT NOT NULL,
	subject       TEXT NOT NULL,
	at            TIMESTAMP NOT NULL
);
CREATE UNIQUE INDEX events_position ON events (position);
CREATE INDEX events_unstamped ON events (id) WHERE position IS NULL;

CREATE TABLE idempotency_keys (
	account_id    INTEGER NOT NULL,
	key           TEXT NOT NULL,
	request_hash  BLOB NOT NULL,
	deployment_id INTEGER,
	subject       TEXT,
	created_at    TIMESTAMP NOT NULL,
	PRIMARY KEY (account_id, key)
) WITHOUT ROWID;
CREATE INDEX idempotency_keys_age ON idempotency_keys (created_at);

INSERT INTO server (id, auth_version, created_at) VALUES (1, 1, 0);
INSERT INTO positions (id, n, expanded_to, hash, cut_to, cut_hash) VALUES (1, 0, 0, x'', 0, x'');

-- +goose Down
SELECT 1;
