-- The orders that went to the old gateway. Those of the v2 gateway are in orders; no
-- order is in both.
CREATE TABLE old_orders (
	order_id TEXT   NOT NULL,
	mer_id   TEXT   NOT NULL,
	at       BIGINT NOT NULL, -- when it was first seen
	PRIMARY KEY (order_id, mer_id)
);
CREATE INDEX old_orders_at ON old_orders (at ASC);

-- Whoever gives an order its side holds the row that its key falls on: two tables
-- have no unique key in common that could keep them apart.
CREATE TABLE side_locks (
	slot BIGINT NOT NULL PRIMARY KEY
);
INSERT INTO side_locks (slot)
	WITH RECURSIVE slots (slot) AS (SELECT 0 UNION ALL SELECT slot + 1 FROM slots WHERE slot < 1023)
	SELECT slot FROM slots;
