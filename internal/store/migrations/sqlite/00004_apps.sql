-- +goose Up
-- Apps of both kinds. callback_urls, events, public_keys and secret_hashes are JSON lists (keys and hashes in base64);
-- permissions are written name=level, separated by commas. What belongs to an app goes with it.
CREATE TABLE apps (
	id              INTEGER PRIMARY KEY AUTOINCREMENT,
	kind            TEXT NOT NULL,
	slug            TEXT NOT NULL,
	name            TEXT NOT NULL,
	owner_id        INTEGER NOT NULL REFERENCES accounts (id),
	client_id       TEXT NOT NULL,
	description     TEXT NOT NULL,
	external_url    TEXT NOT NULL,
	callback_urls   TEXT NOT NULL,
	device_flow     BOOLEAN NOT NULL,
	expiring_tokens BOOLEAN NOT NULL,
	permissions     TEXT NOT NULL,
	events          TEXT NOT NULL,
	public_keys     TEXT NOT NULL,
	secret_hashes   TEXT NOT NULL,
	bot_id          INTEGER REFERENCES accounts (id),
	created_at      TIMESTAMP NOT NULL,
	updated_at      TIMESTAMP NOT NULL
);
CREATE UNIQUE INDEX apps_slug ON apps (slug);
CREATE UNIQUE INDEX apps_client ON apps (client_id);

-- repository_ids is a JSON list, of what was selected unless all_repositories is set.
CREATE TABLE installations (
	id               INTEGER PRIMARY KEY AUTOINCREMENT,
	app_id           INTEGER NOT NULL REFERENCES apps (id) ON DELETE CASCADE,
	account_id       INTEGER NOT NULL REFERENCES accounts (id),
	permissions      TEXT NOT NULL,
	all_repositories BOOLEAN NOT NULL,
	repository_ids   TEXT NOT NULL,
	created_at       TIMESTAMP NOT NULL,
	updated_at       TIMESTAMP NOT NULL
);
CREATE UNIQUE INDEX installations_app ON installations (app_id, account_id);

ALTER TABLE tokens ADD COLUMN app_id INTEGER REFERENCES apps (id) ON DELETE CASCADE;
ALTER TABLE tokens ADD COLUMN installation_id INTEGER REFERENCES installations (id) ON DELETE CASCADE;
ALTER TABLE tokens ADD COLUMN permissions TEXT NOT NULL DEFAULT '';
ALTER TABLE tokens ADD COLUMN all_repositories BOOLEAN NOT NULL DEFAULT FALSE;
ALTER TABLE tokens ADD COLUMN repository_ids TEXT NOT NULL DEFAULT '[]';
CREATE INDEX tokens_app ON tokens (app_id) WHERE app_id IS NOT NULL;
CREATE INDEX tokens_installation ON tokens (installation_id) WHERE installation_id IS NOT NULL;
CREATE INDEX tokens_ended ON tokens (expires_at) WHERE installation_id IS NOT NULL;

-- The GitHub App that somebody acted through. Rows outlive it.
ALTER TABLE deployments ADD COLUMN app_id INTEGER;
ALTER TABLE deployment_statuses ADD COLUMN app_id INTEGER;

-- +goose Down
SELECT 1;
