-- +goose Up
-- People. hash is argon2id in its usual text form; who has no row has no password.
CREATE TABLE passwords (
	account_id INTEGER PRIMARY KEY REFERENCES accounts (id) ON DELETE CASCADE,
	hash       TEXT NOT NULL,
	changed_at TIMESTAMP NOT NULL
);

CREATE TABLE sessions (
	id           INTEGER PRIMARY KEY AUTOINCREMENT,
	account_id   INTEGER NOT NULL REFERENCES accounts (id) ON DELETE CASCADE,
	hash         BLOB NOT NULL,
	address      TEXT NOT NULL,
	agent        TEXT NOT NULL,
	created_at   TIMESTAMP NOT NULL,
	last_used_at TIMESTAMP NOT NULL
);
CREATE UNIQUE INDEX sessions_hash ON sessions (hash);
CREATE INDEX sessions_account ON sessions (account_id, id);
CREATE INDEX sessions_age ON sessions (last_used_at);

-- What people let apps do. What was given under a grant names its account and app and goes with it.
CREATE TABLE grants (
	id         INTEGER PRIMARY KEY AUTOINCREMENT,
	account_id INTEGER NOT NULL REFERENCES accounts (id) ON DELETE CASCADE,
	app_id     INTEGER NOT NULL REFERENCES apps (id) ON DELETE CASCADE,
	scopes     TEXT NOT NULL,
	created_at TIMESTAMP NOT NULL,
	updated_at TIMESTAMP NOT NULL
);
CREATE UNIQUE INDEX grants_app ON grants (account_id, app_id);
CREATE INDEX grants_of_app ON grants (app_id);

-- Codes of the web flow. token_id is the token that the code was exchanged for, NULL until it is used.
CREATE TABLE codes (
	id           INTEGER PRIMARY KEY AUTOINCREMENT,
	hash         BLOB NOT NULL,
	account_id   INTEGER NOT NULL REFERENCES accounts (id) ON DELETE CASCADE,
	app_id       INTEGER NOT NULL REFERENCES apps (id) ON DELETE CASCADE,
	scopes       TEXT NOT NULL,
	redirect_uri TEXT NOT NULL,
	challenge    TEXT NOT NULL,
	token_id     INTEGER,
	created_at   TIMESTAMP NOT NULL
);
CREATE UNIQUE INDEX codes_hash ON codes (hash);
CREATE INDEX codes_grant ON codes (account_id, app_id);
CREATE INDEX codes_app ON codes (app_id);
CREATE INDEX codes_age ON codes (created_at);

-- Codes of the device flow. state: pending, granted or denied; account_id is who said so. pause is in seconds.
CREATE TABLE device_codes (
	id         INTEGER PRIMARY KEY AUTOINCREMENT,
	hash       BLOB NOT NULL,
	user_hash  BLOB NOT NULL,
	app_id     INTEGER NOT NULL REFERENCES apps (id) ON DELETE CASCADE,
	account_id INTEGER REFERENCES accounts (id) ON DELETE CASCADE,
	scopes     TEXT NOT NULL,
	state      TEXT NOT NULL,
	pause      INTEGER NOT NULL,
	polled_at  TIMESTAMP,
	created_at TIMESTAMP NOT NULL
);
CREATE UNIQUE INDEX device_codes_hash ON device_codes (hash);
CREATE UNIQUE INDEX device_codes_user ON device_codes (user_hash);
CREATE INDEX device_codes_app ON device_codes (app_id);
CREATE INDEX device_codes_age ON device_codes (created_at);

-- Refresh tokens, used ones too: a second use ends their family, which is named after the first token of it. Those that
-- came out of the device flow are renewed without a client secret.
CREATE TABLE refresh_tokens (
	id         INTEGER PRIMARY KEY AUTOINCREMENT,
	hash       BLOB NOT NULL,
	family     INTEGER NOT NULL,
	token_id   INTEGER NOT NULL,
	account_id INTEGER NOT NULL REFERENCES accounts (id) ON DELETE CASCADE,
	app_id     INTEGER NOT NULL REFERENCES apps (id) ON DELETE CASCADE,
	scopes     TEXT NOT NULL,
	device     BOOLEAN NOT NULL,
	used       BOOLEAN NOT NULL,
	created_at TIMESTAMP NOT NULL
);
CREATE UNIQUE INDEX refresh_tokens_hash ON refresh_tokens (hash);
CREATE INDEX refresh_tokens_family ON refresh_tokens (family, id);
CREATE INDEX refresh_tokens_token ON refresh_tokens (token_id);
CREATE INDEX refresh_tokens_grant ON refresh_tokens (account_id, app_id);
CREATE INDEX refresh_tokens_app ON refresh_tokens (app_id);
CREATE INDEX refresh_tokens_age ON refresh_tokens (created_at);

-- What the Authorizations API knows of a token beside the token.
CREATE TABLE authorizations (
	token_id    INTEGER PRIMARY KEY REFERENCES tokens (id) ON DELETE CASCADE,
	note_url    TEXT NOT NULL,
	fingerprint TEXT NOT NULL,
	updated_at  TIMESTAMP NOT NULL
);

-- +goose Down
SELECT 1;
