-- +goose Up
-- Set while nothing is tried because the receiver failed for too long.
ALTER TABLE hooks ADD COLUMN parked_at TIMESTAMP;

-- One row a hook: when it has something to do, and who is at it. Events up to since_event are older than the hook.
-- due_at is NULL when nothing waits that may be tried; set_at and leased_at say when due_at and lease_until were decided,
-- so that a clock that was set back since makes neither of them last.
CREATE TABLE queues (
	hook_id     INTEGER PRIMARY KEY REFERENCES hooks (id),
	since_event INTEGER NOT NULL,
	fence       INTEGER NOT NULL,
	leased_at   TIMESTAMP NOT NULL,
	lease_until TIMESTAMP NOT NULL,
	due_at      TIMESTAMP,
	set_at      TIMESTAMP NOT NULL,
	failing     BOOLEAN NOT NULL
);
CREATE INDEX queues_due ON queues (due_at) WHERE due_at IS NOT NULL;

-- What is said of an event. Hooks that are told the same share a row.
CREATE TABLE bodies (
	id         INTEGER PRIMARY KEY AUTOINCREMENT,
	event_id   INTEGER NOT NULL,
	created_at TIMESTAMP NOT NULL,
	content    BLOB NOT NULL
);
CREATE INDEX bodies_age ON bodies (created_at);

-- One event for one hook. lane is ordered while it waits for its turn, aside while it waits out of order, NULL when it is
-- over. failing_for and refused_for are microseconds.
CREATE TABLE deliveries (
	id            INTEGER PRIMARY KEY AUTOINCREMENT,
	hook_id       INTEGER NOT NULL,
	repository_id INTEGER NOT NULL,
	event_id      INTEGER NOT NULL,
	event         TEXT NOT NULL,
	action        TEXT NOT NULL,
	guid          TEXT NOT NULL,
	body_id       INTEGER NOT NULL,
	lane          TEXT,
	due_at        TIMESTAMP NOT NULL,
	due_set_at    TIMESTAMP NOT NULL,
	finished_at   TIMESTAMP,
	tries         INTEGER NOT NULL,
	failures      INTEGER NOT NULL,
	failing_for   INTEGER NOT NULL,
	refusals      INTEGER NOT NULL,
	refused_for   INTEGER NOT NULL,
	last_code     INTEGER NOT NULL,
	last_at       TIMESTAMP
);
CREATE UNIQUE INDEX deliveries_event ON deliveries (event_id, hook_id, event);
CREATE INDEX deliveries_waiting ON deliveries (hook_id, lane, id) WHERE lane IS NOT NULL;

-- One try. duration is in microseconds.
CREATE TABLE attempts (
	id              INTEGER PRIMARY KEY AUTOINCREMENT,
	delivery_id     INTEGER NOT NULL,
	hook_id         INTEGER NOT NULL,
	at              TIMESTAMP NOT NULL,
	duration        INTEGER NOT NULL,
	ok              BOOLEAN NOT NULL,
	status          TEXT NOT NULL,
	status_code     INTEGER NOT NULL,
	redelivery      BOOLEAN NOT NULL,
	url             TEXT NOT NULL,
	request_header  TEXT NOT NULL,
	response_header TEXT NOT NULL,
	response_body   BLOB
);
CREATE INDEX attempts_hook ON attempts (hook_id, id);
CREATE INDEX attempts_failed ON attempts (hook_id, id) WHERE NOT ok;

-- +goose Down
SELECT 1;
