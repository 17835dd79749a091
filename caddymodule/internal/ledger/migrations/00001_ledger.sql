-- The order number comes first in every key: merchants are few and unequal,
-- order numbers spread evenly over the shards of a distributed database.
CREATE TABLE orders (
	order_id         TEXT   NOT NULL,
	mer_id           TEXT   NOT NULL,
	query_id         TEXT   NOT NULL,
	order_no         TEXT   NOT NULL,
	flow_no          TEXT   NOT NULL,
	gateway_merchant TEXT   NOT NULL,
	fingerprint      TEXT   NOT NULL, -- hex
	action           TEXT   NOT NULL,
	amount           BIGINT NOT NULL, -- fen
	back_url         TEXT   NOT NULL,
	front_url        TEXT   NOT NULL,
	open_id          TEXT   NOT NULL,
	client_ip        TEXT   NOT NULL,
	state            TEXT   NOT NULL,
	form_action      TEXT   NOT NULL,
	gateway_no       TEXT   NOT NULL,
	words            TEXT   NOT NULL,
	refund_no        TEXT   NOT NULL,
	created_at       BIGINT NOT NULL, -- all times: Unix milliseconds, 0 = not yet
	sent_at          BIGINT NOT NULL,
	settled_at       BIGINT NOT NULL,
	paid_at          BIGINT NOT NULL,
	expires_at       BIGINT NOT NULL,
	next             BIGINT NOT NULL, -- next step or end of the lease, 0 = none
	tries            BIGINT NOT NULL,
	claim            BIGINT NOT NULL,
	PRIMARY KEY (order_id, mer_id)
);
CREATE UNIQUE INDEX orders_query_id ON orders (query_id);
CREATE UNIQUE INDEX orders_order_no ON orders (order_no);
CREATE UNIQUE INDEX orders_refund_no ON orders (refund_no) WHERE refund_no <> '';
CREATE INDEX orders_next ON orders (next ASC) WHERE next > 0;
CREATE INDEX orders_state ON orders (state ASC, created_at ASC);

CREATE TABLE notifications (
	order_id   TEXT   NOT NULL,
	mer_id     TEXT   NOT NULL,
	host       TEXT   NOT NULL,
	state      TEXT   NOT NULL,
	attempts   BIGINT NOT NULL,
	created_at BIGINT NOT NULL,
	due        BIGINT NOT NULL, -- what the ladder says
	ready      BIGINT NOT NULL, -- due, or the end of the lease while one is held
	claim      BIGINT NOT NULL,
	PRIMARY KEY (order_id, mer_id)
);
-- The only index with those that wait. Beside another one, by time or by state, a
-- planner takes that for the better when most of them are of one host, and then
-- every other host pays for it.
CREATE INDEX notifications_host ON notifications (host ASC, ready ASC) WHERE state = 'waiting';
CREATE INDEX notifications_done ON notifications (state ASC, created_at ASC) WHERE state <> 'waiting';

CREATE TABLE attempts (
	order_id TEXT   NOT NULL,
	mer_id   TEXT   NOT NULL,
	n        BIGINT NOT NULL,
	at       BIGINT NOT NULL,
	duration BIGINT NOT NULL, -- milliseconds
	status   BIGINT NOT NULL,
	class    TEXT   NOT NULL,
	excerpt  TEXT   NOT NULL,
	PRIMARY KEY (order_id, mer_id, n)
);

-- id is random: several events may fall into one millisecond, and a repeated
-- write of the same event must not double it.
CREATE TABLE events (
	order_id TEXT   NOT NULL,
	mer_id   TEXT   NOT NULL,
	at       BIGINT NOT NULL,
	id       TEXT   NOT NULL,
	kind     TEXT   NOT NULL,
	source   TEXT   NOT NULL,
	detail   TEXT   NOT NULL,
	PRIMARY KEY (order_id, mer_id, at, id)
);

CREATE TABLE pulse (
	id TEXT   NOT NULL PRIMARY KEY,
	at BIGINT NOT NULL
);
