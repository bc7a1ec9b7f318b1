-- name: GetExpandedTo :one
SELECT expanded_to FROM positions WHERE id = 1;

-- name: SetExpandedTo :exec
UPDATE positions SET expanded_to = $1 WHERE id = 1;

-- name: GetSubject :one
SELECT subject FROM events WHERE id = $1;

-- name: ListSubscribers :many
-- The repository's hooks, with the event each is younger than.
SELECT sqlc.embed(h), q.since_event FROM hooks h JOIN queues q ON q.hook_id = h.id WHERE h.repository_id = $1 ORDER BY h.id;

-- name: AddBody :one
INSERT INTO bodies (event_id, created_at, content) VALUES ($1, $2, $3) RETURNING id;

-- name: AddDelivery :execrows
INSERT INTO deliveries (hook_id, repository_id, event_id, event, action, guid, body_id, lane, due_at, due_set_at,
	tries, failures, failing_for, refusals, refused_for, last_code)
VALUES ($1, $2, $3, $4, $5, $6, $7, $8, $9, $10, 0, 0, 0, 0, 0, 0)
ON CONFLICT (event_id, hook_id, event) DO NOTHING;

-- name: AddUnsent :one
-- A delivery that is over before it began: without a body, and with one attempt that sent nothing. None, if it is there.
INSERT INTO deliveries (hook_id, repository_id, event_id, event, action, guid, body_id, due_at, due_set_at, finished_at,
	tries, failures, failing_for, refusals, refused_for, last_code)
VALUES ($1, $2, $3, $4, $5, $6, 0, sqlc.arg(now), sqlc.arg(now), sqlc.arg(now), 1, 0, 0, 0, 0, 0)
ON CONFLICT (event_id, hook_id, event) DO NOTHING RETURNING id;

-- name: StartQueue :exec
INSERT INTO queues (hook_id, since_event, fence, leased_at, lease_until, set_at, failing)
SELECT sqlc.arg(hook_id), CAST(coalesce(max(e.id), 0) AS bigint), 0, sqlc.arg(now), sqlc.arg(now), sqlc.arg(now), FALSE FROM events e WHERE true;

-- name: RemoveQueue :exec
DELETE FROM queues WHERE hook_id = $1;

-- name: LockQueue :execrows
-- Whatever changes what a hook has to do writes its row in queues first: on PostgreSQL that is the lock which makes the
-- next reads see what others have added.
UPDATE queues SET fence = fence + 0 WHERE hook_id = $1;

-- name: SetQueueDue :exec
UPDATE queues SET due_at = $1, set_at = $2 WHERE hook_id = $3;

-- name: EndLeases :exec
UPDATE queues SET lease_until = leased_at WHERE lease_until > leased_at;

-- name: ListDueQueues :many
-- later is what no honest clock has reached: what was decided after it was decided before the clock was set back.
SELECT hook_id FROM queues
WHERE (lease_until <= sqlc.arg(now) OR leased_at > sqlc.arg(later))
	AND due_at IS NOT NULL AND (set_at > sqlc.arg(later) OR due_at <= sqlc.arg(now)) AND failing = sqlc.arg(failing)
ORDER BY due_at LIMIT CAST(sqlc.arg(lim) AS bigint);

-- name: ClaimQueue :one
UPDATE queues SET fence = fence + 1, leased_at = sqlc.arg(now), lease_until = sqlc.arg(lease_until)
WHERE hook_id = sqlc.arg(hook_id) AND (lease_until <= sqlc.arg(now) OR leased_at > sqlc.arg(later)) RETURNING fence;

-- name: RenewQueue :execrows
UPDATE queues SET leased_at = sqlc.arg(now), lease_until = sqlc.arg(lease_until), failing = sqlc.arg(failing)
WHERE hook_id = sqlc.arg(hook_id) AND fence = sqlc.arg(fence);

-- name: GiveBackQueue :exec
UPDATE queues SET lease_until = leased_at, due_at = $1, set_at = $2 WHERE hook_id = $3 AND fence = $4;

-- name: ReleaseQueue :exec
-- due_at stays in the past, where the claim found it.
UPDATE queues SET lease_until = leased_at WHERE hook_id = $1 AND fence = $2;

-- name: GetFirstDue :one
SELECT due_at FROM queues WHERE lease_until <= sqlc.arg(now) AND due_at IS NOT NULL ORDER BY due_at LIMIT 1;

-- name: GetFirstLeaseEnd :one
SELECT lease_until FROM queues WHERE lease_until > sqlc.arg(now) AND due_at IS NOT NULL ORDER BY lease_until LIMIT 1;

