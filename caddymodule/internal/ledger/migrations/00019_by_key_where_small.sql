-- What is found by its key alone is kept in the tree of its key, without a second one
-- beside it: half the pages that a row changes, and half the space.
CREATE TABLE events_by_key (
	order_id TEXT   NOT NULL,
	mer_id   TEXT   NOT NULL,
	at       BIGINT NOT NULL,
	id       TEXT   NOT NULL,
	kind     TEXT   NOT NULL,
	source   TEXT   NOT NULL,
	detail   TEXT   NOT NULL,
	times    BIGINT NOT NULL DEFAULT 1,
	last_at  BIGINT NOT NULL DEFAULT 0,
	PRIMARY KEY (order_id, mer_id, at, id)
) WITHOUT ROWID;
INSERT INTO events_by_key (order_id, mer_id, at, id, kind, source, detail, times, last_at)
	SELECT order_id, mer_id, at, id, kind, source, detail, times, last_at FROM events ORDER BY order_id, mer_id, at, id;
DROP TABLE events;
ALTER TABLE events_by_key RENAME TO events;

CREATE TABLE attempts_by_key (
	order_id TEXT   NOT NULL,
	mer_id   TEXT   NOT NULL,
	n        BIGINT NOT NULL,
	at       BIGINT NOT NULL,
	duration BIGINT NOT NULL, -- milliseconds
	status   BIGINT NOT NULL,
	class    TEXT   NOT NULL,
	excerpt  TEXT   NOT NULL,
	cause    TEXT   NOT NULL DEFAULT '',
	PRIMARY KEY (order_id, mer_id, n)
) WITHOUT ROWID;
INSERT INTO attempts_by_key (order_id, mer_id, n, at, duration, status, class, excerpt, cause)
	SELECT order_id, mer_id, n, at, duration, status, class, excerpt, cause FROM attempts ORDER BY order_id, mer_id, n;
DROP TABLE attempts;
ALTER TABLE attempts_by_key RENAME TO attempts;
