-- 1 when the payment came after the order was closed or had failed, so that its
-- merchant was never told that it is paid.
ALTER TABLE orders ADD COLUMN late BIGINT NOT NULL DEFAULT 0;
UPDATE orders SET late = 1 WHERE state IN ('refunding', 'refunded', 'refund_failed') AND EXISTS (
	SELECT 1 FROM events e WHERE e.order_id = orders.order_id AND e.mer_id = orders.mer_id AND e.kind = 'late_payment');

-- An event that comes again alike is counted instead of written once more.
ALTER TABLE events ADD COLUMN times   BIGINT NOT NULL DEFAULT 1;
ALTER TABLE events ADD COLUMN last_at BIGINT NOT NULL DEFAULT 0; -- 0 = came once

-- Messages that the gateway signed and that were not believed. id follows from what
-- a message says, so that the same one is counted. order_id and mer_id are empty
-- where the ledger does not know the order.
CREATE TABLE quarantine (
	id               TEXT   NOT NULL PRIMARY KEY,
	order_id         TEXT   NOT NULL,
	mer_id           TEXT   NOT NULL,
	gateway_merchant TEXT   NOT NULL,
	order_no         TEXT   NOT NULL,
	refund_no        TEXT   NOT NULL,
	gateway_no       TEXT   NOT NULL,
	flow_no          TEXT   NOT NULL,
	source           TEXT   NOT NULL,
	tran_code        TEXT   NOT NULL,
	resp_code        TEXT   NOT NULL,
	state            TEXT   NOT NULL,
	amount           TEXT   NOT NULL, -- yuan as received
	cause            TEXT   NOT NULL,
	created_at       BIGINT NOT NULL, -- when it first came
	last_at          BIGINT NOT NULL,
	times            BIGINT NOT NULL,
	dealt_at         BIGINT NOT NULL, -- 0 = nobody has dealt with it
	dealt_who        TEXT   NOT NULL,
	dealt_why        TEXT   NOT NULL
);
CREATE INDEX quarantine_open ON quarantine (created_at ASC, id ASC) WHERE dealt_at = 0;
CREATE INDEX quarantine_all ON quarantine (created_at ASC, id ASC);
CREATE INDEX quarantine_order ON quarantine (order_id ASC, mer_id ASC) WHERE order_id <> '';

-- Failed refunds and exhausted notifications that somebody has dealt with. The row
-- goes when the refund or the notification is tried again.
CREATE TABLE dealt (
	kind     TEXT   NOT NULL, -- refund or notification
	order_id TEXT   NOT NULL,
	mer_id   TEXT   NOT NULL,
	at       BIGINT NOT NULL,
	who      TEXT   NOT NULL,
	why      TEXT   NOT NULL,
	PRIMARY KEY (kind, order_id, mer_id)
);
