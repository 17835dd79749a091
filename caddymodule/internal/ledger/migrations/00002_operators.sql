ALTER TABLE orders ADD COLUMN pay_data TEXT NOT NULL DEFAULT ''; -- JSON for the WeChat bridge
ALTER TABLE orders ADD COLUMN trace    TEXT NOT NULL DEFAULT ''; -- W3C traceparent
CREATE UNIQUE INDEX orders_pay_id ON orders (form_action) WHERE action = 'WxJsApi' AND form_action <> '';
CREATE INDEX orders_merchant ON orders (mer_id ASC, created_at ASC);

-- What was called paused so far is kept back for good: its payment was given back.
UPDATE notifications SET state = 'withheld' WHERE state = 'paused';
CREATE INDEX notifications_merchant ON notifications (mer_id ASC, created_at ASC);
CREATE INDEX notifications_paused ON notifications (mer_id ASC, created_at ASC) WHERE state = 'paused';

-- The merchants whose notifications are parked when they come up.
CREATE TABLE pauses (
	mer_id TEXT   NOT NULL PRIMARY KEY,
	at     BIGINT NOT NULL,
	who    TEXT   NOT NULL,
	why    TEXT   NOT NULL,
	resume BIGINT NOT NULL -- 0, or when what was parked is due; the row goes when nothing is left
);

-- The hosts that each merchant was ever to be notified at.
CREATE TABLE back_hosts (
	mer_id TEXT NOT NULL,
	host   TEXT NOT NULL,
	PRIMARY KEY (mer_id, host)
);
INSERT INTO back_hosts (mer_id, host) SELECT DISTINCT mer_id, host FROM notifications WHERE host <> '';

-- What operators did. order_id is empty for what concerns a whole merchant. id is
-- random, for the reason given at events.
CREATE TABLE changes (
	order_id TEXT   NOT NULL,
	mer_id   TEXT   NOT NULL,
	at       BIGINT NOT NULL,
	id       TEXT   NOT NULL,
	who      TEXT   NOT NULL,
	what     TEXT   NOT NULL,
	why      TEXT   NOT NULL,
	was      TEXT   NOT NULL,
	became   TEXT   NOT NULL,
	PRIMARY KEY (order_id, mer_id, at, id)
);
CREATE INDEX changes_merchant ON changes (mer_id ASC, at ASC, id ASC);
CREATE INDEX changes_at ON changes (at ASC, id ASC);

-- What may be used once. owner tells the one run that used it from all others.
CREATE TABLE once (
	id    TEXT   NOT NULL PRIMARY KEY,
	owner TEXT   NOT NULL,
	until BIGINT NOT NULL
);
CREATE INDEX once_until ON once (until ASC);

CREATE TABLE samples (
	at        BIGINT NOT NULL PRIMARY KEY, -- a whole minute
	waiting   BIGINT NOT NULL,
	overdue   BIGINT NOT NULL,
	exhausted BIGINT NOT NULL,
	in_doubt  BIGINT NOT NULL,
	pending   BIGINT NOT NULL
);