-- name: GetHookByID :one
SELECT * FROM hooks WHERE id = $1;

-- name: GetFirstWaiting :one
-- Lanes sort as their deliveries go: aside before ordered.
SELECT * FROM deliveries WHERE hook_id = $1 AND lane IS NOT NULL ORDER BY lane, id LIMIT 1;

-- name: GetAside :one
-- The first delivery outside the order.
SELECT * FROM deliveries WHERE hook_id = $1 AND lane = 'aside' AND failures <= sqlc.arg(most_failures) ORDER BY due_at, id LIMIT 1;

-- name: GetHead :one
SELECT * FROM deliveries WHERE hook_id = $1 AND lane = 'ordered' ORDER BY id LIMIT 1;

-- name: GetFollowing :one
SELECT * FROM deliveries WHERE hook_id = $1 AND lane = 'ordered' AND id > sqlc.arg(after) ORDER BY id LIMIT 1;

-- name: GetDelivery :one
SELECT * FROM deliveries WHERE id = $1;

-- name: GetBody :one
SELECT content FROM bodies WHERE id = $1;

-- name: AddAttempt :exec
INSERT INTO attempts (delivery_id, hook_id, at, duration, ok, status, status_code, redelivery, url, request_header, response_header, response_body)
VALUES ($1, $2, $3, $4, $5, $6, $7, $8, $9, $10, $11, $12);

-- name: SetDelivery :one
-- Nothing, if the attempt was counted already: an answer of the database may get lost.
UPDATE deliveries SET lane = $1, due_at = $2, due_set_at = $3, finished_at = $4, tries = tries + 1, failures = $5, failing_for = $6,
	refusals = $7, refused_for = $8, last_code = $9, last_at = $10, wanted = wanted - sqlc.arg(granted)
WHERE id = $11 AND tries = $12 RETURNING wanted;

-- name: WantDelivery :exec
UPDATE deliveries SET wanted = wanted + 1 WHERE id = $1;

-- name: ResetDelivery :exec
UPDATE deliveries SET lane = $1, due_at = sqlc.arg(now), due_set_at = sqlc.arg(now), finished_at = NULL, failures = 0, failing_for = 0,
	refusals = 0, refused_for = 0, last_code = 0, last_at = NULL
WHERE id = $2;

-- name: ResetFailing :exec
UPDATE deliveries SET due_at = sqlc.arg(now), due_set_at = sqlc.arg(now), failures = 0, failing_for = 0,
	refusals = 0, refused_for = 0, last_code = 0, last_at = NULL
WHERE hook_id = $1 AND lane IS NOT NULL AND failures > 0;

-- name: SetHookResponse :exec
UPDATE hooks SET response_code = $1, response_status = $2, response_message = $3 WHERE id = $4;

-- name: SetHookParked :exec
UPDATE hooks SET parked_at = $1 WHERE id = $2;

-- name: ListAttempts :many
-- Attempts whose delivery is gone are not shown.
SELECT a.id, a.delivery_id, a.at, a.duration, a.status, a.status_code, a.redelivery, a.url, d.repository_id, d.guid, d.event, d.action
FROM attempts a JOIN deliveries d ON d.id = a.delivery_id
WHERE a.hook_id = $1 AND a.id < sqlc.arg(before) ORDER BY a.id DESC LIMIT CAST(sqlc.arg(lim) AS bigint);

-- name: ListGoodAttempts :many
SELECT a.id, a.delivery_id, a.at, a.duration, a.status, a.status_code, a.redelivery, a.url, d.repository_id, d.guid, d.event, d.action
FROM attempts a JOIN deliveries d ON d.id = a.delivery_id
WHERE a.hook_id = $1 AND a.id < sqlc.arg(before) AND a.ok ORDER BY a.id DESC LIMIT CAST(sqlc.arg(lim) AS bigint);

-- name: ListFailedAttempts :many
SELECT a.id, a.delivery_id, a.at, a.duration, a.status, a.status_code, a.redelivery, a.url, d.repository_id, d.guid, d.event, d.action
FROM attempts a JOIN deliveries d ON d.id = a.delivery_id
WHERE a.hook_id = $1 AND a.id < sqlc.arg(before) AND NOT a.ok ORDER BY a.id DESC LIMIT CAST(sqlc.arg(lim) AS bigint);

-- name: ListNewerAttempts :many
-- Upwards: the last of them begins the page before.
SELECT a.id FROM attempts a JOIN deliveries d ON d.id = a.delivery_id
WHERE a.hook_id = $1 AND a.id > sqlc.arg(after) ORDER BY a.id LIMIT CAST(sqlc.arg(lim) AS bigint);

