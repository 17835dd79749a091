-- When all of an order but its numbers, amount, state and times was purged; 0 = never.
ALTER TABLE orders ADD COLUMN purged_at BIGINT NOT NULL DEFAULT 0;
