-- What still goes to the old gateway. strange is 1 for what anybody can make up: a
-- merchant that is not configured, or a path that the bridge does not serve. mer_id and
-- path are empty in the row of what there was no room for.
CREATE TABLE old_traffic (
	mer_id  TEXT   NOT NULL,
	path    TEXT   NOT NULL,
	last    BIGINT NOT NULL,
	times   BIGINT NOT NULL,
	strange BIGINT NOT NULL,
	PRIMARY KEY (mer_id, path)
);
CREATE INDEX old_traffic_last ON old_traffic (last ASC);