-- name: ListNewerGoodAttempts :many
SELECT a.id FROM attempts a JOIN deliveries d ON d.id = a.delivery_id
WHERE a.hook_id = $1 AND a.id > sqlc.arg(after) AND a.ok ORDER BY a.id LIMIT CAST(sqlc.arg(lim) AS bigint);

-- name: ListNewerFailedAttempts :many
SELECT a.id FROM attempts a JOIN deliveries d ON d.id = a.delivery_id
WHERE a.hook_id = $1 AND a.id > sqlc.arg(after) AND NOT a.ok ORDER BY a.id LIMIT CAST(sqlc.arg(lim) AS bigint);

-- name: ListTried :many
-- What became of the deliveries that attempts were made at, newest attempt first.
SELECT a.id, a.at, a.delivery_id, d.lane, d.failures FROM attempts a JOIN deliveries d ON d.id = a.delivery_id
WHERE a.hook_id = $1 AND a.id < sqlc.arg(before) ORDER BY a.id DESC LIMIT CAST(sqlc.arg(lim) AS bigint);

-- name: RedeliverMany :execrows
-- Of the deliveries named, those that are over and whose body is kept.
UPDATE deliveries SET lane = 'aside', due_at = sqlc.arg(now), due_set_at = sqlc.arg(now), finished_at = NULL, failures = 0, failing_for = 0,
	refusals = 0, refused_for = 0, last_code = 0, last_at = NULL
WHERE id IN (SELECT CAST(value AS bigint) FROM json_each(CAST(sqlc.arg(ids) AS text))) AND hook_id = sqlc.arg(hook_id) AND lane IS NULL
	AND EXISTS (SELECT 1 FROM bodies b WHERE b.id = deliveries.body_id);

-- name: CountWaiting :one
-- What a hook has still to be told: all of it, what has failed before, what is outside the order, and the oldest event.
SELECT count(*) AS waiting,
	CAST(coalesce(sum(CASE WHEN failures > 0 THEN 1 ELSE 0 END), 0) AS bigint) AS failing,
	CAST(coalesce(sum(CASE WHEN lane = 'aside' THEN 1 ELSE 0 END), 0) AS bigint) AS aside,
	CAST(coalesce(min(event_id), 0) AS bigint) AS oldest
FROM deliveries WHERE hook_id = $1 AND lane IS NOT NULL;

-- name: GetQueueDue :one
SELECT due_at FROM queues WHERE hook_id = $1;

-- name: GetEventTime :one
SELECT at FROM events WHERE id = $1;

-- name: GetAttempt :one
SELECT sqlc.embed(a), sqlc.embed(d) FROM attempts a JOIN deliveries d ON d.id = a.delivery_id WHERE a.id = $1 AND a.hook_id = $2;

-- name: DeleteWaiting :exec
DELETE FROM deliveries WHERE hook_id = $1 AND lane IS NOT NULL;

-- name: DeleteOldBodies :execrows
-- Only of events that nobody waits for any more.
DELETE FROM bodies WHERE id IN (
	SELECT b.id FROM bodies b WHERE b.created_at < sqlc.arg(before)
		AND NOT EXISTS (SELECT 1 FROM deliveries d WHERE d.event_id = b.event_id AND d.lane IS NOT NULL)
	ORDER BY b.created_at LIMIT CAST(sqlc.arg(lim) AS bigint));

-- name: ListOldestAttempts :many
-- Ids rise with time, so the oldest rows are the first ones.
SELECT id, delivery_id, at FROM attempts ORDER BY id LIMIT CAST(sqlc.arg(lim) AS bigint);

-- name: DeleteAttempts :exec
DELETE FROM attempts WHERE id IN (SELECT CAST(value AS bigint) FROM json_each(CAST(sqlc.arg(ids) AS text)));

-- name: DeleteFinished :exec
DELETE FROM deliveries
WHERE id IN (SELECT CAST(value AS bigint) FROM json_each(CAST(sqlc.arg(ids) AS text))) AND lane IS NULL AND finished_at < sqlc.arg(before);

-- name: CountParked :one
SELECT count(*) FROM hooks WHERE parked_at IS NOT NULL;

-- name: GetOldestWaiting :one
-- Of the heads of hooks that have something to do, at most lim of them.
SELECT e.at FROM events e
WHERE e.id IN (SELECT (SELECT d.event_id FROM deliveries d WHERE d.hook_id = q.hook_id AND d.lane = 'ordered' ORDER BY d.id LIMIT 1)
	FROM queues q WHERE q.due_at IS NOT NULL ORDER BY q.due_at LIMIT CAST(sqlc.arg(lim) AS bigint))
ORDER BY e.id LIMIT 1;
