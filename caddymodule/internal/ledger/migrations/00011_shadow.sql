-- What was found while requests went to the old gateway and were compared with what
-- the bridge would have made of them: how often, by merchant and day. Nothing of a
-- payment but the number of one order as an example.
CREATE TABLE shadow_counts (
	mer_id    TEXT   NOT NULL,
	day       TEXT   NOT NULL, -- in Beijing: 2026-11-22
	kind      TEXT   NOT NULL,
	interface TEXT   NOT NULL,
	subject   TEXT   NOT NULL,
	detail    TEXT   NOT NULL,
	times     BIGINT NOT NULL,
	last_at   BIGINT NOT NULL,
	example   TEXT   NOT NULL, -- order number, '' = none
	batch     TEXT   NOT NULL, -- the last write that was added, so that none is added twice
	PRIMARY KEY (mer_id, day, kind, interface, subject, detail)
);
CREATE INDEX shadow_counts_day ON shadow_counts (day ASC);
