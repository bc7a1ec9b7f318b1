-- +goose Up
-- The secret that comes after the one in use, sealed like it, while both are live; NULL otherwise.
ALTER TABLE hooks ADD COLUMN next_secret bytea;
ALTER TABLE hooks ADD COLUMN rotating_since timestamptz;

-- +goose Down
SELECT 1;
