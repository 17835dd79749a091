-- What moved money on a day: orders by the time they were paid, and by the time
-- their refund was known to be done. The state comes first for the planners only,
-- which would go by orders_state otherwise.
CREATE INDEX orders_paid ON orders (paid_at ASC, order_id ASC, mer_id ASC) WHERE paid_at > 0;
CREATE INDEX orders_refunded ON orders (state ASC, settled_at ASC, order_id ASC, mer_id ASC) WHERE state = 'refunded';
