-- What claims go by, so that work is shared among merchants, and among the hosts
-- of one. The sums are there for the planners only: an index with the bare time
-- looks better to them as soon as most of what waits is of one merchant, and then
-- every other merchant pays for it.
DROP INDEX notifications_host;
CREATE INDEX notifications_queue ON notifications (mer_id ASC, host ASC, ready ASC) WHERE state = 'waiting';
CREATE INDEX notifications_due ON notifications ((ready + 0) ASC) WHERE state = 'waiting';
CREATE INDEX orders_queue ON orders (mer_id ASC, (next + 0) ASC) WHERE next > 0;
