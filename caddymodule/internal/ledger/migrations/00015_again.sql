-- Until when a call may be under way that an operator asked for although the merchant
-- had acknowledged; 0 = none is.
ALTER TABLE notifications ADD COLUMN again_until BIGINT NOT NULL DEFAULT 0;
