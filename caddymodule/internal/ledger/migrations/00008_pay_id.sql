-- What the payer's browser brings. It stood in form_action, of orders that are paid
-- there.
ALTER TABLE orders ADD COLUMN pay_id TEXT NOT NULL DEFAULT '';
DROP INDEX orders_pay_id;
UPDATE orders SET pay_id = form_action, form_action = '' WHERE action = 'WxJsApi' AND form_action <> '';
CREATE UNIQUE INDEX orders_pay_id ON orders (pay_id) WHERE pay_id <> '';
