-- How new payments of merchants were answered beside an old gateway, by day and side.
CREATE TABLE answers (
	mer_id   TEXT   NOT NULL,
	day      TEXT   NOT NULL, -- in Beijing: 2026-11-22
	side     TEXT   NOT NULL, -- old or v2
	payments BIGINT NOT NULL,
	refused  BIGINT NOT NULL, -- of these
	batch    TEXT   NOT NULL, -- the last write that was added, so that none is added twice
	PRIMARY KEY (mer_id, day, side)
);
CREATE INDEX answers_day ON answers (day ASC);
