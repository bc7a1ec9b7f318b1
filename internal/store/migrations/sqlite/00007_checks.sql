-- +goose Up
-- What apps report about commits, a suite for each app and commit. rerequested_at: when all of it was last asked for again.
CREATE TABLE check_suites (
	id             INTEGER PRIMARY KEY AUTOINCREMENT,
	repository_id  INTEGER NOT NULL REFERENCES repositories (id),
	sha            TEXT NOT NULL,
	app_id         INTEGER NOT NULL,
	head_branch    TEXT NOT NULL,
	rerequested_at TIMESTAMP,
	created_at     TIMESTAMP NOT NULL,
	updated_at     TIMESTAMP NOT NULL
);
CREATE UNIQUE INDEX check_suites_sha ON check_suites (repository_id, sha, app_id);

-- sha and app_id are those of the suite, which nothing removes; rows outlive apps. annotations counts those of check_annotations.
CREATE TABLE check_runs (
	id            INTEGER PRIMARY KEY AUTOINCREMENT,
	suite_id      INTEGER NOT NULL,
	repository_id INTEGER NOT NULL REFERENCES repositories (id),
	sha           TEXT NOT NULL,
	app_id        INTEGER NOT NULL,
	name          TEXT NOT NULL,
	external_id   TEXT NOT NULL,
	details_url   TEXT NOT NULL,
	status        TEXT NOT NULL,
	conclusion    TEXT NOT NULL,
	title         TEXT,
	summary       TEXT,
	body          TEXT,
	annotations   INTEGER NOT NULL,
	started_at    TIMESTAMP NOT NULL,
	completed_at  TIMESTAMP,
	updated_at    TIMESTAMP NOT NULL
);
CREATE INDEX check_runs_sha ON check_runs (repository_id, sha, app_id, name, id);

CREATE TABLE check_annotations (
	id           INTEGER PRIMARY KEY AUTOINCREMENT,
	run_id       INTEGER NOT NULL REFERENCES check_runs (id) ON DELETE CASCADE,
	path         TEXT NOT NULL,
	start_line   INTEGER NOT NULL,
	end_line     INTEGER NOT NULL,
	start_column INTEGER,
	end_column   INTEGER,
	level        TEXT NOT NULL,
	message      TEXT NOT NULL,
	title        TEXT,
	raw_details  TEXT
);
CREATE INDEX check_annotations_run ON check_annotations (run_id, id);

-- +goose Down
SELECT 1;
