-- Where the new orders of merchants go. mer_id is empty for those without a row.
CREATE TABLE routes (
	mer_id TEXT   NOT NULL PRIMARY KEY,
	route  TEXT   NOT NULL, -- v2 20% WxSao,AliSao
	at     BIGINT NOT NULL,
	who    TEXT   NOT NULL,
	why    TEXT   NOT NULL
);

-- How often something was changed of which bridges keep a copy. Whoever changes it
-- holds its row, so that changes come one after the other.
CREATE TABLE revisions (
	id TEXT   NOT NULL PRIMARY KEY,
	n  BIGINT NOT NULL
);
INSERT INTO revisions (id, n) VALUES ('routes', 0);

-- Since when a merchant has been seen on the old route, and how many of its orders
-- went there.
CREATE INDEX old_orders_merchant ON old_orders (mer_id ASC, at ASC);
