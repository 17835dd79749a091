-- Rows that cannot be read. Claims do not meet them again before until.
CREATE TABLE set_aside (
	kind     TEXT   NOT NULL, -- order or notification
	order_id TEXT   NOT NULL,
	mer_id   TEXT   NOT NULL,
	at       BIGINT NOT NULL,
	cause    TEXT   NOT NULL, -- the column, never what stands in it
	until    BIGINT NOT NULL,
	PRIMARY KEY (kind, order_id, mer_id)
);
