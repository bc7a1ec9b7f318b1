-- +goose Up
-- How many attempts at a delivery somebody has asked for that were not begun yet.
ALTER TABLE deliveries ADD COLUMN wanted INTEGER NOT NULL DEFAULT 0;

-- For whoever watches: hooks that are parked, and the first that has a secret, at which a key can be tried.
CREATE INDEX hooks_parked ON hooks (id) WHERE parked_at IS NOT NULL;
CREATE INDEX hooks_sealed ON hooks (id) WHERE secret IS NOT NULL;

-- +goose Down
SELECT 1;
